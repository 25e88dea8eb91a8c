"""Verifying: every damage is found and named, and soundness is told as such."""

import shutil
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import ENDINGS

from index import exports, lexical, nearest
from index import manifest as manifests
from index.embed import OnnxEmbedder
from index.errors import IndexDamaged, NothingIndexed
from index.manifest import FileRecord
from index.status import status
from index.verify import verify


@pytest.fixture
def copied(seed_index: Path, tmp_path: Path) -> Path:
    """An index of the seeds that a test may damage."""
    return Path(shutil.copytree(seed_index, tmp_path / "copy"))


def faults(folder: Path) -> dict[str, str]:
    return {finding.subject: finding.fault for finding in verify(folder) if finding.fault is not None}


def forge(folder: Path, ending: str, data: bytes) -> None:
    """Put ``data`` in place of a file, its checksum made to hold in a new manifest."""
    manifest = manifests.read_newest(folder)
    (segment,) = manifest.segments
    (folder / f"{segment.name}.{ending}").write_bytes(data)
    written = {**segment.files, ending: FileRecord(len(data), zlib.crc32(data))}
    manifests.publish(folder, replace(manifest, generation=2, segments=(replace(segment, files=written),)))


def test_sound_index_has_a_finding_for_every_file_and_no_fault(seed_index: Path) -> None:
    subjects = {finding.subject for finding in verify(seed_index)}
    assert subjects >= {"manifest-00000001.json", *(f"00000001.{ending}" for ending in ENDINGS)}
    assert {"segment 00000001: every span, vector and word", "model all-MiniLM-L6-v2"} <= subjects
    assert faults(seed_index) == {}


@pytest.mark.parametrize("ending", ENDINGS)
def test_flipped_byte_is_found_in_its_file_alone(copied: Path, ending: str) -> None:
    path = copied / f"00000001.{ending}"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert list(faults(copied)) == [path.name]
    assert "its checksum does not hold" in faults(copied)[path.name]


@pytest.mark.parametrize("ending", ENDINGS)
def test_large_files_are_checked_too(copied: Path, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifests, "CHECKED_AT_OPEN", 0)
    monkeypatch.setattr(manifests, "MAPPED_FROM", 1)
    assert faults(copied) == {}
    path = copied / f"00000001.{ending}"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert list(faults(copied)) == [path.name]


@pytest.mark.parametrize("ending", ENDINGS)
def test_missing_file_is_told(copied: Path, ending: str) -> None:
    (copied / f"00000001.{ending}").unlink()
    assert faults(copied) == {f"00000001.{ending}": "missing"}


def test_damaged_manifest_and_no_index_are_raised(copied: Path, tmp_path: Path) -> None:
    (copied / "manifest-00000001.json").write_bytes(b"{")
    with pytest.raises(IndexDamaged, match=r"manifest-00000001.json is damaged"):
        verify(copied)
    with pytest.raises(NothingIndexed, match=r"Nothing is indexed"):
        verify(tmp_path)


def test_vectors_that_are_not_of_unit_length_are_found(copied: Path) -> None:
    count = manifests.read_newest(copied).passages
    forge(copied, "vectors.faiss", nearest.pack(np.full((count, 384), 0.5, np.float32)))
    assert "not of unit length" in faults(copied)["segment 00000001: every span, vector and word"]


def test_spans_that_do_not_make_up_their_passages_are_found(copied: Path) -> None:
    data = (copied / "00000001.sentences.spans").read_bytes()
    spans = np.frombuffer(data, "<u4").copy()
    spans[1] += 1000
    forge(copied, "sentences.spans", spans.tobytes())
    assert "passage 0" in faults(copied)["segment 00000001: every span, vector and word"]


def test_text_that_is_not_what_was_indexed_is_found(copied: Path) -> None:
    data = (copied / "00000001.articles.jsonl").read_bytes()
    forge(copied, "articles.jsonl", data.replace(b"2028", b"2038"))
    assert "another checksum" in faults(copied)["segment 00000001: every span, vector and word"]


def test_words_that_are_not_those_of_the_passages_are_found(copied: Path) -> None:
    postings = np.frombuffer((copied / "00000001.words.postings").read_bytes(), lexical.POSTING).copy()
    postings["count"][3] += 1
    forge(copied, "words.postings", postings.tobytes())
    assert faults(copied) == {
        "segment 00000001: every span, vector and word": "words.postings is not what the passages say"
    }


@pytest.mark.parametrize("ending", ["words.terms", "words.postings", "words.counts"])
def test_words_that_do_not_fit_together_are_found(copied: Path, ending: str) -> None:
    forge(copied, ending, (copied / f"00000001.{ending}").read_bytes()[:-1])
    assert "words." in faults(copied)["segment 00000001: every span, vector and word"]


def test_damaged_export_is_found(
    seed_index: Path, embedder: OnnxEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = exports.export_folder(embedder.card.fingerprint)
    final = tmp_path / "models" / export.name
    shutil.copytree(export, final)
    monkeypatch.setenv("QA_CACHE", str(tmp_path))
    with (final / "model.onnx").open("r+b") as file:
        file.seek(-5, 2)
        last = file.read(1)
        file.seek(-5, 2)
        file.write(bytes([last[0] ^ 1]))
    assert "model.onnx" in faults(seed_index)["model all-MiniLM-L6-v2"]


def test_verifying_writes_nothing(copied: Path) -> None:
    before = {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in copied.iterdir()}
    verify(copied)
    assert {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in copied.iterdir()} == before


def test_status_of_an_untouched_index_has_nothing_to_do(seed_index: Path, seed_articles: Path) -> None:
    found = status(seed_index)
    assert (found.manifest.articles, bool(found.scan.plan)) == (5, False)
    assert found.manifest.roots == (str(seed_articles.resolve()),)
    assert found.bytes == sum(path.stat().st_size for path in seed_index.glob("00000001.*"))


def test_status_names_a_missing_file(copied: Path) -> None:
    (copied / "00000001.articles.jsonl").unlink()
    with pytest.raises(IndexDamaged, match=r"articles\.jsonl is missing"):
        status(copied)
