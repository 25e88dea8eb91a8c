"""The conversation: questions and labels, bad input, interrupts, and the real thing in a pipe."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.build import Wish, update
from index.embed import OnnxEmbedder
from index.errors import UserError
from index.store import open_index
from qa.ask import Asker
from qa.chat.chat import Chat
from qa.chat.commands import HELP
from qa.chat.conversations import Shelf
from qa.chat.converse import converse
from qa.chat.labelling import Labelling

QUESTION = "When did Chang'e-4 land on the far side of the Moon?"
JANUARY = "On January 3, China's Chang'e-4 probe became the first spacecraft to make a soft landing"
SMALL = "Small news\n\nFirst line here.\nThe red kite was seen over Bern on May 5.\nLast line here.\n"
CHAT = ["-P", "-m", "qa", "chat", "--index"]


@pytest.fixture(scope="module")
def asker(seed_index: Path, embedder: OnnxEmbedder) -> Asker:
    return Asker(open_index(seed_index), embedder)


@pytest.fixture
def small(tmp_path: Path, embedder: OnnxEmbedder) -> tuple[Chat, Path]:
    """A chat over one article of its own, already asked about the kite."""
    article = tmp_path / "articles" / "small.txt"
    article.parent.mkdir()
    article.write_text(SMALL)
    update(tmp_path / "index", Wish(paths=(article.parent,)), lambda _: embedder)
    chat = Chat(Asker(open_index(tmp_path / "index"), embedder))
    chat.respond("Where was the red kite seen?")
    return chat, article


def said(chat: Chat, line: str) -> str:
    text = chat.respond(line)
    assert text is not None
    return text


def test_question_is_answered_with_one_answer(asker: Asker) -> None:
    text = said(Chat(asker), f"  {QUESTION}\n")
    assert JANUARY in text
    assert text.count("confidence") == 1


def test_question_shows_as_many_answers_as_wanted(asker: Asker) -> None:
    text = said(Chat(asker, shown=7), QUESTION)
    assert [line for line in text.splitlines() if line.startswith("[")] == [f"[{n}]" for n in range(1, 8)]


def test_question_is_written_by_the_given_renderer(asker: Asker) -> None:
    chat = Chat(asker, render=lambda reply: f"{len(reply.ranked)} for {reply.question}")
    assert said(chat, "Who is it?") == "1 for Who is it?"


def test_history_keeps_every_question_in_order(asker: Asker) -> None:
    chat = Chat(asker)
    for line in ("Who designed it?", "/help", "", "/nonsense", "When was it?"):
        chat.respond(line)
    assert [reply.question for reply in chat.history] == ["Who designed it?", "When was it?"]


@pytest.mark.parametrize("line", ["", "   ", "\n", "\t\r\n"])
def test_blank_line_says_nothing(asker: Asker, line: str) -> None:
    assert Chat(asker).respond(line) == ""


@pytest.mark.parametrize("line", ["/quit", "/exit", "/q", " /QUIT \n"])
def test_quit_leaves(asker: Asker, line: str) -> None:
    assert Chat(asker).respond(line) is None


@pytest.mark.parametrize("line", ["/help", "/?", "/HELP"])
def test_help_lists_every_command(asker: Asker, line: str) -> None:
    text = said(Chat(asker), line)
    assert text == HELP
    commands = (
        "/sources", "/open N", "/open N edit", "/more", "/only ARTICLE", "/why", "/fresh", "/undo", "/good [N]",
        "/wrong", "/answer TEXT", "/label FILE", "/save FILE", "/resume [N]", "/help", "/quit",
    )  # fmt: skip
    assert all(f"  {command}  " in text for command in commands)
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("line", ["/nonsense", "/opens 1", "/", "//"])
def test_unknown_command_points_to_help(asker: Asker, line: str) -> None:
    assert "/help lists the commands" in said(Chat(asker), line)


def test_unknown_command_cannot_act_on_the_terminal(asker: Asker) -> None:
    assert "\x1b" not in said(Chat(asker), "/\x1b]0;evil\x07")


@pytest.mark.parametrize("line", ["/sources", "/open 1", "/open"])
def test_sources_need_a_question_first(asker: Asker, line: str) -> None:
    assert said(Chat(asker), line) == "Nothing has been asked yet.\n"


def test_sources_list_five_of_the_last_question(asker: Asker) -> None:
    chat = Chat(asker)
    chat.respond("Who designed Chang'e-6?")
    chat.respond(QUESTION)
    rows = said(chat, "/sources").splitlines()
    assert [row[:3] for row in rows] == ["[1]", "[2]", "[3]", "[4]", "[5]"]
    assert "000_c708b5ca41c84679.txt:5-6" in rows[0]
    assert all(
        f"confidence {answer.confidence:.2f}" in row for row, answer in zip(rows, chat.history[1].ranked, strict=True)
    )


@pytest.mark.parametrize("which", ["", "0", "6", "-1", "1.0", "one", "²", "١", "1 2", "9" * 5000])
def test_open_refuses_what_is_no_number_of_a_source(asker: Asker, which: str) -> None:
    chat = Chat(asker)
    chat.respond(QUESTION)
    assert said(chat, f"/open {which}") == "/open takes a number from 1 to 5; /sources lists them.\n"


def test_open_shows_the_passage_in_its_place(small: tuple[Chat, Path]) -> None:
    chat, article = small
    assert said(chat, "/open 1") == (
        f"{article.resolve()}\n\n"
        "  1  Small news\n  2\n> 3  First line here.\n> 4  The red kite was seen over Bern on May 5.\n"
        "> 5  Last line here.\n  6\n"
    )


@pytest.mark.parametrize("harm", ["edited", "deleted"])
@pytest.mark.parametrize("asked_again", [True, False])
def test_open_shows_what_was_indexed_also_when_the_file_is(
    harm: str, asked_again: bool, small: tuple[Chat, Path]
) -> None:
    chat, article = small
    before = said(chat, "/open 1")
    if harm == "edited":
        article.write_text("New words.\n" * 9)
    else:
        article.unlink()
    if asked_again:
        chat.respond("Where was the red kite seen?")
    assert said(chat, "/open 1") == before


COOKIES = "What is a good recipe for chocolate chip cookies?"
ASKED = "What is right? Type /good and the number"


@pytest.fixture
def labelling(asker: Asker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Chat, Path]:
    """A chat that keeps labels, already asked what the articles say; the home folder is the test's own."""
    monkeypatch.setenv("HOME", str(tmp_path))
    chat = Chat(asker)
    chat.respond(QUESTION)
    assert (
        said(chat, "/label ~/my labels.jsonl") == f"Labels go to {tmp_path}/my labels.jsonl, which holds 0 questions.\n"
    )
    return chat, tmp_path / "my labels.jsonl"


def labels(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


@pytest.mark.parametrize("line", ["/good", "/good 1", "/wrong", "/answer none", "/answer January 3", "/label"])
def test_labels_need_a_file_first(asker: Asker, line: str) -> None:
    chat = Chat(asker)
    assert said(chat, line) == "Choose first where labels go: /label FILE (they are added to it).\n"
    chat.respond(QUESTION)
    assert said(chat, line) == "Choose first where labels go: /label FILE (they are added to it).\n"


@pytest.mark.parametrize("line", ["/good", "/good 1", "/wrong", "/answer none", "/answer January 3"])
def test_labels_need_a_question_first(asker: Asker, line: str, tmp_path: Path) -> None:
    chat = Chat(asker, labels=Labelling(tmp_path / "labels.jsonl"))
    assert said(chat, line) == "Nothing has been asked yet.\n"
    assert not (tmp_path / "labels.jsonl").exists()


def test_label_alone_tells_where_labels_go(labelling: tuple[Chat, Path]) -> None:
    chat, file = labelling
    assert said(chat, "/label") == f"Labels go to {file}.\n"


def test_good_keeps_the_marked_words(labelling: tuple[Chat, Path]) -> None:
    chat, file = labelling
    assert said(chat, "/good") == f"Answer 1 is right, in 1 place: added to {file}, which holds 1 question.\n"
    (label,) = labels(file)
    assert (label["question"], label["answers"], label["history"]) == (QUESTION, [], [])
    (gold,) = label["gold"]
    assert gold["article"] == "000_c708b5ca41c84679.txt"
    assert gold["quote"].startswith(JANUARY)
    assert said(chat, "/GOOD 1").startswith("Answer 1 is right, in 1 place: already in ")
    assert len(labels(file)) == 1


def test_good_keeps_that_the_articles_do_not_say(labelling: tuple[Chat, Path]) -> None:
    chat, file = labelling
    assert said(chat, COOKIES).startswith("Your articles do not say.")
    assert said(chat, "/good") == f"The articles do not say: added to {file}, which holds 1 question.\n"
    (label,) = labels(file)
    assert (label["question"], label["gold"], label["history"]) == (COOKIES, [], [QUESTION])


def test_good_with_a_number_names_one_of_the_nearest(labelling: tuple[Chat, Path]) -> None:
    chat, file = labelling
    chat.respond(COOKIES)
    assert said(chat, "/good 3").startswith("Answer 3 is right")
    third = chat.history[-1].ranked[2]
    assert labels(file)[0]["gold"][0] == {
        "article": third.citation.article,
        "quote": " ".join(third.text.split()),
    }


@pytest.mark.parametrize("which", ["0", "6", "one", "²", "1 2"])
def test_good_refuses_what_is_no_number_of_an_answer(which: str, labelling: tuple[Chat, Path]) -> None:
    chat, file = labelling
    assert said(chat, f"/good {which}") == "/good takes a number from 1 to 5; /sources lists them.\n"
    assert not file.exists()


def test_wrong_writes_nothing_until_it_is_known_what_is_right(labelling: tuple[Chat, Path]) -> None:
    chat, file = labelling
    for line in ("/wrong", "/good", "/wrong", "/answer"):
        assert said(chat, line).startswith(ASKED)
    assert not file.exists()
    assert said(chat, "/answer words of nobody").startswith("No article holds these words; type them as they stand")
    assert said(chat, "/good").startswith(ASKED)
    assert said(chat, "/answer  January\t3").startswith('"January 3" is right, in ')
    assert labels(file)[0]["answers"] == ["January 3"]
    assert said(chat, "/good").startswith("Answer 1 is right")


@pytest.mark.parametrize(("settled", "places"), [("/good 2", 1), ("/answer none", 0), ("/answer NONE", 0)])
def test_wrong_is_settled_by_what_is_right(settled: str, places: int, labelling: tuple[Chat, Path]) -> None:
    chat, file = labelling
    chat.respond("/wrong")
    chat.respond(settled)
    assert [len(label["gold"]) for label in labels(file)] == [places]
    assert not chat.labels.pending


def test_wrong_is_about_the_last_question_alone(labelling: tuple[Chat, Path]) -> None:
    chat, file = labelling
    chat.respond("/wrong")
    chat.respond(COOKIES)
    chat.respond("/good")
    assert [label["question"] for label in labels(file)] == [COOKIES]


def test_another_label_of_the_same_question_is_told(labelling: tuple[Chat, Path]) -> None:
    chat, file = labelling
    chat.respond("/good")
    assert said(chat, "/answer none").endswith(
        f"which holds 2 questions. It has another label of this question too: qa eval {file} --check.\n"
    )


def test_equal_articles_are_all_right(tmp_path: Path, embedder: OnnxEmbedder) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for article in ("one.txt", "two.txt"):
        (folder / article).write_text(SMALL)
    update(tmp_path / "index", Wish(paths=(folder,)), lambda _: embedder)
    chat = Chat(Asker(open_index(tmp_path / "index"), embedder), labels=Labelling(tmp_path / "labels.jsonl"))
    chat.respond("Where was the red kite seen?")
    assert said(chat, "/good 1").startswith("Answer 1 is right, in 2 places")
    (label,) = labels(tmp_path / "labels.jsonl")
    kite = "The red kite was seen over Bern on May 5."
    assert label["gold"] == [{"article": "one.txt", "quote": kite}, {"article": "two.txt", "quote": kite}]


@pytest.mark.parametrize("harm", ["edited", "deleted"])
def test_labels_are_about_what_was_indexed_also_when_the_file_is(harm: str, small: tuple[Chat, Path]) -> None:
    chat, article = small
    chat.labels.file = article.parent.parent / "labels.jsonl"
    if harm == "edited":
        article.write_text("New words.\n" * 9)
    else:
        article.unlink()
    assert said(chat, "/answer over Bern").startswith('"over Bern" is right, in 1 place: added')
    (label,) = labels(chat.labels.file)
    assert label["gold"] == [{"article": "small.txt", "quote": "The red kite was seen over Bern on May 5."}]


def test_label_cannot_act_on_the_terminal(labelling: tuple[Chat, Path]) -> None:
    chat, file = labelling
    chat.respond(f"/label {file.parent}/\x1b]0;evil\x07")
    for line in ("/label", "/good", "/answer \x1b[2J", "/good \x1b[2J"):
        assert "\x1b" not in said(chat, line)


def test_conversation_goes_on_where_labels_cannot_be_kept(asker: Asker, tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("Dear diary,\n")
    chat = Chat(asker, labels=Labelling(tmp_path / "diary.txt"))
    written, complaints = talk(chat, [QUESTION, "/good", f"/label {tmp_path}", "/label", "/help"])
    assert [len(written), written[1:]] == [3, [f"Labels go to {tmp_path / 'diary.txt'}.\n", HELP]]
    assert complaints == [
        f"{tmp_path / 'diary.txt'} is not a question set of JSON Lines, so nothing is added to it. "
        "Choose another file with /label FILE.",
        f"{tmp_path} is not a file that labels can be added to. Choose another file with /label FILE.",
    ]
    assert (tmp_path / "diary.txt").read_text() == "Dear diary,\n"


def test_chat_loads_what_keeps_labels_only_for_a_label() -> None:
    code = "import sys, qa.chat.chat; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert "qa.chat.chat" in done.stdout.split()
    assert {"qa.chat.labels", "qa.chat.verdicts", "qa.quotes"} & set(done.stdout.split()) == set()


class Typing(Iterator[str]):
    """Lines as they are typed; an exception among them is raised in its place, and typing goes on."""

    def __init__(self, lines: list[str | BaseException]) -> None:
        self.lines = iter(lines)

    def __next__(self) -> str:
        line = next(self.lines)
        if isinstance(line, BaseException):
            raise line
        return line


def talk(chat: Chat, lines: list[str | BaseException], *, interactive: bool = True) -> tuple[list[str], list[str]]:
    """Hold a conversation and return what was written and what was complained of."""
    written: list[str] = []
    complaints: list[str] = []
    converse(chat, Typing(lines), written.append, complaints.append, interactive=interactive)
    return written, complaints


def test_conversation_goes_through_all_lines(asker: Asker) -> None:
    written, complaints = talk(Chat(asker), [QUESTION, "/sources", "", "/nonsense"])
    assert JANUARY in written[0]
    assert written[1].startswith("[1] ")
    assert (written[2], written[3][:19], complaints) == ("", "There is no /nonsen", [])


def test_conversation_ends_at_quit(asker: Asker) -> None:
    assert talk(Chat(asker), ["/help", "/quit", QUESTION]) == ([HELP], [])


def test_conversation_survives_a_complaint(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Asker, question: str, k: int, **_: Any) -> None:
        raise UserError("The index is damaged.")

    monkeypatch.setattr(Asker, "ask", refuse)
    assert talk(Chat(asker), ["Who?", "/help"]) == ([HELP], ["The index is damaged."])


def test_interrupt_drops_the_line_and_goes_on(asker: Asker) -> None:
    chat = Chat(asker)
    written, complaints = talk(chat, ["/help", KeyboardInterrupt(), KeyboardInterrupt(), "/help"])
    assert (written, complaints, chat.history) == ([HELP, HELP], ["", ""], ())


def test_interrupt_while_answering_drops_the_answer(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: Asker, question: str, k: int, **_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Asker, "ask", interrupted)
    assert talk(Chat(asker), ["Who?", "/help"]) == ([HELP], [""])


def test_interrupt_ends_a_conversation_that_nobody_types(asker: Asker) -> None:
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        talk(Chat(asker), ["/help", KeyboardInterrupt(), "/help"], interactive=False)


def run_chat(index: Path, lines: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *CHAT, str(index), *options]
    return subprocess.run(command, input=lines, capture_output=True, encoding="utf-8", check=False)


def test_pipe_conversation_is_plain_and_has_no_prompt(seed_index: Path) -> None:
    done = run_chat(seed_index, f"{QUESTION}\n/nonsense\n/open 1\n/quit\n{QUESTION}\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("answer: January 3\n") == 1
    assert "> " in done.stdout
    assert "qa>" not in done.stdout
    assert "\x1b" not in done.stdout


def test_pipe_conversation_in_json_keeps_labels_and_says_so_beside(seed_index: Path, tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    done = run_chat(seed_index, f"/label {file}\n{QUESTION}\n/good\n", "--json")
    assert (done.returncode, done.stdout.count("\n")) == (0, 1)
    assert "Answer 1 is right, in 1 place: added to" in done.stderr
    assert [label["question"] for label in labels(file)] == [QUESTION]


def test_pipe_conversation_without_a_last_newline_is_answered(seed_index: Path) -> None:
    done = run_chat(seed_index, QUESTION, "--json")
    assert done.stdout.startswith('{"version": 1')
    assert done.stdout.count("\n") == 1


def test_pipe_conversation_is_kept_only_where_one_is_taken_up(seed_index: Path, tmp_path: Path) -> None:
    assert run_chat(seed_index, f"{QUESTION}\n").returncode == 0
    assert not (tmp_path / "state").exists()


@pytest.mark.heavy
def test_pipe_conversation_goes_on_in_an_earlier_one(asker: Asker, seed_index: Path) -> None:
    shelf = Shelf(seed_index, pytest.fail)
    earlier = Chat(asker, conversation=shelf.begin(), shelf=shelf)
    earlier.respond(QUESTION)
    shelf.begin()
    listed = run_chat(seed_index, "", "--resume", "list")
    assert (listed.returncode, listed.stderr) == (0, "")
    assert re.fullmatch(rf"  1  \d{{4}}-\d\d-\d\d \d\d:\d\d  1 question    {re.escape(QUESTION)}\n", listed.stdout)
    (row,) = json.loads(run_chat(seed_index, "", "--resume", "list", "--json").stdout)["conversations"]
    assert row["questions"] == [QUESTION]
    for which in ((), ("1",), (row["id"],)):
        done = run_chat(seed_index, "/sources\nWho was it?\n/undo\n", "--resume", *which)
        assert (done.returncode, done.stderr.startswith("Taken up again after 1 question; ")) == (0, True)
        assert "000_c708b5ca41c84679.txt:5-6" in done.stdout
    untouched = next(shelf.folder.iterdir()).read_bytes()
    run_chat(seed_index, "Who was it?\n", "--resume", "--no-keep")
    assert next(shelf.folder.iterdir()).read_bytes() == untouched


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["What", "was", "it?"], "See `qa chat --help`."),
        (["What was it?"], 'qa chat takes no question; type it at the prompt, or ask it at once: qa ask "'),
        (["list"], "qa chat takes no question"),
        (["--resume"], "No conversation with this index is kept yet. Begin one: qa chat."),
    ],
)
def test_chat_refuses_what_it_does_not_take(options: list[str], sentence: str, seed_index: Path) -> None:
    done = run_chat(seed_index, "", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr


@pytest.mark.parametrize("asked", [False, True], ids=["before", "after a question"])
def test_interrupt_ends_a_chat_that_waits_on_a_pipe(asked: bool, seed_index: Path) -> None:
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from qa.cli import run; run()"
    command = [sys.executable, "-P", "-c", heeding, "chat", "--index", str(seed_index)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, encoding="utf-8") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("/help\n" + f"{QUESTION}\n" * asked)
        process.stdin.flush()
        while "/quit" not in process.stdout.readline():
            pass
        while asked and "confidence" not in process.stdout.readline():
            pass
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        try:
            process.wait(5)
        finally:
            process.kill()
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
        assert process.returncode == 130
