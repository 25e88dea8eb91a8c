"""Showing what a question set scored, as tables for people, of ASCII (but for the set's own words) in 80 columns.

Owns the words and the layout. Printing and escaping for a terminal are the command's, the JSON form belongs to
``runs``, and the page with pictures to ``page``.
"""

import textwrap
from collections.abc import Iterator, Sequence

from eval.blame import Blame, blamed
from eval.compare import Change, Comparison, Flip
from eval.question_sets import GoldBy
from eval.rows import Row
from eval.run import Measure, Report
from qa.stages import MEANINGS as LOSSES

WIDTH = 80
KIND_WIDTH = 16
FLIPS = 10
"""So many flipped questions of either direction are listed; a saved run holds all."""

MEANINGS = {
    "hit@1": "the first snippet is the right place",
    "hit@3": "a right place is among the first 3",
    "hit@5": "a right place is among the first 5",
    "hit@10": "a right place is among the first 10",
    "recall@5": "share of right places in the top 5",
    "recall@10": "share of right places in the top 10",
    "map@10": "precision at each right place",
    "mrr@10": "1 / rank of the first right place",
    "ndcg@10": "right places stand near the top",
    "answer@1": "the first snippet holds the answer",
    "em": "the answer is right word for word",
    "f1": "words shared with the right answer",
    "abstain_auroc": "knows what it knows (0.5 is chance)",
    "coverage": "share of answerable ones it answered",
    "answered_precision": "share of its answers that are right",
    "citation_precision": "share of its citations that hold it",
    "risk_area": "errors among the surest (0 is best)",
    "calibration_error": "error of its confidence (0 is best)",
    "latency_ms": "milliseconds for one question",
    "latency_p50": "half of them took no longer",
    "latency_p95": "95 of 100 took no longer",
}


def table(report: Report) -> str:
    """Return the measures, the kinds of questions, and where questions were lost."""
    parts = [_measures(report), _kinds(report.rows), losses(report.rows)]
    return "\n\n".join(part for part in parts if part)


def losses(rows: Sequence[Row]) -> str:
    """Return at which stages questions were lost, how many, the worst of them, and a hint each; "" for none."""
    found = blamed(rows)
    if not found:
        return ""
    lines = [f"{'lost':<26} {'questions':>9}  worst (qa eval --why ID shows one in full)"]
    for blame in found:
        lines += _blame_lines(blame)
    return "\n".join(lines)


def comparison_table(comparison: Comparison) -> str:
    """Return both runs side by side, the flipped questions, and what these questions could not tell."""
    lines = [
        f"beside {comparison.baseline.config.questions}, {comparison.baseline.config.date}",
        "",
        f"{'measure':<18} {'before':>7} {'after':>7} {'change':>7} {'p':>7}   won/lost/same",
        *(_change_line(name, change) for name, change in comparison.changes.items()),
        "",
        "p: how often chance alone does as much (paired randomisation, corrected for the",
        "number of measures); *: less than 1 in 20. - was not tested.",
    ]
    if comparison.unpaired:
        lines += ["", f"{comparison.unpaired} questions are in one run only and were left out."]
    lines += ["", *_verdict(comparison), *_flips(comparison.flips)]
    return "\n".join(lines)


def _measures(report: Report) -> str:
    answerable = sum(row.answerable for row in report.rows)
    undefined = any(measure.mean is None for measure in report.measures.values())
    by_answer = sum(row.gold_by is GoldBy.ANSWER for row in report.rows)
    lines = [
        f"{report.questions} questions, {answerable} of them answerable from the articles",
        *([f"{by_answer} name no place: there, a snippet with an accepted answer is right"] if by_answer else []),
        "",
        f"{'measure':<18}  {'value':>6}  {'95 % interval':<14}  what it says",
        *(_measure_line(name, measure) for name, measure in report.measures.items()),
        *(["", "-: nothing in this set, or in the answers, to measure it by"] if undefined else []),
    ]
    return "\n".join(lines)


def _kinds(rows: Sequence[Row]) -> str:
    lines = [f"{'kind':<{KIND_WIDTH}} {'questions':>9} {'hit@1':>8} {'answer@1':>8} {'answered':>8}"]
    for kind in dict.fromkeys(row.kind for row in rows):
        lines.append(_kind_line(kind, [row for row in rows if row.kind == kind]))
    return "\n".join(lines)


def _measure_line(name: str, measure: Measure) -> str:
    digits = digits_of(name)
    low, high = number(measure.low, digits), number(measure.high, digits)
    interval = "-" if measure.low is None else f"{low} - {high}"
    return f"{name:<18}  {number(measure.mean, digits):>6}  {interval:<14}  {MEANINGS[name]}"


def _kind_line(kind: str, rows: Sequence[Row]) -> str:
    answered = f"{sum(row.answered for row in rows)}/{len(rows)}"
    hit, held = _share(rows, "hit@1"), _share(rows, "answer@1")
    return f"{shortened(kind or '(no kind)', KIND_WIDTH):<{KIND_WIDTH}} {len(rows):>9} {hit:>8} {held:>8} {answered:>8}"


def _blame_lines(blame: Blame) -> Iterator[str]:
    room = WIDTH - 38
    shown = " ".join(shortened(row.id, room // len(blame.worst) - 1) for row in blame.worst)
    yield f"{blame.loss.value:<26} {blame.questions:>9}  {shown}"
    for sentence in (LOSSES[blame.loss], blame.hint):
        yield from textwrap.wrap(sentence, WIDTH, initial_indent="    ", subsequent_indent="    ")


def _change_line(name: str, change: Change) -> str:
    digits = digits_of(name)
    p = "-" if change.p is None else f"{change.p:.4f}" + ("*" if change.significant else "")
    counted = change.wins + change.losses + change.ties
    counts = f"{change.wins}/{change.losses}/{change.ties}" if counted else ""
    return (
        f"{name:<18} {number(change.before, digits):>7} {number(change.after, digits):>7} "
        f"{change.after - change.before:>+7.{digits}f} {p:<8}  {counts}"
    ).rstrip()


def _verdict(comparison: Comparison) -> list[str]:
    """Say what is certain, or how large a change would have to be to become so."""
    both = (("Worse", comparison.worse), ("Better", comparison.better))
    said = [f"{word}: {', '.join(names)}." for word, names in both if names]
    if said:
        return textwrap.wrap(" ".join(said), WIDTH)
    named = [f"{name} by {change:.3f}" for name, change in comparison.noticeable.items()]
    if not named:
        return ["No question changed."]
    warning = (
        f"Too few questions to tell: {comparison.questions} would show a change of {', '.join(named[:3])} four "
        "times in five. What is smaller may be chance. Add questions, or call the two runs alike."
    )
    return textwrap.wrap(warning, WIDTH)


def _flips(flips: Sequence[Flip]) -> Iterator[str]:
    for said, won in (("now wrong", False), ("now right", True)):
        of_kind = [flip for flip in flips if flip.won is won]
        if of_kind:
            yield ""
            yield f"{said}: {len(of_kind)}"
            yield from (_flip_line(flip) for flip in of_kind[:FLIPS])
            if len(of_kind) > FLIPS:
                yield f"    and {len(of_kind) - FLIPS} more (--json and --report list all)"


def _flip_line(flip: Flip) -> str:
    name = shortened(flip.after.id, 20)
    return f"    {name}  {shortened(flip.after.question, WIDTH - len(name) - 6)}"


def shortened(text: str, width: int) -> str:
    """Return a text on one line in at most ``width`` characters, dots for what is left out."""
    line = " ".join(text.split())
    return line if len(line) <= width else line[: max(width - 3, 1)] + "..."[: max(width - 1, 0)]


def digits_of(name: str) -> int:
    """Return how many decimal places a measure is shown with."""
    return 0 if name.startswith("latency") else 3


def _share(rows: Sequence[Row], name: str) -> str:
    values = [value for row in rows if (value := row.measures[name]) is not None]
    return f"{sum(value == 1 for value in values)}/{len(values)}" if values else "-"


def number(value: float | None, digits: int) -> str:
    """Return a value as it is shown, a dash where there is none."""
    return "-" if value is None else f"{value:.{digits}f}"
