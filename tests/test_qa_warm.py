"""An asker that is opened beside the prompt and follows its index, over real indexes that real updates change."""

import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest

from index import manifest as manifests
from index.build import Wish, update
from index.embed import OnnxEmbedder
from index.errors import IndexDamaged, NothingIndexed
from index.store import open_index
from qa import session
from qa.ask import Asker
from qa.beside import Beside
from qa.chat.chat import Chat
from qa.chat.warm import NotOpened, Warm

RED = "Where was the red kite seen?"


@pytest.fixture
def folder(tmp_path: Path, embedder: OnnxEmbedder) -> Path:
    """An index of one article about a kite."""
    article = tmp_path / "articles" / "kite.txt"
    article.parent.mkdir()
    article.write_text("Kites\n\nThe red kite was seen over Bern on May 5.\n")
    update(tmp_path / "index", Wish(paths=(article.parent,)), lambda _: embedder)
    return tmp_path / "index"


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def warm(folder: Path, embedder: OnnxEmbedder, told: list[str]) -> Warm:
    return Warm(folder, lambda: Asker(open_index(folder), embedder), session.reopened, told.append)


def add_article(folder: Path, embedder: OnnxEmbedder) -> None:
    (folder.parent / "articles" / "more.txt").write_text("Owls\n\nThe red kite was seen over Thun too.\n")
    update(folder, Wish(), lambda _: embedder)


def test_a_new_generation_is_asked_at_the_next_question_its_models_still_warm(
    warm: Warm, folder: Path, embedder: OnnxEmbedder, told: list[str]
) -> None:
    chat = Chat(warm)
    chat.respond(RED)
    add_article(folder, embedder)
    assert chat.respond("/sources") is not None
    assert (chat.history[-1].index.generation, told) == (1, [])
    chat.respond(RED)
    assert told == ["The index was updated: 2 articles now."]
    assert {answer.citation.article for answer in chat.history[-1].ranked} == {"kite.txt", "more.txt"}
    assert warm.asker().embedder is embedder
    chat.respond(RED)
    assert len(told) == 1
    assert chat.history[-1].index.generation == chat.history[-2].index.generation == 2


def test_more_of_an_answer_from_before_an_update_says_so(folder: Path, embedder: OnnxEmbedder, told: list[str]) -> None:
    lines = "\n".join(f"The red kite number {number} was seen over Bern." for number in range(40))
    (folder.parent / "articles" / "long.txt").write_text(f"Many\n\n{lines}\n")
    update(folder, Wish(), lambda _: embedder)
    warm = Warm(folder, lambda: Asker(open_index(folder), embedder), session.reopened, told.append)
    chat = Chat(warm, shown=5)
    chat.respond("Where was the red kite number 7 seen?")
    assert len(chat.history[0].ranked) >= 5
    add_article(folder, embedder)
    assert chat.respond("/more") == "The index was updated since this question was answered. Ask it again.\n"


def test_a_rollback_is_noticed(warm: Warm, folder: Path, embedder: OnnxEmbedder, told: list[str]) -> None:
    from index.rollback import rollback

    warm.ask(RED)
    add_article(folder, embedder)
    warm.ask(RED)
    rollback(folder)
    assert {answer.citation.article for answer in warm.ask(RED).ranked} == {"kite.txt"}
    assert told == ["The index was updated: 2 articles now.", "The index was updated: 1 article now."]


def test_an_update_that_cannot_be_opened_leaves_the_one_from_before(
    warm: Warm, folder: Path, embedder: OnnxEmbedder, told: list[str]
) -> None:
    warm.ask(RED)
    add_article(folder, embedder)
    newest = manifests.read_newest(folder).segments[-1]
    (folder / f"{newest.name}.passages.rows").write_bytes(b"nothing")
    for _ in range(2):
        assert [answer.citation.article for answer in warm.ask(RED).ranked] == ["kite.txt"]
    (sentence,) = told
    assert sentence.startswith("The index was updated and cannot be opened: ")
    assert sentence.endswith(" Until then, the one from before is asked.")


def test_a_damaged_manifest_is_passed_over(
    warm: Warm, folder: Path, embedder: OnnxEmbedder, capsys: pytest.CaptureFixture[str]
) -> None:
    warm.ask(RED)
    add_article(folder, embedder)
    (folder / manifests.manifest_name(2)).write_text("{}")
    assert [answer.citation.article for answer in warm.ask(RED).ranked] == ["kite.txt"]
    assert "Passed over: " in capsys.readouterr().err


def test_articles_can_be_chosen_once_the_index_is_open_and_again_after_an_update(
    warm: Warm, folder: Path, embedder: OnnxEmbedder
) -> None:
    assert warm.entries() == ()
    warm.asker()
    assert [entry.title for entry in warm.entries()] == ["Kites"]
    add_article(folder, embedder)
    warm.ask(RED)
    assert [entry.title for entry in warm.entries()] == ["Kites", "Owls"]


def test_what_cannot_be_opened_is_no_complaint_about_a_question(
    tmp_path: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    warm = Warm(tmp_path, partial(session.open_asker, tmp_path), session.reopened, told.append)
    for _ in range(2):
        with pytest.raises(NotOpened, match=r"^Nothing is indexed yet") as failed:
            warm.ask(RED)
        assert isinstance(failed.value.reason, NothingIndexed)


def test_the_index_is_opened_once_and_beside_what_goes_on(folder: Path, embedder: OnnxEmbedder) -> None:
    go, times = threading.Event(), []

    def opening() -> Asker:
        times.append(threading.current_thread())
        go.wait(60)
        return Asker(open_index(folder), embedder)

    warm = Warm(folder, opening, session.reopened, pytest.fail)
    assert not warm.loading
    warm.begin()
    warm.begin()
    assert (warm.loading, warm.opened, warm.entries()) == (True, False, ())
    go.set()
    assert warm.ask(RED).answered
    assert (warm.loading, warm.opened) == (False, True)
    assert len(times) == 1
    assert times[0] is not threading.main_thread()


def test_waiting_for_work_can_be_interrupted_and_taken_up_again() -> None:
    code = """
import os, signal, threading
from qa.beside import Beside
signal.signal(signal.SIGINT, signal.default_int_handler)
go = threading.Event()
work = Beside(lambda: go.wait(60) and "done")
threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    work.result()
except KeyboardInterrupt:
    print(work.under_way)
go.set()
print(work.result(), work.under_way)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "True\ndone False\n"


def test_an_error_of_the_work_is_raised_whenever_it_is_asked_for() -> None:
    def fail() -> None:
        raise IndexDamaged("It is damaged.")

    work = Beside(fail)
    for _ in range(2):
        with pytest.raises(IndexDamaged, match=r"^It is damaged\.$"):
            work.result()
