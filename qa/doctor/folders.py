"""Whether folders can be written and are this user's alone, and whether the disks have room."""

import os
import shlex
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from qa.doctor.records import Check, Level, failure, fine, warning

ROOM = 300 * 2**20
"""Bytes that should be free: two prepared models, and an index of some ten thousand articles."""
DRAFT_AGE = 3600.0
"""Seconds after which the draft of a prepared model is that of a killed run; making one takes 15."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that the program writes, and what that is worth."""

    name: str
    path: Path
    level: Level
    """How bad it is when it cannot be written."""
    loss: str
    """What does not work then."""
    remedy: str


def writable(folder: Folder) -> Check:
    """Check that a folder can be written, or made, and that nobody else can write it. Writes nothing."""
    standing = _standing(folder.path)
    if not standing.is_dir():
        return _refused(folder, f"{standing} is no folder")
    if not os.access(standing, os.R_OK | os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        return _refused(folder, f"{standing} cannot be written")
    if standing != folder.path:
        return fine(folder.name, f"{folder.path} is made when it is needed")
    found = folder.path.stat()
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        mend = shlex.join(["chmod", "go-w", str(folder.path)])
        return warning(folder.name, f"others can write {folder.path}", f"Run `{mend}`.")
    if found.st_uid != os.getuid():
        return warning(folder.name, f"{folder.path} is another user's", folder.remedy)
    return fine(folder.name, f"{folder.path} can be written, mode {stat.S_IMODE(found.st_mode):o}")


def room(name: str, path: Path, needed: int = 0) -> Check:
    """Check that the disk of a folder has room for ``needed`` bytes and some more."""
    free = shutil.disk_usage(_standing(path)).free
    said = f"{free / 1e9:.1f} GB free for {path}"
    if free >= needed + ROOM:
        return fine(name, said)
    return warning(name, f"{said}, and {(needed + ROOM) / 1e9:.1f} GB is sure to do", "Free some space on that disk.")


def drafts(cache: Path, now: float) -> Check:
    """Check for models whose preparation was killed."""
    name = "leftovers in cache"
    try:
        left = [path for path in (cache / "models").glob(".*.new") if now - path.stat().st_mtime > DRAFT_AGE]
    except OSError:
        left = []
    if not left:
        return fine(name, "no killed run left anything")
    return warning(name, f"{len(left)} of a run that was killed", f"Run `{shlex.join(['rm', '-r', *map(str, left)])}`.")


def temporary() -> Check:
    """Check that there is a folder for what is temporary."""
    try:
        return fine("temporary files", f"{tempfile.gettempdir()} can be written")
    except OSError as error:
        return failure("temporary files", error.strerror or str(error), "Set TMPDIR to a folder that can be written.")


def _refused(folder: Folder, why: str) -> Check:
    return Check(folder.name, folder.level, f"{why}, so {folder.loss}", folder.remedy)


def _standing(path: Path) -> Path:
    """Return the nearest of a path and its parents that is there."""
    while not os.path.lexists(path) and path != path.parent:
        path = path.parent
    return path
