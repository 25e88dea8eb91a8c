"""Showing what was measured: the figures by number of articles, and a table of them.

Owns the words, and in which unit a figure is shown. What was not measured is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from eval.bench.parts import Record

MEGA = 1e6
LINE = "{:<29}{:>8}{:>17}{:>17}{:>8}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One kind of figure: what it is called, where it stands in the results, and what it is divided by."""

    name: str
    part: str
    key: str
    unit: float = 1.0


@dataclass(frozen=True, slots=True)
class Value:
    """What was measured of one program at one size: a median and its range, or a single value."""

    size: int
    median: float
    low: float | None = None
    high: float | None = None


FIGURES = (
    Figure("index from nothing, s", "bulk", "seconds"),
    Figure("  passages a second", "bulk", "passages_per_s"),
    Figure("  1000 characters a second", "bulk", "characters_per_s", 1e3),
    Figure("  index, MB", "bulk", "index_bytes", MEGA),
    Figure("ten more articles, s", "update", "seconds"),
    Figure("  passages embedded", "update", "embedded"),
    Figure("  written, MB", "update", "bytes_written", MEGA),
    Figure("nothing to do, s", "idle", "seconds"),
    Figure("ask, a fresh process, s", "cold", "seconds"),
    Figure("  processor (user), s", "cold", "user_s"),
    Figure("  peak memory, MB", "cold", "peak_bytes", MEGA),
)


def values(results: Record, figure: Figure, side: str) -> tuple[Value, ...]:
    """Return what was measured of ``side``, "qa" or "peer", smallest size first."""
    found = []
    for size in sorted(map(int, results["parts"])):
        measured = (results["parts"][str(size)].get(figure.part) or {}).get(side) or {}
        given = measured.get(figure.key)
        if isinstance(given, dict):
            found.append(Value(size, *(given[name] / figure.unit for name in ("median", "low", "high"))))
        elif given is not None:
            found.append(Value(size, given / figure.unit))
    return tuple(found)


def table(results: Record) -> str:
    """Return all figures as lines of at most 80 columns; a range stands behind its median."""
    machine = results["machine"]
    lines = [
        f"{machine['cpu']}, {machine['cores']} cores"[:80],
        "",
        LINE.format("", "articles", "qa", "peer", "peer/qa"),
        *(line for figure in (*FIGURES, *_warm_figures(results)) for line in _lines(results, figure)),
        "",
        "peer: eval/bench/peer.py, a plain script on sentence-transformers and FAISS. It",
        "knows no update and indexes everything again. Behind a median stands its range.",
    ]
    return "\n".join(lines) + "\n"


def _warm_figures(results: Record) -> tuple[Figure, ...]:
    """Return a figure for every stage that either program times, the sum of them first."""
    parts = [part["warm"][side] for part in results["parts"].values() for side in ("qa", "peer") if part.get("warm")]
    stages = dict.fromkeys(stage for part in parts for stage in part or ())
    named = [Figure(f"  {stage}", "warm", stage) for stage in stages if stage != "total"]
    return (Figure("ask, a warm process, ms", "warm", "total"), *named)


def _lines(results: Record, figure: Figure) -> Iterator[str]:
    """Yield a line for every size, the figure's name before the first."""
    ours, theirs = ({value.size: value for value in values(results, figure, side)} for side in ("qa", "peer"))
    for row, size in enumerate(sorted({*ours, *theirs})):
        mine, other = ours.get(size), theirs.get(size)
        ratio = _number(other.median / mine.median) if mine and other and mine.median else "-"
        yield LINE.format("" if row else figure.name, size, _cell(mine), _cell(other), ratio)


def _cell(value: Value | None) -> str:
    if value is None:
        return "-"
    if value.low is None or value.high is None:
        return _number(value.median)
    return f"{_number(value.median)} ({_number(value.low)}-{_number(value.high)})"


def _number(value: float) -> str:
    """Return a number with three digits that say something, as many more as it has before the point."""
    return f"{value:.{0 if value >= 100 else 1 if value >= 10 else 2}f}"
