"""What the disk says now, against what the index holds: the first half of every update, and all of a dry run.

Owns the decision which files count as articles in this run and why others do not. Writes nothing.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from index import sources
from index.articles import Reading, read
from index.errors import NotAnArticle
from index.plan import Plan, make_plan
from index.records import ArticleKey
from index.sources import Scope

KEPT = "; the index keeps it as it was"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was left out, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Scan:
    """The outcome of looking at the scopes of one run."""

    plan: Plan
    readings: Mapping[ArticleKey, Reading]
    """The articles that are new or changed, as read."""
    skipped: tuple[Skipped, ...]
    withheld: tuple[Scope, ...]
    """Scopes that are gone or empty although the index holds articles of theirs; those are kept, and so are
    their roots, even where another root now holds them."""


def scan(
    scopes: tuple[Scope, ...],
    roots: tuple[str, ...],
    held: Mapping[ArticleKey, str],
    *,
    prune: bool,
    reread: Callable[[ArticleKey], bool] = lambda _: False,
) -> Scan:
    """Compare the files in ``scopes`` with ``held`` (article to SHA-256) and return what has to be done.

    Articles outside the scopes stay, unless their root is no longer among ``roots`` (a larger one has
    taken its place and finds their files). A file that cannot
    be read now keeps its place in the index; one that is no article any more loses it. Besides
    what is new and changed, articles are read of which ``reread`` says so.
    """
    found = _Found({key: mark for key, mark in held.items() if key.root in roots and not _in(scopes, key)}, {}, [])
    withheld: list[Scope] = []
    for scope in scopes:
        keys = list(sources.walk(scope, lambda error: found.keep_folder(error, held)))
        mine = {key: mark for key, mark in held.items() if scope.holds(key)}
        if not keys and mine and not prune:
            withheld.append(scope)
            found.after.update(mine)
        for key in keys if scope.root in roots else ():
            found.look(key, held, reread=reread(key))
    return Scan(make_plan(held, found.after), found.readings, tuple(found.skipped), tuple(withheld))


@dataclass(frozen=True, slots=True)
class _Found:
    """What a scan has found so far."""

    after: dict[ArticleKey, str]
    readings: dict[ArticleKey, Reading]
    skipped: list[Skipped]

    def look(self, key: ArticleKey, held: Mapping[ArticleKey, str], *, reread: bool) -> None:
        """Read one file and note what it is now."""
        path = sources.location(key)
        try:
            data = sources.read_bytes(path)
            mark = hashlib.sha256(data).hexdigest()
            if reread or held.get(key) != mark:
                self.readings[key] = read(key, data)
            self.after[key] = mark
        except NotAnArticle as reason:
            self.skipped.append(Skipped(path, str(reason)))
        except sources.Unreadable as reason:
            self.skipped.append(Skipped(path, f"{reason}{KEPT if key in held else ''}"))
            self._keep([key], held)

    def keep_folder(self, error: OSError, held: Mapping[ArticleKey, str]) -> None:
        """Note a folder that cannot be listed; what the index holds from it stays."""
        folder = Path(error.filename)
        inside = [key for key in held if sources.location(key).is_relative_to(folder)]
        if not isinstance(error, FileNotFoundError):
            self.skipped.append(Skipped(folder, f"{error.strerror}{KEPT if inside else ''}"))
            self._keep(inside, held)

    def _keep(self, keys: Iterable[ArticleKey], held: Mapping[ArticleKey, str]) -> None:
        self.after.update({key: held[key] for key in keys if key in held})


def _in(scopes: tuple[Scope, ...], key: ArticleKey) -> bool:
    return any(scope.holds(key) for scope in scopes)
