"""Going back: a new generation that equals the last complete one before the last update."""

from dataclasses import replace
from pathlib import Path

from index import garbage
from index import manifest as manifests
from index.errors import IndexDamaged, UsageError
from index.manifest import Manifest
from index.writing import writer


def rollback(folder: Path, wait: float = 0.0) -> Manifest:
    """Publish the content of the generation before the last update as a new one, and return its manifest.

    The generation that is left stays at hand, so that a second rollback undoes the first. Raises
    NothingIndexed, UsageError where there is nothing to go back to, IndexDamaged where that is damaged.
    """
    newest = manifests.read_newest(folder)
    with writer(folder, wait):
        newest = manifests.read_newest(folder)
        if newest.base is None:
            raise UsageError("There is no earlier generation to go back to; the index has had one update only.")
        try:
            earlier = manifests.read(folder, newest.base)
            for record in earlier.segments:
                for ending in record.files:
                    manifests.read_file(folder, record, ending, always=True)
        except FileNotFoundError as error:
            raise IndexDamaged(f"{error.filename} is missing, so there is no way back. Run `qa index`.") from None
        again = replace(earlier, generation=newest.generation + 1, base=newest.generation)
        manifests.publish(folder, again)
        garbage.tidy(folder)
        return again
