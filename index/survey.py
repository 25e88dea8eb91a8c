"""What an update starts from: what it was asked for, the generation that stands, and the disk as it is.

Owns which generation a writer may build on. Reads only; the work that follows is the work of ``build``.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index import manifest as manifests
from index.articles import Reading
from index.catalog import Place, catalog
from index.errors import IndexDamaged, NothingIndexed, UsageError
from index.manifest import Manifest
from index.records import ArticleKey
from index.scan import Scan, scan
from index.sources import Scope, choose_scopes, walk
from index.split import PASSAGE_RULE

if TYPE_CHECKING:
    from index.repair import Damage


@dataclass(frozen=True, slots=True)
class Wish:
    """What an update was asked for."""

    paths: tuple[Path, ...] = ()
    """Folders or files; none means the recorded roots, else ./seeds."""
    rebuild: bool = False
    """Cut and embed every article anew."""
    prune: bool = False
    """Believe that a vanished or emptied folder is meant to be gone."""
    model: str | None = None
    """A model's name or folder; None means the index's own, else the default."""
    dry_run: bool = False
    repair: bool = False
    """Drop what is damaged and make it again, re-using every vector that still verifies."""
    wait: float = 0.0
    """Seconds to wait for another writer."""


@dataclass(frozen=True, slots=True)
class Survey:
    """The index as it stands and the disk as it is, before anything is written."""

    before: Manifest | None
    """The newest generation, None where there is none (or none that can be read, when rebuilding)."""
    places: Mapping[ArticleKey, Place]
    """Where the articles of that generation are stored."""
    roots: tuple[str, ...]
    """The roots of the generation to be."""
    rereading: bool
    """Whether every article is to be read and cut anew."""
    recovered: Mapping[ArticleKey, Reading]
    """Articles of damaged segments, as stored: to be written again whether or not they changed."""
    scan: Scan

    @property
    def written(self) -> tuple[ArticleKey, ...]:
        """The articles that are to be written, sorted."""
        again = [key for key in self.scan.plan.kept if self.rereading or key not in self.places]
        return tuple(sorted([*self.scan.plan.written, *again]))


def refuse_nothing(folder: Path, wish: Wish) -> None:
    """Raise before a folder is made for an index that would hold nothing."""
    if manifests.generations(folder):
        return
    scopes, _ = choose_scopes(_paths(wish, None), (), prune=wish.prune)
    if not any(True for scope in scopes for _ in walk(scope)):
        places = ", ".join(str(scope.location) for scope in scopes)
        raise NothingIndexed(f"There is no article in {places}. Name a folder with .txt or .md files.")


def _paths(wish: Wish, before: Manifest | None) -> tuple[Path, ...]:
    """Return what to look at: what was named, else (given no recorded roots) ./seeds."""
    if wish.paths or (before is not None and before.roots):
        return wish.paths
    if Path("seeds").is_dir():
        return (Path("seeds"),)
    raise UsageError("No folder of articles was named and there is no ./seeds. Run `qa index FOLDER`.")


def survey(folder: Path, wish: Wish, damage: "Damage | None" = None) -> Survey:
    """Compare the newest generation, or with ``damage`` what is sound of it, with the disk.

    Raises IndexDamaged where the articles of a root that is gone now can be found nowhere any more.
    """
    before, places, forgotten = _before(folder, wish, damage)
    recovered = damage.recovered if damage else {}
    scopes, roots = choose_scopes(_paths(wish, before), before.roots if before else (), prune=wish.prune)
    rereading = wish.rebuild or (before is not None and before.passage_rule != PASSAGE_RULE)
    if rereading or damage:
        scopes = tuple(map(Scope, sorted({*roots, *(scope.root for scope in scopes)})))
    for gone in [root for root in roots if forgotten and not wish.prune and not any(walk(Scope(root)))]:
        raise IndexDamaged(
            f"{gone} is gone or empty, and the index is too damaged to give its articles back. Bring that folder "
            "back and try again, or give its articles up with --prune."
        )
    held = {key: where.sha256 for key, where in places.items()}
    held |= {key: reading.article.sha256 for key, reading in recovered.items()}
    found = scan(scopes, roots, held, prune=wish.prune, reread=lambda key: rereading or key in recovered)
    standing = {root for root in roots if not (wish.prune and not os.path.lexists(root))}
    lasting = tuple(sorted({*standing, *(scope.root for scope in found.withheld)}))
    return Survey(before, places, lasting, rereading, recovered, found)


def _before(
    folder: Path, wish: Wish, damage: "Damage | None"
) -> tuple[Manifest | None, Mapping[ArticleKey, Place], bool]:
    """Return the generation that the update starts from, where its articles are stored, and whether any are forgotten.

    A writer never falls back: a damaged generation is an error, unless it is to be repaired or built anew.
    """
    if damage is not None:
        return damage.manifest, catalog(folder, damage.manifest) if damage.manifest else {}, damage.forgotten
    before: Manifest | None = None
    try:
        before = manifests.read_newest(folder)
        return before, catalog(folder, before), False
    except NothingIndexed:
        return None, {}, False
    except (IndexDamaged, FileNotFoundError) as error:
        if wish.rebuild:
            return before, {}, True
        if isinstance(error, IndexDamaged):
            raise
        raise IndexDamaged(f"{error.filename} is missing. Run `qa index --repair`.") from None
