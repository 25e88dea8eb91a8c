"""What an index holds and what changed on the disk since, without numpy, FAISS or a model."""

from dataclasses import dataclass
from pathlib import Path

from index import manifest as manifests
from index.catalog import catalog
from index.errors import IndexDamaged
from index.manifest import Manifest
from index.scan import Scan, scan
from index.sources import Scope


@dataclass(frozen=True, slots=True)
class Status:
    """An index and the state of its articles."""

    folder: Path
    manifest: Manifest
    bytes: int
    """Size of the files of this generation."""
    scan: Scan
    """What an update would do now."""


def status(folder: Path) -> Status:
    """Return the status of the index in ``folder``. Raises NothingIndexed, or IndexDamaged naming the file."""
    newest = manifests.read_newest(folder)
    try:
        held = {key: place.sha256 for key, place in catalog(folder, newest).items()}
    except FileNotFoundError as error:
        raise IndexDamaged(f"{error.filename} is missing. Run `qa index --repair`.") from None
    size = sum(record.size for segment in newest.segments for record in segment.files.values())
    found = scan(tuple(map(Scope, newest.roots)), newest.roots, held, prune=False)
    return Status(folder, newest, size, found)
