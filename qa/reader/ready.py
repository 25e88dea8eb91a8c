"""Which reader this is, and making it ready: its weights checked and exported once, its export loaded.

Owns what tells readers apart. Loads nothing until a reader is wanted.
"""

import hashlib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from index import exports, models
from index.errors import ModelUnavailable

if TYPE_CHECKING:
    from qa.reader.model import OnnxReader

WEIGHTS = "1f1557245192e3b3dbeceeb9e970ef082fb473cf8914ac3ee81b0c561a22a5a3"
"""SHA-256 of reader.safetensors."""
RULE = "reader-2 onnx-2 int8"
"""An export made by another rule says other things."""
FINGERPRINT = hashlib.sha256("\n".join([RULE, WEIGHTS, *models.BUNDLED.values()]).encode()).hexdigest()
"""What tells readers apart: weights, base model and the rule of export."""


def make_ready(tell: Callable[[str], None]) -> None:
    """Export the reader into the cache where it is not there yet, in a process of its own.

    Raises ModelUnavailable where the cache cannot be written or the weights are not those that were published.
    """
    if (exports.export_folder(FINGERPRINT) / "card.json").exists():
        return
    if fault := weights_fault():
        raise ModelUnavailable(fault)
    base = models.find_model(models.DEFAULT_MODEL)
    tell("Preparing the reader, once on this computer (about 15 seconds) ...")
    given = str(_weights()), FINGERPRINT
    exports.made_by("qa.reader.export", FINGERPRINT, given, base, "the reader", "or ask with --no-reader")


def weights_fault() -> str | None:
    """Return what is wrong with the weights that came with the program, and what to do; None when all is well."""
    weights = _weights()
    if weights.is_file() and exports.sha256(weights) == WEIGHTS:
        return None
    return f"{weights} is not the reader of this version. Install article-qa again, or ask with --no-reader."


def faults() -> tuple[str, ...]:
    """Return what is wrong with the reader's export; empty when all is well or none was made yet."""
    return exports.verify_export(FINGERPRINT)


def load_reader() -> "OnnxReader":
    """Return the reader, once it is ready. Raises ModelUnavailable where its export is damaged."""
    from qa.reader.model import OnnxReader

    network, tokenizer = (exports.export_bytes(FINGERPRINT, name) for name in exports.EXPORTED)
    return OnnxReader(network, tokenizer, FINGERPRINT)


def _weights() -> Path:
    return Path(str(files("qa.reader").joinpath("reader.safetensors")))
