"""Where an answer stands, as it is written: title, date, source, path and line, and how sure the answer is.

Owns citations on the screen. Nothing of a place is ever left out where it is narrow; a title may lose its end.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from qa.confidence import in_words
from qa.records import Citation
from qa.sanitise import name, one_line
from qa.show.columns import cells, shorten
from qa.show.ink import file_url, hung, inked, isolated
from qa.show.lines import Run, fold, wrap
from qa.show.look import Look

BETWEEN = " · "
CHANGED = "changed since it was indexed"
SHORTEST = 20
"""A title is cut to no fewer columns; what stands beside it goes to the next line instead."""


def citation_line(citation: Citation, *, confidence: float | None = None) -> str:
    """Return title, date, source, place and confidence on one line, however long."""
    line = BETWEEN.join([*stated(citation), place(citation)])
    if confidence is not None:
        line += f"{BETWEEN}confidence {confidence:.2f}"
    return line + (f"{BETWEEN}{CHANGED}" if citation.changed else "")


def cited(citation: Citation, look: Look, lead: str, *, confidence: float | None = None) -> list[str]:
    """Return a citation as it is written, ``lead`` before it, in one line or more.

    On a terminal it is a hyperlink where that is known, and says in a word too how sure the answer is. Where one line
    is too short, the place has a line of its own.
    """
    if look.measure is None:
        return [lead + citation_line(citation, confidence=confidence)]
    room = look.measure - cells(lead)
    said = [] if confidence is None else [in_words(confidence), f"{confidence:.2f}"]
    tail = BETWEEN.join([*said, CHANGED] if citation.changed else said)
    whole = BETWEEN.join([*map(isolated, stated(citation)), place(citation)])
    if cells(whole) + cells(f"{BETWEEN}{tail}") > room:
        rows = [*_rows(stated(citation), room), *fold(place(citation), room)]
    else:
        rows = [whole]
    url = file_url(citation.path, citation.lines[0], look)
    lines = [[Run(row, link=url)] for row in rows]
    if tail and cells(rows[-1]) + cells(f"{BETWEEN}{tail}") <= room:
        lines[-1].append(Run(f"{BETWEEN}{tail}"))
    elif tail:
        lines += wrap([Run(tail)], room)
    return hung([inked(line, look) for line in lines], lead)


def stated(citation: Citation) -> list[str]:
    """Return title, date and source, as far as the article states them."""
    return [one_line(part) for part in (citation.title, citation.date, citation.source) if part]


def place(citation: Citation) -> str:
    """Return path and lines, as editors and terminals take them."""
    first, last = citation.lines
    return f"{name(shown_path(citation.path))}:{first}" + (f"-{last}" if last > first else "")


def shown_path(path: str) -> str:
    """Return ``path`` relative to the current folder when it lies below it, else as it is."""
    try:
        return os.fspath(Path(path).relative_to(Path.cwd()))
    except (ValueError, OSError):
        return path


def _rows(parts: Sequence[str], room: int) -> list[str]:
    """Return what an article states in as few lines as hold it; its title, the first, gives way to the rest."""
    if not parts:
        return []
    title, *rest = (shorten(part, room) for part in parts)
    left = room - sum(cells(BETWEEN + part) for part in rest)
    parts = [shorten(title, left) if left >= SHORTEST else title, *rest]
    rows: list[list[str]] = [[]]
    for part in parts:
        if rows[-1] and cells(BETWEEN.join([*rows[-1], part])) > room:
            rows.append([])
        rows[-1].append(part)
    return [BETWEEN.join(map(isolated, row)) for row in rows]
