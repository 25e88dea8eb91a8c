"""Where an index is: named, found upward from the current folder, or to be made here."""

import os
from pathlib import Path

from index.errors import UsageError

FOLDER = ".qa"


def find_index(named: Path | None = None) -> Path:
    """Return the index folder: ``named``, else QA_INDEX, else the nearest .qa upward, else a new .qa here.

    The search upward stops at a folder with .git, at the home folder and at another file system, and
    passes over a .qa that belongs to another user.
    """
    if named is not None:
        return Path(os.path.expanduser(named)).absolute()
    if os.environ.get("QA_INDEX"):
        return Path(os.path.expanduser(os.environ["QA_INDEX"])).absolute()
    try:
        here = Path.cwd()
    except OSError as error:
        raise UsageError(f"The current folder is not there any more ({error.strerror}). Go to another one.") from None
    return _upward(here) or here / FOLDER


def _upward(here: Path) -> Path | None:
    home = os.path.realpath(os.environ["HOME"]) if os.environ.get("HOME") else None
    device = here.stat().st_dev
    for folder in (here, *here.parents):
        if folder.stat().st_dev != device:
            return None
        candidate = folder / FOLDER
        if candidate.is_dir() and candidate.stat().st_uid == os.getuid():
            return candidate
        if (folder / ".git").exists() or os.fspath(folder) == home:
            return None
    return None
