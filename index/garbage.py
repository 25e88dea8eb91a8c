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

    To be called by the one writer. Where a manifest cannot be read, nothing is removed: it may name anything.
    """
    try:
        named = _named(folder)
    except (IndexDamaged, FileNotFoundError):
        return
    for path in folder.iterdir():
        if path.name not in named and manifests.is_ours(path.name):
            with contextlib.suppress(OSError):  # what cannot be removed now is removed by a later update
                files.remove(path)


def _named(folder: Path) -> set[str]:
    found = manifests.generations(folder)
    base = manifests.read(folder, found[0]).base if found else None
    now = time.time()
    named: set[str] = set()
    for newer, generation in zip([None, *found], found, strict=False):
        superseded = None if newer is None else (folder / manifests.manifest_name(newer)).stat().st_mtime
        if superseded is None or generation == base or abs(now - superseded) < GRACE:
            named |= manifests.read(folder, generation).file_names()
    return named
