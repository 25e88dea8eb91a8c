"""What a terminal can show, told from a real pseudo-terminal and from what known programs set in the environment."""

import fcntl
import io
import os
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import pytest
from screen_by_hand import Screen

from qa.show.ink import LONGEST_URL, file_url, inked, isolated
from qa.show.lines import Run
from qa.show.look import MEASURE, Look, look_of

XTERM = {"TERM": "xterm-256color"}
GNOME = {**XTERM, "VTE_VERSION": "7600", "COLORTERM": "truecolor"}
QUESTION = "When did Chang'e-4 land on the far side of the Moon?"


@pytest.fixture
def terminal() -> Iterator[TextIO]:
    """The inner end of a pseudo-terminal of 72 columns."""
    outer, inner = os.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 72, 0, 0))
    with os.fdopen(inner, "w", encoding="utf-8") as stream:
        yield stream
    os.close(outer)


@pytest.mark.parametrize("environ", [{}, GNOME, {**GNOME, "COLUMNS": "50", "FORCE_HYPERLINK": "1"}])
def test_file_or_pipe_gets_plain_text_of_any_width(environ: dict[str, str]) -> None:
    assert look_of(io.StringIO(), environ) == Look()


@pytest.mark.parametrize(
    ("environ", "marked", "links"),
    [
        ({}, True, False),
        (XTERM, True, False),
        ({**XTERM, "NO_COLOR": "1"}, False, False),
        ({**XTERM, "NO_COLOR": ""}, True, False),  # empty is as if it were not there
        ({"TERM": "dumb", "VTE_VERSION": "7600", "FORCE_HYPERLINK": "1"}, False, False),
        (GNOME, True, True),
        ({**GNOME, "NO_COLOR": "1"}, False, False),
        ({**GNOME, "NO_COLOR": "1", "FORCE_HYPERLINK": "1"}, False, True),
        ({**GNOME, "FORCE_HYPERLINK": "0"}, True, False),
        ({**XTERM, "FORCE_HYPERLINK": "1"}, True, True),
        ({**XTERM, "VTE_VERSION": "5000"}, True, False),
        ({**XTERM, "VTE_VERSION": "unknown"}, True, False),
        ({**XTERM, "TERM_PROGRAM": "iTerm.app"}, True, True),
        ({**XTERM, "TERM_PROGRAM": "Apple_Terminal"}, True, False),
        ({**XTERM, "KITTY_WINDOW_ID": "1"}, True, True),
        ({**XTERM, "WT_SESSION": "6c1f"}, True, True),
        ({**GNOME, "TERM": "screen", "STY": "1.tty"}, True, False),
        ({**GNOME, "TMUX": "/a,1,0", "TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "3.3a"}, True, False),
        ({**GNOME, "TMUX": "/a,1,0", "TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "3.4"}, True, True),
        ({**GNOME, "TMUX": "/a,1,0", "TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "next-3.7"}, True, False),
        ({**GNOME, "TMUX": "/a,1,0"}, True, False),
    ],
)
def test_terminal_gets_what_it_is_known_to_show(
    environ: dict[str, str], marked: bool, links: bool, terminal: TextIO
) -> None:
    look = look_of(terminal, environ)
    assert (look.marked, look.faint, look.links, look.plain, look.width) == (marked, marked, links, False, 72)


@pytest.mark.parametrize(
    ("environ", "asked", "plain"),
    [
        ({}, False, False),
        ({"QA_PLAIN": "1"}, False, True),
        ({"QA_PLAIN": "0"}, False, False),
        ({"QA_PLAIN": ""}, False, False),
        ({}, True, True),
        ({"QA_PLAIN": "0"}, True, True),
    ],
)
def test_plain_mode_is_for_the_reader_to_say_everywhere(
    environ: dict[str, str], asked: bool, plain: bool, terminal: TextIO
) -> None:
    look = look_of(terminal, {**GNOME, **environ}, plain=asked)
    assert (look.plain, look.marked, look.links, look.width) == (plain, not plain, not plain, 72)
    assert look_of(io.StringIO(), environ, plain=asked) == Look(plain=plain)


@pytest.mark.parametrize(
    ("columns", "window", "width", "measure"),
    [
        ("", 200, 200, MEASURE),
        ("64", 200, 64, 64),
        ("0", 90, 90, 90),
        ("wide", 90, 90, 90),
        ("", 0, 80, 80),
        ("", 12, 30, 30),
    ],
)
def test_width_is_that_of_columns_else_of_the_window(
    columns: str, window: int, width: int, measure: int, terminal: TextIO
) -> None:
    fcntl.ioctl(terminal.fileno(), termios.TIOCSWINSZ, struct.pack("HHHH", 24, window, 0, 0))
    look = look_of(terminal, {**XTERM, "COLUMNS": columns})
    assert (look.width, look.measure) == (width, measure)


def test_resized_window_is_told_anew(terminal: TextIO) -> None:
    before = look_of(terminal, XTERM).width
    fcntl.ioctl(terminal.fileno(), termios.TIOCSWINSZ, struct.pack("HHHH", 24, 44, 0, 0))
    assert (before, look_of(terminal, XTERM).width) == (72, 44)


@pytest.mark.parametrize(
    ("environ", "host", "lines"),
    [
        (GNOME, os.uname().nodename, False),
        ({"TERM": "xterm-kitty"}, os.uname().nodename, True),
        ({**XTERM, "TERM_PROGRAM": "vscode"}, os.uname().nodename, True),
        ({**XTERM, "WT_SESSION": "1", "WSL_DISTRO_NAME": "Ubuntu-24.04"}, "wsl.localhost/Ubuntu-24.04", False),
        ({**XTERM, "WT_SESSION": "1", "WSL_DISTRO_NAME": "a\x1b]b"}, "", False),
    ],
)
def test_links_name_the_computer_and_the_line_where_that_is_understood(
    environ: dict[str, str], host: str, lines: bool, terminal: TextIO
) -> None:
    look = look_of(terminal, environ)
    assert (look.host, look.line_links) == (host, lines)


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/articles/moon.txt", "file://desk/articles/moon.txt#5"),
        ("/two  spaces/50%#?.txt", "file://desk/two%20%20spaces/50%25%23%3F.txt#5"),
        ("/嫦.txt", "file://desk/%E5%AB%A6.txt#5"),
        ("/\udce9.txt", "file://desk/%E9.txt#5"),  # a byte that is no text
        ("/\x1b]8;;\x07.txt", "file://desk/%1B%5D8%3B%3B%07.txt#5"),
        ("/\ud800.txt", ""),  # no file can have this name
        ("/" + "a" * LONGEST_URL, ""),
    ],
)
def test_url_by_hand(path: str, url: str) -> None:
    assert file_url(path, 5, Look(links=True, line_links=True, host="desk")) == url
    assert file_url(path, 5, Look(line_links=True, host="desk")) == ""


def test_link_and_mark_as_they_are_sent() -> None:
    line = [Run("On "), Run("January", "1;4"), Run(" · "), Run("a.txt", link="file:///a.txt"), Run("", "2")]
    assert inked(line, Look(marked=True, faint=True, links=True)) == (
        "On \x1b[1;4mJanuary\x1b[0m · \x1b]8;id=2a161ad4;file:///a.txt\x1b\\a.txt\x1b]8;;\x1b\\"
    )
    assert inked([Run("faint", "2"), Run("marked", "1;4")], Look(marked=True)) == "faint\x1b[1;4mmarked\x1b[0m"


@pytest.mark.parametrize(
    ("text", "turns"), [("The far side", False), ("2019", False), ("嫦娥", False), ("שלום", True), ("on مرحبا", True)]
)
def test_words_from_right_to_left_are_kept_to_themselves(text: str, turns: bool) -> None:
    assert isolated(text) == (f"\u2068{text}\u2069" if turns else text)


@pytest.mark.parametrize("width", [40, 140])
@pytest.mark.parametrize("options", [[], ["--plain"]], ids=["marked", "plain"])
def test_answers_on_a_real_terminal(width: int, options: list[str], seed_index: Path) -> None:
    outer, inner = os.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 60, width, 0, 0))
    environ = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "QA_PLAIN")}
    command = [sys.executable, "-P", "-m", "qa", "ask", "-k", "2", *options, QUESTION, "--index", str(seed_index)]
    with subprocess.Popen(command, stdout=inner, env={**environ, **XTERM, "FORCE_HYPERLINK": "1"}) as process:
        os.close(inner)
        sent = bytearray()
        try:
            while piece := os.read(outer, 65_536):
                sent += piece
        except OSError:  # the end of a pseudo-terminal
            pass
    os.close(outer)
    assert process.returncode == 0
    screen = Screen(width, joins=True).write(sent.decode().replace("\r\n", "\n"))
    shown = "".join(row.strip() for row in screen.rows)
    if options:
        assert (screen.marked, screen.linked) == ([], [])
        assert screen.rows[:2] == ["Answer 1 of 2:", "January 3"]
        assert re.search(r"File: \S+/000_c708b5ca41c84679\.txtLines: 5 to 6Confidence: 0\.\d\d, likely\.", shown)
    else:
        assert ("1;4", "January 3") in screen.marked
        assert {url for url, _ in screen.linked if url.endswith("000_c708b5ca41c84679.txt")}
        assert re.search(r"000_c708b5ca41c84679\.txt:5-6( · )?likely · 0\.\d\d", shown)
