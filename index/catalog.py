"""The live articles of a generation, without passages or vectors: what an update compares with the disk."""

import json
from dataclasses import dataclass
from pathlib import Path

from index.manifest import Manifest, read_file
from index.records import ArticleKey


@dataclass(frozen=True, slots=True)
class Place:
    """Where a live article is stored, and the digest of the file it was read from."""

    segment: int
    """Position of its segment in the manifest."""
    number: int
    """Its number in that segment."""
    sha256: str


def catalog(folder: Path, manifest: Manifest) -> dict[ArticleKey, Place]:
    """Return every live article of ``manifest``, and where it is stored."""
    live: dict[ArticleKey, Place] = {}
    for position, segment in enumerate(manifest.segments):
        dead = set(segment.dead)
        for number, line in enumerate(bytes(read_file(folder, segment, "articles.jsonl")).splitlines()):
            if number not in dead:
                fields = json.loads(line)
                live[ArticleKey(fields["root"], fields["path"])] = Place(position, number, fields["sha256"])
    return live
