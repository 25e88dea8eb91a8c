"""Showing what a question set scored: as data for other programs, and as a table for people.

Owns the words and the layout. Printing, escaping for a terminal and JSON text are the command's.
"""

from collections.abc import Sequence
from dataclasses import asdict

from eval.run import Measure, Report, Row

KIND_WIDTH = 16

MEANINGS = {
    "hit@1": "the first snippet is the right place",
    "hit@3": "a right place is among the first 3",
    "hit@5": "a right place is among the first 5",
    "hit@10": "a right place is among the first 10",
    "mrr@10": "1 / rank of the first right place",
    "ndcg@10": "right places stand near the top",
    "answer@1": "the first snippet holds the answer",
    "em": "the answer is right word for word",
    "f1": "words shared with the right answer",
    "abstain_auroc": "knows what it knows (0.5 is chance)",
    "coverage": "share of answerable ones it answered",
    "answered_precision": "share of its answers that are right",
    "calibration_error": "error of its confidence (0 is best)",
    "latency_ms": "milliseconds for one question",
}


def payload(report: Report) -> dict[str, object]:
    """Return the report as plain data, version 1 of the contract; what is undefined is None, never NaN."""
    return {
        "version": 1,
        "questions": report.questions,
        "measures": {name: asdict(measure) for name, measure in report.measures.items()},
        "per_question": [asdict(row) for row in report.rows],
    }


def table(report: Report) -> str:
    """Return the report as lines of ASCII (but for the set's own kinds) of at most 80 columns."""
    answerable = sum(row.answerable for row in report.rows)
    undefined = any(measure.mean is None for measure in report.measures.values())
    lines = [
        f"{report.questions} questions, {answerable} of them answerable from the articles",
        "",
        f"{'measure':<18}  {'value':>6}  {'95 % interval':<14}  what it says",
        *(_measure_line(name, measure) for name, measure in report.measures.items()),
        *(["", "-: nothing in this set, or in the answers, to measure it by"] if undefined else []),
        "",
        f"{'kind':<{KIND_WIDTH}} {'questions':>9} {'hit@1':>8} {'answer@1':>8} {'answered':>8}",
    ]
    for kind in dict.fromkeys(row.kind for row in report.rows):
        lines.append(_kind_line(kind, [row for row in report.rows if row.kind == kind]))
    return "\n".join(lines)


def _measure_line(name: str, measure: Measure) -> str:
    digits = 0 if name == "latency_ms" else 3
    low, high = _number(measure.low, digits), _number(measure.high, digits)
    interval = "-" if measure.low is None else f"{low} - {high}"
    return f"{name:<18}  {_number(measure.mean, digits):>6}  {interval:<14}  {MEANINGS[name]}"


def _kind_line(kind: str, rows: Sequence[Row]) -> str:
    shown = kind or "(no kind)"
    shown = shown if len(shown) <= KIND_WIDTH else shown[: KIND_WIDTH - 3] + "..."
    answered = f"{sum(row.answered for row in rows)}/{len(rows)}"
    hit, held = _share(rows, "hit@1"), _share(rows, "answer@1")
    return f"{shown:<{KIND_WIDTH}} {len(rows):>9} {hit:>8} {held:>8} {answered:>8}"


def _share(rows: Sequence[Row], name: str) -> str:
    values = [value for row in rows if (value := row.measures[name]) is not None]
    return f"{sum(value == 1 for value in values)}/{len(values)}" if values else "-"


def _number(number: float | None, digits: int) -> str:
    return "-" if number is None else f"{number:.{digits}f}"
