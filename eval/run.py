"""Asking every question of a set, one row each, and summing the rows up.

Owns the list of measures and their order. What one question scores is decided in ``rows``, the formulas over a
set are those of ``estimates`` and ``selective``; showing what comes of it belongs to ``report``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

from eval.estimates import Statistic, bootstrap, quantile, ratio, value
from eval.gold import Alternative, answer_spans, gold_spans
from eval.question_sets import GoldBy, Question
from eval.rows import DEPTH, OF_PLACES, OF_WORDS, Row, places, row
from eval.selective import answered_precision, auroc, calibration_error, coverage, risk_area
from qa.limits import MOST
from qa.records import Reply
from qa.stages import Loss, Place, Stages, lost

Ask = Callable[..., Reply]
"""Takes a question and how many answers are wanted and, where it is asked after others, ``after``: their replies."""
Before = Callable[[Question], Sequence[Reply]]
"""Gives the replies to what was asked before a question in its conversation."""
Trace = Callable[[Reply, Sequence[Place]], Stages]
"""Finds out how far some places came in a reply."""


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
    ask: Ask,
    articles: Mapping[str, str],
    progress: Callable[[int, int], None] | None = None,
    clock: Callable[[], float] = perf_counter,
    trace: Trace | None = None,
    before: Before | None = None,
) -> tuple[Row, ...]:
    """Ask each question once and return one row each, in order.

    For ten answers, or for MOST where articles are ranked: several snippets may be of one article.
    ``articles`` maps path below the root to text; gold that is not in them cannot be hit (see
    ``gold.missing_gold``). ``progress`` hears (done, of how many). ``clock`` gives seconds. With ``trace``, rows
    say at which stage a question was lost. ``before`` gives what a question that has a history is asked after; without
    it, it is asked as it stands. What ``ask`` raises ends the run.
    """
    rows = []
    for done, question in enumerate(questions, start=1):
        known = {"after": before(question)} if before and question.history else {}
        began = clock()
        reply = ask(question.text, MOST if question.gold_by is GoldBy.ARTICLE else DEPTH, **known)
        latency_ms = 1000 * (clock() - began)
        gold = gold_spans(question, articles)
        made = row(question, reply, gold, articles, latency_ms)
        rows.append(_blamed(made, question, reply, gold, articles, trace) if trace else made)
        if progress is not None:
            progress(done, len(questions))
    return tuple(rows)


def _blamed(
    made: Row,
    question: Question,
    reply: Reply,
    gold: Sequence[Alternative],
    articles: Mapping[str, str],
    trace: Trace,
) -> Row:
    """Return a row with the stage at which its question was lost, where it was."""
    if not made.answerable:
        return replace(made, loss=Loss.ANSWERED if made.answered else None)
    if made.right and made.answered and made.text_right is not False:
        return made
    gold = answer_spans(question, articles) if question.gold is None else gold
    found = trace(reply, places(gold) or [Place(one.article) for one in question.gold or ()])
    if not any(alternative.spans for alternative in gold) and found.articles:
        found = replace(found, passages=0)  # the article is there, what was quoted of it is not
    if not made.right:
        loss = lost(found) or Loss.RANKING
    else:
        loss = Loss.SPAN if made.answered else Loss.ABSTENTION
    return replace(made, loss=loss, stages=found)


def statistics(rows: Sequence[Row]) -> dict[str, Statistic]:
    """Return every measure as a statistic over the rows, in the order they are shown."""
    answerable = [one.answerable for one in rows]
    answered = [one.answered for one in rows]
    right = [one.right for one in rows]
    confidence = [one.confidence for one in rows]
    latency = [one.latency_ms for one in rows]
    return {name: _mean([one.measures[name] for one in rows]) for name in OF_PLACES + OF_WORDS} | {
        "abstain_auroc": auroc(confidence, answerable),
        "coverage": coverage(answered, answerable),
        "answered_precision": answered_precision(right, answered),
        "citation_precision": ratio([one.citations_right for one in rows], [one.citations for one in rows]),
        "risk_area": risk_area(confidence, right),
        "calibration_error": calibration_error(confidence, right),
        "latency_ms": ratio(latency, [1] * len(rows)),
        "latency_p50": quantile(latency, 0.5),
        "latency_p95": quantile(latency, 0.95),
    }


def summarise(rows: Sequence[Row]) -> Report:
    """Return every measure over the rows with its interval, in the order they are shown."""
    return Report(len(rows), measured(statistics(rows), len(rows)), tuple(rows))


def measured(given: Mapping[str, Statistic], questions: int) -> dict[str, Measure]:
    """Return the value of each statistic over so many questions, with its 95 % bootstrap interval."""
    bounds = bootstrap(given, questions)
    return {
        name: Measure(value(statistic, questions), *(bounds[name] or (None, None))) for name, statistic in given.items()
    }


def _mean(values: Sequence[float | None]) -> Statistic:
    """Return the mean over the questions to which the measure applies."""
    return ratio([value or 0.0 for value in values], [value is not None for value in values])
