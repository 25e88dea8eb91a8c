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
from conftest import ENDINGS, Counting, FakeEmbedder, nearest

from index import build, garbage, lexical, models
from index import manifest as manifests
from index import nearest as engine
from index.build import Wish
from index.embed import OnnxEmbedder
from index.errors import IndexDamaged, NothingIndexed
from index.manifest import FileRecord
from index.records import Hit
from index.segment_files import text_of
from index.store import Index, Query, open_index
from index.terms import phrases, wanted_terms
from index.vectors import Vectors
from qa.ask import Asker

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


def hits_by_place(index: Index, question: str, vector: Vectors, depth: int) -> dict[tuple[str, int], Hit]:
    """Everything that is found for a question, by article and start."""
    found = index.find(Query(vector, wanted_terms(question), phrases(question)), depth)
    return {(hit.article.key.path, hit.passage.start): hit for hit in index.read(found.candidates)}


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
    data += b"." * (1 - len(data) % 2)  # an odd number of bytes is no number of rows
    with pytest.raises(IndexDamaged, match=rf"00000001\.{ending} is damaged"):
        open_index(forged(copied, ending, data))
    assert not (tmp_path / "sprung").exists()


def test_vectors_of_another_count_with_a_good_checksum_are_refused(copied: Path) -> None:
    data = engine.pack(np.eye(384, dtype=np.float32)[:2])
    with pytest.raises(IndexDamaged, match=r"vectors\.faiss is damaged: it holds 2 x 384 numbers where"):
        open_index(forged(copied, "vectors.faiss", data))


def test_text_changed_under_a_good_file_checksum_is_noticed_when_read(copied: Path, embedder: OnnxEmbedder) -> None:
    data = (copied / NAMES[1]).read_bytes()
    index = open_index(forged(copied, "articles.jsonl", data.replace(b"planned for a 2028", b"planned for a 2038")))
    with pytest.raises(IndexDamaged, match=r"articles\.jsonl is damaged: the line of article \d"):
        nearest(index, embedder.embed_question("When is Chang'e-8 planned?"))


def test_asking_changes_nothing_on_the_disk(copied: Path, embedder: OnnxEmbedder) -> None:
    before = {p.name: (p.stat().st_mtime_ns, p.stat().st_ctime_ns, p.read_bytes()) for p in copied.iterdir()}
    for path in (*copied.iterdir(), copied):
        path.chmod(0o500 if path.is_dir() else 0o400)
    times = {p.name: p.stat().st_ctime_ns for p in copied.iterdir()}
    folder = copied.stat().st_mtime_ns
    assert len(hits_by_place(open_index(copied), "Moon?", embedder.embed_question("Moon?"), 3)) >= 3
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
    found = nearest(index, embedder.embed_question("space"))
    assert len(found) == index.manifest.passages
    for hit in found:
        with (seed_articles / hit.article.key.path).open(encoding="utf-8", newline="") as file:
            assert file.read()[hit.passage.start : hit.passage.end] == hit.passage.text
        assert len(hit.evidence.sentences) == len(hit.passage.sentences)


def test_nearest_is_brute_force_over_vectors_computed_again(seed_index: Path, embedder: OnnxEmbedder) -> None:
    index, question = open_index(seed_index), embedder.embed_question("When will Chang'e-8 be launched?")
    found = nearest(index, question)
    made = embedder.embed_passages([text_of(hit.passage) for hit in found])
    scores = [float(vectors.whole @ question) for vectors in made]
    np.testing.assert_allclose([hit.evidence.cosine for hit in found], scores, atol=1e-5)
    for hit, vectors in zip(found, made, strict=True):
        np.testing.assert_allclose(hit.evidence.sentences, vectors.sentences @ question, atol=2e-3)
        together = sum(one.whole for one, near in zip(made, found, strict=True) if near.article == hit.article)
        assert hit.evidence.article == pytest.approx(together @ question / np.linalg.norm(together), abs=1e-5)
        assert (hit.evidence.share, hit.evidence.cover, hit.evidence.phrased) == (0, 0, False)
    assert [hit.passage for hit in nearest(index, question, 3)] == [hit.passage for hit in found[:3]]


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
    first = nearest(open_index(seed_index), embedder.embed_question(question), 1)[0]
    assert piece in first.passage.text.replace("\u00a0", " ")


def test_asides_are_found_with_the_rest_and_known_as_such(seed_index: Path, embedder: OnnxEmbedder) -> None:
    found = nearest(open_index(seed_index), embedder.embed_question("Who is LU Xiankun?"))
    assert [hit.evidence.aside for hit in found] == [hit.passage.aside for hit in found]
    asides = [hit for hit in found if hit.evidence.aside]
    assert 0 < len(asides) < len(found)
    assert asides[0].passage.text.startswith("LU Xiankun")


def test_depth_of_zero_gives_nothing(seed_index: Path, embedder: OnnxEmbedder) -> None:
    assert hits_by_place(open_index(seed_index), "space", embedder.embed_question("space"), 0) == {}


@pytest.mark.parametrize("depth", [1, 2, 5, 13])
@pytest.mark.parametrize("question", ["When will Chang'e-8 be launched?", "Which exploration misions?"])
def test_found_are_the_best_by_meaning_and_the_best_by_words(
    seed_index: Path, embedder: OnnxEmbedder, question: str, depth: int
) -> None:
    index, vector = open_index(seed_index), embedder.embed_question(question)
    everything = hits_by_place(index, question, vector, 10**6)
    by_words = {place: hit.evidence.share * hit.evidence.cover for place, hit in everything.items()}
    by_words = {place: score for place, score in by_words.items() if score > 0}
    by_meaning = {place: hit.evidence.cosine for place, hit in everything.items()}
    best = {place for one in (by_words, by_meaning) for place in sorted(one, key=one.__getitem__)[-depth:]}
    found = hits_by_place(index, question, vector, depth)
    assert 5 < len(by_words) < len(everything)
    assert found == {place: everything[place] for place in best}


def forged_words(folder: Path, ending: str, dtype: np.dtype, field: str, value: int) -> Index:
    """The index in ``folder`` with one field of a table of words everywhere the same, its checksum made to hold."""
    table = np.frombuffer((folder / f"00000001.{ending}").read_bytes(), dtype).copy()
    table[field] = value
    return open_index(forged(folder, ending, table.tobytes()))


@pytest.mark.parametrize(
    ("ending", "dtype", "field", "value"),
    [
        ("words.postings", lexical.POSTING, "row", 2**32 - 1),
        ("words.postings", lexical.POSTING, "row", 10**4),
        ("words.terms", lexical.TERM, "first", 0),
        ("words.terms", lexical.TERM, "first", 2**64 - 1),
    ],
)
@pytest.mark.parametrize("question", ["Which probe is on the moon?", "Whihc prrobe?", 'Zzz "of the"?'])
def test_words_that_lead_out_of_the_tables_are_damage_once_they_are_asked_for(
    copied: Path, ending: str, dtype: np.dtype, field: str, value: int, question: str
) -> None:
    index, vector = forged_words(copied, ending, dtype, field, value), np.eye(384, dtype=np.float32)[0]
    with pytest.raises(IndexDamaged, match=r"The words in .*copy are damaged: .* lead out .*qa index --repair"):
        hits_by_place(index, question, vector, 5)


FILLER = "The probe saw that the moon was on the near side of it. A probe is on a side of the moon. Far moon, far side."
PHRASED = "Nobody there had heard of {} before that year, as far as anybody knows or has told us since then."


@pytest.fixture
def quoting(fake_model: None, tmp_path: Path) -> tuple[Path, Path]:
    """A folder of articles that all have the words that one more says in a phrase, and the place of an index."""
    articles = tmp_path.resolve() / "articles"
    articles.mkdir()
    for number in range(250):
        (articles / f"{number}.txt").write_text(f"{FILLER} Number {number}.")
    return articles, tmp_path.resolve() / "index"


@pytest.mark.parametrize(
    "printed", ["the far side of the moon", "The\u00a0far side of the MOON", "the far-side of the Moon"]
)
def test_quoted_phrase_far_down_both_lists_is_found(quoting: tuple[Path, Path], printed: str) -> None:
    articles, folder = quoting
    (articles / "phrase.txt").write_text(PHRASED.format(printed))
    build.update(folder, Wish(paths=(articles,)), lambda _: FakeEmbedder())
    index, vector = open_index(folder), FakeEmbedder().embed_question(FILLER)
    plain = hits_by_place(index, "far side of the moon", vector, 100)
    quoted = hits_by_place(index, "What is “the far side of the moon”?", vector, 5)
    assert "phrase.txt" not in {path for path, _ in plain}
    assert {path for (path, _), hit in quoted.items() if hit.evidence.phrased} == {"phrase.txt"}
    first = Asker(index, FakeEmbedder()).ask('What is "the far side of the moon"?').ranked[0]
    assert first.citation.article == "phrase.txt"


@pytest.mark.parametrize(
    ("phrase", "printed"),
    [
        ("China's lunar programme", "China’s lunar programme"),
        ("1,234,567 km", "1,234,567 km"),
        ("version 3.5", "Version 3.5"),
        ("Chang'e-4", "Chang'e-4"),
        ("in C++", "in C++"),
        ("the U.S.A.", "the U.S.A."),
        ("the US", "the US"),
        ("WHO", "the WHO"),
        ("of a", "of a"),
        ("嫦娥四号", "那个嫦娥四号在月球"),
        ("궤도를 돌고", "달 궤도를 돌고 있다"),
    ],
)
def test_every_kind_of_phrase_is_found(fake_model: None, tmp_path: Path, phrase: str, printed: str) -> None:
    (tmp_path / "a.txt").write_text(f"Nobody there had heard {printed} before that year.", encoding="utf-8")
    (tmp_path / "b.txt").write_text("Nobody there had heard anything before that year.")
    build.update(tmp_path / "i", Wish(paths=(tmp_path / "a.txt", tmp_path / "b.txt")), lambda _: FakeEmbedder())
    found = hits_by_place(open_index(tmp_path / "i"), f'What is "{phrase}"?', FakeEmbedder().embed_question("x"), 9)
    assert {path for (path, _), hit in found.items() if hit.evidence.phrased} == {"a.txt"}


def test_passages_are_found_through_their_articles_title(fake_model: None, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"Quokkas in orbit\n\n{FILLER}\n\n{FILLER.replace('moon', 'sun') * 9}")
    (tmp_path / "b.txt").write_text(FILLER)
    build.update(tmp_path / "i", Wish(paths=(tmp_path / "a.txt", tmp_path / "b.txt")), lambda _: FakeEmbedder())
    found = hits_by_place(open_index(tmp_path / "i"), "quokka", FakeEmbedder().embed_question("x"), 99)
    through = {path for (path, _), hit in found.items() if hit.evidence.share > 0}
    assert (through, sum(path == "a.txt" for path, _ in found) > 2) == ({"a.txt"}, True)
    assert all(hit.evidence.share > 0 for (path, _), hit in found.items() if path == "a.txt")


def test_passage_with_all_words_comes_before_one_that_repeats_one_of_them(fake_model: None, tmp_path: Path) -> None:
    texts = {
        "one.txt": f"{'Rovers, ' * 12}rovers.",
        "all.txt": f"A lander and a rover. {'It came down there one day. ' * 9}",
        "few.txt": f"A lander. {'It came down there one day. ' * 9}",
        "near.txt": "x x.",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    build.update(tmp_path / "i", Wish(paths=tuple(tmp_path / name for name in texts)), lambda _: FakeEmbedder())
    index, vector = open_index(tmp_path / "i"), FakeEmbedder().embed_question("x x.")
    everything = {path: hit for (path, _), hit in hits_by_place(index, "rover lander", vector, 9).items()}
    assert everything["one.txt"].evidence.share > everything["all.txt"].evidence.share
    assert {path for path, _ in hits_by_place(index, "rover lander", vector, 1)} == {"near.txt", "all.txt"}


def test_phrases_in_quotes_must_all_be_held(quoting: tuple[Path, Path]) -> None:
    articles, folder = quoting
    for name, text in {"one": "on Mars", "both": "on Mars, or at home", "near": "on my Mars at home"}.items():
        (articles / f"{name}.txt").write_text(PHRASED.format(text))
    build.update(folder, Wish(paths=(articles,)), lambda _: FakeEmbedder())
    found = hits_by_place(open_index(folder), '"on Mars" «at home»', FakeEmbedder().embed_question("home"), 3)
    assert {path for (path, _), hit in found.items() if hit.evidence.phrased} == {"both.txt"}


SCRIPTS = {
    "chinese.txt": "嫦娥六号于2024年6月2日在月球背面着陆，随后带着样品返回地球。",
    "chinese-too.txt": "祝融号火星车在乌托邦平原行驶了将近两公里。",
    "japanese.txt": "小惑星探査機「はやぶさ２」は2020年12月6日に地球へ帰還した。",
    "japanese-too.txt": "月面探査機スリムは2024年1月に月へ降り立ちました。",
    "korean.txt": "다누리는 2022년 8월 5일에 발사되어 달 궤도를 돌고 있다.",
    "korean-too.txt": "누리호는 나로우주센터에서 이륙했다.",
    "english.txt": "The probe landed on the far side of the Moon on June 2, 2024.",
}


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("嫦娥六号什么时候着陆？", "chinese.txt"),
        ("火星车行驶了多远？", "chinese-too.txt"),
        ("はやぶさ2はいつ地球に帰還しましたか。", "japanese.txt"),
        ("ハヤブサではなくスリムはいつ月に？", "japanese-too.txt"),
        ("다누리는 언제 발사되었나요?", "korean.txt"),
        ("누리호가 이륙한 곳은?", "korean-too.txt"),
    ],
)
def test_chinese_japanese_and_korean_are_found_through_words(
    fake_model: None, tmp_path: Path, question: str, article: str
) -> None:
    for name, text in SCRIPTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    folder = tmp_path / "index"
    build.update(folder, Wish(paths=tuple(tmp_path / name for name in SCRIPTS)), lambda _: FakeEmbedder())
    found = hits_by_place(open_index(folder), question, FakeEmbedder().embed_question("elsewhere"), 9)
    (best, _), hit = max(found.items(), key=lambda pair: pair[1].evidence.share * pair[1].evidence.cover)
    assert (best, hit.evidence.share > 0) == (article, True)


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
    before = nearest(index, question)
    monkeypatch.setattr(garbage, "GRACE", 0.0)
    for number in range(5):
        (articles / "a.txt").write_text(f"The lander fell asleep. It stayed {number}.")
        build.update(folder, Wish(), lambda _: FakeEmbedder())
    assert not (folder / "00000001.articles.jsonl").exists()
    assert (nearest(index, question), index.manifest.generation) == (before, 1)
    assert "lander" in nearest(open_index(folder), question)[0].passage.text


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
    (first,) = Asker(open_index(folder), FakeEmbedder()).ask("rover", 9).ranked
    assert [cited.article for cited in (first.citation, *first.also)] == ["0.txt", "a.txt", "b.txt", "c.txt"]


def test_index_of_one_article_with_the_real_model_embeds_it_once(
    tmp_path: Path, embedder: OnnxEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "prepare", lambda name, tell: embedder.card)
    (tmp_path / "a.txt").write_text("The rover woke up. It drove away.")
    model = Counting(embedder)
    build.update(tmp_path / "index", Wish(paths=(tmp_path / "a.txt",)), lambda _: model)
    assert [passage.text for passage in model.asked] == ["The rover woke up. It drove away."]
    (hit,) = nearest(open_index(tmp_path / "index"), embedder.embed_question("What did the rover do?"))
    assert hit.article.key == (str((tmp_path / "a.txt").resolve()), "a.txt")
