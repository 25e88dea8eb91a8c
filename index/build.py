"""Making an index true to the articles: scan, plan, embed what is new, publish one new generation.

The only way an index is written. Building from nothing is an update of nothing. Engines are imported
once there is something to do, after the writer's lock is held.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index import files, models
from index import manifest as manifests
from index.catalog import Place, catalog
from index.errors import IndexDamaged, ModelUnavailable, NothingIndexed, UsageError, UserError
from index.manifest import Manifest
from index.plan import Plan
from index.records import ArticleKey, ModelCard
from index.scan import Look, Scan, Skipped, scan
from index.sources import Scope, choose_scopes, walk
from index.split import PASSAGE_RULE

if TYPE_CHECKING:
    from index.vectors import Embedder, Progress

LOCK = "LOCK"
GENERATIONS = 2
"""How many generations stay on the disk, so that a reader that just started finds its files."""

LoadEmbedder = Callable[[ModelCard], "Embedder"]
Tell = Callable[[str], None]


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


@dataclass(frozen=True, slots=True)
class Update:
    """What an update did, or with ``dry_run`` would do."""

    folder: Path
    generation: int
    """The current generation afterwards; 0 where there is none."""
    published: bool
    plan: Plan
    skipped: tuple[Skipped, ...]
    withheld: tuple[Scope, ...]
    articles: int
    passages: int
    embedded: int
    """Passages whose vectors were computed in this run."""


def update(
    folder: Path, wish: Wish, load: LoadEmbedder, progress: "Progress | None" = None, tell: Tell = lambda _: None
) -> Update:
    """Make the index in ``folder`` true to the articles, and return what was done.

    ``load`` gives the embedder of a model and is called at most once, only when needed; ``tell``
    receives a sentence about each step that takes long. Raises the errors of ``index.errors``;
    whatever is raised, the index is as it was before.
    """
    _refuse_nothing(folder, wish)
    if wish.dry_run:
        return _undone(folder, _look(folder, wish))
    try:
        files.make_folder(folder)
        if not (folder / ".gitignore").exists():
            files.write_new(folder / ".gitignore", b"*\n")
        with files.writing(folder / LOCK):
            return _update(folder, wish, load, progress, tell)
    except OSError as error:
        raise UserError(
            f"The index in {folder} cannot be written ({error.strerror or error}); nothing was changed. "
            "Check permissions and free space, or name another place with --index."
        ) from None


def _refuse_nothing(folder: Path, wish: Wish) -> None:
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


def _look(folder: Path, wish: Wish) -> Look:
    """Read the newest generation and the disk. A damaged generation counts as none when rebuilding."""
    before: Manifest | None = None
    places: Mapping[ArticleKey, Place] = {}
    try:
        before = manifests.read_newest(folder)
        places = catalog(folder, before)
    except NothingIndexed:
        pass
    except (IndexDamaged, FileNotFoundError) as error:
        if not wish.rebuild:
            raise (
                error
                if isinstance(error, IndexDamaged)
                else IndexDamaged(
                    f"{error.filename} is missing. Build the index anew from the articles: `qa index --rebuild`."
                )
            ) from None
    scopes, roots = choose_scopes(_paths(wish, before), before.roots if before else (), prune=wish.prune)
    rereading = wish.rebuild or (before is not None and before.passage_rule != PASSAGE_RULE)
    if rereading:
        scopes = tuple(map(Scope, roots))
    held = {key: where.sha256 for key, where in places.items()}
    return Look(before, places, roots, rereading, scan(scopes, roots, held, prune=wish.prune, reread=rereading))


def _update(folder: Path, wish: Wish, load: LoadEmbedder, progress: "Progress | None", tell: Tell) -> Update:
    look = _look(folder, wish)
    before, plan = look.before, look.scan.plan
    if before is None and not plan.added:
        raise NothingIndexed(f"None of the files is an article: {_reasons(look.scan)}.")
    card = _choose_model(before, wish, tell)
    if before is not None and not plan and look.roots == before.roots and not look.rereading:
        return _undone(folder, look)
    generation = max(manifests.generations(folder), default=0) + 1
    _tidy(folder)
    from index.compose import compose

    segments, embedded = compose(
        folder,
        look,
        f"{generation:08d}",
        card.dim,
        lambda: load(models.restore(card, tell)),
        progress,
        anew=wish.rebuild,
    )
    after = Manifest(generation, card, PASSAGE_RULE, before.threshold if before else None, look.roots, segments)
    manifests.publish(folder, after)
    _tidy(folder)
    return Update(
        folder, generation, True, plan, look.scan.skipped, look.scan.withheld, after.articles, after.passages, embedded
    )


def _choose_model(before: Manifest | None, wish: Wish, tell: Tell) -> ModelCard:
    """Return the model of the generation to be, refusing to mix two models in one index."""
    if before is None or wish.rebuild:
        return models.prepare(wish.model or (before.model.name if before else models.DEFAULT_MODEL), tell)
    if wish.model is not None and models.fingerprint(models.find_model(wish.model)) != before.model.fingerprint:
        raise ModelUnavailable(
            f"The index was built with {before.model.name}, and {wish.model} is another model; vectors of two models "
            f"cannot be compared. To change over, run `qa index --rebuild --model {wish.model}`."
        )
    return before.model


def _tidy(folder: Path) -> None:
    """Remove what no kept generation refers to: files of older generations, and leftovers of a writer that died."""
    kept = manifests.generations(folder)[:GENERATIONS]
    named: set[str] = set()
    for generation in kept:
        try:
            named |= manifests.read(folder, generation).file_names()
        except IndexDamaged:
            named.add(manifests.manifest_name(generation))
    for path in folder.iterdir():
        if path.name not in named and manifests.is_ours(path.name):
            path.unlink(missing_ok=True)


def _undone(folder: Path, look: Look) -> Update:
    """Return the report of a run that changed nothing."""
    before, scanned = look.before, look.scan
    return Update(
        folder=folder,
        generation=before.generation if before else 0,
        published=False,
        plan=scanned.plan,
        skipped=scanned.skipped,
        withheld=scanned.withheld,
        articles=before.articles if before else 0,
        passages=before.passages if before else 0,
        embedded=0,
    )


def _reasons(scanned: Scan) -> str:
    return "; ".join(f"{skipped.path}: {skipped.reason}" for skipped in scanned.skipped[:5])
