"""The conversation on stderr, and what every outcome means to the shell.

Owns the exit codes, progress and the wording of errors' last mile. stdout belongs to the commands.
"""

import contextlib
import os
import sys
import time
from enum import IntEnum
from types import TracebackType
from typing import Self

from index.errors import (
    BadQuestions,
    Busy,
    IndexDamaged,
    ModelUnavailable,
    NothingIndexed,
    UsageError,
    UserError,
)
from qa.sanitise import sanitise


class ExitCode(IntEnum):
    """What the commands promise to the programs that call them."""

    DONE = 0
    ERROR = 1
    USAGE = 2
    NO_ANSWER = 3
    NO_INDEX = 4
    MODEL = 5
    GATE = 6
    BUSY = 75
    INTERRUPTED = 130


_CODES: tuple[tuple[type[UserError], ExitCode], ...] = (
    (UsageError, ExitCode.USAGE),
    (NothingIndexed, ExitCode.NO_INDEX),
    (IndexDamaged, ExitCode.NO_INDEX),
    (ModelUnavailable, ExitCode.MODEL),
    (Busy, ExitCode.BUSY),
    (BadQuestions, ExitCode.ERROR),
    (UserError, ExitCode.ERROR),
)


def exit_code(error: UserError) -> ExitCode:
    """Return the exit code of an error."""
    return next(code for kind, code in _CODES if isinstance(error, kind))


def tell(message: str) -> None:
    """Say something on stderr, made safe for a terminal. A closed stderr is not an error."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{sanitise(message)}\n")
        sys.stderr.flush()


class Progress:
    """A line on stderr that counts, on a terminal only, and is gone when the work is done."""

    WIDTH = 24
    PAUSE = 0.1

    def __init__(self, label: str, *, quiet: bool = False) -> None:
        self._label = label
        self._shown = False
        self._next = 0.0
        self._active = not quiet and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._began: tuple[float, int] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def __call__(self, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` is done."""
        now = time.monotonic()
        if not self._active or (now < self._next and done < total):
            return
        self._next = now + self.PAUSE
        self._began = self._began or (now, done)
        filled = self.WIDTH * done // max(total, 1)
        line = f"{self._label} [{'#' * filled}{'.' * (self.WIDTH - filled)}] {done}/{total}"
        sys.stderr.write(f"\r\x1b[K{line}{pace(now - self._began[0], done - self._began[1], total - done)}")
        sys.stderr.flush()
        self._shown = True


def pace(seconds: float, done: int, left: int) -> str:
    """Return how fast ``done`` things went in ``seconds``, and how long the rest takes; nothing in the first second."""
    if seconds < 1 or done < 1:
        return ""
    rest = round(left * seconds / done)
    hours, minutes = rest // 3600, rest % 3600 // 60
    shown = f"{hours} h {minutes} min" if hours else f"{minutes} min {rest % 60} s" if minutes else f"{rest} s"
    return f", {done / seconds:.{0 if done >= 10 * seconds else 1}f}/s, {shown} left"
