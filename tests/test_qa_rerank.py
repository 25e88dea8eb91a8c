"""The closer look: order, marks, confidence and joining, with a reader that says what a test tells it to."""

from collections.abc import Mapping, Sequence
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.records import Article, ArticleKey, Evidence, Hit, Passage, Span
from qa.answer import answers, group
from qa.confidence import Scale
from qa.reader.model import OnnxReader, Read
from qa.records import Finding
from qa.rerank import ENOUGH, FEW_READ, MOST_READ, RELEVANCE, SENTENCE, rerank

SCALE = Scale(1.0, 0.0, 0.5)
Said = Mapping[str, tuple[float, str]]
"""Margin and words by the text of a passage; it is judged half as sure as its margin, and three logits more."""


def judged(margin: float) -> float:
    return margin / 2 + 3


class Told:
    """Says of each text what it is told to; of others that nothing is there."""

    def __init__(self, said: Said) -> None:
        self.said = said
        self.titles: list[str] = []
        self.asked: set[str] = set()

    def read_all(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Read]:
        self.asked.add(question)
        self.titles += [title for title, _ in passages]
        found = []
        for _, text in passages:
            margin, words = self.said.get(text, (-9.0, text[:1]))
            found.append(Read(margin, judged(margin), Span(text.index(words), text.index(words) + len(words))))
        return found


def finding(path: str, text: str, score: float = 0.5, *, title: str | None = None, phrased: bool = False) -> Finding:
    """A passage of two sentences after eleven characters of something else."""
    whole = f"Before. \n\n {text}"
    start = len(whole) - len(text)
    middle = start + text.index(".") + 1
    spans = (Span(start, middle), Span(middle + 1, len(whole))) if middle < len(whole) else (Span(start, len(whole)),)
    article = Article(ArticleKey("/x", path), title or path.rsplit(".", 1)[0], None, None, None, "0" * 64, whole)
    hit = Hit(
        Evidence(0.5, (0.5,) * len(spans), 0.5, phrased=phrased), article, Passage(start, len(whole), text, spans)
    )
    return Finding(hit, spans[0], Span(start, len(whole)), 0.5, score)


def reread(findings: Sequence[Finding], said: Said, question: str = "Who?") -> list[list[Finding]]:
    return rerank(group(findings), question, cast(OnnxReader, Told(said)), question)


ONE, TWO = "Anna built it. She was paid.", "Karl paid for it. He was rich."


def test_reader_and_retrieval_make_the_order_together() -> None:
    close = [finding("a.txt", ONE, 0.5), finding("b.txt", TWO, 0.5 + 1.1 / RELEVANCE)]
    ordered = reread(close, {ONE: (2.0, "Anna"), TWO: (1.0, "Karl")})
    assert [first.hit.article.key.path for first, *_ in ordered] == ["b.txt", "a.txt"]
    ordered = reread(close, {ONE: (2.2, "Anna"), TWO: (1.0, "Karl")})
    assert [first.hit.article.key.path for first, *_ in ordered] == ["a.txt", "b.txt"]


def test_a_quoted_phrase_stays_before_everything_else() -> None:
    ordered = reread(
        [finding("a.txt", ONE), finding("b.txt", TWO, phrased=True)], {ONE: (9.0, "Anna"), TWO: (-5.0, "Karl")}
    )
    assert [first.hit.article.key.path for first, *_ in ordered] == ["b.txt", "a.txt"]


def test_words_are_marked_inside_whole_sentences() -> None:
    ((first,),) = reread([finding("a.txt", ONE)], {ONE: (3.0, "paid")})
    text = first.hit.article.text
    assert text[first.best.start : first.best.end] == "paid"
    assert text[first.snippet.start : first.snippet.end] == ONE
    assert (first.margin, first.sure) == (3.0, 4.5 + SENTENCE * 0.5)


@pytest.mark.parametrize(
    ("question", "marked"),
    [
        ("Why was she paid?", "She was paid."),
        ("How was it built?", "She was paid."),
        ("How come?", "She was paid."),
        ("How many were paid?", "paid"),
        ("How old is it?", "paid"),
        ("What was why?", "paid"),
    ],
)
def test_why_and_how_are_answered_by_a_sentence(question: str, marked: str) -> None:
    ((first,),) = reread([finding("a.txt", ONE)], {ONE: (3.0, "paid")}, question)
    assert first.hit.article.text[first.best.start : first.best.end] == marked


def test_a_mark_that_says_nothing_is_widened_to_its_sentence() -> None:
    ((first,),) = reread([finding("a.txt", ONE)], {ONE: (3.0, ".")})
    assert first.hit.article.text[first.best.start : first.best.end] == "Anna built it."


def test_the_same_answer_in_two_articles_stands_once_with_both() -> None:
    said = {ONE: (4.0, "Anna"), "We saw Anna here. She waved.": (2.0, "Anna"), TWO: (3.0, "Karl")}
    found = [finding("a.txt", ONE), finding("b.txt", "We saw Anna here. She waved."), finding("c.txt", TWO)]
    told = answers(reread(found, said), SCALE)
    assert [answer.text for answer in told] == ["Anna", "Karl"]
    assert [citation.article for citation in told[0].also] == ["b.txt"]


@pytest.mark.parametrize(("path", "margin"), [("a.txt", 2.0), ("b.txt", -1.0)], ids=["same article", "unsure"])
def test_what_may_be_another_answer_stays_apart(path: str, margin: float) -> None:
    other = "We saw Anna here. She waved."
    told = reread([finding("a.txt", ONE), finding(path, other)], {ONE: (4.0, "Anna"), other: (margin, "Anna")})
    assert len(told) == 2


def test_what_was_not_read_comes_after_and_is_no_surer() -> None:
    texts = [f"Sentence number {number} stands here. It is long." for number in range(MOST_READ + 3)]
    found = [finding(f"{number}.txt", text, 1 - number / 100) for number, text in enumerate(texts)]
    told = reread(found, {text: (number - 20.0, f"number {number}") for number, text in enumerate(texts)})
    assert [first.margin is None for first, *_ in told] == [False] * MOST_READ + [True] * 3
    assert all(first.sure == SENTENCE * 0.5 - 7 for first, *_ in told[MOST_READ:])
    confidence = [answer.confidence for answer in answers(told, SCALE)]
    assert max(confidence[MOST_READ:]) <= min(confidence[:MOST_READ])


@pytest.mark.parametrize(("lacking", "read"), [(0.0, FEW_READ), (0.1, MOST_READ)])
def test_no_more_is_read_than_it_takes(lacking: float, read: int) -> None:
    texts = [f"Sentence number {number} stands here. It is long." for number in range(MOST_READ + 3)]
    margin = 2 * (ENOUGH - SENTENCE * 0.5 - lacking - 3)
    reader = Told({texts[1]: (margin, "number 1")})
    found = [finding(f"{number}.txt", text, 1 - number / 100) for number, text in enumerate(texts)]
    rerank(group(found), "Who?", cast(OnnxReader, reader), "Who?")
    assert len(reader.titles) == read


def test_a_title_is_read_where_the_article_states_one() -> None:
    reader = Told({})
    found = [finding("a.txt", ONE, title="Bridges"), finding("deep/b.txt", TWO, title="b")]
    rerank(group(found), "Who?", cast(OnnxReader, reader), "Who?")
    assert sorted(reader.titles) == ["", "Bridges"]


def test_in_a_conversation_the_reader_is_given_what_was_asked_before() -> None:
    reader = Told({ONE: (3.0, "paid")})
    ((first,),) = rerank(group([finding("a.txt", ONE)]), "Why was she paid?", cast(OnnxReader, reader), "Why? | Who?")
    assert reader.asked == {"Why? | Who?"}
    assert first.hit.article.text[first.best.start : first.best.end] == "She was paid."


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=20))
def test_nothing_is_lost_and_order_follows_the_sum(margins: list[float]) -> None:
    texts = [f"Text {number} is here. So." for number in range(len(margins))]
    found = [finding(f"{number}.txt", text, 1 - number / 1000) for number, text in enumerate(texts)]
    told = reread(
        found,
        {text: (margin, f"Text {number}") for number, (text, margin) in enumerate(zip(texts, margins, strict=True))},
    )
    read = [first for first, *_ in told if first.margin is not None]
    sums = [(first.margin or 0.0) + RELEVANCE * first.score for first in read]
    assert (
        sums == sorted(sums, reverse=True)
        or max(abs(one - other) for one, other in zip(sums, sorted(sums, reverse=True), strict=True)) < 1e-3
    )
    assert sorted(first.hit.article.key.path for first, *_ in told) == sorted(
        f"{number}.txt" for number in range(len(margins))
    )
