"""What can stand where the cursor is: indexes, articles of the index, question sets. For the shells' completion.

Nothing is opened but manifests and folders, so that a key press is answered at once. A name that could act on a
shell or a terminal is not offered: it is typed by hand, or not at all.
"""

import contextlib
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import typer

from index import manifest as manifests
from index.errors import UserError
from index.place import FOLDER, find_index
from index.sources import Scope, walk
from qa.sanitise import name as sanitised

LOOKED_AT = 20_000
"""Files of a root, or entries of a folder, that are looked at."""
READ = 8 * 2**20
"""Bytes of articles that an index may hold to be read for their names; reading more would be felt."""
SETS = (".jsonl", ".json", ".jsonl.gz", ".json.gz")
_ACTING = frozenset("\"'`$\\!")
"""Characters that a shell may act on, whatever its script puts around them."""


def articles(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the articles of the index that begin so, by their path or, where none does, by their file name."""
    try:
        folder = find_index(ctx.params.get("index"))
        newest, _ = manifests.read_newest_sound(folder)
    except (UserError, OSError):
        return []
    paths = _paths(folder, newest)
    begun = [path for path in paths if path.startswith(incomplete)]
    found = begun or [name for path in paths if (name := os.path.basename(path)).startswith(incomplete)]
    return sorted({path for path in found if _harmless(path)})


def indexes(incomplete: str) -> list[str]:
    """Return the folders that begin so and hold an index, or hold a .qa that does."""
    found = []
    for shown, folder in _folders(incomplete):
        for place in (shown, f"{shown}/{FOLDER}"):
            if _holds_index(folder if place == shown else folder / FOLDER):
                found.append(place)
    return sorted(found)


def question_sets(incomplete: str) -> list[str]:
    """Return the question sets that ship and begin so, and the files and folders that may hold one."""
    from eval.shipped import names

    shipped = [name for name in names() if name.startswith(incomplete)]
    files = [shown for shown, path in _entries(incomplete) if shown.lower().endswith(SETS) and path.is_file()]
    return sorted([*shipped, *files]) + sorted(f"{shown}/" for shown, _ in _folders(incomplete))


def _paths(folder: Path, newest: manifests.Manifest) -> list[str]:
    """Return the paths of the articles: as they are indexed, or where that is long to read, as they are on the disk."""
    if sum(record.files["articles.jsonl"].size for record in newest.segments) <= READ:
        from index.catalog import catalog

        with contextlib.suppress(UserError, OSError):
            return [key.path for key in catalog(folder, newest)]
    return [key.path for root in newest.roots for key in islice(walk(Scope(root)), LOOKED_AT)]


def _folders(incomplete: str) -> Iterator[tuple[str, Path]]:
    """Yield the folders that begin so: as the person would type them, and where they are."""
    return ((shown, path) for shown, path in _entries(incomplete) if path.is_dir())


def _entries(incomplete: str) -> Iterator[tuple[str, Path]]:
    """Yield what is in the folder that the word names so far and begins like its last part; hidden ones if that is."""
    above, slash, begun = incomplete.rpartition("/")
    folder = Path(os.path.expanduser(above + slash) or ".")
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in islice(entries, LOOKED_AT))
    except OSError:
        return
    for name in names:
        hidden = name.startswith(".") and not begun.startswith(".") and name != FOLDER
        if name.startswith(begun) and not hidden and _harmless(name):
            yield f"{above}{slash}{name}", folder / name


def _holds_index(folder: Path) -> bool:
    try:
        return bool(manifests.generations(folder))
    except UserError:
        return False


def _harmless(name: str) -> bool:
    return sanitised(name) == name and not _ACTING & set(name)
