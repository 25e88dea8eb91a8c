"""Which of several ways to understand a question counts, by findings that a test makes up."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.records import Article, ArticleKey, Evidence, Hit, Passage, Span
from index.store import Candidate, Found
from qa.answer import group
from qa.choose import LATER, Search, chosen, likeliest, together
from qa.confidence import Scale
from qa.records import Finding, Reading

SCALE = Scale(1.0, 0.0, 0.5)
"""Half sure at 0, and that counts as an answer."""


def finding(name: str, score: float, sure: float = 1.0) -> Finding:
    """An article of one sentence of its own words."""
    text = f"{name} " * 6 + "stands here."
    article = Article(ArticleKey("/x", f"{name}.txt"), name, None, None, None, "0" * 64, text)
    whole = Span(0, len(text))
    hit = Hit(Evidence(score, (score,), score), article, Passage(0, len(text), text, (whole,)))
    return Finding(hit, whole, whole, sure, score)


def search(text: str, found: Sequence[Finding], meant: str = "") -> Search:
    candidates = tuple(Candidate(0, at, one.hit.evidence) for at, one in enumerate(found))
    return Search(Reading(text, meant), text, group(found), Found(candidates, ()), (), {"find": 1.0})


def names(groups: Sequence[Sequence[Finding]]) -> list[str]:
    return [first.hit.article.title for first, *_ in groups]


def test_one_reading_is_left_as_it_is() -> None:
    alone = search("Who?", [finding("anna", 1.0), finding("karl", 0.5)])
    assert together([alone]) is alone.groups
    assert likeliest([alone], SCALE) is alone


def test_what_a_less_likely_reading_brought_stands_further_back() -> None:
    first = search("first", [finding("anna", 1.0), finding("karl", 0.2)])
    second = search("second", [finding("karl", 1.4), finding("rosa", 1.6)])
    groups = together([first, second])
    assert names(groups) == ["rosa", "anna", "karl"]
    assert [one.score for (one, *_) in groups] == [1.6 - LATER, 1.0, 1.4 - LATER]


@given(st.lists(st.lists(st.tuples(st.sampled_from("abcdef"), st.floats(0, 2)), max_size=6), min_size=1, max_size=3))
def test_every_passage_stands_once_where_it_stood_best(found: list[list[tuple[str, float]]]) -> None:
    best: dict[str, float] = {}
    for place, some in enumerate(found):
        for name, score in dict(some).items():
            best[name] = max(best.get(name, -9.0), score - LATER * place)
    searches = [
        search(str(place), [finding(name, score) for name, score in dict(some).items()])
        for place, some in enumerate(found)
    ]
    told = {first.hit.article.title: first.score for first, *_ in together(searches)}
    assert told == pytest.approx(best)


@pytest.mark.parametrize(
    ("sure", "meant", "reading"),
    [(1.0, "", "second"), (-1.0, "", "first"), (-1.0, "Anna", "second")],
    ids=["answered", "not answered, and it stands alone", "not answered, and it leans on something"],
)
def test_the_reading_counts_that_brought_the_first(sure: float, meant: str, reading: str) -> None:
    first = search("first", [finding("anna", 1.0)], meant)
    second = search("second", [finding("anna", 1.2), finding("rosa", 1.6)])
    rosa = finding("rosa", 1.6 - LATER, sure)
    groups = [[rosa], [finding("anna", 1.0)]]
    found = chosen([first, second], groups, SCALE)
    assert found.reading.text == reading
    assert found.groups is groups
    assert len(found.found.candidates) == 3
    # What both brought counts for the reading under which it stands further up.
    assert chosen([first, second], groups[::-1], SCALE).reading.text == "first"


def test_nothing_found_leaves_the_likeliest_reading() -> None:
    nothing = [search("first", [], "Anna"), search("second", [])]
    assert chosen(nothing, [], SCALE).reading.text == "first"
    assert likeliest(nothing, SCALE).reading.text == "first"


@pytest.mark.parametrize(
    ("lead", "sure", "meant", "reading"),
    [
        (LATER + 0.01, 1.0, "", "second"),
        (LATER - 0.01, 1.0, "", "first"),
        (LATER + 0.01, -1.0, "", "first"),
        (LATER + 0.01, -1.0, "Anna", "second"),
    ],
)
def test_by_likeness_a_less_likely_reading_must_be_much_better(
    lead: float, sure: float, meant: str, reading: str
) -> None:
    first = search("first", [finding("anna", 1.0)], meant)
    second = search("second", [replace(finding("rosa", 1.0 + lead, sure), sentence_score=sure)])
    found = likeliest([first, second], SCALE)
    assert found.reading.text == reading
    assert found.groups is (first if reading == "first" else second).groups
