"""The five systems that are scored side by side: how each ranks for a question, and what its rankings score.

Owns the systems and the measures they share. Every ranking is brought to one form, the ranks at which something
right stands, so that one formula scores a product that ranks passages and a script that ranks whole texts.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from eval.bench.stand import Runner
from eval.compare import TRIALS, WORK, randomised
from eval.estimates import Statistic, ratio
from eval.evaluate import Exam
from eval.fidelity.ranks import by_peer
from eval.metrics import hit_at, ndcg, reciprocal_rank
from eval.question_sets import Question
from eval.rows import DEPTH, Row
from eval.run import Ask, Measure, measured, score, summarise
from eval.searches import ORDERS, asking
from qa.ask import Asker
from qa.diagnostics import Progress

OF_FINDING = ("hit@1", "hit@5", "hit@10", "ndcg@10", "mrr@10")
"""What all systems are scored by, over the answerable questions."""
OF_ANSWERS = ("answer@1", "em", "f1", "coverage", "answered_precision", "abstain_auroc", "risk_area")
"""What the product is scored by besides."""
TESTED = ("hit@1", "ndcg@10")

Ranks = tuple[int, ...]
"""The ranks, of the first ``DEPTH``, at which something right stands that stood at no earlier one."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What one system scored on one set."""

    measures: Mapping[str, Measure]
    found: tuple[Ranks, ...]
    """For each answerable question."""


@dataclass(frozen=True, slots=True)
class Paired:
    """The product beside the best of the other systems."""

    other: str
    difference: float
    """Above 0 where the product scores more."""
    p: float
    """How often chance alone gives as large a difference, 0 to 1."""


def ranks(hits: Iterable[Collection[int]]) -> Ranks:
    """Return the ranks at which an alternative is hit that none before hit; ``hits`` as in ``metrics``."""
    seen: set[int] = set()
    new = []
    for rank, hit in zip(range(1, DEPTH + 1), hits, strict=False):
        if not seen.issuperset(hit):
            new.append(rank)
        seen.update(hit)
    return tuple(new)


def of_row(row: Row) -> Ranks:
    """Return the ranks of what the product gave: of snippets, or of articles where whole articles are right."""
    return ranks(one.hits for one in row.ranking)


def of_texts(question: Question, names: Sequence[str]) -> Ranks:
    """Return the ranks of whole texts, given their names, best first."""
    gold = question.gold or ()
    return ranks({number for number, place in enumerate(gold) if place.article == name} for name in names)


def written(found: Sequence[Ranks]) -> str:
    """Return ranks as a text that takes little room: a word for each question, - where nothing was found."""
    return " ".join(",".join(map(str, one)) or "-" for one in found)


def parsed(text: str) -> list[Ranks]:
    """Return the ranks that ``written`` wrote."""
    return [() if one == "-" else tuple(map(int, one.split(","))) for one in text.split()]


def gains(found: Ranks, alternatives: int) -> dict[str, float]:
    """Return what one question scores, each of ``OF_FINDING`` 0 to 1."""
    hits = [{rank} if rank in found else set() for rank in range(1, DEPTH + 1)]
    places = {f"hit@{k}": hit_at(hits, k) for k in (1, 5, 10)}
    return places | {"ndcg@10": ndcg(hits, alternatives, DEPTH), "mrr@10": reciprocal_rank(hits, DEPTH)}


def measures(found: Sequence[Ranks], alternatives: Sequence[int]) -> dict[str, Measure]:
    """Return the means over the questions with their 95 % intervals."""
    return measured({name: _mean(values) for name, values in _values(found, alternatives).items()}, len(found))


def paired(found: Mapping[str, Sequence[Ranks]], alternatives: Sequence[int]) -> dict[str, Paired]:
    """Return for each of ``TESTED`` how "qa" differs from the best of the others, and whether by chance.

    The randomisation test is that of ``compare``. The best is chosen with the figures seen, which makes it harder
    for the product to be better than chance.
    """
    count = len(alternatives)
    scored = {name: _values(ranked, alternatives) for name, ranked in found.items()}
    tests = {}
    for name in TESTED:
        ours = scored["qa"][name]
        other = max((system for system in scored if system != "qa"), key=lambda system: sum(scored[system][name]))
        both = _mean([*scored[other][name], *ours])
        p, _ = randomised({name: both}, count, max(1000, min(TRIALS, WORK // count)))[name]
        tests[name] = Paired(other, float(np.mean(ours) - np.mean(scored[other][name])), p)
    return tests


def _values(found: Sequence[Ranks], alternatives: Sequence[int]) -> dict[str, list[float]]:
    each = [gains(one, count) for one, count in zip(found, alternatives, strict=True)]
    return {name: [one[name] for one in each] for name in OF_FINDING}


def _mean(values: Sequence[float]) -> Statistic:
    return ratio(values, np.ones(len(values)))


def answerable(questions: Iterable[Question]) -> tuple[Question, ...]:
    """Return the questions that something can be found for."""
    return tuple(question for question in questions if question.answerable)


def _of(questions: Sequence[Question], found: Sequence[Ranks], more: Mapping[str, Measure]) -> Scored:
    return Scored(measures(found, [question.alternatives for question in questions]) | dict(more), tuple(found))


def _rows(questions: Sequence[Question], ask: Ask, exam: Exam, system: str) -> tuple[Row, ...]:
    with Progress(f"{exam.name}, {system}") as progress:
        return score(questions, ask, exam.texts, progress)


def _product(asker: Asker, system: str, exam: Exam) -> Scored:
    """Score the product, also by its answers and by what it holds back."""
    rows = _rows(exam.questions, asker.ask, exam, system)
    report = summarise(rows)
    more = {name: report.measures[name] for name in OF_ANSWERS if report.measures[name].mean is not None}
    return _of(answerable(exam.questions), [of_row(row) for row in rows if row.answerable], more)


def _alone(order: str, exam: Exam, run: Runner) -> Scored:
    """Score what both searches found, in the order of one of them."""
    questions = answerable(exam.questions)
    rows = _rows(questions, asking(exam.asker, ORDERS[order]), exam, order)
    return _of(questions, [of_row(row) for row in rows], {})


def _peer(exam: Exam, run: Runner) -> Scored:
    """Score the plain script, in a process of its own."""
    questions = answerable(exam.questions)
    rankings, _, _ = by_peer(dict(exam.texts), questions, run)
    return _of(questions, [of_texts(one, names) for one, names in zip(questions, rankings, strict=True)], {})


SYSTEMS: Mapping[str, Callable[[Exam, Runner], Scored]] = {
    "qa": lambda exam, run: _product(exam.asker, "qa", exam),
    "unread": lambda exam, run: _product(replace(exam.asker, reader=None), "without the reader", exam),
    "meaning": lambda exam, run: _alone("meaning", exam, run),
    "words": lambda exam, run: _alone("words", exam, run),
    "peer": _peer,
}
"""By name, in the order they are measured and shown."""
