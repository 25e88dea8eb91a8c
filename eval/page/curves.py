"""Pictures of what confidence is worth: precision against coverage, and the reliability diagram.

Owns what they show and what their captions say. The curves are computed in ``selective``, marks are those of ``svg``.
"""

from collections.abc import Sequence

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
    dot,
    drawing,
    frame,
    label,
    line,
    rule,
)
from eval.rows import Row
from eval.run import Report
from eval.runs import Run
from eval.selective import Point, reliability, risk_coverage

SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def selective_plot(run: Run, baseline: Run | None) -> Plot:
    """Return precision against coverage, from answering only what is surest to answering all."""
    across, up = (
        _shares("coverage: answered, of the answerable"),
        _share_up("precision: right, of the answered", TOP + 12),
    )
    title = "Precision against coverage"
    marks = frame(across, up)
    said: list[str] = []
    if baseline:
        before = _curve(baseline.report.rows)
        marks += _drawn(before, baseline, "other", across.scale, up.scale)
        marks += _legend(WIDTH / 2, f"the baseline, cut at {baseline.config.threshold:.3f}", "other")
        said = [_threshold_sentence(before, baseline, "the baseline"), "Solid: this run. Dashed: the baseline."]
    curve = _curve(run.report.rows)
    marks += _drawn(curve, run, "mine", across.scale, up.scale)
    marks += _legend(0, f"this run, cut at {run.config.threshold:.3f}", "mine")
    if curve:
        said.insert(0, f"Were all answered, {curve[-1].precision:.3f} of the answers would be right.")
    said.insert(0, _threshold_sentence(curve, run, "this run"))
    head = ("from confidence", "coverage", "precision")
    data = tuple((f"{at.threshold:.3f}", f"{at.coverage:.3f}", f"{at.precision:.3f}") for at in _tenths(curve))
    caption = " ".join(said)
    svg = drawing("selective", title, caption, HEIGHT, marks)
    return Plot(title, svg, caption, Table(title, head, data, frozenset(head)))


def calibration(report: Report) -> Plot:
    """Return the reliability diagram: how often it is right against how sure it is."""
    across, up = _shares("confidence"), _share_up("share right", TOP)
    bins = reliability([row.confidence for row in report.rows], [row.right for row in report.rows])
    marks = [
        *frame(across, up),
        rule((LEFT, BOTTOM), (RIGHT, TOP), "dashed"),
        label(LEFT + 10, TOP + 20, "too modest", "soft"),
        label(RIGHT - 10, BOTTOM - 12, "too sure", "soft", "end"),
    ]
    for one in bins:
        x, y = across.scale.at(one.confidence), up.scale.at(one.right)
        marks += [rule((x, up.scale.at(one.confidence)), (x, y), "gap"), dot(x, y)]
    title = "Calibration"
    error = report.measures["calibration_error"].mean
    caption = "There is nothing to draw."
    if bins and error is not None:
        far = max(bins, key=lambda one: abs(one.right - one.confidence))
        each = "one question" if len(report.rows) <= len(bins) else "a tenth of the questions"
        caption = (
            f"Each dot is {each}; on the dashed line, as many are right as the confidence says. "
            f"On average the two differ by {error:.3f} (calibration error). The farthest dot stands at confidence "
            f"{far.confidence:.3f}, where {far.right:.3f} are right."
        )
    head = ("mean confidence", "right", "questions")
    data = tuple((f"{one.confidence:.3f}", f"{one.right:.3f}", str(one.questions)) for one in bins)
    svg = drawing("calibration", title, caption, HEIGHT, marks)
    return Plot(title, svg, caption, Table(title, head, data, frozenset(head)))


def _shares(name: str) -> Axis:
    return Axis(Scale(0, 1, LEFT, RIGHT), name, SHARES)


def _share_up(name: str, top: float) -> Axis:
    return Axis(Scale(0, 1, BOTTOM, top), name, SHARES)


def _curve(rows: Sequence[Row]) -> tuple[Point, ...]:
    """Return the curve; none where nothing is answerable, for coverage is then nothing."""
    if not any(row.answerable for row in rows):
        return ()
    return risk_coverage(
        [row.confidence for row in rows], [row.right for row in rows], [row.answerable for row in rows]
    )


def _at_threshold(points: Sequence[Point], threshold: float) -> Point | None:
    """Return the last point that is answered; None where nothing is sure enough."""
    return next((point for point in reversed(points) if point.threshold >= threshold), None)


def _tenths(points: Sequence[Point]) -> list[Point]:
    """Return the first point that reaches each tenth of coverage."""
    reached = [next((point for point in points if point.coverage >= tenth / 10), None) for tenth in range(1, 11)]
    return list(dict.fromkeys(point for point in reached if point))


def _drawn(points: Sequence[Point], run: Run, look: str, across: Scale, up: Scale) -> list[str]:
    """Return a curve, with a mark where the run's threshold cuts it."""
    marks = [line([(across.at(one.coverage), up.at(one.precision)) for one in points], look)]
    here = _at_threshold(points, run.config.threshold)
    if here:
        x, y = across.at(here.coverage), up.at(here.precision)
        marks += [rule((x, y), (x, BOTTOM), "dashed"), _mark(x, y, look)]
    return marks


def _legend(x: float, words: str, look: str) -> list[str]:
    return [line([(x, 8), (x + 26, 8)], look), _mark(x + 13, 8, look), label(x + 33, 12, words)]


def _mark(x: float, y: float, look: str) -> str:
    """Return a mark that differs between the two runs in shape as well."""
    return dot(x, y, look) if look == "mine" else bar((x - 4, y - 4), 8, 8, look)


def _threshold_sentence(points: Sequence[Point], run: Run, name: str) -> str:
    if not points:
        return f"No question of {name} is answerable: it has no curve."
    here = _at_threshold(points, run.config.threshold)
    threshold = f"At its threshold of {run.config.threshold:.3f}"
    if here is None:
        return f"{threshold} {name} answers nothing."
    return (
        f"{threshold} {name} answers {here.coverage:.3f} of the answerable questions, and {here.precision:.3f} "
        "of all its answers are right."
    )
