"""Text in lines: where a line may end, and what goes on which.

Owns breaking. How wide characters are is known to ``columns``, how marked words are sent to ``ink``.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from qa.show.columns import cluster_cells, clusters, code_point_cells

_TAB = " " * 4
_SPACE = re.compile("[ \u1680\u2000-\u2006\u2008-\u200a\u205f\u3000]")
"""White space at which a line may end."""
_HOLDING = "\u00a0\u202f"
"""White space at which no line ends, but in a word longer than a line."""
_INNER = _HOLDING + "/"
"""After these a word may be broken that is longer than a line."""
_IDEOGRAPHIC = re.compile("[\u2e80-\u312f\u3190-\ua4cf\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff9f\U00020000-\U0003fffd]")
"""Scripts without spaces: a line may end between any two of them."""
_NOT_FIRST = frozenset(
    "、。，．！？：；）」』】》〉〕］｝…‥・ー々゛゜ぁぃぅぇぉっゃゅょァィゥェォッャュョ’”»,.!?:;)]}%‰℃·"
)
"""Does not begin a line of such a script."""
_NOT_LAST = frozenset("（「『【《〈〔［｛“‘«([{")
"""Does not end one."""


@dataclass(frozen=True, slots=True)
class Run:
    """Words that look alike."""

    text: str
    ink: str = ""
    """How they stand out: "" or one of the inks of ``ink``."""
    link: str = ""
    """The URL that they lead to, if any."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is never broken: a character with all that belongs to it."""

    text: str
    run: Run
    cells: int


_Word = list[_Piece]


def paragraphs(runs: Iterable[Run]) -> list[list[Run]]:
    """Return the runs of each line that the text itself has; nothing is lost but the line ends."""
    lines: list[list[Run]] = [[]]
    for run in runs:
        first, *others = run.text.split("\n")
        lines[-1].append(replace(run, text=first))
        lines += [[replace(run, text=other)] for other in others]
    return lines


def wrap(runs: Iterable[Run], width: int) -> list[list[Run]]:
    """Return the text in lines of at most ``width`` columns, which are at least two.

    Lines end between words, or between characters where a script has no spaces; a longer word is broken. White
    space at the end of a line is dropped, a tab becomes spaces.
    """
    filled = (line for paragraph in paragraphs(runs) for line in _filled(_words(_pieces(paragraph)), width))
    return [_joined(_trimmed(line)) for line in filled]


def fold(text: str, width: int) -> list[str]:
    """Return a name in lines of at most ``width`` columns, which give it again when they are joined."""
    whole: list[tuple[_Word, _Word]] = [([], _pieces([Run(text)]))] if text else []
    return ["".join(piece.text for piece in line) for line in _filled(whole, width)]


def _pieces(runs: Sequence[Run]) -> _Word:
    """Return a line as pieces; one that begins in one run and ends in the next looks like its beginning."""
    owners = [run for run in runs for _ in run.text]
    pieces, at = [], 0
    for cluster in clusters("".join(run.text for run in runs)):
        run = owners[at]
        at += len(cluster)
        if cluster == "\t":
            pieces += [_Piece(space, run, 1) for space in _TAB]
        else:
            pieces.append(_Piece(cluster, run, cluster_cells(cluster)))
    return pieces


def _words(pieces: _Word) -> list[tuple[_Word, _Word]]:
    """Return the words of a line, each with the white space before it."""
    found: list[tuple[_Word, _Word]] = []
    gap: _Word = []
    for piece in pieces:
        if _SPACE.fullmatch(piece.text):
            gap.append(piece)
        elif gap or not found or _parted(found[-1][1][-1].text, piece.text):
            found.append((gap, [piece]))
            gap = []
        else:
            found[-1][1].append(piece)
    return found


def _parted(before: str, after: str) -> bool:
    """Tell whether a line may end between two characters without a space between them."""
    if before[0] == "—":
        return after[0] not in _NOT_FIRST and after[0] != "—"
    if not (_IDEOGRAPHIC.match(before) or _IDEOGRAPHIC.match(after)):
        return False
    return before[0] not in _NOT_LAST and after[0] not in _NOT_FIRST


def _filled(words: Iterable[tuple[_Word, _Word]], width: int) -> list[_Word]:
    """Return the lines that words make, each as full as it can be; one empty line where there are none."""
    lines: list[_Word] = [[]]
    used = 0
    for gap, word in words:
        for before, part in _parts(gap, word, width):
            taken = _width(before) + _width(part)
            if used + taken <= width:
                lines[-1] += [*before, *part]
                used += taken
            elif not lines[-1]:  # white space before the first word, more than a line holds
                lines[-1] += part
                used = _width(part)
            else:
                lines.append(list(part))
                used = _width(part)
    return lines


def _trimmed(line: _Word) -> _Word:
    """Return a line without the white space at its end, also where that held two words together."""
    while line and line[-1].text in _HOLDING:
        line = line[:-1]
    return line


def _parts(gap: _Word, word: _Word, width: int) -> Iterator[tuple[_Word, _Word]]:
    """Yield a word, in parts that fit where it is longer than a line; the white space goes before the first."""
    if _width(word) <= width:
        yield gap, word
        return
    for part in _after(word):
        for piece in [part] if _width(part) <= width else _single(part, width):
            yield gap, piece
            gap = []


def _after(word: _Word) -> list[_Word]:
    """Return the parts of a word, each ending where a long one may be broken."""
    parts: list[_Word] = [[]]
    for piece in word:
        parts[-1].append(piece)
        if piece.text in _INNER:
            parts.append([])
    return [part for part in parts if part]


def _single(part: _Word, width: int) -> list[_Word]:
    """Return each piece alone; one that is wider than a line in itself, as old Korean can be, by its code points."""
    return [
        [one]
        for piece in part
        for one in (
            [piece]
            if piece.cells <= width
            else [_Piece(character, piece.run, code_point_cells(character)) for character in piece.text]
        )
    ]


def _width(word: _Word) -> int:
    return sum(piece.cells for piece in word)


def _joined(line: _Word) -> list[Run]:
    """Return the pieces of a line as runs again."""
    return [
        replace(run, text="".join(piece.text for piece in same)) for run, same in groupby(line, lambda one: one.run)
    ]
