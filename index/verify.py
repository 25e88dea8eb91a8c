"""Every promise an index makes, checked: checksums, spans, vectors, and the prepared model.

Reads everything once; asking checks only what it touches.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index import exports, nearest
from index import manifest as manifests
from index.errors import IndexDamaged
from index.manifest import SegmentRecord
from index.segments import Segment


@dataclass(frozen=True, slots=True)
class Finding:
    """One file, or one kind of promise, and what is wrong with it."""

    subject: str
    fault: str | None
    """None when it is as it should be."""
    of_index: bool = True
    """False for what lies outside the index, where ``qa index --repair`` does not reach."""


def verify(folder: Path) -> tuple[Finding, ...]:
    """Return a finding for each file of the newest generation and for what they say together.

    Raises NothingIndexed where there is no index, IndexDamaged where its manifest cannot be read.
    """
    newest = manifests.read_newest(folder)
    found = [Finding(manifests.manifest_name(newest.generation), None)]
    for record in newest.segments:
        files = [_file(folder, record, ending) for ending in record.files]
        found += files
        if all(finding.fault is None for finding in files):
            found.append(_content(folder, record, newest.model.dim))
    faults = exports.verify_export(newest.model.fingerprint)
    return (*found, Finding(f"model {newest.model.name}", "; ".join(faults) or None, of_index=False))


def _file(folder: Path, record: SegmentRecord, ending: str) -> Finding:
    name = f"{record.name}.{ending}"
    try:
        manifests.read_file(folder, record, ending, always=True)
    except FileNotFoundError:
        return Finding(name, "missing")
    except IndexDamaged as error:
        return Finding(name, str(error))
    return Finding(name, None)


def _content(folder: Path, record: SegmentRecord, dim: int) -> Finding:
    subject = f"segment {record.name}: every span, vector and word"
    try:
        segment = Segment(folder, record, dim)
        faults = [*_spans(segment), *_vectors(segment), *_words(folder, segment)]
    except (IndexDamaged, FileNotFoundError) as error:
        faults = [str(error)]
    return Finding(subject, "; ".join(faults[:3]) or None)


def _spans(segment: Segment) -> Iterator[str]:
    """Yield what is wrong with the passages: reading one checks its text; its sentences must lie inside it."""
    for number in range(segment.record.articles):
        article = segment.article(number)
        for row in segment.rows_of(number):
            passage = segment.passage(row, article)
            edges = [edge for span in passage.sentences for edge in span]
            if not edges or edges != sorted(edges) or (edges[0], edges[-1]) != (passage.start, passage.end):
                yield f"the sentences of passage {row} do not make up the passage"


def _vectors(segment: Segment) -> Iterator[str]:
    lengths = np.linalg.norm(nearest.vectors_of(segment.vectors), axis=1)
    if not bool(np.all(np.abs(lengths - 1) < 1e-3)):
        yield "a vector is not of unit length"


def _words(folder: Path, segment: Segment) -> Iterator[str]:
    """Yield which files of words are not what the passages' texts give."""
    for ending, made in segment.derived_words().items():
        if ending in segment.record.files and manifests.read_file(folder, segment.record, ending)[:] != made:
            yield f"{ending} is not what the passages say"
