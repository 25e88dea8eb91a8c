"""Storing with an index how sure its answers are: a new generation that differs in nothing else."""

from dataclasses import replace
from pathlib import Path

from index import garbage
from index import manifest as manifests
from index.manifest import Manifest
from index.writing import writer


def store(
    folder: Path, scale: tuple[float, float], threshold: float, fitted_with: str = "", wait: float = 0.0
) -> Manifest:
    """Publish the newest generation with (slope, intercept) and a threshold of confidence, and return it.

    ``fitted_with`` is the fingerprint of the reader that they hold for, empty for none.

    A rollback goes back to what was before. Raises NothingIndexed, IndexDamaged, Busy.
    """
    manifests.read_newest(folder)
    with writer(folder, wait):
        newest = manifests.read_newest(folder)
        after = replace(
            newest,
            generation=newest.generation + 1,
            base=newest.generation if newest.complete else newest.base,
            scale=scale,
            threshold=threshold,
            fitted_with=fitted_with,
        )
        manifests.publish(folder, after)
        garbage.tidy(folder)
        return after
