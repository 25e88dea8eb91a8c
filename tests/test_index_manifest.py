"""Manifests: there and back, any change noticed, and the reasons a person gets."""

import json
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ENDINGS, OLD_ENDINGS
from hypothesis import given, settings
from hypothesis import strategies as st

from index import manifest as manifests
from index.errors import IndexDamaged, NothingIndexed
from index.manifest import FileRecord, Manifest, SegmentRecord
from index.records import ModelCard

SEGMENT = SegmentRecord("00000001", 3, 9, (1,), 4, {ending: FileRecord(7, 5) for ending in ENDINGS})
SAMPLE = Manifest(2, ModelCard("m", "a" * 64, 8, 40), "rule", 0.5, ("/ärticles", "/\udcff"), (SEGMENT,))

words = st.text(min_size=1)
cards = st.builds(
    ModelCard, words, words, st.integers(1, 2**16), st.integers(3, 2**20), st.text(), st.text(), st.booleans()
)
records = st.builds(FileRecord, st.integers(0, 2**40), st.integers(0, 2**32 - 1))


@st.composite
def segments(draw: st.DrawFn) -> SegmentRecord:
    articles, passages = draw(st.integers(0, 2**31)), draw(st.integers(0, 2**31))
    dead = draw(st.sets(st.integers(0, articles - 1), max_size=5)) if articles else ()
    return SegmentRecord(
        name=f"{draw(st.integers(0, 99_999_999)):08d}",
        articles=articles,
        passages=passages,
        dead=tuple(sorted(dead)),
        dead_passages=draw(st.integers(0, passages)),
        files={ending: draw(records) for ending in draw(st.sampled_from([ENDINGS, OLD_ENDINGS]))},
    )


anything = st.builds(
    Manifest,
    st.integers(1, 99_999_999),
    cards,
    words,
    st.none() | st.floats(0, 1),
    st.lists(words).map(tuple),
    st.lists(segments(), max_size=3).map(tuple),
    st.booleans(),
    st.none() | st.integers(1, 99_999_999),
)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("manifests")
    manifests.publish(folder, SAMPLE)
    return folder


@given(anything)
@settings(derandomize=True, deadline=None, max_examples=60)
def test_manifest_goes_there_and_back(tmp_path_factory: pytest.TempPathFactory, manifest: Manifest) -> None:
    folder = tmp_path_factory.mktemp("m")
    manifests.publish(folder, manifest)
    assert manifests.read_newest(folder) == manifest


@given(st.data())
@settings(derandomize=True, deadline=None, max_examples=400)
def test_any_changed_character_is_noticed_or_means_nothing(written: Path, data: st.DataObject) -> None:
    path = written / manifests.manifest_name(2)
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = bytes([data.draw(st.integers(0, 255))])
    copy = written.parent / f"{written.name}-changed"
    copy.mkdir(exist_ok=True)
    (copy / path.name).write_bytes(whole[:at] + changed + whole[at + 1 :])
    try:
        found = manifests.read(copy, 2)
    except IndexDamaged:
        return
    assert found == SAMPLE


def test_every_digit_of_a_manifest_counts(written: Path, tmp_path: Path) -> None:
    name = manifests.manifest_name(2)
    whole = (written / name).read_bytes()
    for at in (at for at, byte in enumerate(whole) if chr(byte).isdigit()):
        (tmp_path / name).write_bytes(whole[:at] + (b"7" if whole[at : at + 1] != b"7" else b"3") + whole[at + 1 :])
        with pytest.raises(IndexDamaged, match=name):
            manifests.read(tmp_path, 2)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"null", b"3", b'"x"', b'{"format": "x"}', b"\xff", b"[" * 9999]
)
def test_what_is_no_manifest_is_damage(tmp_path: Path, content: bytes) -> None:
    (tmp_path / manifests.manifest_name(1)).write_bytes(content)
    with pytest.raises(IndexDamaged, match=r"manifest-00000001\.json is damaged: .*qa index --repair"):
        manifests.read_newest(tmp_path)


def test_newer_format_asks_for_an_upgrade(tmp_path: Path) -> None:
    (tmp_path / manifests.manifest_name(1)).write_text(json.dumps({"format": manifests.FORMAT + 1}))
    with pytest.raises(IndexDamaged, match=r"written by a newer qa. Upgrade qa"):
        manifests.read_newest(tmp_path)


def checksummed(content: dict[str, object]) -> str:
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return json.dumps({**content, "crc32": zlib.crc32(canonical.encode())})


def test_manifests_are_of_format_2_and_those_of_format_1_are_read(written: Path, tmp_path: Path) -> None:
    content = json.loads((written / manifests.manifest_name(2)).read_bytes())
    del content["crc32"]
    assert content["format"] == 2
    content["format"] = 1
    for ending in ("words.terms", "words.postings", "words.counts"):
        del content["segments"][0]["files"][ending]
    (tmp_path / manifests.manifest_name(2)).write_text(checksummed(content))
    old = replace(SEGMENT, files={ending: FileRecord(7, 5) for ending in OLD_ENDINGS})
    assert manifests.read(tmp_path, 2) == replace(SAMPLE, segments=(old,))


@pytest.mark.parametrize("ending", ENDINGS)
def test_segment_that_lacks_a_file_is_damage(written: Path, tmp_path: Path, ending: str) -> None:
    content = json.loads((written / manifests.manifest_name(2)).read_bytes())
    del content["crc32"], content["segments"][0]["files"][ending]
    (tmp_path / manifests.manifest_name(2)).write_text(checksummed(content))
    with pytest.raises(IndexDamaged, match="it lists a segment that cannot be"):
        manifests.read(tmp_path, 2)


def test_checksum_is_crc32_of_the_content_without_itself(written: Path) -> None:
    content = json.loads((written / manifests.manifest_name(2)).read_bytes())
    expected = content.pop("crc32")
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    assert zlib.crc32(canonical.encode()) == expected


def test_newest_generation_is_the_highest_number(tmp_path: Path) -> None:
    for generation in (2, 10, 9):
        manifests.publish(tmp_path, replace(SAMPLE, generation=generation))
    (tmp_path / "manifest-99.json").write_bytes(b"not of our form")
    assert manifests.generations(tmp_path) == [10, 9, 2]
    assert manifests.read_newest(tmp_path).generation == 10


def test_generation_is_published_once(tmp_path: Path) -> None:
    manifests.publish(tmp_path, SAMPLE)
    with pytest.raises(FileExistsError, match=r"File exists"):
        manifests.publish(tmp_path, replace(SAMPLE, threshold=0.1))
    assert manifests.read_newest(tmp_path) == SAMPLE


def test_no_manifest_is_nothing_indexed(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for folder in (tmp_path, tmp_path / "absent", tmp_path / "file"):
        with pytest.raises(NothingIndexed, match=r"Nothing is indexed in .*Run `qa index FOLDER`"):
            manifests.read_newest(folder)


def test_generation_that_has_gone_is_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"manifest-00000003"):
        manifests.read(tmp_path, 3)


def test_counts_are_of_the_living() -> None:
    assert (SAMPLE.articles, SAMPLE.passages) == (2, 5)
    assert SAMPLE.file_names() == {"manifest-00000002.json", *(f"00000001.{ending}" for ending in ENDINGS)}


@pytest.mark.parametrize("name", sorted([*SAMPLE.file_names(), ".manifest-00000003.json.77.new"]))
def test_files_of_an_index_are_known_as_ours(name: str) -> None:
    assert manifests.is_ours(name)


@pytest.mark.parametrize(
    "name", ["LOCK", ".gitignore", "notes.txt", "1.passages.rows", "manifest-1.json", ".essay.new"]
)
def test_other_files_are_never_ours(name: str) -> None:
    assert not manifests.is_ours(name)


def test_file_is_checked_for_size_and_checksum(tmp_path: Path) -> None:
    (tmp_path / "00000001.vectors.faiss").write_bytes(b"0123456")
    good = replace(SEGMENT, files={"vectors.faiss": FileRecord(7, zlib.crc32(b"0123456"))})
    assert manifests.read_file(tmp_path, good, "vectors.faiss") == b"0123456"
    with pytest.raises(IndexDamaged, match=r"00000001\.vectors\.faiss is damaged: its checksum"):
        manifests.read_file(tmp_path, SEGMENT, "vectors.faiss")
    with pytest.raises(IndexDamaged, match=r"7 bytes where 8 were written"):
        manifests.read_file(tmp_path, replace(SEGMENT, files={"vectors.faiss": FileRecord(8, 0)}), "vectors.faiss")


def test_large_file_is_mapped_and_checked_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifests, "CHECKED_AT_OPEN", 3)
    monkeypatch.setattr(manifests, "MAPPED_FROM", 1)
    (tmp_path / "00000001.vectors.faiss").write_bytes(b"0123456")
    assert manifests.read_file(tmp_path, SEGMENT, "vectors.faiss")[:] == b"0123456"
    with pytest.raises(IndexDamaged, match=r"checksum"):
        manifests.read_file(tmp_path, SEGMENT, "vectors.faiss", always=True)
