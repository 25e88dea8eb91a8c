"""The best sentence and the whole sentences around it, worked by hand and as a property."""

from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.records import Article, ArticleKey, Evidence, Hit, Passage, Span
from qa.expect import expected_form
from qa.read import read, whole_sentences
from qa.retrieve import ARTICLE, PASSAGE, SENTENCE

TEXT = "The probe is light. It landed on January 3. Nobody was on board."
SENTENCES = (Span(0, 19), Span(20, 43), Span(44, 64))


def hit(scores: tuple[float, ...], cosine: float = 0.4, article: float = 0.5) -> Hit:
    where = Article(ArticleKey("/r", "a.txt"), "A", None, None, None, "0" * 64, TEXT)
    return Hit(Evidence(cosine, scores, article), where, Passage(0, len(TEXT), TEXT, SENTENCES))


def row(*lengths: int, gap: int = 1) -> tuple[Span, ...]:
    """Sentences of these lengths with ``gap`` characters between them."""
    starts = accumulate((length + gap for length in lengths), initial=0)
    return tuple(Span(start, start + length) for start, length in zip(starts, lengths, strict=False))


@pytest.mark.parametrize(
    ("lengths", "best", "limit", "expected"),
    [
        ((10, 10, 10), 1, 32, (0, 32)),  # all of it, to the character
        ((10, 10, 10), 1, 31, (11, 32)),  # one too many: forward wins
        ((10, 10, 10), 2, 31, (11, 32)),  # nothing ahead: backward
        ((10, 10, 10), 0, 21, (0, 21)),
        ((10, 10, 10), 0, 20, (0, 10)),  # the space between counts
        ((5, 10, 30), 1, 20, (0, 16)),  # the long one ahead does not fit, the short one behind does
        ((30, 10, 30), 1, 20, (31, 41)),
        ((5, 5, 5, 5, 5), 2, 17, (6, 23)),  # forward, then back, then full
        ((700,), 0, 500, (0, 700)),  # one over-long sentence stays whole
        ((5, 700, 5), 1, 500, (6, 706)),  # and nothing is added to it
    ],
)
def test_whole_sentences_by_hand(lengths: tuple[int, ...], best: int, limit: int, expected: tuple[int, int]) -> None:
    assert whole_sentences(row(*lengths), best, limit) == expected


@st.composite
def runs(draw: st.DrawFn) -> tuple[tuple[Span, ...], int]:
    lengths = draw(st.lists(st.integers(1, 60), min_size=1, max_size=12))
    return row(*lengths, gap=draw(st.integers(0, 3))), draw(st.integers(0, len(lengths) - 1))


@settings(derandomize=True, deadline=None)
@given(runs(), st.integers(1, 150))
def test_whole_sentences_hold_the_best_and_keep_the_limit(run: tuple[tuple[Span, ...], int], limit: int) -> None:
    sentences, best = run
    start, end = whole_sentences(sentences, best, limit)
    assert start in {s.start for s in sentences}
    assert end in {s.end for s in sentences}
    assert start <= sentences[best].start
    assert sentences[best].end <= end
    assert end - start <= limit or (start, end) == sentences[best]


@settings(derandomize=True, deadline=None)
@given(runs(), st.integers(1, 150))
def test_whole_sentences_leave_no_room_for_a_neighbour(run: tuple[tuple[Span, ...], int], limit: int) -> None:
    sentences, best = run
    start, end = whole_sentences(sentences, best, limit)
    ahead = [s.end for s in sentences if s.start >= end][:1]
    behind = [s.start for s in sentences if s.end <= start][-1:]
    assert all(reached - start > limit for reached in ahead)
    assert all(end - reached > limit for reached in behind)


def test_best_sentence_is_the_nearest_one() -> None:
    found = read(hit((0.2, 0.3, 0.9)), None)
    assert (found.best, found.sentence_score) == (SENTENCES[2], 0.9)
    assert found.score == pytest.approx(PASSAGE * 0.4 + SENTENCE * 0.9 + ARTICLE * 0.5)


def test_best_sentence_of_equals_is_the_first() -> None:
    assert read(hit((0.4, 0.4, 0.4)), None).best == SENTENCES[0]


def test_best_sentence_has_the_form_where_scores_are_near() -> None:
    assert read(hit((0.6, 0.5, 0.6)), expected_form("When did it land?")).best == SENTENCES[1]


def test_a_much_nearer_sentence_wins_without_the_form() -> None:
    found = read(hit((0.9, 0.1, 0.1)), expected_form("When did it land?"))
    assert found.best == SENTENCES[0]
    assert found.sentence_score == pytest.approx(0.9 - 0.15)
    assert found.score == pytest.approx(PASSAGE * 0.4 + SENTENCE * (0.9 - 0.15) + ARTICLE * 0.5)


def test_snippet_is_all_of_a_short_passage() -> None:
    assert read(hit((0.1, 0.2, 0.1)), None).snippet == (0, len(TEXT))
