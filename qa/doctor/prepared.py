"""Whether the models are the official ones and what was made of them is sound: weights, exports, the reader.

What a model is belongs to ``index.models``, its export to ``index.exports``, which reader this is to ``reader.ready``.
"""

import os
import shlex
from pathlib import Path

from index import exports, models
from index.errors import ModelUnavailable
from index.records import ModelCard
from qa.doctor.records import Check, failure, fine, parted
from qa.reader import ready

UNMADE = "not prepared yet; the first question or `qa index` does it, once, in some 15 seconds"


def bundled() -> Check:
    """Check that the files of the default model are the official ones, by SHA-256."""
    return _model("model", models.DEFAULT_MODEL)


def of_index(card: ModelCard) -> Check | None:
    """Check the model that an index was built with, where that is another than the default; None where it is not.

    Once it is prepared, its own files are not needed any more.
    """
    if card.name in (models.DEFAULT_MODEL, f"sentence-transformers/{models.DEFAULT_MODEL}"):
        return None
    if exports.export_folder(card.fingerprint).exists():
        return fine("index's model", f"{card.name}, prepared")
    found = _model("index's model", card.name)
    if found.remedy is None and card.fingerprint not in models.fingerprints(models.find_model(card.name)):
        return failure(
            "index's model",
            f"{card.name} is not the model any more that the index was built with",
            "Run `qa index --rebuild`.",
        )
    return found


def exported(card: ModelCard | None) -> Check:
    """Check the export of the index's model, or where there is no index of the default one, by SHA-256."""
    name = "prepared model"
    if card is not None:
        marks = [card.fingerprint]
    else:
        try:
            marks = list(models.fingerprints(models.find_model(models.DEFAULT_MODEL)))
        except ModelUnavailable:
            return fine(name, "it is told once the model is there")
    made = [mark for mark in marks if exports.export_folder(mark).exists()]
    return _export(name, made[0] if made else None)


def reader() -> tuple[Check, Check]:
    """Check the reader's weights, as they came with the program, and its export."""
    fault = ready.weights_fault()
    weights = failure("reader", *parted(fault)) if fault else fine("reader", "its weights are those of this version")
    made = exports.export_folder(ready.FINGERPRINT).exists()
    return weights, _export("prepared reader", ready.FINGERPRINT if made else None)


def _model(name: str, called: str) -> Check:
    try:
        folder = models.find_model(called)
        if not os.access(folder / "model.safetensors", os.R_OK):
            raise ModelUnavailable(f"The model in {folder} cannot be read. Check its permissions.")
    except ModelUnavailable as error:
        return failure(name, *parted(str(error)))
    return fine(name, f"{called}, the official files" if called == models.DEFAULT_MODEL else called)


def _export(name: str, mark: str | None) -> Check:
    if mark is None:
        return fine(name, UNMADE)
    folder = exports.export_folder(mark)
    faults = exports.verify_export(mark)
    if not faults:
        return fine(name, f"sound, in {folder}")
    return failure(name, faults[0].partition(";")[0], f"Run `{removal(folder)}`; it is made again.")


def removal(path: Path) -> str:
    """Return the command that removes a file or folder."""
    return shlex.join(["rm", "-r", str(path)])
