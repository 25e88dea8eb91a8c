"""Asking every question of a set, scoring each, and summing up.

Owns which measure applies to which question, and what it ranks: snippets; but where the gold is whole articles,
``OF_RANKS`` rank articles, each at its best snippet. The formulas are those of ``metrics`` and ``estimates``;
showing what comes of it belongs to ``report``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

from eval.estimates import (
    Statistic,
    answered_precision,
    auroc,
    bootstrap,
    calibration_error,
    coverage,
    ratio,
    value,
)
from eval.gold import Alternative, gold_spans
from eval.metrics import answer_within, exact_match, f1, hit_at, ndcg, overlaps, reciprocal_rank
from eval.question_sets import Question
from index.records import Span
from qa.limits import MOST
from qa.records import Answer, Reply

DEPTH = 10  # as deep as the deepest measure looks

OF_RANKS = ("mrr@10", "ndcg@10")
OF_PLACES = ("hit@1", "hit@3", "hit@5", "hit@10", *OF_RANKS)
OF_WORDS = ("answer@1", "em", "f1")


@dataclass(frozen=True, slots=True)
class Row:
    """What one question gave and scored."""

    id: str
    question: str
    kind: str
    answerable: bool
    answered: bool
    confidence: float
    """Of the first answer, 0 to 1, whether or not the question counts as answered; 0.0 without one."""
    text: str | None
    """The first answer, sure enough or not; None without one."""
    snippet: str | None
    right: bool
    """Whether the first snippet hits gold or holds an accepted answer; never for an unanswerable question."""
    measures: Mapping[str, float | None]
    """``OF_PLACES`` and ``OF_WORDS``, 0 to 1; None where a measure does not apply to this question."""
    latency_ms: float
    """Of the whole reply; where articles are ranked it holds up to MOST answers, some 1 ms more than ten."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A value and its 95 % bootstrap interval; None where undefined for these questions."""

    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """What a whole set scored. ``measures`` keep a fixed order."""

    questions: int
    measures: Mapping[str, Measure]
    rows: tuple[Row, ...]


def score(
    questions: Sequence[Question],
    ask: Callable[[str, int], Reply],
    articles: Mapping[str, str],
    progress: Callable[[int, int], None] | None = None,
    clock: Callable[[], float] = perf_counter,
) -> tuple[Row, ...]:
    """Ask each question once and return one row each, in order.

    For ten answers, or for MOST where articles are ranked: several snippets may be of one article.
    ``articles`` maps path below the root to text; gold that is not in them cannot be hit (see
    ``gold.missing_gold``). ``progress`` hears (done, of how many). ``clock`` gives seconds.
    What ``ask`` raises ends the run.
    """
    rows = []
    for done, question in enumerate(questions, start=1):
        began = clock()
        reply = ask(question.text, MOST if question.of_articles else DEPTH)
        latency_ms = 1000 * (clock() - began)
        rows.append(_row(question, reply, gold_spans(question, articles), latency_ms))
        if progress is not None:
            progress(done, len(questions))
    return tuple(rows)


def summarise(rows: Sequence[Row]) -> Report:
    """Return every measure over the rows with its interval, in the order they are shown."""
    answerable = [row.answerable for row in rows]
    answered = [row.answered for row in rows]
    right = [row.right for row in rows]
    confidence = [row.confidence for row in rows]
    statistics = {name: _mean([row.measures[name] for row in rows]) for name in OF_PLACES + OF_WORDS} | {
        "abstain_auroc": auroc(confidence, answerable),
        "coverage": coverage(answered, answerable),
        "answered_precision": answered_precision(right, answered),
        "calibration_error": calibration_error(confidence, right),
        "latency_ms": _mean([row.latency_ms for row in rows]),
    }
    measures = {name: _measure(statistic, len(rows)) for name, statistic in statistics.items()}
    return Report(len(rows), measures, tuple(rows))


def _row(question: Question, reply: Reply, gold: Sequence[Alternative], latency_ms: float) -> Row:
    first = reply.ranked[0] if reply.ranked else None
    hits = [_alternatives_hit(answer, gold) for answer in reply.ranked]
    ranking = _articles_best(reply.ranked, hits) if question.of_articles else hits
    holds_answer = first is not None and answer_within(first.snippet, question.answers)
    return Row(
        id=question.id,
        question=question.text,
        kind=question.kind,
        answerable=question.answerable,
        answered=reply.answered,
        confidence=reply.confidence,
        text=first.text if first else None,
        snippet=first.snippet if first else None,
        right=bool(hit_at(hits, 1)) or holds_answer,
        measures=_places(question, hits, ranking) | _words(question, reply, holds_answer),
        latency_ms=latency_ms,
    )


def _alternatives_hit(answer: Answer, gold: Sequence[Alternative]) -> frozenset[int]:
    """Return the numbers of the gold alternatives that the answer, or the same answer elsewhere, overlaps."""
    places = (answer.citation, *answer.also)
    return frozenset(
        number
        for number, (article, spans) in enumerate(gold)
        for span in spans
        if any(place.article == article and overlaps(Span(place.start, place.end), span) for place in places)
    )


def _articles_best(ranked: Sequence[Answer], hits: Sequence[frozenset[int]]) -> list[frozenset[int]]:
    """Return what each article hits at its best snippet. Articles that say the same there share a rank."""
    seen: set[str] = set()
    best = []
    for answer, hit in zip(ranked, hits, strict=True):
        articles = {place.article for place in (answer.citation, *answer.also)}
        if not articles <= seen:
            best.append(hit)
        seen |= articles
    return best


def _places(
    question: Question, hits: Sequence[frozenset[int]], ranking: Sequence[frozenset[int]]
) -> dict[str, float | None]:
    """Score where the snippets stand; only an answerable question has a right place."""
    if not question.answerable:
        return dict.fromkeys(OF_PLACES)
    return {
        **{f"hit@{k}": hit_at(hits, k) for k in (1, 3, 5, 10)},
        "mrr@10": reciprocal_rank(ranking, 10),
        "ndcg@10": ndcg(ranking, len(question.gold), 10),
    }


def _words(question: Question, reply: Reply, holds_answer: bool) -> dict[str, float | None]:
    """Score what was said. An answerable question without accepted answers cannot be scored so."""
    if question.answerable and not question.answers:
        return dict.fromkeys(OF_WORDS)
    said = reply.answers[0].text if reply.answers else None
    return {
        "answer@1": float(holds_answer) if question.answerable else None,
        "em": exact_match(said, question.answers),
        "f1": f1(said, question.answers),
    }


def _mean(values: Sequence[float | None]) -> Statistic:
    """Return the mean over the questions to which the measure applies."""
    return ratio([value or 0.0 for value in values], [value is not None for value in values])


def _measure(statistic: Statistic, questions: int) -> Measure:
    low, high = bootstrap(statistic, questions) or (None, None)
    return Measure(value(statistic, questions), low, high)
