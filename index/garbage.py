"""What may be removed from an index folder, and when: files that no kept generation names.

Kept are the newest generation, the one a rollback would return to, and for a grace period those that
were superseded a moment ago, so that a reader that just read their manifest still finds their files.
"""

import contextlib
import time
from pathlib import Path

from index import files
from index import manifest as manifests
from index.errors import IndexDamaged

GRACE = 600.0
"""Seconds for which a superseded generation stays."""


def tidy(folder: Path) -> None:
    """Remove what no kept generation names: superseded files, and leftovers of a writer that died.

    To be called by the one writer. Where a manifest cannot be read, only leftovers go: it may name the rest.
    """
    newest = max(manifests.generations(folder), default=0)
    named = _named(folder)
    for path in folder.iterdir():
        unnamed = named is not None and path.name not in named and manifests.is_ours(path.name)
        if unnamed or manifests.is_leftover(path.name, newest):
            with contextlib.suppress(OSError):  # what cannot be removed now is removed by a later update
                files.remove(path)


def _named(folder: Path) -> set[str] | None:
    """Return the names of all files of the kept generations, None where one of their manifests cannot be read."""
    found = manifests.generations(folder)
    now = time.time()
    named: set[str] = set()
    try:
        base = manifests.read(folder, found[0]).base if found else None
        for newer, generation in zip([None, *found], found, strict=False):
            superseded = None if newer is None else (folder / manifests.manifest_name(newer)).stat().st_mtime
            if superseded is None or generation == base or abs(now - superseded) < GRACE:
                named |= manifests.read(folder, generation).file_names()
    except (IndexDamaged, FileNotFoundError):
        return None
    return named
