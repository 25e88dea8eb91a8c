"""Sentence spans: laws that hold over any text, and cases split by hand."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.records import Span
from index.sentences import LONGEST_RUN, sentences

AWKWARD = (
    *"aB1 .?!,;:'\"“”‘’()\n\r\t\u2028\u2029\x0b\x0c\x85\x1c\u00a0\u00ad\u200b\u3000\ufeff",
    *"。！？」嫦ée\u0301\u0308\U0001f680\u200d\U0001f468",
    *("Mr. ", "U.S. ", "e.g. ", "Hello. ", "end.\r\n", "3.5 ", "J. ", "… ", "it's ", "don’t ", "\ud83d"),
)
texts = st.lists(st.sampled_from(AWKWARD), max_size=60).map("".join)


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text, 0, len(text))]


@given(texts, st.integers(0, 20), st.integers(0, 20))
@settings(derandomize=True, deadline=None, max_examples=300)
@example("One.\u2028Two.\x85Three.\x0bFour.\r\nFive.", 0, 0)
@example("\ufeffOne. \ufeff Two.", 0, 0)
def test_sentences_cover_all_but_white_space_in_order(text: str, before: int, after: int) -> None:
    start = min(before, len(text))
    end = max(start, len(text) - after)
    spans = sentences(text, start, end)
    edges = [start, *(edge for span in spans for edge in span), end]
    assert edges == sorted(edges)
    covered = {at for span in spans for at in range(*span)}
    left = "".join(text[at] for at in range(start, end) if at not in covered)
    assert left.replace("\ufeff", "").strip() == ""


@given(texts)
@settings(derandomize=True, deadline=None, max_examples=200)
def test_no_sentence_is_blank_or_has_white_space_at_an_end(text: str) -> None:
    assert all(piece and piece == piece.strip() for piece in split(text))


@given(texts)
@settings(derandomize=True, deadline=None, max_examples=100)
def test_spans_count_from_the_start_of_the_text(text: str) -> None:
    shifted = sentences("x" * 7 + text, 7, 7 + len(text))
    assert [Span(a - 7, b - 7) for a, b in shifted] == list(sentences(text, 0, len(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It flew. It landed.", ["It flew.", "It landed."]),
        ("The U.S. law stands. It is old.", ["The U.S. law stands.", "It is old."]),
        ("Mr. Hu spoke. Dr. Li agreed.", ["Mr. Hu spoke.", "Dr. Li agreed."]),
        ("It weighs 3.5 kg. Really?", ["It weighs 3.5 kg.", "Really?"]),
        ("Why? Because! Fine.", ["Why?", "Because!", "Fine."]),
        ("嫦娥四号着陆了。它在月球背面！真的吗？是的", ["嫦娥四号着陆了。", "它在月球背面！", "真的吗？", "是的"]),
        ("他说：“我们去。”然后走了。", ["他说：“我们去。”", "然后走了。"]),
        ("no stop at all", ["no stop at all"]),
        (" \u00a0\u2028 ", []),
        ("", []),
        ("\ufeffFirst one. Second one.", ["First one.", "Second one."]),
        ("During\u00a0the\u00a0launch.\u00a0It\u00a0flew.", ["During\u00a0the\u00a0launch.", "It\u00a0flew."]),
        ("One so\u00adft thing. Two e\u0301 things.", ["One so\u00adft thing.", "Two e\u0301 things."]),
        (
            "\U0001f680 We went up. \U0001f468\u200d\U0001f469 We came down.",
            ["\U0001f680 We went up.", "\U0001f468\u200d\U0001f469 We came down."],
        ),
    ],
)
def test_sentences_split_by_hand(text: str, expected: list[str]) -> None:
    assert split(text) == expected


def test_quoted_sentence_keeps_its_closing_quote() -> None:
    text = '"It is ours," he said. "Nobody else came." They left.'
    assert split(text)[-1] == "They left."
    assert all(piece.count('"') % 2 == 0 for piece in split(text))


@pytest.mark.parametrize("unit", ["word ", "x", "Go on. ", "嫦", "a\u0301", "1.2.3.4.", "\U0001f680"])
def test_one_line_of_fifty_thousand_characters_loses_nothing_and_ends(unit: str) -> None:
    text = (unit * 50_000)[:50_000]
    began = time.monotonic()
    pieces = split(text)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert max(map(len, pieces)) <= LONGEST_RUN
    assert time.monotonic() - began < 10
