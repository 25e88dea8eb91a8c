"""The conversation: every command, bad input, interrupts, and the real thing at a terminal and in a pipe."""

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.build import Wish, update
from index.embed import OnnxEmbedder
from index.errors import UserError
from index.store import open_index
from qa.ask import Asker
from qa.chat import HELP, Chat, converse

QUESTION = "When did Chang'e-4 land on the far side of the Moon?"
JANUARY = "On January 3, China's Chang'e-4 probe became the first spacecraft to make a soft landing"
SMALL = "Small news\n\nFirst line here.\nThe red kite was seen over Bern on May 5.\nLast line here.\n"
OWN_TERMINAL = (
    "import fcntl, os, signal, sys, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "signal.signal(signal.SIGINT, signal.SIG_DFL); "  # a shell starts what runs in the background without it
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)
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
    assert all(command in text for command in ("/sources", "/open N", "/help", "/quit"))


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
    def refuse(self: Asker, question: str, k: int) -> None:
        raise UserError("The index is damaged.")

    monkeypatch.setattr(Asker, "ask", refuse)
    assert talk(Chat(asker), ["Who?", "/help"]) == ([HELP], ["The index is damaged."])


def test_interrupt_drops_the_line_and_goes_on(asker: Asker) -> None:
    chat = Chat(asker)
    written, complaints = talk(chat, ["/help", KeyboardInterrupt(), KeyboardInterrupt(), "/help"])
    assert (written, complaints, chat.history) == ([HELP, HELP], ["", ""], [])


def test_interrupt_while_answering_drops_the_answer(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: Asker, question: str, k: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Asker, "ask", interrupted)
    assert talk(Chat(asker), ["Who?", "/help"]) == ([HELP], [""])


def test_interrupt_ends_a_conversation_that_nobody_types(asker: Asker) -> None:
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        talk(Chat(asker), ["/help", KeyboardInterrupt(), "/help"], interactive=False)


class Terminal:
    """``qa chat`` in a pseudo-terminal of its own, as a person has it."""

    def __init__(self, folder: Path) -> None:
        self.handle, other = pty.openpty()
        self.seen = ""
        environment = {**os.environ, "TERM": "xterm", "INPUTRC": "/dev/null"}
        environment.pop("NO_COLOR", None)
        self.process = subprocess.Popen(
            [sys.executable, "-c", OWN_TERMINAL, *CHAT, str(folder)],
            stdin=other,
            stdout=other,
            stderr=other,
            env=environment,
        )
        os.close(other)

    def type(self, text: str) -> None:
        os.write(self.handle, text.encode())

    def until(self, text: str, seconds: float = 60) -> str:
        """Read until ``text`` is seen, and return all that came since the last call."""
        end = time.monotonic() + seconds
        while text not in self.seen and time.monotonic() < end:
            if select.select([self.handle], [], [], 0.2)[0]:
                try:
                    self.seen += os.read(self.handle, 65536).decode(errors="replace")
                except OSError:
                    break
        assert text in self.seen, self.seen
        at = self.seen.index(text) + len(text)
        before, self.seen = self.seen[:at], self.seen[at:]
        return before

    def interrupt(self) -> None:
        """Press Ctrl-C until there is a new prompt: readline may miss one that follows a key too closely."""
        for _ in range(10):
            self.type("\x03")
            end = time.monotonic() + 3
            while time.monotonic() < end and "qa> " not in self.seen:
                if select.select([self.handle], [], [], 0.2)[0]:
                    self.seen += os.read(self.handle, 65536).decode(errors="replace")
            if "qa> " in self.seen:
                break
        self.until("qa> ")

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.handle)


@pytest.fixture
def terminal(seed_index: Path) -> Iterator[Terminal]:
    opened = Terminal(seed_index)
    yield opened
    opened.close()


def test_terminal_conversation_from_prompt_to_ctrl_d(terminal: Terminal) -> None:
    assert "5 articles" in terminal.until("qa> ")
    terminal.type(f"{QUESTION}\n")
    answered = terminal.until("confidence")
    assert f"\x1b[1;4m{JANUARY}" in answered
    terminal.until("qa> ")
    terminal.type("/open 1\n")
    assert "> 6  \x1b[1;4mOn January 3" in terminal.until("qa> ")
    terminal.type("half a line")
    terminal.until("half a line")
    terminal.interrupt()
    terminal.type("/help\n")
    assert "half a line" not in terminal.until("/quit")
    terminal.until("qa> ")
    terminal.type("\x04")
    assert terminal.process.wait(30) == 0


def run_chat(index: Path, lines: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *CHAT, str(index), *options]
    return subprocess.run(command, input=lines, capture_output=True, encoding="utf-8", check=False)


def test_pipe_conversation_is_plain_and_has_no_prompt(seed_index: Path) -> None:
    done = run_chat(seed_index, f"{QUESTION}\n/nonsense\n/open 1\n/quit\n{QUESTION}\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("answer: " + JANUARY) == 1
    assert "> " in done.stdout
    assert "qa>" not in done.stdout
    assert "\x1b" not in done.stdout


def test_pipe_conversation_without_a_last_newline_is_answered(seed_index: Path) -> None:
    done = run_chat(seed_index, QUESTION, "--json")
    assert done.stdout.startswith('{"version": 1')
    assert done.stdout.count("\n") == 1


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
