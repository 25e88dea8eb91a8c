"""Open indexes: damage named, generations kept apart, nothing written, every text a slice."""

import os
import pickle
import shutil
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Counting, FakeEmbedder

from index import build, garbage, models, nearest
from index import manifest as manifests
from index.build import Wish
from index.embed import OnnxEmbedder
from index.errors import IndexDamaged, NothingIndexed
from index.manifest import FileRecord
from index.segments import text_of
from index.store import open_index

ENDINGS = ("articles.jsonl", "articles.lines", "passages.rows", "sentences.spans", "sentences.half", "vectors.faiss")
NAMES = ("manifest-00000001.json", *(f"00000001.{ending}" for ending in ENDINGS))


@pytest.fixture
def copied(seed_index: Path, tmp_path: Path) -> Path:
    """An index of the seeds that a test may damage."""
    return Path(shutil.copytree(seed_index, tmp_path / "copy"))


def forged(folder: Path, ending: str, data: bytes) -> Path:
    """Put ``data`` in place of a file, its size and checksum made to hold in a new manifest."""
    manifest = manifests.read_newest(folder)
    (segment,) = manifest.segments
    (folder / f"{segment.name}.{ending}").write_bytes(data)
    written = {**segment.files, ending: FileRecord(len(data), zlib.crc32(data))}
    manifests.publish(folder, replace(manifest, generation=2, segments=(replace(segment, files=written),)))
    return folder


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("where", [0.0, 0.5, 0.999])
def test_flipped_byte_is_noticed_and_its_file_named(copied: Path, name: str, where: float) -> None:
    data = bytearray((copied / name).read_bytes())
    digits = [at for at, byte in enumerate(data) if name.endswith(".faiss") or not chr(byte).isspace()]
    data[digits[int(where * len(digits))]] ^= 1
    (copied / name).write_bytes(data)
    with pytest.raises(IndexDamaged, match=rf"{name} is damaged|written by a newer"):
        open_index(copied)


@pytest.mark.parametrize("name", NAMES[1:])
def test_missing_and_cut_files_are_named(copied: Path, name: str) -> None:
    with (copied / name).open("ab") as file:
        file.truncate(file.tell() - 1)
    with pytest.raises(IndexDamaged, match=rf"{name} is damaged: it has \d+ bytes where \d+ were written"):
        open_index(copied)
    (copied / name).unlink()
    with pytest.raises(IndexDamaged, match=rf"{name} is missing\. Run `qa index --repair`"):
        open_index(copied)


def test_folder_in_place_of_a_file_is_damage(copied: Path) -> None:
    (copied / NAMES[1]).unlink()
    (copied / NAMES[1]).mkdir()
    with pytest.raises(IndexDamaged, match=r"articles.jsonl is damaged"):
        open_index(copied)


def test_no_index_is_nothing_indexed(tmp_path: Path) -> None:
    with pytest.raises(NothingIndexed, match=r"Run `qa index FOLDER`"):
        open_index(tmp_path)


class Trap:
    """Unpickling this makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[list[str]]]:
        return subprocess.call, (["touch", str(self.path)],)


@pytest.mark.parametrize("ending", ENDINGS[1:])
@pytest.mark.parametrize("as_npy", [False, True])
def test_booby_trap_with_a_good_checksum_runs_nothing(copied: Path, tmp_path: Path, ending: str, as_npy: bool) -> None:
    bomb, trap = Trap(tmp_path / "sprung"), tmp_path / "trap.npy"
    if as_npy:
        np.save(trap, np.array([bomb], dtype=object), allow_pickle=True)
    data = trap.read_bytes() if as_npy else pickle.dumps(bomb)
    with pytest.raises(IndexDamaged, match=rf"00000001\.{ending} is damaged"):
        open_index(forged(copied, ending, data))
    assert not (tmp_path / "sprung").exists()


def test_vectors_of_another_count_with_a_good_checksum_are_refused(copied: Path) -> None:
    data = nearest.pack(np.eye(384, dtype=np.float32)[:2])
    with pytest.raises(IndexDamaged, match=r"vectors\.faiss is damaged: it holds 2 x 384 numbers where"):
        open_index(forged(copied, "vectors.faiss", data))


def test_text_changed_under_a_good_file_checksum_is_noticed_when_read(copied: Path, embedder: OnnxEmbedder) -> None:
    data = (copied / NAMES[1]).read_bytes()
    index = open_index(forged(copied, "articles.jsonl", data.replace(b"planned for a 2028", b"planned for a 2038")))
    with pytest.raises(IndexDamaged, match=r"articles\.jsonl is damaged: the line of article \d"):
        index.nearest(embedder.embed_question("When is Chang'e-8 planned?"), 50)


def test_asking_changes_nothing_on_the_disk(copied: Path, embedder: OnnxEmbedder) -> None:
    before = {p.name: (p.stat().st_mtime_ns, p.stat().st_ctime_ns, p.read_bytes()) for p in copied.iterdir()}
    for path in (*copied.iterdir(), copied):
        path.chmod(0o500 if path.is_dir() else 0o400)
    times = {p.name: p.stat().st_ctime_ns for p in copied.iterdir()}
    folder = copied.stat().st_mtime_ns
    assert len(open_index(copied).nearest(embedder.embed_question("Moon?"), 3)) == 3
    assert {p.name: p.stat().st_ctime_ns for p in copied.iterdir()} == times
    assert {p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in copied.iterdir()} == {
        name: (mtime, data) for name, (mtime, _, data) in before.items()
    }
    assert copied.stat().st_mtime_ns == folder


def test_files_are_opened_for_reading_only(
    copied: Path, embedder: OnnxEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[int] = []
    real = os.open
    monkeypatch.setattr(
        os, "open", lambda path, flags, *rest, **kw: (modes.append(flags), real(path, flags, *rest, **kw))[1]
    )
    list(open_index(copied).articles())
    assert all(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) == 0 for flags in modes)


def test_passages_are_literal_slices_of_the_files(
    seed_index: Path, seed_articles: Path, embedder: OnnxEmbedder
) -> None:
    index = open_index(seed_index)
    question = embedder.embed_question("space")
    found = [*index.nearest(question, 999), *index.nearest(question, 999, aside=True)]
    assert len(found) == index.manifest.passages
    for near in found:
        with (seed_articles / near.article.key.path).open(encoding="utf-8", newline="") as file:
            assert file.read()[near.passage.start : near.passage.end] == near.passage.text
        assert len(near.sentence_scores) == len(near.passage.sentences)


def test_nearest_is_brute_force_over_vectors_computed_again(seed_index: Path, embedder: OnnxEmbedder) -> None:
    index, question = open_index(seed_index), embedder.embed_question("When will Chang'e-8 be launched?")
    found = index.nearest(question, 999)
    made = embedder.embed_passages([text_of(near.passage) for near in found])
    scores = [float(vectors.whole @ question) for vectors in made]
    np.testing.assert_allclose([near.score for near in found], scores, atol=1e-5)
    assert sorted(np.round(scores, 4), reverse=True) == np.round(scores, 4).tolist()
    for near, vectors in zip(found, made, strict=True):
        np.testing.assert_allclose(near.sentence_scores, vectors.sentences @ question, atol=2e-3)
    assert [n.passage for n in index.nearest(question, 3)] == [n.passage for n in found[:3]]


@pytest.mark.parametrize(
    ("question", "piece"),
    [
        ("When will Chang'e-8 be launched?", "Chang'e-8"),
        ("Which probe landed on the far side of the Moon on January 3?", "Chang'e-4"),
    ],
)
def test_seed_questions_find_their_passages(
    seed_index: Path, embedder: OnnxEmbedder, question: str, piece: str
) -> None:
    first = open_index(seed_index).nearest(embedder.embed_question(question), 1)[0]
    assert piece in first.passage.text.replace("\u00a0", " ")


def test_asides_are_searched_apart(seed_index: Path, embedder: OnnxEmbedder) -> None:
    index, question = open_index(seed_index), embedder.embed_question("Who is LU Xiankun?")
    assert not any(near.passage.aside for near in index.nearest(question, 999))
    asides = index.nearest(question, 999, aside=True)
    assert all(near.passage.aside for near in asides)
    assert asides[0].passage.text.startswith("LU Xiankun")


def test_k_of_zero_gives_nothing(seed_index: Path, embedder: OnnxEmbedder) -> None:
    assert open_index(seed_index).nearest(embedder.embed_question("space"), 0) == []


@pytest.fixture
def growing(fake_model: None, tmp_path: Path) -> tuple[Path, Path]:
    """A folder of articles and a folder with an index of it, made with the fake model."""
    articles, folder = tmp_path.resolve() / "articles", tmp_path.resolve() / "index"
    articles.mkdir()
    (articles / "a.txt").write_text("The rover woke up. It drove away.")
    build.update(folder, Wish(paths=(articles,)), lambda _: FakeEmbedder())
    return articles, folder


def test_open_index_does_not_see_newer_generations(growing: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    articles, folder = growing
    index, question = open_index(folder), FakeEmbedder().embed_question("rover")
    before = index.nearest(question, 9)
    monkeypatch.setattr(garbage, "GRACE", 0.0)
    for number in range(5):
        (articles / "a.txt").write_text(f"The lander fell asleep. It stayed {number}.")
        build.update(folder, Wish(), lambda _: FakeEmbedder())
    assert not (folder / "00000001.articles.jsonl").exists()
    assert (index.nearest(question, 9), index.manifest.generation) == (before, 1)
    assert "lander" in open_index(folder).nearest(question, 1)[0].passage.text


def test_reader_starts_again_when_its_generation_is_swept_away(
    growing: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    articles, folder = growing
    real, seen = manifests.read_newest_sound, []
    monkeypatch.setattr(garbage, "GRACE", 0.0)

    def overtaken(place: Path) -> tuple[manifests.Manifest, tuple[str, ...]]:
        newest = real(place)
        while len(seen) < 3:
            seen.append(newest[0].generation)
            (articles / "a.txt").write_text(f"The lander fell asleep. It stayed {len(seen)}.")
            build.update(folder, Wish(), lambda _: FakeEmbedder())
        return newest

    with monkeypatch.context() as patch:
        patch.setattr("index.store.manifests", Overtaken(overtaken))
        assert open_index(folder).manifest.generation == 4


class Overtaken:
    """The manifest module as a reader sees it, with writers that finish between its steps."""

    def __init__(self, read_newest_sound: object) -> None:
        self.read_newest_sound = read_newest_sound

    def __getattr__(self, name: str) -> object:
        return getattr(manifests, name)


def test_equal_scores_are_ordered_by_article_whatever_the_history(growing: tuple[Path, Path]) -> None:
    articles, folder = growing
    for name in ("c.txt", "b.txt", "0.txt"):
        shutil.copyfile(articles / "a.txt", articles / name)
        build.update(folder, Wish(), lambda _: FakeEmbedder())
    found = open_index(folder).nearest(FakeEmbedder().embed_question("rover"), 9)
    assert [near.article.key.path for near in found] == ["0.txt", "a.txt", "b.txt", "c.txt"]


def test_index_of_one_article_with_the_real_model_embeds_it_once(
    tmp_path: Path, embedder: OnnxEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "prepare", lambda name, tell: embedder.card)
    (tmp_path / "a.txt").write_text("The rover woke up. It drove away.")
    model = Counting(embedder)
    build.update(tmp_path / "index", Wish(paths=(tmp_path / "a.txt",)), lambda _: model)
    assert [passage.text for passage in model.asked] == ["The rover woke up. It drove away."]
    near = open_index(tmp_path / "index").nearest(embedder.embed_question("What did the rover do?"), 1)[0]
    assert near.article.key == (str((tmp_path / "a.txt").resolve()), "a.txt")
