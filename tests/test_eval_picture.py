"""The picture of a conversation: a terminal read by hand-worked sequences, and real programs played and drawn."""

import os
import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.picture.command import main
from eval.picture.draw import ADVANCE, picture
from eval.picture.screen import Ink, Screen, Words
from eval.picture.talk import Step, play, read_script
from index.errors import UserError

ROOT = Path(__file__).resolve().parent.parent
SVG = "{http://www.w3.org/2000/svg}"
MARKED = Ink.BOLD | Ink.UNDERLINED


def shown(sent: str, columns: int = 20) -> list[str]:
    screen = Screen(columns)
    screen.feed(sent)
    rows = []
    for row in screen.drawn():
        line = ""
        for words in row:
            line = line.ljust(words.at) + words.text
        rows.append(line)
    return rows


@pytest.mark.parametrize(
    ("sent", "rows"),
    [
        ("one\r\n\r\ntwo\r\n", ["one", "", "two"]),
        ("  in\nout", ["  in", "    out"]),  # a newline alone goes straight down
        ("first\rF", ["First"]),
        ("abc\b\bX", ["aXc"]),
        ("x" * 23, ["x" * 20, "xxx"]),
        ("x" * 20 + "\r\ny", ["x" * 20, "y"]),  # a full row is not followed by an empty one
        ("x" * 19 + "嫦", ["x" * 19, "嫦"]),
        ("嫦e\u0301", ["嫦e\u0301"]),
        ("qa> wrong\x1b[5D\x1b[Kright", ["qa> right"]),
        ("qa> wrong\r\x1b[2Kright", ["right"]),
        ("one\r\ntwo\r\nthree\x1b[2A\x1b[GO\x1b[J", ["O"]),
        ("one\r\ntwo\x1b[A\x1b[3DO\x1b[B\x1b[2Cx", ["One", "twox"]),
        ("\x1b]0;title\x07\x1b[?2004h\x1b[?25l\x1b[38;5;12mblue\x1b[39m\x1b(B\x1b=", ["blue"]),
        ("\x1b]8;id=1;file:///a\x1b\\a.txt\x1b]8;;\x1b\\", ["a.txt"]),
        ("\x07", []),
    ],
)
def test_screen_by_hand(sent: str, rows: list[str]) -> None:
    assert shown(sent) == rows


def test_marks_are_read_and_white_space_around_words_is_not_drawn() -> None:
    screen = Screen(40)
    screen.feed("  On \x1b[1;4mJan 3\x1b[0m, \x1b[2masked\x1b[22m it\r\n\x1b[1mbold\x1b[4m both\x1b[24m\x1b[m none")
    assert screen.drawn() == [
        [
            Words("On", 2, 2, Ink.NONE),
            Words("Jan 3", 5, 5, MARKED),
            Words(",", 10, 1, Ink.NONE),
            Words("asked", 12, 5, Ink.FAINT),
            Words("it", 18, 2, Ink.NONE),
        ],
        [Words("bold", 0, 4, Ink.BOLD), Words(" both", 4, 5, MARKED), Words("none", 10, 4, Ink.NONE)],
    ]


SENT = [
    "words ",
    "嫦",
    "\r\n",
    "\r",
    "\x1b[1;4m",
    "\x1b[0m",
    "\x1b[2K",
    "\x1b[J",
    "\x1b[3D",
    "\x1b]8;;x\x1b\\",
    "\x1b[6n",
]


@settings(derandomize=True, deadline=None)
@given(st.lists(st.sampled_from(SENT)).map("".join), st.lists(st.integers(0, 200)))
def test_what_is_sent_in_pieces_is_read_as_if_at_once(sent: str, cuts: list[int]) -> None:
    whole, pieces = Screen(30), Screen(30)
    whole.feed(sent)
    ends = [0, *sorted(min(cut, len(sent)) for cut in cuts), len(sent)]
    for start, end in pairwise(ends):
        pieces.feed(sent[start:end])
    assert pieces == whole


def test_script_is_read_by_hand(tmp_path: Path) -> None:
    script = tmp_path / "script.txt"
    script.write_text('# a remark\n$ qa ask -k 2 "Who is it?"\n\n$ qa chat\n> Who?\n> /quit\n')
    assert read_script(script) == [
        Step(("ask", "-k", "2", "Who is it?"), 'qa ask -k 2 "Who is it?"'),
        Step(("chat",), "qa chat", ("Who?", "/quit")),
    ]
    script.write_text("$ rm -r seeds\n")
    with pytest.raises(UserError, match=r'script\.txt:1: "\$ rm -r seeds" is neither "\$ qa'):
        read_script(script)


def test_conversation_is_played_at_a_terminal(seed_index: Path) -> None:
    environ = {**os.environ, "QA_INDEX": str(seed_index), "TERM": "xterm", "FORCE_HYPERLINK": "0"}
    environ.pop("NO_COLOR", None)
    question = "When did Chang'e-4 land on the far side of the Moon?"
    screen = play([Step(("--version",), "qa --version"), Step(("chat",), "qa chat", (question, "/quit"))], 70, environ)
    rows = screen.drawn()
    assert [words.text for words in rows[0]] == ["$ qa --version"]
    assert rows[1][0].text.startswith("qa ")
    assert [words.text for words in rows[3]] == ["$ qa chat"]
    assert [words.text for row in rows for words in row if words.ink == MARKED] == ["January 3"]
    assert max(words.at + words.width for row in rows for words in row) <= 70


def test_picture_is_sound_and_fetches_nothing() -> None:
    rows = [[Words("a < b & c", 2, 9, Ink.NONE)], [], [Words("嫦娥", 0, 4, MARKED), Words("soft", 5, 4, Ink.FAINT)]]
    drawn = picture(rows, 40, "Words & marks")
    assert drawn == picture(rows, 40, "Words & marks")
    root = ElementTree.fromstring(drawn)
    first, second, third = root.iter(f"{SVG}text")
    assert (first.text, first.get("class"), float(first.get("x", "")) - float(second.get("x", ""))) == (
        "a < b & c",
        None,
        pytest.approx(2 * ADVANCE, abs=0.1),
    )
    assert (second.get("class"), third.get("class")) == ("bold underlined", "faint")
    assert float(second.get("textLength", "")) == pytest.approx(4 * ADVANCE, abs=0.1)
    assert root.findtext(f"{SVG}desc") == "  a < b & c\n\n嫦娥 soft"
    assert not re.search(r"url\(|href|@import|<script|@font-face", drawn)


def test_picture_of_the_readme_shows_its_script() -> None:
    root = ElementTree.parse(ROOT / "docs" / "conversation.svg").getroot()
    shown = (root.findtext(f"{SVG}desc") or "").replace("\n", "")
    for step in read_script(ROOT / "docs" / "conversation.txt"):
        assert f"$ {step.command}" in shown
        assert all(line in shown for line in step.typed)


def test_script_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.txt"), str(tmp_path / "out.svg")]) == 1
    assert "No such file" in capsys.readouterr().err
