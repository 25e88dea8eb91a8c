"""The person's own programs on the terminal: a pager that shows a text, an editor at a line of a file.

Owns which programs these are and how they are told a line. What is shown is decided, and made safe, elsewhere.
"""

import contextlib
import os
import shlex
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from index.errors import UsageError

_TAKE_A_LINE = {"less", "more", "most"}
"""Pagers that begin at a line when they are given it after a plus."""
_PATH_AND_LINE = {"code": ("-g",), "codium": ("-g",), "cursor": ("-g",), "hx": (), "subl": (), "zed": ()}
"""Editors that take a line behind the path and a colon, and what comes before; the others take a plus and the line."""


def page(text: str, line: int) -> bool:
    """Show a text in the pager (PAGER, else less) from a line on, and tell whether there was one to show it."""
    command = _words(os.environ.get("PAGER", "")) or ["less"]
    program = Path(command[0]).name
    if program == "less":
        command.append("-R")  # lets marks through; the text holds no other escapes
    if program in _TAKE_A_LINE:
        command.append(f"+{line}")
    with _interrupts_left_to_it():
        try:
            subprocess.run(command, input=text.encode("utf-8", "backslashreplace"), check=False)
        except OSError:
            return False
    return True


def edit(path: str, line: int) -> None:
    """Open a file in the editor (VISUAL, else EDITOR) at a line, and wait until it is left.

    Raises UsageError where the file is gone, or there is no editor.
    """
    if not os.path.isfile(path):
        raise UsageError("The file of this article is not there any more. /open N without edit shows what was indexed.")
    chosen = os.environ.get("VISUAL") or os.environ.get("EDITOR", "")
    command = _words(chosen)
    if not command:
        raise UsageError("No editor is chosen. Name yours before you start qa, as in: export EDITOR=nano")
    program = Path(command[0]).name
    place = [*_PATH_AND_LINE[program], f"{path}:{line}"] if program in _PATH_AND_LINE else [f"+{line}", path]
    with _interrupts_left_to_it():
        try:
            subprocess.run([*command, *place], check=False)
        except OSError as error:
            raise UsageError(f"The editor {command[0]} cannot be started ({error.strerror}). Check EDITOR.") from None


def _words(command: str) -> list[str]:
    """Return the words of a command as a shell reads them; one it could not read is a single word."""
    try:
        return shlex.split(command)
    except ValueError:
        return [command]


@contextlib.contextmanager
def _interrupts_left_to_it() -> Iterator[None]:
    """Let Ctrl-C be the other program's while it runs. A handler, unlike ignoring, is not handed on to it."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
