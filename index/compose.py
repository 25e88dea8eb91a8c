"""From a plan to the segments of the next generation: what is written, what is carried over, what is merged.

Writes segment files only; nothing refers to them until ``build`` publishes the manifest.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from index.articles import Reading, read
from index.catalog import Place
from index.entries import embed_readings, known_vectors, stored_entries
from index.manifest import SegmentRecord
from index.records import ArticleKey
from index.scan import Look
from index.segments import Segment, write_segment
from index.vectors import Embedder, Progress

SEGMENTS = 32
"""More segments than this are merged into one with the next change."""
DEAD_SHARE = 0.2
"""When more of the stored passages than this are dead, they are cleared out with the next change."""


def compose(
    folder: Path,
    look: Look,
    name: str,
    dim: int,
    embedder: Callable[[], Embedder],
    progress: Progress | None,
    *,
    anew: bool,
) -> tuple[tuple[SegmentRecord, ...], int]:
    """Write the segment ``name`` where one is needed.

    Returns all segments of the next generation, and how many passages were embedded. With ``anew`` no
    stored vector is used again; ``embedder`` is called only where something has to be cut or embedded.
    """
    stale = look.places.keys() if look.rereading else look.scan.plan.dropped
    readings = dict(look.scan.readings)
    missing = set(look.scan.plan.kept) - readings.keys() if look.rereading else set()
    old = _open(folder, look) if missing or not anew else []
    for key in missing:
        readings[key] = _stored_reading(key, look, old)
    entries, computed = [], 0
    if readings:
        model = embedder()
        known = {} if anew else known_vectors(old)
        done = embed_readings([readings[key] for key in sorted(readings)], model, known, progress)
        entries, computed = list(done.entries), done.computed
    records = [] if anew else _with_dead(old, [look.places[key] for key in stale])
    if _worth_merging(records, new=bool(entries)):
        for segment, record in zip(old, records, strict=True):
            entries += stored_entries(segment, frozenset(record.dead))
        records = []
    if entries:
        entries.sort(key=lambda entry: entry.article.key)
        records.append(write_segment(folder, name, entries, dim))
    return tuple(records), computed


def _open(folder: Path, look: Look) -> list[Segment]:
    before = look.before
    return [Segment(folder, record, before.model.dim) for record in before.segments] if before else []


def _stored_reading(key: ArticleKey, look: Look, old: list[Segment]) -> Reading:
    """Return an article that is kept although its file cannot be read now, from the text in the index."""
    where = look.places[key]
    return read(key, old[where.segment].article(where.number).text.encode("utf-8"))


def _with_dead(old: list[Segment], dropped: list[Place]) -> list[SegmentRecord]:
    """Return the records of the old segments with ``dropped`` among the dead."""
    records = []
    for position, segment in enumerate(old):
        dead = {*segment.record.dead, *(where.number for where in dropped if where.segment == position)}
        passages = sum(len(segment.rows_of(number)) for number in dead)
        records.append(replace(segment.record, dead=tuple(sorted(dead)), dead_passages=passages))
    return records


def _worth_merging(records: list[SegmentRecord], *, new: bool) -> bool:
    stored = sum(record.passages for record in records)
    dead = sum(record.dead_passages for record in records)
    return len(records) + new > SEGMENTS or dead > DEAD_SHARE * stored
