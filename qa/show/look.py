"""What the place where answers are written can show, and what its reader wants.

Owns the telling, from a stream, the environment and the window. What is made of it is decided in ``render``.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

MEASURE = 100
"""So many columns a line of text takes at most: eyes lose the way back from the end of a longer one."""
NARROWEST = 30
"""A window is laid out for no fewer columns; below, the terminal breaks the lines itself."""
UNKNOWN_WIDTH = 80
"""Where a terminal does not say how wide it is."""


@dataclass(frozen=True, slots=True)
class Look:
    """How text may look. As it is made, it is plain and of any width, as for a file or a pipe."""

    marked: bool = False
    """Whether words may be bold and underlined."""
    faint: bool = False
    """Whether words may be faint."""
    links: bool = False
    """Whether words may be hyperlinks (OSC 8)."""
    line_links: bool = False
    """Whether a hyperlink to a file may name the line: a fragment, which most programs refuse."""
    host: str = ""
    """What stands before the path in the URL of a file: the computer, as terminals elsewhere must know."""
    width: int | None = None
    """Columns of the terminal; None where lines may be of any length."""
    plain: bool = False
    """Whether all is said in words and in the order in which it is read, as for a screen reader."""

    @property
    def measure(self) -> int | None:
        """How many columns a line may take; None where any number."""
        return None if self.width is None else min(self.width, MEASURE)


PIPED = Look()


def look_of(stream: TextIO, environ: Mapping[str, str], *, plain: bool = False) -> Look:
    """Return the look for what is written to ``stream``; ``plain`` where its reader asked for words alone."""
    plain = plain or environ.get("QA_PLAIN", "0") not in ("", "0")
    if not stream.isatty():
        return Look(plain=plain)
    able = not plain and environ.get("TERM") != "dumb"
    marked = able and not environ.get("NO_COLOR")
    return Look(
        marked=marked,
        faint=marked,
        links=able and _links(environ, marked),
        line_links=_opens_lines(environ),
        host=_host(environ),
        width=max(_columns(stream, environ), NARROWEST),
        plain=plain,
    )


def _columns(stream: TextIO, environ: Mapping[str, str]) -> int:
    """Return what COLUMNS says, else the terminal."""
    stated = environ.get("COLUMNS", "")
    if stated.isdecimal() and int(stated) > 0:
        return int(stated)
    try:
        return os.get_terminal_size(stream.fileno()).columns or UNKNOWN_WIDTH
    except (OSError, ValueError):
        return UNKNOWN_WIDTH


_PROGRAMS = {"iTerm.app", "WezTerm", "vscode", "ghostty", "rio", "mintty"}
"""Values of TERM_PROGRAM whose terminals know hyperlinks."""
_TERMINALS = {"xterm-kitty", "xterm-ghostty", "alacritty", "foot", "contour", "wezterm"}
"""The same by TERM."""
_VTE = 5001
"""The first version of VTE (GNOME Terminal and others) that knows hyperlinks; 0.50.0 crashed on them."""
_TMUX = (3, 4)
"""The first tmux that hands hyperlinks on."""


def _links(environ: Mapping[str, str], marked: bool) -> bool:
    """Tell whether hyperlinks are wanted: by FORCE_HYPERLINK, else where the terminal is known to have them."""
    forced = environ.get("FORCE_HYPERLINK")
    if forced is not None:
        return forced != "0"
    if not marked or "STY" in environ:  # GNU Screen knows none, whatever it runs in
        return False
    if "TMUX" in environ:  # its own variables tell; those of the terminal outside are still there
        version = re.match(r"(\d+)\.(\d+)", environ.get("TERM_PROGRAM_VERSION", ""))
        return environ.get("TERM_PROGRAM") == "tmux" and version is not None and _numbers(version) >= _TMUX
    vte = environ.get("VTE_VERSION", "")
    return (
        environ.get("TERM_PROGRAM") in _PROGRAMS
        or environ.get("TERM") in _TERMINALS
        or "KITTY_WINDOW_ID" in environ
        or "WT_SESSION" in environ
        or (vte.isdecimal() and int(vte) >= _VTE)
    )


def _numbers(version: re.Match[str]) -> tuple[int, int]:
    return int(version[1]), int(version[2])


def _opens_lines(environ: Mapping[str, str]) -> bool:
    """Tell whether the terminal takes a fragment for a line. What opens files for GNOME refuses any fragment."""
    return environ.get("TERM") == "xterm-kitty" or environ.get("TERM_PROGRAM") == "vscode"


def _host(environ: Mapping[str, str]) -> str:
    """Return the computer in the URL of a file; Windows reaches the files of a Linux on it by a name of its own."""
    linux = environ.get("WSL_DISTRO_NAME", "")
    host = f"wsl.localhost/{linux}" if linux else os.uname().nodename
    return host if re.fullmatch(r"[\w./-]+", host, re.ASCII) else ""
