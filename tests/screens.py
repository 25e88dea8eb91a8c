"""A terminal, as far as a person sees one: what a program writes, put where a screen would show it.

Knows the control sequences that prompts use; any other is an error, so that nothing is passed over unseen.
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from wcwidth import wcwidth

_SEQUENCE = re.compile(
    r"\x1b\[(?P<private>\?)?(?P<numbers>[\d;]*)(?P<final>[A-Za-z])"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # titles and links
    r"|\x1b[()][A-Z0-9]|\x1b[=>78]"
)
_UNFINISHED = re.compile(r"\x1b(?:\[\??[\d;]*|\][^\x07]*|[()])?$")
OWN_TERMINAL = (
    "import fcntl, os, signal, sys, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "signal.signal(signal.SIGINT, signal.SIG_DFL); "  # a shell starts what runs in the background without it
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)


class Screen:
    """Rows of cells, a cursor, and what went off at the top."""

    def __init__(self, columns: int = 80, rows: int = 30) -> None:
        self.columns, self.rows = columns, rows
        self.gone: list[str] = []
        self.cells = [[" "] * columns for _ in range(rows)]
        self.row = self.column = 0
        self._full = False
        self._rest = ""

    def text(self) -> str:
        """Return everything that was written and still stands, rows without what is blank at their end."""
        shown = ["".join(row).rstrip() for row in self.cells]
        return "\n".join([*self.gone, *shown]).rstrip("\n") + "\n"

    def feed(self, written: str) -> None:
        """Take what a program wrote; a sequence may come in pieces."""
        written = self._rest + written
        unfinished = _UNFINISHED.search(written)
        end = unfinished.start() if unfinished else len(written)
        written, self._rest = written[:end], written[end:]
        at = 0
        while at < len(written):
            if written[at] == "\x1b":
                match = _SEQUENCE.match(written, at)
                assert match, f"unknown sequence {written[at : at + 20]!r}"
                if match["final"] and not match["private"]:
                    self._act(match["final"], [int(number or 0) for number in match["numbers"].split(";")])
                at = match.end()
            else:
                self._put(written[at])
                at += 1

    def _act(self, final: str, numbers: list[int]) -> None:
        if final == "m":
            return
        self._full = False
        first = numbers[0]
        if final in "JK":
            self._erase(final, first)
            return
        step = max(first, 1)
        across = {"C": step, "D": -step}
        along = {"A": -step, "B": step}
        assert final in "ABCDGH", f"unknown sequence {final} {numbers}"
        row = step - 1 if final == "H" else self.row + along.get(final, 0)
        at_home = max(numbers[-1], 1) - 1 if len(numbers) > 1 else 0
        column = {"G": step - 1, "H": at_home}.get(final, self.column + across.get(final, 0))
        self.row, self.column = min(max(row, 0), self.rows - 1), min(max(column, 0), self.columns - 1)

    def _erase(self, final: str, how: int) -> None:
        if final == "K":
            self._blank(self.row, 0 if how else self.column)
            return
        if how == 0:
            self._blank(self.row, self.column)
        for row in range(0 if how else self.row + 1, self.rows):
            self._blank(row)

    def _blank(self, row: int, start: int = 0) -> None:
        self.cells[row][start:] = [" "] * (self.columns - start)

    def _put(self, character: str) -> None:
        match character:
            case "\r":
                self.column, self._full = 0, False
            case "\n":
                self._full = False
                self._down()
            case "\b":
                self.column, self._full = max(self.column - 1, 0), False
            case "\t":
                self.column = min(self.column // 8 * 8 + 8, self.columns - 1)
            case "\x07":
                pass
            case _:
                self._write(character, max(wcwidth(character), 0))

    def _write(self, character: str, width: int) -> None:
        if not width:
            self.cells[self.row][max(self.column - 1, 0)] += character
            return
        if self._full or self.column + width > self.columns:
            self.column, self._full = 0, False
            self._down()
        self.cells[self.row][self.column : self.column + width] = [character] + [""] * (width - 1)
        self.column += width
        if self.column >= self.columns:
            self.column, self._full = self.columns - 1, True

    def _down(self) -> None:
        if self.row < self.rows - 1:
            self.row += 1
            return
        self.gone.append("".join(self.cells.pop(0)).rstrip())
        self.cells.append([" "] * self.columns)


class Terminal:
    """A Python program in a pseudo-terminal of its own, as a person has it."""

    def __init__(
        self,
        arguments: list[str],
        *,
        folder: Path | None = None,
        variables: Mapping[str, str] | None = None,
        columns: int = 80,
        rows: int = 30,
    ) -> None:
        self.handle, other = pty.openpty()
        self.screen = Screen(columns, rows)
        self.size(columns, rows)
        environment = {**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8", **(variables or {})}
        for name in ("NO_COLOR", "COLUMNS", "LINES"):
            environment.pop(name, None)
        command = [sys.executable, "-c", OWN_TERMINAL, *arguments]
        self.process = subprocess.Popen(command, stdin=other, stdout=other, stderr=other, env=environment, cwd=folder)
        os.close(other)

    def size(self, columns: int, rows: int) -> None:
        """Make the window another size; the program is told."""
        fcntl.ioctl(self.handle, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self.handle, text.encode())

    def until(self, seen: Callable[[str], bool], seconds: float = 60) -> str:
        """Read until the screen shows what is waited for, and return its text."""
        end = time.monotonic() + seconds
        while not seen(self.screen.text()):
            assert time.monotonic() < end, self.screen.text()
            assert self.read() or self.process.poll() is None, self.screen.text()
        return self.screen.text()

    def read(self) -> bool:
        """Read what was written, waiting for a moment, and tell whether there was something."""
        if not select.select([self.handle], [], [], 0.1)[0]:
            return False
        try:
            data = os.read(self.handle, 65536)
        except OSError:  # the other side is closed
            return False
        self.screen.feed(data.decode(errors="replace"))
        return bool(data)

    def prompted(self, times: int, prompt: str = "qa>") -> str:
        """Wait until a prompt stands there for the so-manyth time with nothing typed, and return the screen."""

        def seen(text: str) -> bool:
            lines = text.splitlines()
            return sum(line.startswith("qa") and ">" in line for line in lines) >= times and lines[-1] == prompt

        return self.until(seen)

    def answering(self) -> None:
        """Wait until a line was taken and there is no prompt: keys are the terminal's own, and not shown."""
        end = time.monotonic() + 60
        while termios.tcgetattr(self.handle)[3] & (termios.ICANON | termios.ECHO) != termios.ICANON:
            assert time.monotonic() < end, self.screen.text()
            self.read()

    def ended(self) -> int:
        """Wait until the program has ended, and return its exit code."""
        end = time.monotonic() + 60
        while self.process.poll() is None:
            assert time.monotonic() < end, self.screen.text()
            self.read()
        while self.read():
            pass
        return self.process.returncode

    def close(self) -> None:
        """End the program, whatever it does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        os.close(self.handle)
