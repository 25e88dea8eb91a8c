"""A script of commands, and what is typed at their prompts, played at a real terminal.

Owns the pseudo-terminal and the waiting. What is seen there is remembered by ``screen``.
"""

import codecs
import fcntl
import os
import select
import shlex
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from eval.picture.screen import Screen
from index.errors import UserError

QUIET = 1.0
"""Seconds without a word, the cursor behind a prompt, after which a program waits to be typed to."""
PATIENCE = 120.0
"""Seconds that a program may take for one thing."""
LINES = 400
"""How high the terminal is said to be."""


@dataclass(frozen=True, slots=True)
class Step:
    """A command of qa, and the lines typed at its prompt."""

    arguments: tuple[str, ...]
    command: str
    """As it is typed in a shell."""
    typed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Terminal:
    """The outer end of a terminal."""

    handle: int
    decoder: codecs.IncrementalDecoder = field(default_factory=codecs.getincrementaldecoder("utf-8"))
    """What is read may end within a character."""


def read_script(path: Path) -> list[Step]:
    """Return the steps of a script: "$ qa ..." runs a command, "> ..." is typed at its prompt, "#" begins a remark.

    Raises UserError for anything else.
    """
    steps: list[Step] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("$ qa "):
            steps.append(Step(tuple(shlex.split(line)[2:]), line.removeprefix("$ ")))
        elif line.startswith("> ") and steps:
            last = steps.pop()
            steps.append(Step(last.arguments, last.command, (*last.typed, line.removeprefix("> "))))
        elif line.strip() and not line.startswith("#"):
            raise UserError(f'{path}:{number}: "{line}" is neither "$ qa ..." nor "> ..." below one. Correct it.')
    return steps


def play(steps: Sequence[Step], columns: int, environ: Mapping[str, str]) -> Screen:
    """Return the screen after all steps, run in the current folder one after the other, as a shell would show them.

    A program that was typed to is left at its next prompt.

    Raises UserError where a program neither ends nor waits for more to be typed.
    """
    screen = Screen(columns)
    for at, step in enumerate(steps):
        screen.feed("\r\n" * (at > 0) + f"\x1b[1m$ {step.command}\x1b[0m\r\n")
        with _started(step.arguments, columns, environ) as terminal:
            for line in step.typed:
                _watch(terminal, screen, until_prompt=True)
                os.write(terminal.handle, f"{line}\r".encode())
            _watch(terminal, screen, until_prompt=bool(step.typed))
    return screen


@contextmanager
def _started(arguments: Sequence[str], columns: int, environ: Mapping[str, str]) -> Iterator[_Terminal]:
    """Give the outer end of a terminal at which qa runs; it is gone afterwards."""
    outer, inner = os.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, columns, 0, 0))
    command = [sys.executable, "-m", "qa", *arguments]
    process = subprocess.Popen(command, stdin=inner, stdout=inner, stderr=inner, env=environ, start_new_session=True)
    os.close(inner)
    try:
        yield _Terminal(outer)
    finally:
        process.kill()
        process.wait()
        os.close(outer)


def _watch(terminal: _Terminal, screen: Screen, *, until_prompt: bool) -> None:
    """Read until the program ends, or has stood still at a prompt."""
    began = heard = time.monotonic()
    while True:
        now = time.monotonic()
        if until_prompt and screen.column and now - heard > QUIET:
            return
        if now - began > PATIENCE:
            raise UserError(f"qa has neither ended nor asked for {PATIENCE:.0f} seconds. Correct the script.")
        if not select.select([terminal.handle], [], [], 0.1)[0]:
            continue
        sent = b""
        with suppress(OSError):  # the end of a pseudo-terminal
            sent = os.read(terminal.handle, 65_536)
        if not sent:
            return
        heard = time.monotonic()
        screen.feed(terminal.decoder.decode(sent))
        for _ in range(screen.asked):
            os.write(terminal.handle, f"\x1b[{screen.row + 1};{screen.column + 1}R".encode())
        screen.asked = 0
