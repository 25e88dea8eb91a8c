"""Whether the terminal shows what is written: its characters, its width, marks and links."""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass

from qa.doctor.records import Check, fine, warning

NARROWEST = 40
"""Columns from which answers are laid out well."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """What stdout is, and what the environment says of it."""

    is_terminal: bool
    marked: bool
    """Whether answers are marked on it."""
    links: bool
    """Whether places are hyperlinks on it."""
    width: int
    encoding: str
    file_names: str
    """The encoding of file names."""
    environment: Mapping[str, str]


def characters(terminal: Terminal) -> Check:
    """Check that every character of an article can be written, and every file name read."""
    spoken = next(
        (terminal.environment[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if terminal.environment.get(name)),
        "none",
    )
    remedy = "Run `export LC_ALL=C.UTF-8`, and choose UTF-8 in the settings of the terminal."
    for what, encoding in (("what is printed", terminal.encoding), ("file names", terminal.file_names)):
        if not _is_utf8(encoding):
            said = f"{what} is in {encoding} (locale {spoken}), so that other characters are shown by their numbers"
            return warning("characters", said, remedy)
    return fine("characters", f"UTF-8 (locale {spoken})")


def marks(terminal: Terminal) -> Check:
    """Check whether answers can be marked on the screen, and say why not where they are not."""
    name, term = "terminal", terminal.environment.get("TERM")
    if not terminal.is_terminal:
        return fine(name, "the output is not a terminal: plain text, no marks")
    if not term:
        return warning(name, "TERM is not set, so what it can show is not known", "Run `export TERM=xterm-256color`.")
    if terminal.width < NARROWEST:
        return warning(name, f"{terminal.width} columns are few", f"Widen the window to {NARROWEST} columns or more.")
    said = f"{term}, {terminal.width} columns"
    if terminal.marked:
        return fine(name, f"{said}; answers are marked{', places are hyperlinks' * terminal.links}")
    return fine(name, f"{said}; plain text, no marks{', since NO_COLOR is set' * ('NO_COLOR' in terminal.environment)}")


def _is_utf8(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding).name == "utf-8"
    except LookupError:
        return False
