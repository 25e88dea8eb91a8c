"""The files that could be articles: which roots hold them, what may be read, and the bytes of each.

Owns the walk over folders and the reasons for leaving a file out. What a file says is read by ``articles``.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index.alike import offer_path
from index.errors import NotAnArticle, UsageError
from index.records import ArticleKey

SUFFIXES = (".txt", ".md", ".markdown")
LARGEST = 64 * 2**20
"""Bytes; a larger file is no article."""


class Unreadable(Exception):
    """The disk or its permissions keep a file from being read now; it may be an article all the same."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What one run looks at: a root, or one folder or file below it."""

    root: str
    """Absolute; a folder, or a single file."""
    below: str = ""
    """Path below the root with forward slashes; empty for the whole root."""

    def holds(self, key: ArticleKey) -> bool:
        """Tell whether an article lies in this scope."""
        inside = self.below == "" or key.path == self.below or key.path.startswith(self.below + "/")
        return key.root == self.root and inside

    @property
    def location(self) -> Path:
        """The absolute folder or file that the scope is."""
        return Path(self.root, self.below) if self.below else Path(self.root)


def location(key: ArticleKey) -> Path:
    """Return the absolute path of an article's file. A root that is a single file is that file."""
    single = os.path.basename(key.root) == key.path and not os.path.isdir(key.root)
    return Path(key.root if single else os.path.join(key.root, key.path))


def choose_scopes(
    paths: tuple[Path, ...], roots: tuple[str, ...], *, prune: bool
) -> tuple[tuple[Scope, ...], tuple[str, ...]]:
    """Return what to look at, and the roots of the index afterwards, sorted.

    A path below a recorded root is a part of that root; a path above recorded roots takes their place. A root
    inside another (kept while it was gone) goes when it is there again and the other is looked at.
    Raises UsageError for a path that does not exist, unless it is recorded and ``prune`` is given.
    """
    scopes: list[Scope] = []
    kept = set(roots)
    for path in paths:
        place = os.path.realpath(os.path.expanduser(path))
        above = max((root for root in kept if place == root or _inside(place, root)), key=len, default=None)
        if not os.path.lexists(place) and not (prune and above is not None):
            meant = offer_path(Path(os.path.expanduser(path))) or " Give a folder of articles, or a .txt or .md file."
            raise UsageError(f"{path} does not exist.{meant}")
        if os.path.isfile(place) and not place.lower().endswith(SUFFIXES):
            raise UsageError(f"{path} is of a kind that is not read. Give a folder of articles, or a .txt or .md file.")
        if above is None:
            inside = {root for root in kept if _inside(root, place)}
            kept = (kept - inside) | {place}
            scopes += [Scope(place), *map(Scope, sorted(inside))]
        else:
            scopes.append(Scope(above, os.path.relpath(place, above) if place != above else ""))
    scopes = scopes or [Scope(root) for root in sorted(kept)]
    whole = {scope.root for scope in scopes if not scope.below}
    back = {root for root in kept if os.path.lexists(root) and any(_inside(root, other) for other in whole)}
    return tuple(scopes), tuple(sorted(kept - back))


def _inside(place: str, root: str) -> bool:
    return place.startswith(root.rstrip("/") + "/")


def walk(scope: Scope, unreadable: Callable[[OSError], None] | None = None) -> Iterator[ArticleKey]:
    """Yield the files of a scope that could be articles, sorted within each folder.

    Hidden names and links are passed over. Nothing is yielded where the scope does not exist;
    ``unreadable`` receives the error of each folder that cannot be listed.
    """
    place = scope.location
    try:
        single = stat.S_ISREG(place.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        if unreadable is not None:
            unreadable(error)
        return
    if single:
        yield ArticleKey(scope.root, scope.below or place.name)
        return
    for folder, folders, names in os.walk(place, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        below = os.path.relpath(folder, scope.root)  # strings: paths as objects take longer than reading the files
        for name in sorted(names):
            if name.lower().endswith(SUFFIXES) and not name.startswith(".") and not os.path.islink(f"{folder}/{name}"):
                yield ArticleKey(scope.root, name if below == "." else f"{below}/{name}")


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes. Raises Unreadable where it cannot be read now, NotAnArticle where it never can be one."""
    if path.suffix.lower() not in SUFFIXES:
        raise NotAnArticle("of a kind that is not read (.txt and .md are)")
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise NotAnArticle("a symbolic link") from None
        raise Unreadable(error.strerror or "unreadable") from None
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise NotAnArticle("not a regular file")
        if found.st_size > LARGEST:
            raise NotAnArticle(f"larger than {LARGEST // 2**20} MiB")
        with open(handle, "rb", closefd=False) as file:
            return file.read()
    except OSError as error:
        raise Unreadable(error.strerror or "unreadable") from None
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str | None:
    """Return the SHA-256 (hex) of a file as it is now, None where it cannot be read."""
    try:
        return hashlib.sha256(read_bytes(path)).hexdigest()
    except (Unreadable, NotAnArticle):
        return None
