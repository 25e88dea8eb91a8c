"""From articles as read to entries of a segment: passages cut, vectors re-used where the text is known.

Owns the economy of embedding: a text that any live or new passage already has is never embedded again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from index.articles import Reading
from index.segments import Entry, Segment, digest, text_of
from index.split import split
from index.vectors import Embedder, PassageVectors, Progress


@dataclass(frozen=True, slots=True)
class Embedded:
    """Entries ready to be written, and what they cost."""

    entries: tuple[Entry, ...]
    computed: int
    """Vectors computed."""


def embed_readings(
    readings: Sequence[Reading], embedder: Embedder, known: Mapping[bytes, PassageVectors], progress: Progress | None
) -> Embedded:
    """Return the entries of ``readings``; only texts whose digest is not in ``known`` are embedded, once each."""
    cut = [split(reading, embedder.count_tokens, embedder.card.max_tokens) for reading in readings]
    texts = {digest(text): text for text in (text_of(passage) for passages in cut for passage in passages)}
    new = [mark for mark in texts if mark not in known]
    made = embedder.embed_passages([texts[mark] for mark in new], progress)
    vectors = {**known, **dict(zip(new, made, strict=True))}
    entries = (
        Entry(reading.article, passages, tuple(vectors[digest(text_of(passage))] for passage in passages))
        for reading, passages in zip(readings, cut, strict=True)
    )
    return Embedded(tuple(entries), len(new))


def known_vectors(segments: Iterable[Segment]) -> dict[bytes, PassageVectors]:
    """Return the vectors of all stored passages, dead ones too, by the digest of what was embedded."""
    return {
        bytes(mark): segment.passage_vectors(row)
        for segment in segments
        for row, mark in enumerate(segment.passages["digest"])
    }


def stored_entries(segment: Segment, dead: frozenset[int]) -> Iterable[Entry]:
    """Yield the articles of a segment but the ``dead`` ones as they are stored, for writing them into another."""
    for number in range(segment.record.articles):
        if number not in dead:
            article, rows = segment.article(number), segment.rows_of(number)
            passages = tuple(segment.passage(row, article) for row in rows)
            yield Entry(article, passages, tuple(segment.passage_vectors(row) for row in rows))
