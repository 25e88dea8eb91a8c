"""Lines of text on a terminal: worked by hand, and properties against a terminal made from Unicode's tables."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screen_by_hand import Screen
from wcwidth import wcwidth

from qa.sanitise import sanitise
from qa.show.columns import cells, shorten
from qa.show.lines import Run, fold, paragraphs, wrap

FAMILIES = [
    "a",
    "word",
    "Chang'e-4",
    " ",
    "  ",
    "\n",
    "\t",
    "\u00a0",
    "—",
    "嫦娥四号",
    "。",
    "「",
    "한국어",
    "\u1112\u1161\u11ab",
    "ก็",
    "नमस्ते",
    "e\u0301",
    "a\u0300\u0323\u0331",
    "שלום",
    "مرحبا",
    "👩🏽",
    "❤\ufe0f",
    "1\ufe0f\u20e3",
    "🇨🇭",
    "\u00ad",
    "/a/very/long/path/",
    "x" * 50,
    "\U00020000",
    "\u3000",
    "\x1b[31m",
    "\u202e",
]
texts = (
    st.lists(st.sampled_from(FAMILIES), max_size=40).map("".join) | st.text(st.characters(exclude_categories=()))
).map(sanitise)
widths = st.integers(2, 200)
runs = st.lists(st.builds(Run, texts, st.sampled_from(["", "1;4", "2"])), max_size=4)


def lines(text: str, width: int) -> list[str]:
    return ["".join(run.text for run in line) for line in wrap([Run(text)], width)]


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("Moon", 4),
        ("", 0),
        ("“…” – · é", 9),
        ("嫦娥四号", 8),
        ("e\u0301", 1),
        ("שלום", 4),
        ("\u1112\u1161\u11ab", 2),  # one syllable in three parts
        ("👩🏽", 4),  # two where it is drawn as one
        ("❤\ufe0f", 2),
        ("🇨🇭", 4),
        ("\u00ad", 1),
        ("\u0903", 1),  # a vowel sign that some terminals set beside its consonant
    ],
)
def test_columns_by_hand(text: str, taken: int) -> None:
    assert cells(text) == taken


def test_what_is_counted_without_tables_is_one_column_in_the_tables() -> None:
    simple = [*range(0x20, 0x7F), *range(0xA0, 0x300), *range(0x2010, 0x2028), *range(0x2030, 0x205F)]
    assert [hex(point) for point in simple if wcwidth(chr(point)) != 1] == []
    assert cells("".join(map(chr, simple))) == len(simple)


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("It landed on the far side.", 12, ["It landed on", "the far", "side."]),
        ("It landed on", 12, ["It landed on"]),
        ("one\n\ntwo three", 5, ["one", "", "two", "three"]),
        ("", 5, [""]),
        ("   in", 8, ["   in"]),
        ("        far in", 6, ["far in"]),
        ("end   ", 3, ["end"]),
        ("a    b", 3, ["a", "b"]),
        ("a\tb", 6, ["a    b"]),
        ("unbreakable", 4, ["unbr", "eaka", "ble"]),
        ("so unbreakable", 6, ["so unb", "reakab", "le"]),
        ("10\u00a0km on", 6, ["10\u00a0km", "on"]),
        ("10\u00a0km on", 4, ["10", "km", "on"]),
        ("see seeds/moon/a.txt", 8, ["see", "seeds/", "moon/", "a.txt"]),
        ("嫦娥四号着陆", 5, ["嫦娥", "四号", "着陆"]),
        ("嫦娥四号。着陆", 8, ["嫦娥四", "号。着陆"]),  # no line begins with a full stop
        ("他说「着陆」了", 6, ["他说", "「着", "陆」了"]),  # none ends with an opening bracket
        ("嫦娥landed四号", 6, ["嫦娥", "landed", "四号"]),
        ("달 뒷면에 착륙", 6, ["달", "뒷면에", "착륙"]),  # Korean words are not broken
        ("the side—the far", 9, ["the side—", "the far"]),
        ("👩🏽👩🏽", 5, ["👩🏽", "👩🏽"]),
        ("e\u0301e\u0301e\u0301", 2, ["e\u0301e\u0301", "e\u0301"]),
    ],
)
def test_lines_by_hand(text: str, width: int, expected: list[str]) -> None:
    assert lines(text, width) == expected


def test_marks_end_and_begin_again_with_the_line() -> None:
    found = wrap([Run("On "), Run("January third", "1;4"), Run(", it")], 10)
    assert found == [
        [Run("On "), Run("January", "1;4")],
        [Run("third", "1;4"), Run(", it")],
    ]


def test_words_held_together_by_their_spaces_end_a_line_without_one() -> None:
    found = wrap([Run("The\u00a0"), Run("far\u00a0side\u00a0of", "1;4"), Run("\u00a0it")], 9)
    assert found == [[Run("The\u00a0"), Run("far", "1;4")], [Run("side\u00a0of", "1;4")], [Run("it")]]


def test_character_that_two_runs_share_looks_like_its_beginning() -> None:
    assert wrap([Run("e", "1;4"), Run("\u0301t")], 9) == [[Run("e\u0301", "1;4"), Run("t")]]


@settings(derandomize=True, deadline=None)
@given(runs, widths, st.booleans())
def test_no_line_is_longer_than_it_may_be(runs: list[Run], width: int, joins: bool) -> None:
    screen = Screen(width, joins)
    lines = ["".join(run.text for run in line) for line in wrap(runs, width)]
    assert max(map(screen.width, lines), default=0) <= width
    assert screen.write("\n".join(lines)).rows == ("\n".join(lines)).split("\n")


@settings(derandomize=True, deadline=None)
@given(runs, widths)
def test_nothing_but_white_space_is_lost_and_every_look_is_kept(runs: list[Run], width: int) -> None:
    def looks(runs: list[Run]) -> list[tuple[str, str]]:
        return [(character, run.ink) for run in runs for character in run.text if not character.isspace()]

    broken = [run for line in wrap(runs, width) for run in line]
    assert [character for character, _ in looks(broken)] == [character for character, _ in looks(runs)]
    if all(run.text.isascii() for run in runs):
        assert looks(broken) == looks(runs)


@settings(derandomize=True, deadline=None)
@given(texts, st.integers(40, 200))
def test_what_fits_is_left_as_it_is(text: str, width: int) -> None:
    whole = re.sub(r"\s+", " ", text).strip()
    if cells(whole) <= width:
        assert lines(whole, width) == [whole]


@settings(derandomize=True, deadline=None)
@given(texts, widths)
def test_folded_name_is_whole_when_joined(text: str, width: int) -> None:
    name = text.replace("\n", "").replace("\t", "")
    folded = fold(name, width)
    assert "".join(folded) == name
    screen = Screen(width, joins=False)
    for line in folded:
        screen.write(line)


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("The far side", 12, "The far side"),
        ("The far side", 11, "The far si…"),
        ("The far side", 9, "The far…"),
        ("嫦娥四号", 6, "嫦娥…"),
        ("嫦娥四号在月球背面软着陆了", 24, "嫦娥四号在月球背面软着…"),
        ("exactly twenty-four cols", 24, "exactly twenty-four cols"),
        ("words that end at a      blank", 24, "words that end at a…"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
    ],
)
def test_shortened_by_hand(text: str, width: int, shown: str) -> None:
    assert shorten(text, width) == shown


@settings(derandomize=True, deadline=None)
@given(texts, widths)
def test_shortened_text_fits_and_is_a_beginning(text: str, width: int) -> None:
    line = text.replace("\n", "").replace("\t", "")
    short = shorten(line, width)
    Screen(width, joins=True).write(short)
    assert short == line or line.startswith(short.removesuffix("…"))


@settings(derandomize=True, deadline=None)
@given(runs)
def test_lines_of_the_text_itself_lose_nothing(runs: list[Run]) -> None:
    kept = "\n".join("".join(run.text for run in line) for line in paragraphs(runs))
    assert kept == "".join(run.text for run in runs)
