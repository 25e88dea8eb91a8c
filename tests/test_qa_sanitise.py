"""The sanitiser against the Unicode categories themselves, and against what terminals are known to obey."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.sanitise import one_line, sanitise

UNSEEN = {*range(0x200B, 0x200E), *range(0x2060, 0x2065), *range(0x206A, 0x2070), 0xFEFF, 0x180E}
ANNOTATIONS = {0xFFF9, 0xFFFA, 0xFFFB}
TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
MARKS = {0x061C, 0x200E, 0x200F}
TAGS = range(0xE0000, 0xE1000)
SHOWN = re.compile(r"\\u\{([0-9a-f]+)\}")


def is_banned(character: str) -> bool:
    """Written from Unicode's own tables, not from the sanitiser's list."""
    point, category = ord(character), unicodedata.category(character)
    return (
        (category == "Cc" and character not in "\t\n")
        or category in {"Cs", "Zl", "Zp"}
        or unicodedata.bidirectional(character) in TURNING
        or point in MARKS | UNSEEN | ANNOTATIONS
        or point in TAGS
        or point in {0xFFFE, 0xFFFF}  # no characters, and not allowed in XML
    )


everything = st.text(st.characters(exclude_categories=()))
hostile = st.text(st.sampled_from("ab \n\t\x00\x07\x1b\x7f\x9b\x9d\r\u200b\u202e\u2066\u2028\ud800\U000e0041\ufeff"))
texts = everything | hostile


def test_every_code_point_is_banned_or_kept() -> None:
    points = list(map(chr, range(0x110000)))
    shown = sanitise("|".join(points)).split("|")
    expected = "|".join(f"\\u{{{ord(point):x}}}" if is_banned(point) else point for point in points).split("|")
    assert [pair for pair in zip(shown, expected, strict=True) if pair[0] != pair[1]] == []


def test_what_people_write_is_kept() -> None:
    kept = "Chang’e-4 “landed” — 嫦娥四号 👩🏽 e\u0301 \u00a0\u00ad ₹ [/bold] \\u{1b}\ttab\nline"
    assert sanitise(kept) == kept


@settings(derandomize=True, deadline=None)
@given(texts)
def test_nothing_banned_survives(text: str) -> None:
    assert not any(map(is_banned, sanitise(text)))


@settings(derandomize=True, deadline=None)
@given(texts)
def test_every_unsafe_code_point_is_shown_by_its_number(text: str) -> None:
    # Without braces in the text, the sanitiser's marks can be read back, and give the text again.
    text = text.replace("{", "(").replace("\r\n", "\n")
    assert SHOWN.sub(lambda match: chr(int(match[1], 16)), sanitise(text)) == text


@settings(derandomize=True, deadline=None)
@given(texts)
def test_safe_text_is_untouched_and_a_second_pass_changes_nothing(text: str) -> None:
    once = sanitise(text)
    assert sanitise(once) == once
    safe = "".join(character for character in text if not is_banned(character))
    assert sanitise(safe) == safe


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[31mred\x1b[0m", r"\u{1b}[31mred\u{1b}[0m"),
        ("\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\", r"\u{1b}]8;;http://evil\u{1b}\click\u{1b}]8;;\u{1b}" + "\\"),
        ("\x9b2J\x9d0;title\x07", r"\u{9b}2J\u{9d}0;title\u{7}"),
        ("a\rb", r"a\u{d}b"),
        ("a\r\nb\r\r\n", "a\nb\\u{d}\n"),
        ("\u202egnp.exe", r"\u{202e}gnp.exe"),
        ("a\u200bb\ufeff", r"a\u{200b}b\u{feff}"),
        ("\U000e0041", r"\u{e0041}"),
        ("\udcff", r"\u{dcff}"),
        ("one\u2028two", r"one\u{2028}two"),
        ("", ""),
    ],
)
def test_known_attacks_are_made_visible(raw: str, shown: str) -> None:
    assert sanitise(raw) == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("  A title\n on two\tlines ", "A title on two lines"),
        ("bell\x07 \x1b[1m", r"bell\u{7} \u{1b}[1m"),
        ("a\u2028b\x85c", "a b c"),
    ],
)
def test_one_line_stays_one_line(raw: str, shown: str) -> None:
    assert one_line(raw) == shown


@settings(derandomize=True, deadline=None)
@given(texts)
def test_one_line_has_no_line_end_of_any_program(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1
