"""Opening what a command works on: the index (built from ./seeds where there is none yet) and its model.

The one place where parts are put together; the commands in ``cli`` only choose among them.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from index import manifest as manifests
from index.errors import ModelUnavailable, NothingIndexed
from qa.beside import Beside
from qa.diagnostics import Progress, tell

if TYPE_CHECKING:
    from index.build import Update, Wish
    from index.records import ModelCard
    from index.store import Index
    from index.vectors import Embedder
    from qa.ask import Asker

SEEDS = Path("seeds")


@dataclass(frozen=True, slots=True)
class Setting:
    """How an index is asked."""

    degraded: bool = False
    """Whether what is damaged of the index is passed over."""
    read: bool = True
    """Whether the reader takes part."""
    least: float | None = None
    """The confidence from which an answer counts as one; None leaves it to the index."""


USUAL = Setting()


def open_asker(folder: Path, setting: Setting = USUAL) -> "Asker":
    """Return an asker over the index in ``folder``, built from ./seeds first where nothing is indexed yet.

    What is passed over of a damaged index is said on stderr.

    Raises NothingIndexed, IndexDamaged or ModelUnavailable.
    """
    index_seeds(folder)
    from index import models
    from qa.ask import Asker
    from qa.reader import ready

    card = models.restore(manifests.read_newest_sound(folder)[0].model, tell)
    if setting.read:
        ready.make_ready(tell)
    loading = Beside(ready.load_reader) if setting.read else None
    from index.store import open_index

    embedder = _load(card)
    index = open_index(folder, degraded=setting.degraded)
    reader = loading.result() if loading else None
    return _over(index, Asker(index, embedder, reader, setting.least))


def reopened(asker: "Asker") -> "Asker":
    """Return an asker over the newest generation of the same index, its models still warm.

    Raises NothingIndexed, IndexDamaged or ModelUnavailable.
    """
    from index.store import open_index

    return _over(open_index(asker.index.folder), asker)


def index_seeds(folder: Path) -> None:
    """Index ./seeds where nothing is indexed yet. Raises NothingIndexed where there is no such folder either."""
    if manifests.generations(folder):
        return
    if not SEEDS.is_dir():
        raise NothingIndexed(
            f"Nothing is indexed yet (looked in {folder}). Run `qa index FOLDER` with the folder of your articles."
        )
    from index.build import Wish

    tell("Nothing is indexed yet; indexing the articles in ./seeds.")
    run_update(folder, Wish(paths=(SEEDS,)))


def _over(index: "Index", asker: "Asker") -> "Asker":
    """Return an asker like the given one over an index, and say what is to be known of this index."""
    if not index.manifest.articles:
        raise NothingIndexed(
            f"The index in {index.folder} holds no article. Run `qa index FOLDER` with the folder of yours."
        )
    reader, embedder = asker.reader, asker.embedder
    for fault in index.faults:
        tell(f"Passed over: {fault}")
    if index.manifest.scale is not None and index.manifest.fitted_with != (reader.fingerprint if reader else ""):
        tell(
            "The confidence that was fitted for this index holds for another way of reading and is not used. "
            "Fit it anew: qa eval QUESTIONS --calibrate precision=0.9."
        )
    if index.manifest.model.fingerprint != embedder.card.fingerprint:
        from index import models

        embedder = _load(models.restore(index.manifest.model, tell))
    return replace(asker, index=index, embedder=embedder)


def _load(card: "ModelCard") -> "Embedder":
    """Load a model; the import is part of the work, so that all of it can run beside the opening of the index."""
    from index.embed import load_embedder

    return load_embedder(card)


def run_update(folder: Path, wish: "Wish", *, quiet: bool = False) -> "Update":
    """Run an update with progress on stderr, and say there what was left out."""
    from index.build import update
    from qa.reader import ready
    from qa.reports import left_out

    said = tell if not quiet else lambda _: None
    with Progress("Embedding passages", quiet=quiet) as progress:
        done = update(folder, wish, _load, progress, said)
    if not wish.dry_run:
        try:
            ready.make_ready(said)
        except ModelUnavailable as error:  # the index is done all the same, and can be asked without the reader
            tell(str(error))
    if not quiet:
        for sentence in left_out(done.skipped, done.withheld):
            tell(sentence)
    return done


@contextmanager
def throwaway_asker(articles: Path, setting: Setting = USUAL) -> Iterator["Asker"]:
    """Give an asker over an index of ``articles`` that is gone afterwards."""
    from index.build import Wish

    with tempfile.TemporaryDirectory(prefix="qa-eval-") as folder:
        run_update(Path(folder), Wish(paths=(articles,)))
        yield open_asker(Path(folder), setting)
