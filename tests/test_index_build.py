"""Updates: any history equals a fresh build, and no fault on the way costs an article."""

import errno
import json
import os
import shutil
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ENDINGS, FAKE_CARD, OLD_ENDINGS, Counting, FakeEmbedder, nearest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import build, compose, files, garbage, models, sources, survey
from index import manifest as manifests
from index.build import Update, Wish
from index.embed import OnnxEmbedder
from index.errors import Busy, IndexDamaged, ModelUnavailable, NothingIndexed, UsageError, UserError
from index.exports import Precision
from index.files import writing
from index.records import Evidence
from index.rollback import rollback
from index.store import Query, open_index
from index.terms import phrases, wanted_terms
from index.vectors import Embedder
from index.verify import verify
from qa.ask import Asker

pytestmark = pytest.mark.usefixtures("fake_model")

STORY = "The rover woke up at dawn. It drove for {} hours.\n\nThen it rested near rock {}. Nobody saw it."
ROCKS = ("stone", "store", "stove", "stoke", "stole")
"""All one letter away from "stome": which of them it is mended to depends on what the index holds."""
QUESTIONS = (
    "rover woke dawn",
    "rock 3",
    "Nobody saw hours",
    "moon",
    "stome",
    'What was "near rock 3"?',
    "Where is rock 2 stone or the rovver always?",
)
HOLD = """
import sys, pathlib, index.files
with index.files.writing(pathlib.Path(sys.argv[1])):
    print(1, flush=True)
    input()
"""
NAMES = ("a.txt", "b.md", "sub/c.txt", "sub/deep/d.txt")
step = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(NAMES), st.integers(0, 4)),
    st.tuples(st.just("remove"), st.sampled_from(NAMES), st.just(0)),
    st.tuples(st.just("rename"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.tuples(st.just("copy"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.tuples(st.just("swap"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.tuples(st.just("spoil"), st.sampled_from(NAMES), st.just(0)),
    st.tuples(st.just("update"), st.just(""), st.just(0)),
)


class House:
    """A folder of articles and an index of it."""

    def __init__(self, place: Path) -> None:
        self.articles, self.folder = place.resolve() / "articles", place.resolve() / "index"
        self.articles.mkdir(parents=True)
        self.model = FakeEmbedder()

    def write(self, name: str, number: int | str) -> Path:
        path = self.articles / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(STORY.format(number, number))
        return path

    def update(self, *paths: Path, **wish: Any) -> Update:
        self.model.asked.clear()
        return build.update(self.folder, Wish(paths=paths, **wish), lambda _: self.model)

    def begin(self, count: int = 3) -> "House":
        for number in range(count):
            self.write(f"{number}.txt", number)
        self.update(self.articles)
        return self

    def names(self) -> set[str]:
        return {article.key.path for article in open_index(self.folder).articles()}


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def content(folder: Path) -> list[Any]:
    """Everything live in an index, in an order that does not depend on history."""
    index = open_index(folder)
    rows = []
    for segment in index.segments:
        for row in map(int, np.flatnonzero(segment.live)):
            article = segment.article(int(segment.passages[row]["article"]))
            passage, vectors = segment.passage(row, article), segment.passage_vectors(row)
            rows.append((article, passage, vectors.whole.tobytes(), vectors.sentences.tobytes()))
    assert len(rows) == index.manifest.passages
    assert len(list(index.articles())) == index.manifest.articles
    return sorted(rows, key=lambda row: (row[0].key, row[1].start))


def query(question: str, model: Embedder) -> Query:
    return Query(model.embed_question(question), wanted_terms(question), phrases(question))


def answers(folder: Path) -> list[Any]:
    """What an index says to QUESTIONS: what words weigh, what speaks for each passage, and the answers in order."""
    index, model = open_index(folder), FakeEmbedder()
    said: list[Any] = []
    for question in QUESTIONS:
        found = index.find(query(question, model), 1000)
        hits = sorted(index.read(found.candidates), key=lambda hit: (hit.article.key, hit.passage.start))
        said.append([(one.wanted, one.term, one.passages, round(one.weight, 6)) for one in found.weighed])
        said.append([(hit.article, hit.passage, rounded(hit.evidence)) for hit in hits])
        said.append(Asker(index, model).ask(question, 100).ranked)
    return said


def rounded(evidence: Evidence) -> Evidence:
    cosines = {name: round(getattr(evidence, name), 4) for name in ("cosine", "article", "share", "cover")}
    return replace(evidence, **cosines, sentences=tuple(round(one, 4) for one in evidence.sentences))


def state(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in folder.iterdir()}


def act(house: House, kind: str, name: str, other: Any) -> None:
    """Carry out one step of a history; steps on files that are not there do nothing."""
    path = house.articles / name
    target = house.articles / str(other)
    if kind == "update":
        house.update()
    elif kind == "write":
        house.write(name, f"{other} {ROCKS[other]}")
    elif kind == "spoil":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"caf\xe9")
    elif kind == "remove":
        path.unlink(missing_ok=True)
    elif path.exists() and path != target:
        target.parent.mkdir(parents=True, exist_ok=True)
        if kind == "swap" and target.exists():
            path.rename(house.articles / "spare")
            target.rename(path)
            (house.articles / "spare").rename(target)
        else:
            shutil.copyfile(path, target)
            if kind == "rename":
                path.unlink()


@given(st.lists(step, max_size=14), st.sampled_from([0.0, 0.2, 0.99]), st.sampled_from([2, 32]))
@settings(derandomize=True, deadline=None, max_examples=150)
def test_any_history_equals_a_fresh_build(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Any], share: float, segments: int
) -> None:
    house = House(tmp_path_factory.mktemp("history"))
    house.write("always.txt", 9)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compose, "DEAD_SHARE", share)
        patch.setattr(compose, "SEGMENTS", segments)
        house.update(house.articles)
        for one in steps:
            act(house, *one)
        house.update()
    fresh = house.folder.with_name("fresh")
    build.update(fresh, Wish(paths=(house.articles,)), lambda _: FakeEmbedder())
    assert content(house.folder) == content(fresh)
    assert answers(house.folder) == answers(fresh)


def test_articles_removed_one_by_one_stay_removed(house: House) -> None:
    house.begin(12)
    for number in range(3):
        (house.articles / f"{number}.txt").unlink()
        house.update()
        assert f"{number}.txt" not in house.names()
    assert house.names() == {f"{number}.txt" for number in range(3, 12)}


def test_history_with_the_real_model_equals_a_fresh_build(
    tmp_path: Path, seeds: Path, embedder: OnnxEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "prepare", lambda name, tell: embedder.card)
    place, model = tmp_path.resolve() / "articles", Counting(embedder)
    shutil.copytree(seeds, place)
    first, second, *_ = sorted(place.glob("*.txt"))
    wish = Wish(paths=(place,))
    build.update(tmp_path / "old", wish, lambda _: model)
    first.rename(place / "renamed.txt")
    second.unlink()
    (place / "new.md").write_text("# News\n\nChang'e-8 will fly in 2031. It will carry a robot.\n")
    build.update(tmp_path / "old", wish, lambda _: model)
    (place / "new.md").write_text("# News\n\nChang'e-8 will fly in 2033. It will carry a robot.\n")
    build.update(tmp_path / "old", wish, lambda _: model)
    build.update(tmp_path / "new", wish, lambda _: model)
    for question in ("When will Chang'e-8 fly?", "Who attended the conference?", 'What is a "space station"?'):
        old, new = (Asker(open_index(tmp_path / name), embedder).ask(question, 9) for name in ("old", "new"))
        assert [(one.text, one.citation, one.also) for one in old.ranked] == [
            (one.text, one.citation, one.also) for one in new.ranked
        ]
        assert len(old.ranked) == 9
        np.testing.assert_allclose(
            [one.confidence for one in old.ranked], [one.confidence for one in new.ranked], atol=1e-4
        )


def test_second_update_publishes_nothing(house: House) -> None:
    before = state(house.begin().folder)
    done = house.update(house.articles)
    assert (done.published, done.generation, done.embedded) == (False, 1, 0)
    assert state(house.folder) == before


def test_adding_an_article_embeds_exactly_its_passages(house: House, embedder: OnnxEmbedder) -> None:
    house.begin()
    house.write("new.txt", "forty")
    done = house.update()
    found = nearest(open_index(house.folder), np.ones(8, np.float32))
    fresh = {hit.passage.text for hit in found if "forty" in hit.passage.text}
    assert {passage.text for passage in house.model.asked} == fresh
    assert done.embedded == len(house.model.asked) == len(fresh) > 0
    assert [key.path for key in done.plan.added] == ["new.txt"]


def test_editing_one_paragraph_embeds_only_what_is_new(house: House) -> None:
    long = "One two three four five six seven eight. " * 9
    path = house.articles / "long.txt"
    path.write_text(f"{long}\n\nThe old ending came at last.")
    house.begin()
    path.write_text(f"{long}\n\nThe new ending came at last.")
    house.update()
    assert [passage.text for passage in house.model.asked] == ["The new ending came at last."]


@pytest.mark.parametrize("to", ["z.txt", "deep/er/0.md"])
def test_renaming_embeds_nothing(house: House, to: str) -> None:
    house.begin()
    (house.articles / to).parent.mkdir(parents=True, exist_ok=True)
    (house.articles / "0.txt").rename(house.articles / to)
    done = house.update()
    assert [(old.path, new.path) for old, new in done.plan.renamed] == [("0.txt", to)]
    assert (done.embedded, house.model.asked) == (0, [])
    assert house.names() == {to, "1.txt", "2.txt"}


def test_equal_files_are_two_articles_embedded_once(house: House) -> None:
    for name in ("a.txt", "b.txt"):
        house.write(name, 7)
    done = house.update(house.articles)
    assert done.articles == 2
    assert done.passages == 2 * done.embedded == 2 * len(house.model.asked)
    house.write("c.txt", 7)
    assert house.update().embedded == 0
    assert house.names() == {"a.txt", "b.txt", "c.txt"}


def test_update_of_a_part_touches_nothing_else(house: House) -> None:
    house.begin()
    for name in ("sub/new.txt", "1.txt", "other.txt"):
        house.write(name, 50)
    (house.articles / "2.txt").unlink()
    done = house.update(house.articles / "sub")
    assert [key.path for key in done.plan.written] == ["sub/new.txt"]
    assert house.names() == {"0.txt", "1.txt", "2.txt", "sub/new.txt"}


def test_folder_above_takes_its_parts_in_and_embeds_nothing_again(house: House) -> None:
    house.write("sub/a.txt", 1)
    house.update(house.articles / "sub")
    done = house.update(house.articles)
    assert (done.embedded, house.names()) == (0, {"sub/a.txt"})
    assert manifests.read_newest(house.folder).roots == (str(house.articles),)


class Failing:
    """Writes files until the n-th, which finds the disk full."""

    def __init__(self, at: int) -> None:
        self.left, self.real = at, files.write_new

    def __call__(self, path: Path, data: Any) -> None:
        self.left -= 1
        if self.left == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.real(path, data)


@pytest.mark.parametrize("at", range(1, 11))
def test_write_that_fails_leaves_the_old_generation(house: House, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    before = content(house.begin().folder)
    house.write("new.txt", 42)
    with monkeypatch.context() as patch:
        patch.setattr(files, "write_new", Failing(at))
        with pytest.raises(UserError, match=r"no space left to write .*the index is as it was"):
            house.update()
    assert content(house.folder) == before
    assert house.update().published
    assert house.names() == {"0.txt", "1.txt", "2.txt", "new.txt"}


def test_an_update_writes_ten_files(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.begin()
    house.write("new.txt", 42)
    monkeypatch.setattr(files, "write_new", Failing(11))
    assert house.update().published


@pytest.mark.parametrize("at", range(1, 12))
def test_first_build_that_fails_leaves_no_index(house: House, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    house.write("a.txt", 1)
    with monkeypatch.context() as patch:
        patch.setattr(files, "write_new", Failing(at))
        with pytest.raises(UserError, match=r"no space left"):
            house.update(house.articles)
    with pytest.raises(NothingIndexed, match=r"Nothing is indexed"):
        open_index(house.folder)
    assert house.update(house.articles).published


@pytest.mark.parametrize(("at", "says"), [(1, "the index is as it was"), (2, "may or may not last")])
def test_error_says_what_became_of_the_index(house: House, monkeypatch: pytest.MonkeyPatch, at: int, says: str) -> None:
    calls, real = [], files.sync_folder

    def failing(folder: Path) -> None:
        calls.append(folder)
        if len(calls) == at:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(folder)

    house.begin()
    house.write("new.txt", 42)
    monkeypatch.setattr(files, "sync_folder", failing)
    with pytest.raises(UserError, match=says):
        house.update()
    assert open_index(house.folder).manifest.generation == at


def test_old_files_that_cannot_be_removed_do_not_undo_an_update(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.begin()
    for number in (41, 42):
        house.write("0.txt", number)
        house.update()
    house.write("0.txt", 43)
    real = manifests.publish

    def stuck(path: Path, **_: Any) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted", str(path))

    def published(folder: Path, manifest: manifests.Manifest) -> None:
        real(folder, manifest)
        monkeypatch.setattr(Path, "unlink", lambda self, **kw: None if self.name.startswith(".") else stuck(self))

    monkeypatch.setattr(manifests, "publish", published)
    assert house.update().published


def test_dry_run_writes_nothing_not_even_the_folder(house: House) -> None:
    house.write("a.txt", 1)
    done = house.update(house.articles, dry_run=True)
    assert [key.path for key in done.plan.added] == ["a.txt"]
    assert (done.published, done.generation, house.folder.exists(), house.model.asked) == (False, 0, False, [])


def test_dry_run_tells_the_plan_and_leaves_the_index(house: House) -> None:
    before = state(house.begin().folder)
    house.write("0.txt", 50)
    (house.articles / "1.txt").unlink()
    plan = house.update(dry_run=True).plan
    assert [[key.path for key in part] for part in (plan.changed, plan.removed)] == [["0.txt"], ["1.txt"]]
    assert state(house.folder) == before
    assert house.update().plan == plan


@pytest.mark.parametrize("emptied", [False, True])
def test_root_that_vanished_keeps_its_articles_until_pruned(house: House, emptied: bool) -> None:
    before = content(house.begin().folder)
    shutil.rmtree(house.articles)
    if emptied:
        house.articles.mkdir()
    done = house.update()
    assert [str(scope.location) for scope in done.withheld] == [str(house.articles)]
    assert content(house.folder) == before
    assert house.update(prune=True).articles == 0
    assert content(house.folder) == []


def test_vanished_root_survives_another_roots_update_and_a_rebuild(house: House, tmp_path: Path) -> None:
    house.begin()
    other = tmp_path / "other"
    other.mkdir()
    (other / "o.txt").write_text(STORY.format(70, 70))
    shutil.rmtree(house.articles)
    house.update(other)
    house.update(rebuild=True)
    assert house.names() == {"0.txt", "1.txt", "2.txt", "o.txt"}


def test_vanished_root_survives_the_folder_above_it_becoming_a_root(house: House) -> None:
    house.begin()
    shutil.rmtree(house.articles)
    (house.articles.parent / "beside.txt").write_text(STORY.format(70, 70))
    house.update(house.articles.parent)
    assert len(house.names()) == 4


def unreadable(path: Path) -> bytes:
    raise sources.Unreadable("Input/output error")


@pytest.mark.parametrize("wish", [{}, {"rebuild": True}])
def test_file_that_cannot_be_read_now_keeps_its_place(
    house: House, monkeypatch: pytest.MonkeyPatch, wish: dict[str, bool]
) -> None:
    before = content(house.begin().folder)
    real = sources.read_bytes
    monkeypatch.setattr(sources, "read_bytes", lambda path: unreadable(path) if path.name == "1.txt" else real(path))
    done = house.update(**wish)
    assert [(s.path.name, s.reason) for s in done.skipped] == [
        ("1.txt", "Input/output error; the index keeps it as it was")
    ]
    assert content(house.folder) == before


def test_folder_that_cannot_be_read_now_keeps_its_articles(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.write("sub/a.txt", 5)
    house.begin()
    real = os.scandir

    def failing(path: Any) -> Any:
        if str(path).endswith("sub"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", failing)
    house.update()
    assert house.names() == {"0.txt", "1.txt", "2.txt", "sub/a.txt"}


@pytest.mark.parametrize(("data", "reason"), [(b"caf\xe9", r"not UTF-8 \(byte 3\)"), (b"", "empty"), (b"a\0", "zero")])
def test_file_that_is_no_article_any_more_leaves(house: House, data: bytes, reason: str) -> None:
    house.begin()
    (house.articles / "1.txt").write_bytes(data)
    done = house.update()
    assert [key.path for key in done.plan.removed] == ["1.txt"]
    assert [skipped.path.name for skipped in done.skipped] == ["1.txt"]
    assert house.names() == {"0.txt", "2.txt"}


FINGERPRINTS = {
    "other": {"d" * 64: Precision.INT8, "e" * 64: Precision.FP32},
    "fake": {"a" * 64: Precision.INT8, "f" * 64: Precision.FP32},
}


@pytest.fixture
def another_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "find_model", Path)
    monkeypatch.setattr(models, "fingerprints", lambda folder: FINGERPRINTS[str(folder)])


@pytest.mark.usefixtures("another_model")
def test_other_model_is_refused_without_a_rebuild(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state(house.begin().folder)
    with pytest.raises(ModelUnavailable, match=r"built with fake, and other is another .*--rebuild --model other"):
        house.update(model="other")
    assert state(house.folder) == before
    assert not house.update(model="fake").published
    monkeypatch.setattr(models, "prepare", lambda name, tell: replace(FAKE_CARD, name=name, fingerprint="e" * 64))
    house.update(model="other", rebuild=True)
    assert manifests.read_newest(house.folder).model.fingerprint == "e" * 64


def test_rebuild_cuts_and_embeds_everything_anew(house: House) -> None:
    before = content(house.begin().folder)
    done = house.update(rebuild=True)
    assert done.embedded == done.passages == len(house.model.asked) == len(before)
    assert (content(house.folder), done.generation) == (before, 2)


@pytest.mark.parametrize("ending", ["manifest-00000001.json", *(f"00000001.{ending}" for ending in ENDINGS)])
@pytest.mark.parametrize("missing", [False, True])
def test_damage_is_named_and_a_rebuild_mends_it(house: House, ending: str, missing: bool) -> None:
    before = content(house.begin().folder)
    (house.folder / ending).unlink() if missing else (house.folder / ending).write_bytes(b"damaged")
    house.write("new.txt", 42)
    if (ending, missing) != ("manifest-00000001.json", True):
        with pytest.raises(IndexDamaged, match=rf"{ending} is (damaged|missing)"):
            open_index(house.folder)
    (house.articles / "new.txt").unlink()
    house.update(house.articles, rebuild=True)
    assert content(house.folder) == before


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("ending", OLD_ENDINGS)
def test_update_that_needs_a_damaged_file_stops(
    house: House, monkeypatch: pytest.MonkeyPatch, ending: str, missing: bool
) -> None:
    path = house.begin().folder / f"00000001.{ending}"
    path.unlink() if missing else path.write_bytes(b"damaged")
    (house.articles / "0.txt").unlink()
    monkeypatch.setattr(compose, "DEAD_SHARE", 0.0)  # all that is left is written into a new segment
    with pytest.raises(IndexDamaged, match=rf"{ending} is (damaged|missing)"):
        house.update()
    assert manifests.generations(house.folder) == [1]


def test_update_on_a_damaged_manifest_stops(house: House) -> None:
    (house.begin().folder / "manifest-00000001.json").write_bytes(b"damaged")
    with pytest.raises(IndexDamaged, match=r"manifest-00000001\.json is damaged"):
        house.update()


def test_rebuild_over_damage_is_done_although_a_root_has_vanished(house: House, tmp_path: Path) -> None:
    house.begin()
    other = tmp_path / "other"
    other.mkdir()
    (other / "o.txt").write_text(STORY.format(70, 70))
    house.update(other)
    (house.folder / "00000001.sentences.half").write_bytes(b"damaged")
    shutil.rmtree(other)
    house.update(rebuild=True)
    assert house.names() >= {"0.txt", "1.txt", "2.txt"}


def test_second_writer_is_told_that_the_first_is_busy(house: House) -> None:
    before = state(house.begin().folder)
    house.write("new.txt", 42)
    child = [sys.executable, "-c", HOLD, str(house.folder / "LOCK")]
    with subprocess.Popen(child, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"1\n"
        with pytest.raises(Busy, match=r"Another qa is updating"):
            house.update()
        assert state(house.folder) == before
        process.communicate(b"\n")
    assert house.update().published


def test_lock_is_held_while_writing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    real = files.write_new

    def locked(path: Path, data: Any) -> None:
        if path.suffix != ".gitignore" and path.name != ".gitignore":
            with pytest.raises(Busy, match=r"Another qa"), writing(house.folder / "LOCK"):
                pass
            seen.append(path)
        real(path, data)

    monkeypatch.setattr(files, "write_new", locked)
    house.begin()
    assert len(seen) == 10


def test_many_small_updates_are_merged_and_answers_stay(house: House) -> None:
    for number in range(compose.SEGMENTS + 3):
        house.write(f"{number}.txt", number)
        house.update(house.articles)
        assert len(manifests.read_newest(house.folder).segments) <= compose.SEGMENTS
    fresh = house.folder.with_name("fresh")
    build.update(fresh, Wish(paths=(house.articles,)), lambda _: FakeEmbedder())
    assert answers(house.folder) == answers(fresh)
    assert len(manifests.read_newest(house.folder).segments) < 5


def test_only_files_of_two_generations_stay(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "GRACE", 0.0)
    house.begin()
    for number in range(40, 46):
        house.write("0.txt", number)
        house.update()
    newest, older = (manifests.read(house.folder, n) for n in manifests.generations(house.folder))
    assert {p.name for p in house.folder.iterdir()} - {"LOCK", ".gitignore"} == newest.file_names() | older.file_names()


def test_leftovers_of_a_dead_writer_are_removed_and_other_files_are_not(house: House) -> None:
    house.begin()
    (house.folder / "00000002.vectors.faiss").write_bytes(b"half")
    (house.folder / ".manifest-00000002.json.99.new").write_bytes(b"half")
    (house.folder / "mine.txt").write_bytes(b"mine")
    house.write("new.txt", 42)
    house.update()
    assert (house.folder / "mine.txt").read_bytes() == b"mine"
    assert not (house.folder / ".manifest-00000002.json.99.new").exists()
    assert len(content(house.folder)) == open_index(house.folder).manifest.passages


def test_another_rule_of_cutting_cuts_everything_anew(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(house.begin().folder)
    monkeypatch.setattr(build, "PASSAGE_RULE", "sentences-2")
    monkeypatch.setattr(survey, "PASSAGE_RULE", "sentences-2")
    (house.articles / "1.txt").unlink()
    done = house.update()
    assert (done.published, done.embedded) == (True, 0)
    assert manifests.read_newest(house.folder).passage_rule == "sentences-2"
    assert content(house.folder) == [row for row in before if row[0].key.path != "1.txt"]
    assert not house.update().published


def aged(folder: Path) -> Path:
    """Make the newest generation of an index what the program before search by words would have left."""
    path = folder / manifests.manifest_name(manifests.generations(folder)[0])
    content = json.loads(path.read_bytes())
    for segment in content["segments"]:
        segment["files"] = {ending: segment["files"][ending] for ending in OLD_ENDINGS}
    content |= {"format": 1, "passage_rule": "sentences-1 target-96"}
    del content["crc32"]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    path.write_text(json.dumps({**content, "crc32": zlib.crc32(canonical.encode())}))
    for name in folder.glob("*.words.*"):
        name.unlink()
    return folder


def with_history(house: House) -> House:
    """An index of several segments, with articles that are dead."""
    house.begin(12)
    house.write("3.txt", "7 stone")
    house.write("late.txt", "8 store")
    (house.articles / "5.txt").unlink()
    house.update()
    assert [len(segment.dead) for segment in manifests.read_newest(house.folder).segments] == [2, 0]
    return house


def test_index_of_format_1_is_asked_as_it_is(house: House) -> None:
    before = answers(with_history(house).folder)
    assert answers(aged(house.folder)) == before


def test_index_of_format_1_is_brought_up_to_date_and_nothing_embedded(house: House) -> None:
    before = content(with_history(house).folder), answers(house.folder)
    aged(house.folder)
    assert {*OLD_ENDINGS} == {path.name[9:] for path in house.folder.glob("0*")}
    done = house.update()
    newest = manifests.read_newest(house.folder)
    assert (done.published, done.embedded, house.model.asked) == (True, 0, [])
    assert [set(segment.files) for segment in newest.segments] == [{*ENDINGS}]
    assert (content(house.folder), answers(house.folder)) == before
    assert not house.update().published


def test_rollback_to_format_1_can_be_asked_and_brought_up_to_date_again(house: House) -> None:
    before = content(with_history(house).folder), answers(house.folder)
    aged(house.folder)
    house.update()
    assert rollback(house.folder).generation == 4
    assert [set(segment.files) for segment in manifests.read_newest(house.folder).segments] == [{*OLD_ENDINGS}] * 2
    assert (content(house.folder), answers(house.folder)) == before
    assert house.update().embedded == 0
    assert (content(house.folder), answers(house.folder)) == before


@pytest.mark.parametrize("ending", OLD_ENDINGS)
def test_damage_to_an_index_of_format_1_is_repaired(house: House, ending: str) -> None:
    before = content(with_history(house).folder), answers(house.folder)
    (aged(house.folder) / f"00000001.{ending}").write_bytes(b"damaged")
    house.update(repair=True)
    assert (content(house.folder), answers(house.folder)) == before
    assert (house.model.asked == []) == (ending not in ("vectors.faiss", "sentences.half"))


def test_golden_index_of_format_1_is_brought_up_to_date_and_nothing_embedded(
    tmp_path: Path, full_embedder: OnnxEmbedder
) -> None:
    golden, copy = Path(__file__).parent / "golden_index", tmp_path / "copy"
    shutil.copytree(golden, copy)
    model = Counting(full_embedder)
    done = build.update(copy, Wish(), lambda _: model)
    assert (done.published, done.embedded, model.asked, done.articles, done.passages) == (True, 0, [], 2, 13)
    assert content(copy) == content(golden)
    asked = query("Which law prohibits NASA from coopperating?", full_embedder)
    assert open_index(copy).find(asked, 99) == open_index(golden).find(asked, 99)
    assert [finding for finding in verify(copy) if finding.fault] == []


def test_nothing_to_index_makes_no_folder(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NothingIndexed, match=r"There is no article in .*articles\. Name a folder"):
        house.update(house.articles)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"no \./seeds"):
        house.update()
    with pytest.raises(UsageError, match=r"does not exist"):
        house.update(house.articles / "gone")
    assert not house.folder.exists()


def test_files_that_are_all_no_articles_say_why(house: House) -> None:
    (house.articles / "a.txt").write_bytes(b"caf\xe9")
    with pytest.raises(NothingIndexed, match=r"None of the files is an article: .*a\.txt: not UTF-8 \(byte 3\)"):
        house.update(house.articles)


def test_article_without_any_passage_is_indexed_all_the_same(house: House) -> None:
    (house.articles / "mark.txt").write_text("\ufeff \ufeff \ufeff", encoding="utf-8")
    house.begin(1)
    house.write("1.txt", 2)
    house.update()
    assert "0.txt" in house.names()


def test_name_that_is_not_utf8_is_indexed(house: House) -> None:
    path = os.fsencode(house.articles) + b"/\xff.txt"
    Path(os.fsdecode(path)).write_text(STORY.format(1, 1))
    house.begin(1)
    assert house.names() == {"0.txt", "\udcff.txt"}
    assert not house.update().published


def test_seeds_are_the_default_folder(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.write("seeds/a.txt", 1)
    house.write("b.txt", 2)
    monkeypatch.chdir(house.articles)
    house.update()
    assert house.names() == {"a.txt"}


def test_index_is_private_and_ignored_by_git(house: House) -> None:
    house.begin()
    assert (house.folder / ".gitignore").read_bytes() == b"*\n"
    assert all(path.stat().st_mode & 0o077 == 0 for path in [house.folder, *house.folder.iterdir()])


@pytest.fixture
def everything(house: House) -> House:
    return house.begin()


def test_threshold_of_an_index_survives_an_update(everything: House) -> None:
    first = manifests.read_newest(everything.folder)
    manifests.publish(everything.folder, replace(first, generation=2, threshold=0.25))
    everything.write("new.txt", 42)
    everything.update()
    assert manifests.read_newest(everything.folder).threshold == 0.25


@pytest.mark.parametrize("single", [False, True])
def test_root_that_cannot_be_reached_now_keeps_its_articles(
    house: House, monkeypatch: pytest.MonkeyPatch, single: bool
) -> None:
    root = house.write("a.txt", 1) if single else house.articles
    house.write("a.txt", 1)
    house.update(root)
    real, shut = os.stat, str(house.articles)

    def refused(path: Any, *args: Any, **kwargs: Any) -> Any:
        if str(path).startswith(shut):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(os, "stat", refused)
        house.update()
    assert house.names() == {"a.txt"}
