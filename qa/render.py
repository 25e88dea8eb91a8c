"""The only renderer: replies and passages in their place, as text. Writes nothing, looks nothing up.

Owns the look of an answer. Every piece that comes from outside goes through ``sanitise``.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from qa.records import Answer, Citation, Reply
from qa.sanitise import name, one_line, sanitise

_MARK, _END = "\x1b[1;4m", "\x1b[0m"
"""Bold and underlined: seen without colour, on any background."""

NO_ANSWER = "Your articles do not say."


def reply_text(reply: Reply, *, styled: bool) -> str:
    """Return what ``qa ask`` prints: the answers, or the honest no and the nearest passages."""
    if reply.answered:
        return answers_text(reply.answers, styled=styled)
    if not reply.nearest:
        return f"{NO_ANSWER}\n"
    return f"{NO_ANSWER}\n\nNearest passages:\n\n{answers_text(reply.nearest, styled=styled, numbered=True)}"


def answers_text(answers: Sequence[Answer], *, styled: bool, numbered: bool = False) -> str:
    """Return one block an answer: the snippet with its answer marked, and where it stands."""
    numbered = numbered or len(answers) > 1
    return "\n".join(_block(answer, styled=styled, numbered=numbered) for answer in answers)


def passage_in_place(text: str, citation: Citation, *, around: int, styled: bool) -> str:
    """Return the lines of an article in which a snippet stands, numbered, with ``around`` lines before and after."""
    lines = text.split("\n")
    first, last = citation.lines
    shown = range(max(first - around, 1), min(last + around, len(lines)) + 1)
    width = len(str(shown[-1]))
    rows = []
    for number in shown:
        cited = first <= number <= last
        line = sanitise(lines[number - 1].rstrip("\r"))
        rows.append(f"{'>' if cited else ' '} {number:{width}}  {_marked(line, styled=styled and cited)}".rstrip())
    return f"{name(citation.path)}\n\n" + "\n".join(rows) + "\n"


def citation_line(citation: Citation, *, confidence: float | None = None) -> str:
    """Return title, date, source, place and confidence on one line."""
    first, last = citation.lines
    place = f"{name(shown_path(citation.path))}:{first}" + (f"-{last}" if last > first else "")
    stated = [one_line(part) for part in (citation.title, citation.date, citation.source) if part]
    line = " · ".join([*stated, place])
    if confidence is not None:
        line += f" · confidence {confidence:.2f}"
    return line + (" · changed since it was indexed" if citation.changed else "")


def shown_path(path: str) -> str:
    """Return ``path`` relative to the current folder when it lies below it, else as it is."""
    try:
        return os.fspath(Path(path).relative_to(Path.cwd()))
    except (ValueError, OSError):
        return path


def _block(answer: Answer, *, styled: bool, numbered: bool) -> str:
    start, end = answer.highlight
    before, after = answer.snippet[:start], answer.snippet[end:]
    marked = sanitise(before) + _marked(sanitise(answer.text), styled=styled) + sanitise(after)
    lines = [f"[{answer.rank}]"] if numbered else []
    lines += [marked, ""]
    if not styled and (before or after):
        lines.append(f"    answer: {one_line(answer.text)}")
    lines.append(f"    {citation_line(answer.citation, confidence=answer.confidence)}")
    lines += [f"    also: {citation_line(citation)}" for citation in answer.also]
    return "\n".join(lines) + "\n"


def _marked(text: str, *, styled: bool) -> str:
    """Return ``text`` marked line by line, so that a mark never runs over a line's end."""
    if not styled:
        return text
    return "\n".join(f"{_MARK}{line}{_END}" if line.strip() else line for line in text.split("\n"))
