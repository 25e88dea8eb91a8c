"""The pictures of a run, in their order; and the one of how long its questions took.

Owns which pictures there are. Those of confidence are drawn in ``curves``, those that count kinds in ``bars``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from eval.compare import Comparison
from eval.page.bars import by_kind, flips
from eval.page.curves import calibration, selective_plot
from eval.page.markup import Table
from eval.page.svg import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Axis,
    Plot,
    Scale,
    bar,
    drawing,
    frame,
    label,
    round_step,
    rule,
)
from eval.run import Report
from eval.runs import Run

BARS = 24
"""So many columns of latencies at most."""
FINEST = 1e-3
"""Milliseconds: no clock tells less."""
TAIL = 2.0
"""Latencies above so many times the p95 share the last column: one slow question must not flatten all others."""


def plots(run: Run, comparison: Comparison | None) -> tuple[Plot, ...]:
    """Return the pictures of a run in the order they are shown; flips only where there is a baseline."""
    rows = run.report.rows
    made = (
        by_kind(rows),
        selective_plot(run, comparison.baseline if comparison else None),
        calibration(run.report),
        latency(run.report),
    )
    return (*made, flips(comparison)) if comparison else made


@dataclass(frozen=True, slots=True)
class Columns:
    """Latencies, counted in columns of one width from 0 on."""

    width: float
    counts: tuple[int, ...]
    longer: int
    """How many of the last column lie beyond its end."""

    @property
    def end(self) -> float:
        """Where the last column ends."""
        return self.width * len(self.counts)


def columns(latencies: Sequence[float], p95: float) -> Columns:
    """Return latencies in at most ``BARS`` columns; those beyond ``TAIL`` times the p95 are put into the last."""
    most = max(latencies)
    cut = most if most <= TAIL * p95 else TAIL * p95
    width = round_step(max(cut / BARS, FINEST))
    last = max(1, ceil(cut / width - 1e-6))
    counts = [0] * last
    for latency in latencies:
        counts[min(int(latency / width), last - 1)] += 1
    return Columns(width, tuple(counts), sum(latency > max(cut, width * last) for latency in latencies))


def latency(report: Report) -> Plot:
    """Return how long the questions took."""
    title = "Time for one question"
    p50, p95 = report.measures["latency_p50"].mean, report.measures["latency_p95"].mean
    head = ("from ms", "to ms", "questions")
    if p50 is None or p95 is None:
        svg = drawing("latency", title, "There is nothing to draw.", HEIGHT, [])
        return Plot(title, svg, "There is nothing to draw.", Table(title, head, (), frozenset(head)))
    found = columns([row.latency_ms for row in report.rows], p95)
    across = Axis(Scale(0, found.end, LEFT, RIGHT), "milliseconds", _ticks(found.end))
    high = max(found.counts)
    up = Axis(Scale(0, high, BOTTOM, TOP + 34), "questions", _whole_ticks(high))
    marks = frame(across, up)
    for number, count in enumerate(found.counts):
        x, y = across.scale.at(number * found.width), up.scale.at(count)
        if count:
            marks.append(bar((x + 1, y), across.scale.at(found.width) - LEFT - 2, BOTTOM - y, "pale"))
    for row, (name, value) in enumerate((("p50", p50), ("p95", p95))):
        marks += _marker(f"{name} {value:.0f} ms", across.scale.at(min(value, found.end)), TOP - 28 + 16 * row)
    caption = f"Half of the questions took at most {p50:.0f} ms (p50), and 95 of 100 at most {p95:.0f} ms (p95)."
    if found.longer:
        slowest = max(row.latency_ms for row in report.rows)
        caption += f" The last column holds {found.longer} that took longer than it shows, up to {slowest:.0f} ms."
    data = tuple(
        (f"{number * found.width:.10g}", f"{(number + 1) * found.width:.10g}", str(count))
        for number, count in enumerate(found.counts)
        if count
    )
    svg = drawing("latency", title, caption, HEIGHT, marks)
    return Plot(title, svg, caption, Table(title, head, data, frozenset(head)))


def _marker(words: str, x: float, y: float) -> list[str]:
    """Return an upright dashed line with its name beside it, on the side where there is more room."""
    inside, anchor = (x - 5, "end") if x > WIDTH / 2 else (x + 5, "start")
    return [rule((x, y - 10), (x, BOTTOM), "dashed"), label(inside, y, words, "halo", anchor)]


def _ticks(end: float) -> tuple[float, ...]:
    step = round_step(end / 5)
    return tuple(step * number for number in range(int(end / step + 1e-9) + 1))


def _whole_ticks(most: int) -> tuple[float, ...]:
    step = max(1.0, round_step(most / 4))
    return tuple(step * number for number in range(int(most / step) + 1))
