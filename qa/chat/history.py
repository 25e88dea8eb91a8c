"""What was typed at the prompt, in this run and in earlier ones: for the arrow keys and for Ctrl-R.

Owns the file of it in the person's state folder. How it is searched is the prompt's.
"""

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from prompt_toolkit.history import History

from qa.chat.state import append, open_lines, read_lines

REMEMBERED = 2000
"""Lines that are read back; of a file with twice as many, the older ones are let go."""


class Typed(History):
    """Lines as they were typed, kept across runs. What cannot be kept is still there for this run."""

    def __init__(self, file: Path, *, writing: bool) -> None:
        super().__init__()
        self._file, self._writing = file, writing

    def load_history_strings(self) -> Iterable[str]:
        """Return the lines of earlier runs, the newest first."""
        lines = [line for line in read_lines(self._file) if isinstance(line, str)]
        if self._writing and len(lines) > 2 * REMEMBERED:
            with contextlib.suppress(OSError):
                self._shorten(lines[-REMEMBERED:])
        return reversed(lines[-REMEMBERED:])

    def store_string(self, string: str) -> None:
        """Keep a line."""
        if self._writing:
            with contextlib.suppress(OSError):
                self._add(self._file, [string])

    def _shorten(self, lines: list[str]) -> None:
        draft = self._file.with_name(f".{self._file.name}.{os.getpid()}.new")
        self._add(draft, lines)
        os.replace(draft, self._file)

    def _add(self, file: Path, lines: list[str]) -> None:
        handle = open_lines(file)
        try:
            for line in lines:
                append(handle, line)
        finally:
            os.close(handle)
