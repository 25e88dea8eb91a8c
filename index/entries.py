"""From articles as read to entries of a segment: passages cut, vectors re-used where the text is known.

Owns the economy of embedding: a text that any live or new passage already has is never embedded again.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from index.articles import Reading
from index.segment_files import Entry, digest, text_of
from index.segments import Segment
from index.split import split
from index.vectors import Embedder, PassageVectors, Progress

Known = Callable[[Collection[bytes]], dict[bytes, PassageVectors]]
"""Gives the vectors that are already there, for those of the wanted digests that it knows."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """Entries ready to be written, and what they cost."""

    entries: tuple[Entry, ...]
    computed: int
    """Vectors computed."""


def embed_readings(
    readings: Sequence[Reading], embedder: Embedder, known: Known, progress: Progress | None
) -> Embedded:
    """Return the entries of ``readings``; only texts that ``known`` does not give are embedded, once each."""
    cut = [split(reading, embedder.count_tokens, embedder.card.max_tokens) for reading in readings]
    texts = {digest(text): text for text in (text_of(passage) for passages in cut for passage in passages)}
    vectors = known(texts.keys())
    new = [mark for mark in texts if mark not in vectors]
    made = embedder.embed_passages([texts[mark] for mark in new], progress)
    vectors.update(zip(new, made, strict=True))
    entries = (
        Entry(reading.article, passages, tuple(vectors[digest(text_of(passage))] for passage in passages))
        for reading, passages in zip(readings, cut, strict=True)
    )
    return Embedded(tuple(entries), len(new))


def known_vectors(segments: Iterable[Segment], wanted: Collection[bytes]) -> dict[bytes, PassageVectors]:
    """Return the stored vectors, of dead passages too, for those digests in ``wanted`` that any segment holds."""
    sought = _leading_half(np.array(list(wanted), dtype="V16"))
    known: dict[bytes, PassageVectors] = {}
    for segment in segments:
        marks = segment.passages["digest"]
        for row in np.flatnonzero(np.isin(_leading_half(marks), sought)):
            mark = bytes(marks[row])
            if mark in wanted and mark not in known:
                known[mark] = segment.passage_vectors(int(row))
    return known


def stored_entries(segment: Segment, dead: frozenset[int]) -> Iterable[Entry]:
    """Yield the articles of a segment but the ``dead`` ones as they are stored, for writing them into another."""
    for number in range(segment.record.articles):
        if number not in dead:
            article, rows = segment.article(number), segment.rows_of(number)
            passages = tuple(segment.passage(row, article) for row in rows)
            yield Entry(article, passages, tuple(segment.passage_vectors(row) for row in rows))


def _leading_half(
    marks: "np.ndarray[tuple[int, ...], np.dtype[np.void]]",
) -> "np.ndarray[tuple[int], np.dtype[np.uint64]]":
    """Return the first eight bytes of each digest as a number, shape (n,), which numpy can look up fast."""
    return np.ascontiguousarray(marks).view(np.uint64).reshape(-1, 2)[:, 0]
