"""Replies on their way to stdout, the codes they mean, the line that counts on stderr, and how the process leaves."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.records import Span
from qa import diagnostics, printing
from qa.contract import dumps, reply_payload
from qa.diagnostics import ExitCode, Progress, pace
from qa.explain import explanation_text
from qa.printing import Manner, answer, written
from qa.records import Answer, Citation, Explanation, IndexState, Reply
from qa.show.render import reply_text

CITED = Citation("moon.txt", "/articles/moon.txt", "The Moon", None, None, 0, 10, (1, 1), "0" * 64, False, False)
STATE = IndexState(1, 2, 3, "model", False)
EXPLANATION = Explanation((), ("far side",), 7, ())
QUESTION = "When did Chang'e-4 land on the far side of the Moon?"


def reply(question: str, *, answered: bool, explained: bool = False) -> Reply:
    ranked = (Answer(1, "It landed.", 0.5, "It landed.", Span(0, 10), CITED),)
    return Reply(question, question, answered, 0.5, ranked, STATE, {}, EXPLANATION if explained else None)


@dataclass
class Oracle:
    """Answers what ends in "!", and writes down what it was asked and how much was written by then."""

    faults: tuple[str, ...] = ()
    asked: list[tuple[str, int, bool, int]] = field(default_factory=list)
    out: list[str] = field(default_factory=list)

    @property
    def index(self) -> "Oracle":
        return self

    def ask(self, question: str, k: int = 1, *, explained: bool = False, after: Sequence[Reply] = ()) -> Reply:
        self.asked.append((question, k, explained, len(self.out)))
        return reply(question, answered=question.endswith("!"), explained=explained)


def put(
    monkeypatch: pytest.MonkeyPatch, oracle: Oracle, questions: list[str], manner: Manner
) -> tuple[ExitCode, list[str]]:
    """Ask, and return the code with what was written, piece by piece."""
    monkeypatch.setattr(printing, "out", oracle.out.append)
    asker: Any = oracle
    return answer(asker, questions, manner), oracle.out


# A reply as it is written.


def test_reply_is_written_as_text() -> None:
    one = reply("Q!", answered=True)
    assert written(one, Manner()) == reply_text(one)


def test_reply_is_written_below_its_question_where_several_are_asked() -> None:
    one = reply("Did it\nland?\x1b[2J", answered=False)
    assert written(one, Manner(titled=True)) == (
        "> Did it land?\\u{1b}[2J\n\n"
        "Your articles do not say.\n\nNearest passages:\n\n[1]\nIt landed.\n\n"
        "    The Moon · /articles/moon.txt:1 · confidence 0.50\n\n"
    )


def test_reply_is_written_with_its_account_below() -> None:
    one = reply("Q!", answered=True, explained=True)
    below = reply_text(one) + "\n" + explanation_text(EXPLANATION)
    assert written(one, Manner(explained=True)) == below
    assert written(one, Manner(explained=True, titled=True)) == f"> Q!\n\n{below}\n"


@pytest.mark.parametrize("explained", [False, True])
def test_reply_for_programs_is_one_line_whatever_the_manner(explained: bool) -> None:
    one = reply("Did it\nland?", answered=True, explained=explained)
    text = written(one, Manner(json=True, explained=explained, titled=True))
    assert (text, text.count("\n")) == (dumps(reply_payload(one)) + "\n", 1)
    assert ("explanation" in json.loads(text)) == explained


# Several questions, and the code they mean.


@pytest.mark.parametrize(
    ("questions", "code"),
    [
        (["yes!"], ExitCode.DONE),
        (["no?"], ExitCode.NO_ANSWER),
        (["no?", "yes!", "no?"], ExitCode.DONE),
        (["no?", "no?"], ExitCode.NO_ANSWER),
    ],
)
def test_code_is_no_answer_only_where_none_is_answered(
    questions: list[str], code: ExitCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    oracle = Oracle()
    said, out = put(monkeypatch, oracle, questions, Manner(titled=True))
    assert said == code
    assert [text.splitlines()[0] for text in out] == [f"> {question}" for question in questions]


def test_every_reply_is_written_before_the_next_question_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    oracle = Oracle()
    put(monkeypatch, oracle, ["a!", "b?", "c!"], Manner(7, explained=True))
    assert oracle.asked == [("a!", 7, True, 0), ("b?", 7, True, 1), ("c!", 7, True, 2)]


def test_damaged_index_that_answers_nothing_says_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said, out = put(monkeypatch, Oracle(("a file is damaged.",)), ["a?", "b?"], Manner())
    assert (said, out) == (ExitCode.NO_INDEX, [])
    assert "undamaged part of the index does not say" in capsys.readouterr().err


def test_damaged_index_that_answers_one_writes_all(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    oracle = Oracle(("a file is damaged.",))
    said, out = put(monkeypatch, oracle, ["a?", "b!"], Manner(3, json=True, explained=True))
    assert (said, capsys.readouterr().err) == (ExitCode.DONE, "")
    assert [json.loads(text)["answered"] for text in out] == [False, True]
    assert [asked[:3] for asked in oracle.asked] == [("a?", 3, True), ("b!", 3, True)]


# The line that counts.


@pytest.mark.parametrize(
    ("seconds", "done", "left", "shown"),
    [
        (0.0, 10, 50, ""),
        (0.99, 10, 50, ""),
        (5.0, 0, 50, ""),
        (1.0, 10, 50, ", 10/s, 5 s left"),
        (10.0, 100, 0, ", 10/s, 0 s left"),
        (2.0, 100, 2_950, ", 50/s, 59 s left"),
        (2.0, 100, 3_000, ", 50/s, 1 min 0 s left"),
        (4.0, 200, 6_150, ", 50/s, 2 min 3 s left"),
        (1.0, 1, 3_599, ", 1.0/s, 59 min 59 s left"),
        (1.0, 1, 3_600, ", 1.0/s, 1 h 0 min left"),
        (100.0, 4_000, 4_000_000, ", 40/s, 27 h 46 min left"),
        (3.0, 10, 9, ", 3.3/s, 3 s left"),  # 2.7 s
        (200.0, 10, 10, ", 0.1/s, 3 min 20 s left"),  # 0.05 a second
    ],
)
def test_pace_by_hand(seconds: float, done: int, left: int, shown: str) -> None:
    assert pace(seconds, done, left) == shown


@settings(derandomize=True, deadline=None)
@given(st.floats(0, 1, exclude_max=True), st.integers(0, 10**9), st.integers(0, 10**9))
def test_pace_says_nothing_in_the_first_second(seconds: float, done: int, left: int) -> None:
    assert pace(seconds, done, left) == ""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(
    monkeypatch: pytest.MonkeyPatch,
    calls: list[tuple[float, int]],
    total: int,
    *,
    term: str = "xterm",
    quiet: bool = False,
) -> list[str]:
    """Return the lines that stood on a terminal while ``calls`` of (seconds, done) were made."""
    screen, clock = Terminal(), [0.0]
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr(diagnostics, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    with Progress("Embedding", quiet=quiet) as progress:
        for at, done in calls:
            clock[0] = 1000 + at
            progress(done, total)
    return screen.getvalue().split("\r\x1b[K")[1:]


def test_progress_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = [(0.0, 0), (0.05, 9), (0.5, 60), (0.99, 100), (2.0, 120), (3.0, 239), (3.01, 240)]
    assert shown(monkeypatch, calls, 240) == [
        f"Embedding [{'.' * 24}] 0/240",
        f"Embedding [{'#' * 6}{'.' * 18}] 60/240",
        f"Embedding [{'#' * 10}{'.' * 14}] 100/240",
        f"Embedding [{'#' * 12}{'.' * 12}] 120/240, 60/s, 2 s left",
        f"Embedding [{'#' * 23}.] 239/240, 80/s, 0 s left",
        f"Embedding [{'#' * 24}] 240/240, 80/s, 0 s left",
        "",
    ]


def test_progress_that_goes_on_counts_only_what_was_done_now(monkeypatch: pytest.MonkeyPatch) -> None:
    # 100 were done before; 20 more took two seconds, so the last 120 take twelve.
    _, line, _ = shown(monkeypatch, [(0.0, 100), (2.0, 120)], 240)
    assert line == f"Embedding [{'#' * 12}{'.' * 12}] 120/240, 10/s, 12 s left"


@pytest.mark.parametrize(("term", "quiet"), [("dumb", False), ("xterm", True)])
def test_progress_is_for_terminals_that_can_and_may(term: str, quiet: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, [(0.0, 1)], 2, term=term, quiet=quiet) == []


# How the process leaves.


BUFFERED = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
"""Under which what was not sent on its way is lost."""


def run(command: Sequence[str | Path], **how: Any) -> subprocess.CompletedProcess[str]:
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8", "env": BUFFERED, **how}
    return subprocess.run([*map(str, command)], check=False, timeout=120, **streams)


def python(code: str) -> subprocess.CompletedProcess[str]:
    return run([sys.executable, "-P", "-c", code])


@pytest.mark.parametrize("code", [0, 3, 75, 130])
def test_leaving_sends_what_was_written_on_its_way(code: int) -> None:
    done = python(
        "import atexit, sys; from qa.streams import leave; atexit.register(print, 'taken down')\n"
        f"for _ in range(9_999): sys.stdout.write('out'); sys.stderr.write('err')\nleave({code})"
    )
    assert (done.returncode, done.stdout, done.stderr) == (code, "out" * 9_999, "err" * 9_999)


@pytest.mark.parametrize("closed", ["sys.stdout.close()", "os.close(1)", "sys.stderr.close()"])
def test_leaving_keeps_its_code_where_a_stream_is_closed(closed: str) -> None:
    done = python(f"import os, sys; from qa.streams import leave; sys.stdout.write('x'); {closed}; leave(3)")
    assert (done.returncode, done.stderr) == (3, "")


def test_fault_of_the_program_is_no_silent_success() -> None:
    done = python("import qa.cli; qa.cli.main = lambda: 1 / 0; qa.cli.run()")
    assert (done.returncode, done.stdout) == (1, "")
    assert "ZeroDivisionError" in done.stderr


@pytest.mark.parametrize("options", [["--json", "--explain"], ["--explain"], []], ids=" ".join)
def test_output_is_whole_in_a_file_and_in_a_pipe(options: list[str], seed_index: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-m", "qa", "ask", "-k", "100", *options, QUESTION, "--index", seed_index]
    with (tmp_path / "out").open("w") as file:
        to_file = run(command, stdout=file)
    to_pipe = run(command)
    text = (tmp_path / "out").read_text(encoding="utf-8")
    assert (to_file.returncode, to_file.stderr, to_pipe.returncode, to_pipe.stderr) == (0, "", 0, "")
    if "--json" in options:
        pairs = [{**json.loads(one), "timing_ms": {}} for one in (text, to_pipe.stdout)]
        assert pairs[0] == pairs[1]
        assert len(pairs[0]["answers"]) > 20
    else:
        assert text == to_pipe.stdout
        assert text.count("confidence") > 20


@pytest.mark.parametrize("reader", ["head -n 1", "head -c 1", "true", "cat"])
def test_pipe_that_closes_early_is_silent(reader: str, seed_index: Path) -> None:
    command = [sys.executable, "-P", "-m", "qa", "ask", "-", "-k", "100", "--explain", "--index", seed_index]
    script = f'"$@" | {reader} >/dev/null; exit "${{PIPESTATUS[0]}}"'
    done = run(["bash", "-c", script, "bash", *command], input=f"{QUESTION}\n" * 5)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
