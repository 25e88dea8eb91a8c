"""Making an index true to the articles: survey, plan, embed what is new, publish new generations.

The only way an index is written, but for a rollback. Building from nothing is an update of nothing; a
repair is an update of what is sound. Engines are imported once there is something to do, after the
writer's lock is held.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from index import garbage, models
from index import manifest as manifests
from index.errors import ModelUnavailable, NothingIndexed
from index.manifest import Manifest
from index.plan import Plan
from index.records import ModelCard
from index.scan import Scan, Skipped
from index.sources import Scope
from index.split import PASSAGE_RULE
from index.survey import Survey, Wish, refuse_nothing, survey
from index.writing import writer

if TYPE_CHECKING:
    from index.repair import Damage
    from index.vectors import Embedder, PassageVectors, Progress

__all__ = ["Update", "Wish", "update"]

LoadEmbedder = Callable[[ModelCard], "Embedder"]
Tell = Callable[[str], None]


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
    written: int = 0
    """Articles that were stored anew."""
    damaged: tuple[str, ...] = ()
    """Names of files that a repair found damaged; they were moved to quarantine/."""


def update(
    folder: Path, wish: Wish, load: LoadEmbedder, progress: "Progress | None" = None, tell: Tell = lambda _: None
) -> Update:
    """Make the index in ``folder`` true to the articles, and return what was done.

    ``load`` gives the embedder of a model and is called at most once, only when needed; ``tell``
    receives a sentence about each step that takes long. Raises the errors of ``index.errors``; whatever
    is raised, the index is as it was, or as a finished step of a long update left it.
    """
    refuse_nothing(folder, wish)
    if wish.dry_run:
        damage = _diagnose(folder) if wish.repair else None
        return replace(_undone(folder, survey(folder, wish, damage)), damaged=damage.files if damage else ())
    with writer(folder, wish.wait):
        return _update(folder, wish, load, progress, tell)


def _update(folder: Path, wish: Wish, load: LoadEmbedder, progress: "Progress | None", tell: Tell) -> Update:
    damage = _diagnose(folder) if wish.repair else None
    found = survey(folder, wish, damage)
    before, plan, damaged = found.before, found.scan.plan, damage.files if damage else ()
    if before is None and not found.written:
        raise NothingIndexed(f"None of the files is an article: {_reasons(found.scan)}.")
    card = _choose_model(before, wish, tell)
    if before is not None and before.scale is not None and before.model.fingerprint != card.fingerprint:
        tell("The confidence fitted for the former model goes with it. Fit it anew: qa eval QUESTIONS --calibrate.")
    settled = before is not None and before.complete and found.roots == before.roots
    garbage.tidy(folder)  # also where there is nothing to do: a writer that died may have left something
    if settled and not plan and not found.written and not damaged:
        return _undone(folder, found)
    embedder = cache(lambda: load(models.restore(card, tell)))
    after, embedded = _commit(folder, wish, found, damage, card, embedder, progress)
    if damage is not None:
        _quarantine(folder, damage)
    garbage.tidy(folder)
    return replace(
        _undone(folder, found),
        generation=after.generation,
        published=True,
        articles=after.articles,
        passages=after.passages,
        embedded=embedded,
        damaged=damaged,
    )


def _commit(
    folder: Path,
    wish: Wish,
    found: Survey,
    damage: "Damage | None",
    card: ModelCard,
    embedder: Callable[[], "Embedder"],
    progress: "Progress | None",
) -> tuple[Manifest, int]:
    """Publish a generation for each step of the update; all but the last say that they are not complete."""
    from index.compose import Shelf, overall, steps, write_step
    from index.entries import known_vectors
    from index.repair import salvage

    before, shelf = found.before, Shelf(folder, card.dim)
    fitted = before if before and before.model.fingerprint == card.fingerprint else None
    current = Manifest(
        generation=max(manifests.generations(folder), default=0),
        model=card,
        passage_rule=PASSAGE_RULE,
        threshold=fitted.threshold if fitted else None,
        scale=fitted.scale if fitted else None,
        fitted_with=fitted.fitted_with if fitted else "",
        roots=found.roots,
        segments=before.segments if before and not wish.rebuild else (),
        base=None if before is None else before.generation if before.complete else before.base,
    )

    def known(wanted: "Collection[bytes]") -> "dict[bytes, PassageVectors]":
        if wish.rebuild:
            return {}
        saved = salvage(folder, damage, embedder(), wanted) if damage else {}
        return saved | known_vectors([shelf[record] for record in current.segments], wanted)

    embedded = 0
    todo = steps(folder, found)
    for number, step in enumerate(todo, start=1):
        name, last = f"{current.generation + 1:08d}", number == len(todo)
        told = None if progress is None else overall(progress, todo, number - 1, embedded)
        segments, computed = write_step(shelf, name, step, current.segments, embedder, known, told, last=last)
        current = replace(current, generation=current.generation + 1, segments=segments, complete=last)
        manifests.publish(folder, current)
        embedded += computed
    return current, embedded


def _choose_model(before: Manifest | None, wish: Wish, tell: Tell) -> ModelCard:
    """Return the model of the generation to be, refusing to mix two models in one index."""
    if before is None or wish.rebuild:
        return models.prepare(wish.model or (before.model.name if before else models.DEFAULT_MODEL), tell)
    if wish.model is not None and before.model.fingerprint not in models.fingerprints(models.find_model(wish.model)):
        raise ModelUnavailable(
            f"The index was built with {before.model.name}, and {wish.model} is another model; vectors of two models "
            f"cannot be compared. To change over, run `qa index --rebuild --model {wish.model}`."
        )
    return before.model


def _diagnose(folder: Path) -> "Damage":
    from index.repair import diagnose

    return diagnose(folder)


def _quarantine(folder: Path, damage: "Damage") -> None:
    from index.repair import quarantine

    quarantine(folder, damage)


def _undone(folder: Path, found: Survey) -> Update:
    """Return the report of a run that changed nothing."""
    before, scanned = found.before, found.scan
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
        written=len(found.written),
    )


def _reasons(scanned: Scan) -> str:
    return "; ".join(f"{skipped.path}: {skipped.reason}" for skipped in scanned.skipped[:5])
