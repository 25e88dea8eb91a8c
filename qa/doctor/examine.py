"""All checks in order, each of them done whatever became of the others.

Owns what the checks are given, and that none of them can end the examination.
"""

import os
import sys
import time
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path

from index import exports
from index.errors import UserError
from index.generation import Manifest
from index.place import find_index
from qa.chat.state import state_folder
from qa.doctor import folders, indexed, installation, prepared
from qa.doctor import terminal as terminals
from qa.doctor.folders import Folder
from qa.doctor.records import Check, Level, failure, parted
from qa.reader import ready
from qa.show.look import UNKNOWN_WIDTH, look_of

NAME_CACHE = "Run `export QA_CACHE=FOLDER` with a folder that can be written, and keep it set."
NAME_STATE = "Run `export QA_STATE=FOLDER` with a folder that can be written, and keep it set."
NAME_INDEX = "Check who owns it, or name another place with --index."

Looked = Callable[[], Check | Iterable[Check] | None]


def examine(named: Path | None) -> tuple[Check, ...]:
    """Return what every check found, for the index that is ``named`` or else would be asked from here."""
    found: list[Check] = []
    for name, look in (
        ("installation", _installation),
        ("engines", installation.engines),
        ("model", prepared.bundled),
        ("reader", prepared.reader),
        ("index", lambda: _index(named)),
        ("cache", _cache),
        ("state", lambda: folders.writable(_state())),
        ("temporary files", folders.temporary),
        ("terminal", _terminal),
    ):
        found += survived(name, look)
    return tuple(found)


def survived(name: str, look: Looked) -> tuple[Check, ...]:
    """Return what a check found; where it could not be done, a failure that says why."""
    try:
        found = look()
    except UserError as error:
        return (failure(name, *parted(str(error))),)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return (
            failure(name, f"{place}{error.strerror or error}", "Check the disk and the permissions of that place."),
        )
    except Exception as error:  # whatever is broken, the other checks are to be done
        said = f"it could not be looked at ({type(error).__name__}: {error})"
        return (failure(name, said, installation.install("--force-reinstall article-qa")),)
    return () if found is None else (found,) if isinstance(found, Check) else tuple(found)


def _installation() -> Iterable[Check]:
    version = installation.installed_version(installation.DISTRIBUTION)
    yield installation.distribution(version)
    if version is not None:
        stated = metadata.metadata(installation.DISTRIBUTION)
        yield installation.python(sys.version_info[:3], stated["Requires-Python"] or "")
        yield from installation.packages(installation.requirements(metadata.requires(installation.DISTRIBUTION) or ()))


def _index(named: Path | None) -> Iterable[Check]:
    folder = find_index(named)
    first, manifest = indexed.newest(folder)
    found = [first]
    if manifest is not None:
        found += _of(folder, manifest)
    found += survived("prepared model", lambda: prepared.exported(manifest.model if manifest else None))
    if folder.exists():
        busy = survived("writer", lambda: indexed.writer(folder))
        found += busy
        left_at_work = any(check.level is not Level.OK for check in busy)
        found += survived("leftovers", lambda: indexed.leftovers(folder, busy=left_at_work))
    asked_only = Level.FAILURE if manifest is None else Level.WARNING
    loss = "articles cannot be indexed there"
    found += survived(
        "index folder", lambda: folders.writable(Folder("index folder", folder, asked_only, loss, NAME_INDEX))
    )
    size = sum(record.size for segment in manifest.segments for record in segment.files.values()) if manifest else 0
    return [*found, *survived("disk of index", lambda: folders.room("disk of index", folder, size))]


def _of(folder: Path, manifest: Manifest) -> list[Check]:
    looks: tuple[tuple[str, Looked], ...] = (
        ("index's files", lambda: indexed.parts(folder, manifest)),
        ("index's model", lambda: prepared.of_index(manifest.model)),
        ("articles", lambda: indexed.changes(folder)),
        ("confidence", lambda: indexed.calibration(manifest, ready.FINGERPRINT)),
    )
    return [check for name, look in looks for check in survived(name, look)]


def _cache() -> Iterable[Check]:
    cache = exports.cache()
    ready_made = exports.export_folder(ready.FINGERPRINT).exists() and len(os.listdir(cache / "models")) > 1
    level = Level.WARNING if ready_made else Level.FAILURE
    yield folders.writable(Folder("cache", cache, level, "no model can be prepared", NAME_CACHE))
    yield folders.drafts(cache, time.time())
    yield folders.room("disk of cache", cache)


def _state() -> Folder:
    place = state_folder()
    return Folder("state", place, Level.WARNING, "conversations cannot be kept", NAME_STATE)


def _terminal() -> Iterable[Check]:
    look = look_of(sys.stdout, os.environ)
    here = terminals.Terminal(
        is_terminal=sys.stdout.isatty(),
        marked=look.marked,
        links=look.links,
        width=look.width or UNKNOWN_WIDTH,
        encoding=sys.stdout.encoding or "ascii",
        file_names=sys.getfilesystemencoding(),
        environment=os.environ,
    )
    yield terminals.characters(here)
    yield terminals.marks(here)
