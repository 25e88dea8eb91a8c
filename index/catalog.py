"""The live articles of a generation, without passages or vectors: what an update compares with the disk.

Reads one file of each segment, so that it works where the others are damaged.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from index.articles import Reading, read
from index.manifest import Manifest, SegmentRecord, read_file
from index.records import ArticleKey


@dataclass(frozen=True, slots=True)
class Place:
    """Where a live article is stored, and the digest of the file it was read from."""

    segment: str
    """Name of its segment."""
    number: int
    """Its number in that segment."""
    sha256: str


def catalog(folder: Path, manifest: Manifest) -> dict[ArticleKey, Place]:
    """Return every live article of ``manifest``, and where it is stored."""
    live: dict[ArticleKey, Place] = {}
    for segment in manifest.segments:
        dead = set(segment.dead)
        for number, line in enumerate(bytes(read_file(folder, segment, "articles.jsonl")).splitlines()):
            if number not in dead:
                fields = json.loads(line)
                live[ArticleKey(fields["root"], fields["path"])] = Place(segment.name, number, fields["sha256"])
    return live


def stored_articles(folder: Path, segment: SegmentRecord) -> dict[ArticleKey, Reading]:
    """Return the live articles of a segment as they were read, from the text that the index keeps."""
    dead = set(segment.dead)
    lines = enumerate(bytes(read_file(folder, segment, "articles.jsonl")).splitlines())
    stored = (json.loads(line) for number, line in lines if number not in dead)
    keyed = ((ArticleKey(fields["root"], fields["path"]), fields["text"]) for fields in stored)
    return {key: read(key, text.encode("utf-8")) for key, text in keyed}
