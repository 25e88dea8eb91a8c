"""Drawing what was measured, as an SVG that is the same for the same figures. The only module that knows matplotlib.

White behind, dark enough on it in any setting; every line carries its name at its end.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from eval.bench.parts import Record
from eval.bench.report import MEGA, Figure, Value, values

OURS, THEIRS, INK, FAINT = "#00608a", "#b5460f", "#24292f", "#d8dee4"
GAP = 0.09
"""Least distance of two names, as a share of a panel's height."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a panel."""

    name: str
    side: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class Panel:
    """One small picture over the number of articles."""

    title: str
    lines: tuple[Line, ...]
    log: bool = False


PANELS = (
    Panel(
        "One question, a fresh process: seconds",
        (
            Line("qa", "qa", Figure("", "cold", "seconds")),
            Line("plain script", "peer", Figure("", "cold", "seconds")),
        ),
    ),
    Panel(
        "Ten more articles: seconds, MB written",
        (
            Line("qa, s", "qa", Figure("", "update", "seconds")),
            Line("qa, MB", "qa", Figure("", "update", "bytes_written", MEGA)),
            Line("script, s", "peer", Figure("", "update", "seconds")),
            Line("script, MB", "peer", Figure("", "update", "bytes_written", MEGA)),
        ),
        log=True,
    ),
    Panel(
        "Indexing: thousand characters a second",
        (
            Line("qa", "qa", Figure("", "bulk", "characters_per_s", 1e3)),
            Line("plain script", "peer", Figure("", "bulk", "characters_per_s", 1e3)),
        ),
    ),
)


def draw(results: Record) -> bytes:
    """Return the picture: an SVG of three panels, a line for each program (two where MB are shown)."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # whatever the user's own settings are
        matplotlib.rcParams.update({"svg.hashsalt": "bench", "svg.fonttype": "path", "font.size": 9})
        canvas = Canvas(figsize=(11, 3.2), facecolor="white", layout="constrained")
        for axes, panel in zip(canvas.subplots(1, len(PANELS)), PANELS, strict=True):
            _draw_panel(axes, panel, results)
        made = io.BytesIO()
        canvas.savefig(made, format="svg", metadata={"Date": None})
    return made.getvalue()


def _draw_panel(axes: Axes, panel: Panel, results: Record) -> None:
    drawn = [(line, found) for line in panel.lines if (found := values(results, line.figure, line.side))]
    axes.set_title(panel.title, loc="left", fontsize=9, color=INK)
    axes.set_xscale("log")
    if panel.log:
        axes.set_yscale("log")
    for line, found in drawn:
        _draw_line(axes, line, found)
    sizes = sorted({value.size for _, found in drawn for value in found})
    axes.xaxis.set_major_locator(FixedLocator(sizes))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda size, _: f"{size:,.0f}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.set_xlabel("articles", color=INK)
    axes.tick_params(colors=INK, which="both", length=2)
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    if not panel.log:
        axes.set_ylim(bottom=0)
    _name_lines(axes, drawn)


def _draw_line(axes: Axes, line: Line, found: Sequence[Value]) -> None:
    """Draw one line with its range; a size in MB is dashed."""
    axes.plot(
        [value.size for value in found],
        [value.median for value in found],
        color=_colour(line),
        linestyle="--" if line.figure.unit == MEGA else "-",
        linewidth=1.6,
        marker="o",
        markersize=3.5,
        gid=f"line {line.figure.part} {line.figure.key} {line.side}",
    )
    for value in found:
        if value.low is not None and value.high is not None:
            axes.plot([value.size] * 2, [value.low, value.high], color=_colour(line), linewidth=0.8, alpha=0.6)


def _name_lines(axes: Axes, drawn: Sequence[tuple[Line, Sequence[Value]]]) -> None:
    """Write each line's name right of the panel at the height of its end, moved up where two would touch."""
    axes.autoscale_view()  # otherwise done when drawing, and the ends would lie elsewhere
    to_share = axes.transData + axes.transAxes.inverted()
    heights = [float(to_share.transform((found[-1].size, found[-1].median))[1]) for _, found in drawn]
    least = 0.0
    for height, (line, _) in sorted(zip(heights, drawn, strict=True), key=lambda pair: pair[0]):
        height = max(height, least)
        least = height + GAP
        axes.text(1.02, height, line.name, color=_colour(line), transform=axes.transAxes, va="center", fontsize=9)


def _colour(line: Line) -> str:
    return OURS if line.side == "qa" else THEIRS
