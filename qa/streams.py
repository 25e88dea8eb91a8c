"""stdin and stdout, whatever they are: a terminal, a pipe, a file, closed.

Owns how lines come in and text goes out. What is written is decided elsewhere; stderr belongs to
``diagnostics``.
"""

import contextlib
import io
import os
import sys
from collections.abc import Generator
from typing import NoReturn

from index.errors import UserError


class Closed(Exception):
    """Nobody reads stdout any more, as under ``| head``: no error, and no reason to go on."""


def prepare_streams() -> None:
    """Put something harmless in the place of closed streams, and let no character be unprintable."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def out(text: str) -> None:
    """Write to stdout at once.

    Raises Closed where nobody reads it any more, UserError where it cannot be written; stdout is then
    made harmless for the exit.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise Closed from None
        raise UserError(f"The output cannot be written ({error.strerror}). Check where it goes to.") from None


def leave(code: int) -> NoReturn:
    """End the process with ``code``, what was written sent on its way, nothing taken down."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def stdin_lines() -> Generator[str]:
    """Yield the lines of stdin; bytes that are no UTF-8 are replaced."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    yield from sys.stdin
