"""The live articles of a generation, without passages or vectors: what an update compares with the disk.

Reads one file of each segment, so that it works where the others are damaged.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.articles import Reading, read
from index.manifest import Manifest, SegmentRecord, damaged, read_file
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
    return {
        ArticleKey(fields["root"], fields["path"]): Place(segment.name, number, fields["sha256"])
        for segment in manifest.segments
        for number, fields in _live(folder, segment)
    }


def stored_articles(folder: Path, segment: SegmentRecord) -> dict[ArticleKey, Reading]:
    """Return the live articles of a segment as they were read, from the text that the index keeps."""
    keyed = ((ArticleKey(one["root"], one["path"]), one["text"]) for _, one in _live(folder, segment))
    return {key: read(key, text.encode("utf-8")) for key, text in keyed}


def _live(folder: Path, segment: SegmentRecord) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the number and the fields of each live article. Raises IndexDamaged for lines that are no articles."""
    dead = set(segment.dead)
    for number, line in enumerate(bytes(read_file(folder, segment, "articles.jsonl")).splitlines()):
        if number not in dead:
            try:
                fields = json.loads(line)
                yield number, {name: str(fields[name]) for name in ("root", "path", "sha256", "text")}
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise damaged(folder / f"{segment.name}.articles.jsonl", f"line {number + 1}: {error}") from None
