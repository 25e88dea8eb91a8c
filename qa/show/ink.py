"""How words that stand out are sent to a terminal: bold, underlined, faint, or as a hyperlink.

Owns every escape sequence of an answer. There is no colour among them: what is marked is seen on any background.
"""

import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from qa.show.columns import cells
from qa.show.lines import Run, paragraphs, wrap
from qa.show.look import Look

MARKED, FAINT = "1;4", "2"
"""The inks: bold and underlined, and faint."""
LONGEST_URL = 2083
"""Terminals may refuse a longer one."""


def inked(line: Iterable[Run], look: Look) -> str:
    """Return the runs of one line as they are sent; what the look does not allow is left out, never the words."""
    return "".join(_linked(_stressed(run, look), run.link) if run.text else "" for run in line)


def laid(runs: Iterable[Run], look: Look, lead: str = "") -> list[str]:
    """Return text in lines as they are sent, ``lead`` before the first and as much white space before the others.

    No line ends while words are marked or linked.
    """
    lines = paragraphs(runs) if look.measure is None else wrap(runs, look.measure - cells(lead))
    return hung([inked(line, look) for line in lines], lead)


def hung(lines: Sequence[str], lead: str) -> list[str]:
    """Return the lines with ``lead`` before the first, and the others below its end."""
    return [f"{' ' * cells(lead) if at else lead}{line}" for at, line in enumerate(lines)]


def file_url(path: str, line: int, look: Look) -> str:
    """Return the URL of a file by its absolute path, at a line where that is understood; "" where none is wanted."""
    if not look.links:
        return ""
    try:
        there = Path(path).as_uri().removeprefix("file://")
    except ValueError:  # no file has such a path
        return ""
    url = f"file://{look.host}{there}" + (f"#{line}" if look.line_links else "")
    return url if len(url) <= LONGEST_URL else ""


def isolated(text: str) -> str:
    """Return text that holds words written from right to left so that what stands beside it keeps its place.

    Without that, terminals that order both ways (Unicode Standard Annex 9, rules W2, W4 and N1) draw the date after
    an Arabic title before it, and backwards: 2019-01-03 is read as 03-01-2019. Paths are left as they are, since
    a path that is copied must open, and every one ends in a Latin name and a number, which keep their order.
    """
    turns = any(unicodedata.bidirectional(character) in ("R", "AL", "AN") for character in text)
    return f"\u2068{text}\u2069" if turns else text


def _stressed(run: Run, look: Look) -> str:
    allowed = {MARKED: look.marked, FAINT: look.faint}.get(run.ink, False)
    return f"\x1b[{run.ink}m{run.text}\x1b[0m" if allowed and run.text.strip() else run.text


def _linked(text: str, url: str) -> str:
    """Return text as a hyperlink; its parts on several lines are told to be one by an id."""
    if not url:
        return text
    return f"\x1b]8;id={zlib.crc32(url.encode()):08x};{url}\x1b\\{text}\x1b]8;;\x1b\\"
