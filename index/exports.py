"""Exported models in the user's cache: where they lie, whether they are sound, and how one is made.

Owns the cache folder and the integrity of what is in it. Which model is meant, and what tells models
apart, is the work of ``models``; running an export that of ``embed``; making one that of ``export``, in a
process of its own, which is started here.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

from index import files
from index.errors import ModelUnavailable
from index.records import ModelCard

EXPORTED = ("model.onnx", "tokenizer.json")
NOT_FAITHFUL = 3
"""Exit code of the process that makes an export whose vectors are not the original's."""


class Precision(StrEnum):
    """In what numbers the weights of an export are kept."""

    INT8 = "int8"
    FP32 = "fp32"


class NotFaithful(ModelUnavailable):
    """A model's export does not give the vectors of the original."""


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


def make_export(folder: Path, name: str, mark: str, precision: Precision, tell: Callable[[str], None]) -> ModelCard:
    """Export the model in ``folder`` into the cache, in a child process, and return its card.

    Takes some fifteen seconds, mostly the import of torch. Raises ModelUnavailable where the cache cannot be
    written, NotFaithful where the export does not give the vectors of the original.
    """
    tell(f"Preparing the model {name}, once on this computer (about 15 seconds) ...")
    made_by("index.export", mark, (name, mark, precision), folder, f"the model {name}", "or use another --model")
    return _read_card(mark)


def made_by(module: str, mark: str, arguments: Sequence[str], folder: Path, called: str, otherwise: str) -> None:
    """Have a module, run as a process of its own, put an export into the cache; all of it is there then, or nothing.

    It is run with ``folder``, where the model's files are, the draft to fill, and the ``arguments``. ``called``
    is what messages call the model, ``otherwise`` what else they advise where it fails. Raises ModelUnavailable, and
    NotFaithful where the export does not give what the original gives.
    """
    final = export_folder(mark)
    try:
        files.make_folder(final.parent)
        draft = Path(tempfile.mkdtemp(prefix=f".{final.name}.", suffix=".new", dir=final.parent))
    except OSError as error:
        raise ModelUnavailable(
            f"{_capital(called)} has to be prepared once, and {final.parent} cannot be written "
            f"({error.strerror}). Run `QA_CACHE=/a/writable/folder qa index`, and keep QA_CACHE set to it."
        ) from None
    try:
        _run_export(module, (str(folder), str(draft), *arguments), called, otherwise)
        files.publish_folder(draft, final)
    except OSError as error:
        raise ModelUnavailable(
            f"{_capital(called)} cannot be written to {final.parent} once prepared ({error.strerror}). Free some space "
            "there, or set QA_CACHE to another folder."
        ) from None
    finally:
        files.remove_folder(draft)


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _run_export(module: str, arguments: Sequence[str], called: str, otherwise: str) -> None:
    """Run an export in a process of its own, without a network."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={
            **os.environ,
            "HF_HUB_OFFLINE": "1",
            "TRANSFORMERS_OFFLINE": "1",
            "TOKENIZERS_PARALLELISM": "false",
            "ORT_DISABLE_TELEMETRY": "1",
        },
        check=False,
    )
    if done.returncode != 0:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no message"]
        failure = NotFaithful if done.returncode == NOT_FAITHFUL else ModelUnavailable
        raise failure(
            f"{_capital(called)} could not be prepared: {last[0]}. Check the files in {arguments[0]}, {otherwise}."
        )


def describe_files(folder: Path, about: Mapping[str, object]) -> bytes:
    """Return the bytes of ``card.json`` for a finished export: what it is of, and each file's checksums."""
    written = {
        name: {
            "sha256": sha256(folder / name),
            "crc32": zlib.crc32((folder / name).read_bytes()),
        }
        for name in EXPORTED
    }
    return json.dumps({"model": about, "files": written}, indent=1).encode()


def _damaged_export(fingerprint: str, reason: str) -> ModelUnavailable:
    folder = export_folder(fingerprint)
    return ModelUnavailable(
        f"The prepared model in {folder} is damaged ({reason}). Remove that folder; it is made again."
    )
