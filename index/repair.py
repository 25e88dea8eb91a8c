"""What is damaged in an index, and what of it is still worth something.

Owns the diagnosis and the salvage; making the lost parts again is the ordinary work of ``build``.
"""

import contextlib
import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from index import files, nearest
from index import manifest as manifests
from index.articles import Reading, read
from index.catalog import stored_articles
from index.errors import IndexDamaged, IndexTooNew
from index.manifest import Manifest, SegmentRecord
from index.records import ArticleKey
from index.segment_files import HALF, PASSAGE, digest, text_of
from index.split import split
from index.vectors import Embedder, PassageVectors

QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Damage:
    """The state of a damaged index."""

    manifest: Manifest | None
    """The newest that can be read, with its sound segments only; None where none can be read."""
    worn: tuple[SegmentRecord, ...]
    """The segments with a damaged or missing file."""
    files: tuple[str, ...]
    """Names of the damaged files, manifests included."""
    recovered: dict[ArticleKey, Reading]
    """Live articles of the damaged segments whose text is sound."""
    forgotten: bool = False
    """Whether there were articles that only their files on the disk can bring back."""


def diagnose(folder: Path) -> Damage:
    """Return what is damaged, every byte checked. Raises IndexTooNew for an index of a newer version."""
    bad: list[str] = []
    newest: Manifest | None = None
    for generation in manifests.generations(folder):
        try:
            found = manifests.read(folder, generation)
            newest = newest or found
        except IndexTooNew:
            raise
        except IndexDamaged:
            bad.append(manifests.manifest_name(generation))
    if newest is None:
        return Damage(None, (), tuple(bad), {}, forgotten=True)
    worn = []
    for record in newest.segments:
        faulty = [ending for ending in record.files if _content(folder, record, ending) is None]
        bad += [f"{record.name}.{ending}" for ending in faulty]
        if faulty:
            worn.append(record)
    sound = tuple(record for record in newest.segments if record not in worn)
    readable = [record for record in worn if f"{record.name}.articles.jsonl" not in bad]
    recovered = {key: reading for record in readable for key, reading in stored_articles(folder, record).items()}
    return Damage(
        replace(newest, segments=sound), tuple(worn), tuple(bad), recovered, forgotten=len(readable) < len(worn)
    )


def salvage(folder: Path, damage: Damage, embedder: Embedder, wanted: Collection[bytes]) -> dict[bytes, PassageVectors]:
    """Return the vectors in damaged segments that still verify, for the digests in ``wanted``."""
    known: dict[bytes, PassageVectors] = {}
    for record in damage.worn:
        known.update(_vectors(folder, record, embedder))
    return {mark: vectors for mark, vectors in known.items() if mark in wanted}


def quarantine(folder: Path, damage: Damage) -> None:
    """Move the damaged files out of the way, for whoever wants to look at them. Nothing deletes them.

    The repair is published by then; a file that cannot be moved stays where it is, named by nothing.
    """
    for name in damage.files:
        with contextlib.suppress(OSError):
            files.move_into(folder / name, folder / QUARANTINE)


def _content(folder: Path, record: SegmentRecord, ending: str) -> bytes | None:
    """Return a file's bytes, None where they are not what was written."""
    try:
        return bytes(manifests.read_file(folder, record, ending, always=True))
    except (IndexDamaged, FileNotFoundError):
        return None


def _articles(folder: Path, record: SegmentRecord) -> list[Reading] | None:
    """Return all articles of a segment in order, None where their file is damaged."""
    lines = _content(folder, record, "articles.jsonl")
    if lines is None:
        return None
    try:
        stored = [json.loads(line) for line in lines.splitlines()]
        return [read(ArticleKey(one["root"], one["path"]), one["text"].encode("utf-8")) for one in stored]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _vectors(folder: Path, record: SegmentRecord, embedder: Embedder) -> dict[bytes, PassageVectors]:
    """Return the vectors of a damaged segment by digest.

    Where the table of passages is damaged and the articles are not, cutting them again gives it back.
    """
    packed, halves = _content(folder, record, "vectors.faiss"), _content(folder, record, "sentences.half")
    if packed is None or halves is None:
        return {}
    whole = nearest.vectors_of(nearest.unpack(packed, record.passages, embedder.card.dim))
    sentences = np.frombuffer(halves, dtype=HALF).reshape(-1, embedder.card.dim).astype(np.float32)
    rows = _rows(folder, record, embedder)
    if len(rows) != len(whole) or sum(count for _, count in rows) != len(sentences):
        return {}
    ends = np.cumsum([count for _, count in rows])
    return {
        mark: PassageVectors(vector, sentences[end - count : end])
        for (mark, count), vector, end in zip(rows, whole, ends, strict=True)
    }


def _rows(folder: Path, record: SegmentRecord, embedder: Embedder) -> list[tuple[bytes, int]]:
    """Return (digest, number of sentences) of each passage of a segment, empty where that is beyond saving."""
    table = _content(folder, record, "passages.rows")
    if table is not None:
        return [(bytes(row["digest"]), int(row["sentences"])) for row in np.frombuffer(table, dtype=PASSAGE)]
    return [
        (digest(text_of(passage)), len(passage.sentences))
        for reading in _articles(folder, record) or []
        for passage in split(reading, embedder.count_tokens, embedder.card.max_tokens)
    ]
