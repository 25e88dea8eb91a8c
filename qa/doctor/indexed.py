"""Whether the index can be read, is whole, and is still true to the articles; what a writer left, or is doing.

Quick: what asking itself checks when it opens an index. ``qa verify`` checks every byte.
"""

import shlex
from collections.abc import Iterator
from pathlib import Path

from index import files
from index import manifest as manifests
from index.errors import IndexDamaged, NothingIndexed
from index.generation import Manifest, manifest_name
from index.place import find_index
from index.status import status
from index.writing import LOCK
from qa.doctor.records import Check, failure, fine, parted, warning

SEEDS = Path("seeds")
REPAIR = "Run `qa index --repair`{}; until then, `qa ask --degraded`."
QUARANTINE = "quarantine"
NAMED = 3
"""Damaged files that are named; the others are counted."""


def newest(folder: Path) -> tuple[Check, Manifest | None]:
    """Check that there is an index that can be read, and return its newest generation that can be."""
    try:
        manifest, passed_over = manifests.read_newest_sound(folder)
    except NothingIndexed:
        some = "seeds" if SEEDS.is_dir() else "FOLDER"
        why = "to try it on the articles there" if SEEDS.is_dir() else "with the folder of your articles"
        hint = f"Run `qa index {some}{_at(folder)}` {why}."
        return warning("index", f"nothing is indexed in {folder} yet", hint), None
    except IndexDamaged as error:
        return failure("index", *parted(str(error))), None
    held = f"{manifest.articles} articles, {manifest.passages} passages in {folder} (generation {manifest.generation})"
    if passed_over:
        return failure("index", f"a newer generation than {manifest.generation} is damaged", _repair(folder)), manifest
    if not manifest.complete:
        return warning("index", f"{held}, an update of which was broken off", _update(folder)), manifest
    if not manifest.articles:
        return warning(
            "index", f"no article in {folder}", "Run `qa index FOLDER` with that of your articles."
        ), manifest
    return fine("index", held), manifest


def parts(folder: Path, manifest: Manifest) -> Check:
    """Check the files of a generation, as they are checked whenever the index is opened."""
    damaged = list(_damaged(folder, manifest))
    if not damaged:
        return fine("index's files", f"{len(manifest.file_names())}, sound as far as asking checks them")
    more = f" and {len(damaged) - NAMED} more" if len(damaged) > NAMED else ""
    are = "is" if len(damaged) == 1 else "are"
    return failure("index's files", f"{', '.join(damaged[:NAMED])}{more} {are} damaged or missing", _repair(folder))


def changes(folder: Path) -> Check:
    """Check whether the index is true to the articles as they are on the disk."""
    found = status(folder).scan
    plan = found.plan
    counts = [
        f"{len(keys)} {kind}"
        for kind, keys in (
            ("new", plan.added),
            ("changed", plan.changed),
            ("removed", plan.removed),
            ("renamed", plan.renamed),
        )
        if keys
    ]
    if found.withheld:
        gone = ", ".join(str(scope.location) for scope in found.withheld)
        return warning(
            "articles",
            f"{gone} is gone or empty; its articles stay in the index",
            f"Bring it back, or give its articles up: `qa index --prune{_at(folder)}`.",
        )
    if counts:
        return warning("articles", f"{', '.join(counts)} since they were indexed", _update(folder))
    left_out = f"; {len(found.skipped)} files are no articles, see `qa status`" if found.skipped else ""
    return fine("articles", f"nothing changed since they were indexed{left_out}")


def calibration(manifest: Manifest, reader: str) -> Check:
    """Check that a confidence fitted for this index holds for the reader that is used."""
    if manifest.scale is None:
        return fine("confidence", "as it comes with the program")
    if manifest.fitted_with != reader:
        return warning(
            "confidence",
            "what was fitted for this index holds for another way of reading and is not used",
            "Run `qa eval QUESTIONS --calibrate precision=0.9`.",
        )
    return fine("confidence", "fitted for this index and this reader")


def writer(folder: Path) -> Check:
    """Check whether another process is updating the index now."""
    if files.held(folder / LOCK):
        return warning("writer", "another qa is updating this index", "Wait, or run `qa index --wait 600`.")
    return fine("writer", "no other qa is updating this index")


def leftovers(folder: Path, *, busy: bool) -> Check:
    """Check for files of runs that were killed; while a writer is at work, its drafts are none."""
    latest = max(manifests.generations(folder), default=0)
    left = [] if busy else [path for path in folder.iterdir() if manifests.is_leftover(path.name, latest)]
    if left:
        many = "1 file" if len(left) == 1 else f"{len(left)} files"
        return warning("leftovers", f"{many} of an update that was killed", _update(folder))
    if (folder / QUARANTINE).is_dir():
        remedy = f"Run `{shlex.join(['rm', '-r', str(folder / QUARANTINE)])}` unless you want to look at them."
        return warning("leftovers", "damaged files that a repair moved out of the way are still there", remedy)
    return fine("leftovers", "no killed run left anything")


def _damaged(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Yield the names of files that are missing or not what was written."""
    for record in manifest.segments:
        for ending in record.files:
            try:
                manifests.read_file(folder, record, ending)
            except (IndexDamaged, FileNotFoundError):
                yield f"{record.name}.{ending}"
    try:
        manifests.read(folder, manifest.generation)
    except (IndexDamaged, FileNotFoundError):
        yield manifest_name(manifest.generation)


def _repair(folder: Path) -> str:
    return REPAIR.format(_at(folder))


def _update(folder: Path, *options: str) -> str:
    return f"Run `{' '.join(['qa', 'index', *options])}{_at(folder)}`."


def _at(folder: Path) -> str:
    """Return the option that names the index, where the command would not find it of itself."""
    return "" if folder == find_index() else f" --index {shlex.quote(str(folder))}"
