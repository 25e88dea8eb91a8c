"""Models as files: what the fingerprint sees, and every way a model or its export can be missing or altered."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from index import exports, models
from index.embed import OnnxEmbedder, load_embedder
from index.errors import ModelUnavailable
from index.exports import Precision
from index.records import ModelCard

FILES = {
    "model.safetensors": b"weights",
    "tokenizer.json": b"{}",
    "config.json": b"{}",
    "modules.json": b"[]",
    "sentence_bert_config.json": b'{"max_seq_length": 256}',
    "1_Pooling/config.json": b'{"pooling_mode_mean_tokens": true}',
    "README.md": b"A model.",
}


def silent(_: str) -> None:
    pass


def model(folder: Path, **changed: bytes) -> Path:
    """A folder of small files in the shape of a model."""
    for name, data in {**FILES, **changed}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def marks(folder: Path) -> set[str]:
    """What the indexes that were made with the model in ``folder`` may call it."""
    return set(models.fingerprints(folder))


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


@pytest.fixture
def copied(embedder: OnnxEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The export of the default model, alone in a cache of its own."""
    final = tmp_path / "cache" / "models" / exports.export_folder(embedder.card.fingerprint).name
    shutil.copytree(exports.export_folder(embedder.card.fingerprint), final)
    monkeypatch.setenv("QA_CACHE", str(tmp_path / "cache"))
    return final


@pytest.mark.parametrize("name", [name for name in FILES if name != "README.md"])
def test_fingerprint_changes_with_every_byte_that_decides_vectors(tmp_path: Path, name: str) -> None:
    before = marks(model(tmp_path / "a"))
    assert marks(model(tmp_path / "b", **{name: FILES[name] + b" "})) & before == set()


def test_fingerprint_does_not_change_with_readme_or_place(tmp_path: Path) -> None:
    before = models.fingerprints(model(tmp_path / "a"))
    assert models.fingerprints(model(tmp_path / "elsewhere" / "b", **{"README.md": b"Another."})) == before


def test_fingerprint_changes_with_a_pooling_file_more(tmp_path: Path) -> None:
    before = marks(model(tmp_path / "a"))
    assert marks(model(tmp_path / "b", **{"2_Dense/config.json": b"{}"})) & before == set()


def test_fingerprint_changes_with_the_rule_of_export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = models.fingerprints(model(tmp_path))
    monkeypatch.setitem(models.EXPORT_RULES, Precision.INT8, "onnx-3")
    kept = {mark: precision for mark, precision in before.items() if mark in marks(tmp_path)}
    assert list(kept.values()) == [Precision.FP32]


def test_each_precision_has_a_fingerprint_of_its_own_and_eight_bits_come_first(tmp_path: Path) -> None:
    assert list(models.fingerprints(model(tmp_path)).values()) == [Precision.INT8, Precision.FP32]


def test_fingerprint_of_the_default_model_in_full_precision_is_that_of_indexes_of_format_1() -> None:
    golden = json.loads((Path(__file__).parent / "golden_index" / "manifest-00000001.json").read_bytes())
    found = models.fingerprints(models.find_model(models.DEFAULT_MODEL))
    assert found[golden["model"]["fingerprint"]] is Precision.FP32


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "modules.json"])
def test_folder_that_lacks_a_file_is_no_model(tmp_path: Path, name: str) -> None:
    (model(tmp_path) / name).unlink()
    with pytest.raises(ModelUnavailable, match=f"it has no {name}"):
        models.fingerprints(tmp_path)


def test_bundled_files_are_the_official_ones() -> None:
    folder = models.find_model(models.DEFAULT_MODEL)
    official = {
        "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    }
    found = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in official}
    assert found == official == models.BUNDLED


def test_bundled_model_with_another_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(models.BUNDLED, "tokenizer.json", "0" * 64)
    with pytest.raises(ModelUnavailable, match="not the official file of all-MiniLM-L6-v2"):
        models.find_model(models.DEFAULT_MODEL)


@pytest.mark.parametrize("name", ["no-such-model", "nobody/no-such-model", "two words", "a/b/c"])
def test_unknown_model_is_refused_with_a_remedy(name: str) -> None:
    with pytest.raises(ModelUnavailable, match=r"no model folder .* leave --model away"):
        models.find_model(name)


def test_local_folder_is_found_as_a_model(tmp_path: Path) -> None:
    assert models.find_model(str(tmp_path)) == tmp_path.resolve()


@pytest.mark.parametrize("name", exports.EXPORTED)
def test_export_with_a_flipped_byte_is_refused(copied: Path, embedder: OnnxEmbedder, name: str) -> None:
    flip(copied / name, (copied / name).stat().st_size // 2)
    with pytest.raises(ModelUnavailable, match=f"{name} has another checksum"):
        load_embedder(embedder.card)
    assert len(exports.verify_export(embedder.card.fingerprint)) == 1
    assert name in exports.verify_export(embedder.card.fingerprint)[0]


def test_export_that_is_sound_has_no_faults(embedder: OnnxEmbedder) -> None:
    assert exports.verify_export(embedder.card.fingerprint) == ()


def test_export_without_a_file_is_refused(copied: Path, embedder: OnnxEmbedder) -> None:
    (copied / "model.onnx").unlink()
    with pytest.raises(ModelUnavailable, match="is damaged"):
        load_embedder(embedder.card)
    assert "model.onnx" in exports.verify_export(embedder.card.fingerprint)[0]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"model": {"name": 1}}', b"\xff\xfe"])
def test_export_with_a_damaged_card_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setenv("QA_CACHE", str(tmp_path))
    folder = exports.export_folder("a" * 64)
    folder.mkdir(parents=True)
    (folder / "card.json").write_bytes(content)
    with pytest.raises(ModelUnavailable, match=r"is damaged .* Remove that folder"):
        exports.card_of("a" * 64)
    assert len(exports.verify_export("a" * 64)) == 1


def test_export_of_another_model_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_CACHE", str(tmp_path))
    folder = exports.export_folder("a" * 64)
    folder.mkdir(parents=True)
    for name in exports.EXPORTED:
        (folder / name).write_bytes(b"x")
    (folder / "card.json").write_bytes(exports.describe_files(folder, asdict(ModelCard("other", "b" * 64, 8, 40))))
    with pytest.raises(ModelUnavailable, match="belongs to another model"):
        exports.card_of("a" * 64)


def test_description_holds_the_checksums_of_the_files(tmp_path: Path) -> None:
    for name in exports.EXPORTED:
        (tmp_path / name).write_bytes(name.encode())
    written = json.loads(exports.describe_files(tmp_path, asdict(ModelCard("m", "a" * 64, 8, 40))))["files"]
    assert written["model.onnx"]["crc32"] == zlib.crc32(b"model.onnx")
    assert written["tokenizer.json"]["sha256"] == hashlib.sha256(b"tokenizer.json").hexdigest()


def test_cache_that_cannot_be_written_names_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("QA_CACHE", str(tmp_path / "file" / "below"))
    with pytest.raises(ModelUnavailable, match=r"cannot be written .* `QA_CACHE=/a/writable/folder qa index`"):
        models.prepare(models.DEFAULT_MODEL, silent)


def test_model_that_cannot_be_exported_leaves_nothing_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QA_CACHE", str(tmp_path / "cache"))

    def failing(*args: Any, **kwargs: Any) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess(args, 1, stderr=b"Traceback\nValueError: bad weights\n")

    monkeypatch.setattr(subprocess, "run", failing)
    with pytest.raises(ModelUnavailable, match="could not be prepared: ValueError: bad weights"):
        models.prepare(str(model(tmp_path / "model")), silent)
    assert list((tmp_path / "cache" / "models").iterdir()) == []


EXPORT = """
import sys
from pathlib import Path
from index import export
from index.exports import Precision
export.LEAST_COSINE = dict.fromkeys(Precision, 0.9999)
export.main(Path(sys.argv[1]), Path(sys.argv[2]), "m", "a" * 64, Precision.INT8)
"""


@pytest.mark.heavy
def test_export_that_loses_more_than_it_may_is_refused(tmp_path: Path) -> None:
    folder = models.find_model(models.DEFAULT_MODEL)
    command = [sys.executable, "-P", "-c", EXPORT, str(folder), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == exports.NOT_FAITHFUL == 3, done.stderr
    assert re.search(r"its export gives other vectors \(cosine 0\.9[89]\d+, at least 0\.9999 wanted\)", done.stderr)


class Exporting:
    """The process that makes exports: writes one in the shape of an export, or finds a precision not faithful."""

    def __init__(self, *losing: Precision) -> None:
        self.losing = losing
        self.asked: list[str] = []

    def __call__(self, command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        _, draft, name, mark, precision = command[-5:]
        self.asked.append(precision)
        if precision in self.losing:
            return subprocess.CompletedProcess(command, exports.NOT_FAITHFUL, stderr=b"its export gives other vectors")
        for file in exports.EXPORTED:
            (Path(draft) / file).write_bytes(precision.encode())
        card = asdict(ModelCard(name, mark, 8, 40))
        (Path(draft) / "card.json").write_bytes(exports.describe_files(Path(draft), card))
        return subprocess.CompletedProcess(command, 0, stderr=b"")


@pytest.mark.parametrize(
    ("losing", "asked", "precision"),
    [((), ["int8"], Precision.INT8), ((Precision.INT8,), ["int8", "fp32"], Precision.FP32)],
)
def test_model_that_loses_too_much_in_eight_bits_is_run_in_full(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    losing: tuple[Precision, ...],
    asked: list[str],
    precision: Precision,
) -> None:
    monkeypatch.setenv("QA_CACHE", str(tmp_path / "cache"))
    folder, process, told = model(tmp_path / "model"), Exporting(*losing), []
    monkeypatch.setattr(subprocess, "run", process)
    card = models.prepare(str(folder), told.append)
    assert (process.asked, models.fingerprints(folder)[card.fingerprint]) == (asked, precision)
    assert any("is run in full precision" in sentence for sentence in told) == bool(losing)
    assert exports.export_bytes(card.fingerprint, "model.onnx") == precision.encode()
    assert len(list((tmp_path / "cache" / "models").iterdir())) == 1


def test_model_that_loses_too_much_in_any_precision_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(subprocess, "run", Exporting(*Precision))
    with pytest.raises(ModelUnavailable, match="could not be prepared: its export gives other vectors"):
        models.prepare(str(model(tmp_path / "model")), silent)
    assert list((tmp_path / "cache" / "models").iterdir()) == []


@pytest.mark.parametrize("precision", list(Precision))
def test_export_that_is_gone_is_made_again_in_the_precision_of_the_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, precision: Precision
) -> None:
    monkeypatch.setenv("QA_CACHE", str(tmp_path / "cache"))
    folder, process = model(tmp_path / "model"), Exporting()
    monkeypatch.setattr(subprocess, "run", process)
    (mark,) = (mark for mark, one in models.fingerprints(folder).items() if one is precision)
    card = ModelCard(str(folder), mark, 8, 40)
    assert models.restore(card, silent) == card
    assert models.restore(card, silent) == card
    assert process.asked == [precision]


def test_interrupted_export_leaves_nothing_in_the_way_of_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QA_CACHE", str(tmp_path / "cache"))

    def interrupted(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "run", interrupted)
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        models.prepare(str(model(tmp_path / "model")), silent)
    assert list((tmp_path / "cache" / "models").iterdir()) == []


def test_model_that_changed_under_its_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_CACHE", str(tmp_path / "cache"))
    card = ModelCard(str(model(tmp_path / "model")), "a" * 64, 8, 40)
    with pytest.raises(ModelUnavailable, match="built with another model than"):
        models.restore(card, silent)


def test_cache_is_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_CACHE", str(tmp_path))
    assert exports.cache() == tmp_path
    monkeypatch.delenv("QA_CACHE")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert exports.cache() == tmp_path / "xdg" / "qa"
