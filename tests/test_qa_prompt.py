"""The prompt at a real terminal, read off its screen; against a golden screen, and under hands that slip."""

import json
import os
import re
import shutil
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from screens import Terminal

GOLDEN = Path(__file__).parent / "golden"
QUESTION = "When did Chang'e-4 land on the far side of the Moon?"
RUN = "from qa.cli import run; run()"
SLOW = """
import os, sys, time
from qa import session
opened, said = session.open_asker, session.tell
def slowly(*given):
    said("Preparing the reader.")
    while not os.path.exists(os.environ["GO"]):
        time.sleep(0.02)
    return opened(*given)
session.open_asker = slowly
"""
STUCK = """
import time
from qa.ask import Asker
asked = Asker.ask
def ask(self, question, k=1, **given):
    if "stuck" in question:
        print("ASKING", flush=True)
        time.sleep(600)
    return asked(self, question, k, **given)
Asker.ask = ask
"""


@pytest.fixture
def start(seed_index: Path, seed_articles: Path, tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Start ``qa chat`` over the seeds, before which some code is run."""
    opened = []

    def start(*options: str, first: str = "", index: Path = seed_index, **given: Any) -> Terminal:
        command = ["-P", "-c", first + RUN, "chat", "--index", str(index), *options]
        opened.append(Terminal(command, **{"folder": seed_articles.parent, **given}))
        return opened[-1]

    yield start
    for terminal in opened:
        terminal.close()


def typed(tmp_path: Path) -> list[str]:
    """Return the lines of the history that is kept."""
    file = tmp_path / "state" / "typed.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def kept(tmp_path: Path) -> list[list[str]]:
    """Return the questions of every conversation that is kept."""
    files = sorted((tmp_path / "state" / "conversations").glob("*"))
    lines = [[json.loads(line) for line in file.read_text().splitlines()] for file in files]
    return [[line["turn"]["reply"]["question"] for line in of_one if line.get("what") == "said"] for of_one in lines]


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_a_conversation_looks_as_on_the_golden_screen(columns: int, start: Callable[..., Terminal]) -> None:
    terminal = start(columns=columns)
    terminal.prompted(1)
    for number, line in enumerate((QUESTION, "/why", "/only 000", "What is planned?", "/undo", "/only"), start=2):
        terminal.type(f"{line}\r")
        narrowed = "qa [China's deep space expl…]>"
        terminal.prompted(number, narrowed if number in (4, 5, 6) else "qa>")
    terminal.type("half a question")
    terminal.until(lambda text: text.endswith("half a question\n"))
    terminal.type("\x03")
    terminal.prompted(8)
    terminal.type("/quit\r")
    assert terminal.ended() == 0
    screen = re.sub(r"\b0\.\d\d\b", "0.nn", terminal.screen.text())
    golden = GOLDEN / f"chat-{columns}.txt"
    if os.environ.get("QA_GOLDEN") == "write":  # then look at what was written
        golden.write_text(screen, encoding="utf-8")
    assert screen == golden.read_text(encoding="utf-8")


def test_control_d_leaves(start: Callable[..., Terminal]) -> None:
    terminal = start()
    terminal.prompted(1)
    terminal.type("\x04")
    assert terminal.ended() == 0


def test_control_c_cancels_what_is_typed_and_what_is_answered(start: Callable[..., Terminal], tmp_path: Path) -> None:
    terminal = start("--no-reader", first=STUCK)
    terminal.prompted(1)
    terminal.type("half a line\x03")
    terminal.prompted(2)
    terminal.type("\x03")
    terminal.prompted(3)
    terminal.type("Who is stuck?\r")
    terminal.until(lambda text: "ASKING" in text)
    terminal.type("\x03")
    terminal.prompted(4)
    terminal.type(f"{QUESTION}\r")
    terminal.until(lambda text: "On January 3" in text)
    terminal.prompted(5)
    terminal.type("\x04")
    assert terminal.ended() == 0
    assert kept(tmp_path) == [[QUESTION]]


def test_control_c_cancels_a_question_that_waits_for_the_index(start: Callable[..., Terminal], tmp_path: Path) -> None:
    terminal = start("--no-reader", first=SLOW, variables={"GO": str(tmp_path / "go")})
    terminal.until(lambda text: "Preparing" in text and text.endswith("qa>\n"))
    terminal.type("Who?\r")
    terminal.answering()
    terminal.type("\x03")
    terminal.prompted(2)
    (tmp_path / "go").touch()
    terminal.type(f"{QUESTION}\r")
    assert "On January 3" in terminal.until(lambda text: "On January 3" in text)


def test_what_is_typed_while_an_answer_is_looked_for_is_in_the_next_prompt_and_nowhere_else(
    start: Callable[..., Terminal], tmp_path: Path
) -> None:
    terminal = start("--no-reader", first=SLOW, variables={"GO": str(tmp_path / "go")})
    terminal.until(lambda text: "Preparing" in text and text.endswith("qa>\n"))
    terminal.type("Who was it?\r")
    terminal.answering()
    terminal.type("And who else")
    while terminal.read():
        pass
    assert terminal.screen.text().endswith("qa> Who was it?\n")
    (tmp_path / "go").touch()
    assert terminal.until(lambda text: text.endswith("\nqa> And who else\n")).count("And who else") == 1
    terminal.type("\x03")
    terminal.prompted(3)
    terminal.type("/quit\r")
    assert terminal.ended() == 0
    assert termios.tcgetattr(terminal.handle)[3] & termios.ECHO


@pytest.mark.parametrize("ends", ["\n", "\r", "\r\n", "\n\n  "])
def test_several_lines_that_are_pasted_are_one_question(
    ends: str, start: Callable[..., Terminal], tmp_path: Path
) -> None:
    terminal = start("--no-reader")
    terminal.prompted(1)
    terminal.type(f"\x1b[200~When did Chang'e-4{ends}land on the far side{ends}of the Moon?{ends}\x1b[201~")
    terminal.until(lambda text: text.endswith(f"qa> {QUESTION}\n"))
    terminal.type("\r")
    terminal.until(lambda text: "On January 3" in text)
    terminal.prompted(2)
    assert kept(tmp_path) == [[QUESTION]]


def test_what_is_pasted_cannot_act_on_the_terminal(start: Callable[..., Terminal]) -> None:
    terminal = start("--no-reader")
    terminal.prompted(1)
    terminal.type("\x1b[200~Who\x1b]0;evil\x07 is \x1b[2Jit?\x1b[201~")
    terminal.until(lambda text: text.rstrip().endswith("it?"))
    assert "5 articles" in terminal.screen.text()


def test_the_prompt_is_there_before_the_index_and_what_loading_says_stands_above(
    start: Callable[..., Terminal], tmp_path: Path
) -> None:
    terminal = start("--no-reader", first=SLOW, variables={"GO": str(tmp_path / "go")})
    terminal.until(lambda text: "Preparing" in text and text.endswith("qa>\n"))
    terminal.type("When did Chang'e-4 land")
    screen = terminal.until(lambda text: "land" in text)
    assert screen == (
        "5 articles. Ask, or type /help; /quit leaves.\nPreparing the reader.\nqa> When did Chang'e-4 land\n"
    )
    (tmp_path / "go").touch()
    terminal.type(" on the far side of the Moon?\r")
    terminal.until(lambda text: "On January 3" in text)


def damaged(index: Path, folder: Path) -> Path:
    """Return a copy of an index, a file of which is not what was written."""
    shutil.copytree(index, folder)
    rows = next(folder.glob("*.passages.rows"))
    rows.write_bytes(bytes(len(rows.read_bytes())))
    return folder


@pytest.mark.parametrize("typed", ["", "half a question", "Who?\r"])
def test_an_index_that_cannot_be_opened_ends_the_prompt_with_its_code(
    typed: str, start: Callable[..., Terminal], seed_index: Path, tmp_path: Path
) -> None:
    terminal = start(
        "--no-reader",
        index=damaged(seed_index, tmp_path / "broken"),
        first=SLOW,
        variables={"GO": str(tmp_path / "go")},
    )
    terminal.until(lambda text: "Preparing" in text and text.endswith("qa>\n"))
    terminal.type(typed)
    terminal.until(lambda text: typed.strip() in text)
    (tmp_path / "go").touch()
    assert terminal.ended() == 4
    assert "passages.rows is damaged" in terminal.screen.text().replace("\n", "")
    assert "Traceback" not in terminal.screen.text()


def test_nothing_indexed_is_said_before_there_is_a_prompt(start: Callable[..., Terminal], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    terminal = start(index=tmp_path / "none", folder=tmp_path / "empty")
    assert terminal.ended() == 4
    assert terminal.screen.text().startswith("Nothing is indexed yet")
    assert "qa>" not in terminal.screen.text()


def test_what_was_typed_is_there_in_the_next_run(start: Callable[..., Terminal], tmp_path: Path) -> None:
    first = start("--no-reader")
    first.prompted(1)
    for number, line in enumerate((QUESTION, "Who was it?", "/sources"), start=2):
        first.type(f"{line}\r")
        first.prompted(number)
    first.type("\x04")
    assert first.ended() == 0
    assert typed(tmp_path) == [QUESTION, "Who was it?", "/sources"]
    assert (tmp_path / "state" / "typed.jsonl").stat().st_mode & 0o777 == 0o600
    second = start("--no-reader")
    second.prompted(1)
    second.type("\x1b[A\x1b[A")
    second.until(lambda text: text.endswith("qa> Who was it?\n"))
    second.type("\x03")
    second.prompted(2)
    second.type("\x12FAR SIDE")
    second.until(lambda text: "`FAR SIDE': When did Chang'e-4 land" in text)
    second.type("\r")
    second.until(lambda text: text.endswith(f"qa> {QUESTION}\n"))


def test_nothing_is_kept_where_that_is_not_wanted(start: Callable[..., Terminal], tmp_path: Path) -> None:
    for options, variables in ((["--no-keep"], {}), ([], {"QA_KEEP": "0"})):
        terminal = start("--no-reader", *options, variables=variables)
        terminal.prompted(1)
        terminal.type(f"{QUESTION}\r")
        terminal.prompted(2)
        terminal.type("\x04")
        assert terminal.ended() == 0
    assert not (tmp_path / "state").exists()


def test_a_conversation_is_taken_up_where_it_was_left(start: Callable[..., Terminal], tmp_path: Path) -> None:
    first = start("--no-reader")
    first.prompted(1)
    first.type(f"{QUESTION}\r")
    first.prompted(2)
    first.process.kill()
    assert first.ended() == -9
    second = start("--no-reader", "--resume")
    assert "Taken up again after 1 question" in second.prompted(1)
    second.type("/sources\r")
    assert "000_c708b5ca41c84679.txt" in second.prompted(2).replace("\n", "")
    second.type("Who was it?\r")
    second.prompted(3)
    assert kept(tmp_path) == [[QUESTION, "Who was it?"]]


def test_tab_completes_commands_and_articles(start: Callable[..., Terminal]) -> None:
    terminal = start("--no-reader")
    terminal.prompted(1)
    terminal.type("/so\t")
    terminal.until(lambda text: text.endswith("qa> /sources\n"))
    terminal.type("\x03")
    terminal.prompted(2)
    terminal.type(f"{QUESTION}\r")
    terminal.prompted(3)
    terminal.type("/only glob\t")
    terminal.until(lambda text: "Global scientists invited to share the benefits" in text)
    terminal.type("\r")
    assert "qa [Global scientists invit…]>" in terminal.prompted(4, "qa [Global scientists invit…]>")


def test_the_prompt_stands_when_the_window_changes(start: Callable[..., Terminal]) -> None:
    terminal = start("--no-reader")
    terminal.prompted(1)
    terminal.type("When did it")
    terminal.until(lambda text: text.endswith("qa> When did it\n"))
    for columns in (120, 40):
        terminal.size(columns, 20)
        terminal.screen = type(terminal.screen)(columns, 20)
        terminal.until(lambda text: "qa> When did it" in text)
    terminal.type(" land?\r")
    assert "On January 3" in terminal.prompted(2)


def test_the_prompt_is_plain_on_a_terminal_that_can_nothing(start: Callable[..., Terminal]) -> None:
    terminal = start("--no-reader", variables={"TERM": "dumb"})
    terminal.prompted(1)
    terminal.type(f"{QUESTION}\r")
    terminal.until(lambda text: "answer: On January 3" in text)
    terminal.prompted(2)
    terminal.type("/quit\r")
    assert terminal.ended() == 0


def test_ask_and_a_chat_in_a_pipe_load_no_prompt(seed_index: Path) -> None:
    code = (
        "import sys\nfrom qa.cli import main\ntry:\n    main()\n"
        "except SystemExit:\n    sys.stderr.write(' '.join(sys.modules))"
    )
    for arguments in (["ask", QUESTION], ["chat"]):
        command = [sys.executable, "-P", "-c", code, *arguments, "--index", str(seed_index)]
        done = subprocess.run(command, input=QUESTION, capture_output=True, text=True, check=True)
        loaded = set(done.stderr.split())
        assert "qa.ask" in loaded
        assert {name for name in loaded if name.startswith("prompt_toolkit")} | loaded & {
            "asyncio",
            "qa.chat.prompt",
        } == set()
