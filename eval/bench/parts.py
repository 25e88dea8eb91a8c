"""What is measured of ``qa`` and of the peer at one size.

Owns the questions, and the units: seconds (milliseconds where a name says so), bytes, and characters of the
decoded text. The peer's chunks are called passages here.
"""

import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any

from eval.bench.stand import Ran, Stand, lay

Record = dict[str, Any]
Snapshot = Mapping[str, tuple[int, int]]

QUESTIONS = (
    "Who won the election?",
    "How many people were killed?",
    "When did the fire start?",
    "Why did the company cut jobs?",
    "What did the president say about the war?",
    "Where was the suspect arrested?",
    "How much will the project cost?",
    "Which team won the final?",
    "What caused the crash?",
    "Who is the new prime minister?",
    "How did the markets react?",
    "What do scientists know about the virus?",
    "When will the new law take effect?",
    "Why are the workers on strike?",
    "How strong was the earthquake?",
    "What did the court decide?",
    "Who discovered the planet?",
    "Where will the next summit be held?",
    "How has the climate changed?",
    "What is the film about?",
)
WARM_UP = "What happened yesterday?"
MORE = 10
"""New articles of an update."""
IDLE_RUNS = 3


def snapshot(folder: Path) -> Snapshot:
    """Return the time of change (ns) and the size (bytes) of every file below ``folder``, by its path there."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.stat().st_size) for path in files}


def bytes_written(before: Snapshot, after: Snapshot) -> int:
    """Return the size of all files that are new or changed."""
    return sum(entry[1] for name, entry in after.items() if before.get(name) != entry)


def spread(values: Sequence[float]) -> Record:
    """Return the median and the range."""
    return {"median": _short(median(values)), "low": _short(min(values)), "high": _short(max(values))}


def medians(rows: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Return the median of every key over the rows that have it, in the order in which keys appear."""
    found: dict[str, list[float]] = {}
    for row in rows:
        for key, value in row.items():
            found.setdefault(key, []).append(value)
    return {key: _short(median(values)) for key, values in found.items()}


def bulk(stand: Stand) -> Record:
    """Index from nothing."""
    shutil.rmtree(stand.index, ignore_errors=True)
    lay(stand.source, stand.names, stand.articles)
    raw = [(stand.articles / name).read_bytes() for name in stand.names]
    characters = sum(len(one.decode(errors="replace")) for one in raw)
    made = [(stand.qa_index(), "passages", stand.index)]
    made += [(stand.peer_index(stand.peer), "chunks", stand.peer)] if stand.with_peer else []
    rows = [_indexed(ran, characters, json.loads(ran.said)[pieces], out) for ran, pieces, out in made]
    return {"characters": characters, "text_bytes": sum(map(len, raw)), **_sides(rows)}


def _indexed(ran: Ran, characters: int, pieces: int, out: Path) -> Record:
    return {
        "seconds": _short(ran.seconds),
        "passages": pieces,
        "passages_per_s": _short(pieces / ran.seconds),
        "characters_per_s": round(characters / ran.seconds),
        "index_bytes": bytes_written({}, snapshot(out)),
    }


def cold(stand: Stand) -> Record:
    """Ask in fresh processes, ``qa`` and the peer in turn, after one of each that is not measured."""
    stand.ready()
    askers = [stand.qa_ask, stand.peer_ask] if stand.with_peer else [stand.qa_ask]
    rounds = [[ask(question) for ask in askers] for question in islice(cycle(QUESTIONS), stand.rounds + 1)][1:]
    rows = [_asked(side) for side in zip(*rounds, strict=True)]
    ratio = _short(rows[1]["seconds"]["median"] / rows[0]["seconds"]["median"]) if stand.with_peer else None
    return {"rounds": stand.rounds, "ratio": ratio, **_sides(rows)}


def _asked(runs: Sequence[Ran]) -> Record:
    return {
        "seconds": spread([ran.seconds for ran in runs]),
        "user_s": _short(median(ran.user_s for ran in runs)),
        "peak_bytes": int(median(ran.peak_bytes for ran in runs)),
    }


def warm(stand: Stand) -> Record:
    """Ask all questions in one process, after one that is not measured: milliseconds by each program's own clock."""
    stand.ready()
    lines = "\n".join((WARM_UP, *QUESTIONS)) + "\n"
    runs = [stand.qa_ask("-", lines)] + ([stand.peer_ask("-", lines)] if stand.with_peer else [])
    rows = [medians(json.loads(line)["timing_ms"] for line in ran.said.splitlines()[1:]) for ran in runs]
    return {"questions": len(QUESTIONS), **_sides(rows)}


def idle(stand: Stand) -> Record:
    """Bring an index up to date that is: nothing to do."""
    stand.ready()
    return {"qa": {"seconds": spread([stand.qa_index().seconds for _ in range(IDLE_RUNS)])}}


def update(stand: Stand) -> Record:
    """Add ten articles. The peer knows no update and makes its whole index again."""
    stand.ready()
    before = snapshot(stand.index)
    lay(stand.source, (*stand.names, *stand.more), stand.articles)
    ran = stand.qa_index()
    rows = [_updated(ran, bytes_written(before, snapshot(stand.index)), json.loads(ran.said)["embedded"])]
    if stand.with_peer:
        again = stand.folder / "peer-again"
        ran = stand.peer_index(again)
        rows.append(_updated(ran, bytes_written({}, snapshot(again)), json.loads(ran.said)["chunks"]))
        shutil.rmtree(again, ignore_errors=True)
    return {"added": len(stand.more), **_sides(rows)}


def _updated(ran: Ran, written: int, embedded: int) -> Record:
    return {"seconds": _short(ran.seconds), "bytes_written": written, "embedded": embedded}


PARTS: Mapping[str, Callable[[Stand], Record]] = {
    "bulk": bulk,
    "cold": cold,
    "warm": warm,
    "idle": idle,
    "update": update,
}
"""In the order in which they are measured."""


def _sides(rows: Sequence[Record]) -> Record:
    """Return what was measured of ``qa`` and, None where it was not, of the peer."""
    return {"qa": rows[0], "peer": rows[1] if len(rows) > 1 else None}


def _short(value: float) -> float:
    return float(f"{value:.4g}")
