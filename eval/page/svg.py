"""Marks of a picture: lines, bars, dots and words as SVG, and the frame with its scales.

Owns where a value stands in a picture. Colours belong to the style sheet of ``markup``, reached by class; which marks
make a picture is decided in ``bars``, ``curves`` and ``plots``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import floor, log10

from eval.page.markup import Table, shown

WIDTH, HEIGHT = 440, 310
"""Of a picture, in its own units: so narrow that words can still be read on a telephone."""
LEFT, RIGHT, TOP, BOTTOM = 40, WIDTH - 14, 40, HEIGHT - 44
"""Where the frame of a picture with axes begins and ends."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture, what is seen on it, and its numbers."""

    title: str
    svg: str
    caption: str
    data: Table
    tall: bool = False
    """Whether it is about twice as high as the others."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from ``low`` to ``high``, on the way from ``start`` to ``end``; they differ."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return where a value stands."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale that is shown."""

    scale: Scale
    name: str
    ticks: tuple[float, ...]


def round_step(least: float) -> float:
    """Return the smallest of 1, 2 and 5 times a power of ten that is at least ``least``, which is above 0."""
    power = 10.0 ** floor(log10(least))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least * (1 - 1e-9))


def frame(across: Axis, up: Axis) -> list[str]:
    """Return the grid, the numbers at it, and the names of both axes: below, and above the left corner."""
    left, right = across.scale.start, across.scale.end
    bottom, top = up.scale.start, up.scale.end
    marks = [label(0, top - 14, up.name, "soft"), label(right, bottom + 36, across.name, "soft", "end")]
    for tick in up.ticks:
        y = up.scale.at(tick)
        marks += [rule((left, y), (right, y), "grid"), label(left - 6, y + 4, f"{tick:g}", "soft", "end")]
    for tick in across.ticks:
        x = across.scale.at(tick)
        marks += [
            rule((x, bottom), (x, bottom + 4), "axis"),
            label(x, bottom + 18, f"{tick:,.10g}", "soft", "middle"),
        ]
    return [*marks, rule((left, bottom), (right, bottom), "axis")]


def line(points: Sequence[tuple[float, float]], look: str) -> str:
    """Return a line through points; those that fall on the one before are left out."""
    at = " ".join(place for place, _ in groupby(f"{_n(x)},{_n(y)}" for x, y in points))
    return f'<polyline class="{look}" points="{at}"/>'


def rule(start: tuple[float, float], end: tuple[float, float], look: str) -> str:
    """Return a straight line."""
    (x1, y1), (x2, y2) = start, end
    return f'<line class="{look}" x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"/>'


def bar(corner: tuple[float, float], width: float, height: float, look: str) -> str:
    """Return a rectangle, given its upper left corner."""
    x, y = corner
    return f'<rect class="{look}" x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"/>'


def dot(x: float, y: float, look: str = "mine") -> str:
    """Return a round mark."""
    return f'<circle class="{look}" cx="{_n(x)}" cy="{_n(y)}" r="4.5"/>'


def label(x: float, y: float, words: str, look: str = "", anchor: str = "start") -> str:
    """Return words that begin, stand in the middle or end at ``x``."""
    return f'<text class="{look}" x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}">{shown(words)}</text>'


def drawing(key: str, title: str, description: str, height: float, marks: Iterable[str]) -> str:
    """Return a picture, words above all other marks; ``key`` is a name of its own on the page."""
    return (
        f'<svg viewBox="0 0 {WIDTH} {_n(height)}" role="img" aria-labelledby="{key}-title {key}-desc">\n'
        f'<title id="{key}-title">{shown(title)}</title>\n<desc id="{key}-desc">{shown(description)}</desc>\n'
        + "\n".join(sorted(marks, key=lambda mark: mark.startswith("<text")))
        + "\n</svg>"
    )


def _n(number: float) -> str:
    """Return a coordinate; a tenth of a unit cannot be seen."""
    return f"{round(number, 1) + 0.0:g}"
