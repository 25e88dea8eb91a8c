"""A terminal that is only remembered: what a program sent to it, as rows of marked words.

Owns the reading of what programs send: text, marks, and the moves of a prompt that redraws its line. It is as high as
need be, so that nothing ever scrolls away. Colours and links are passed over.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntFlag
from itertools import groupby

from qa.show.columns import cells


class Ink(IntFlag):
    """How words stand out."""

    NONE = 0
    BOLD = 1
    FAINT = 2
    UNDERLINED = 4


_ON = {1: Ink.BOLD, 2: Ink.FAINT, 4: Ink.UNDERLINED}
_OFF = {22: Ink.BOLD | Ink.FAINT, 24: Ink.UNDERLINED}
_SENT = re.compile(
    r"\x1b\[(?P<values>[0-9;:<=>?]*)[ -/]*(?P<what>[@-~])"  # a command with values
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # a title or a link
    r"|\x1b[()#].|\x1b[^\[\]]"  # a character set, or a command of one character
    r"|[\x00-\x1f\x7f]"
    r"|(?P<words>[^\x00-\x1f\x7f]+)"
)
_STARTED = re.compile(r"\x1b(?:\[[0-9;:<=>? -/]*|\][^\x07\x1b]*\x1b?|[()#])?$")
"""What is not sent to its end yet."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A place on the screen. The second of a wide character holds no text."""

    text: str = " "
    ink: Ink = Ink.NONE


@dataclass(frozen=True, slots=True)
class Words:
    """Words that look alike, and where they stand on their row."""

    text: str
    at: int
    width: int
    ink: Ink


@dataclass(slots=True)
class Screen:
    """What a terminal of so many columns shows."""

    columns: int
    rows: list[list[Cell]] = field(default_factory=lambda: [[]])
    row: int = 0
    column: int = 0
    ink: Ink = Ink.NONE
    asked: int = 0
    """How often the program asked where the cursor is, and has had no answer."""
    _rest: str = ""

    def feed(self, text: str) -> None:
        """Take what a program sent next."""
        text = self._rest + text
        started = _STARTED.search(text)
        self._rest = text[started.start() :] if started else ""
        for sent in _SENT.finditer(text, 0, len(text) - len(self._rest)):
            if sent["words"]:
                for character in sent["words"]:
                    self._put(character)
            elif sent["what"]:
                self._obey(sent["what"], [int(value) for value in re.findall(r"\d+", sent["values"])])
            else:
                self._control(sent[0])

    def drawn(self) -> list[list[Words]]:
        """Return the rows that hold anything, and those between, as words."""
        rows = [list(_words(row)) for row in self.rows]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def _put(self, character: str) -> None:
        width = min(cells(character), 2)
        row = self.rows[self.row]
        if not width:
            if self.column:
                before = row[self.column - 1]
                row[self.column - 1] = Cell(before.text + character, before.ink)
            return
        if self.column + width > self.columns:
            self.column = 0
            self._go(self.row + 1)
            row = self.rows[self.row]
        row += [Cell()] * (self.column + width - len(row))
        row[self.column : self.column + width] = [Cell(character, self.ink), Cell("", self.ink)][:width]
        self.column += width

    def _control(self, sent: str) -> None:
        match sent:
            case "\n":
                self._go(self.row + 1)
            case "\r":
                self.column = 0
            case "\b":
                self.column = max(self.column - 1, 0)

    def _obey(self, what: str, values: list[int]) -> None:
        count = max(values[0] if values else 0, 1)
        match what:
            case "A":
                self._go(self.row - count)
            case "B":
                self._go(self.row + count)
            case "C":
                self.column = min(self.column + count, self.columns - 1)
            case "D":
                self.column = max(self.column - count, 0)
            case "G":
                self.column = min(count, self.columns) - 1
            case "J" | "K":
                self._erase(what, values[0] if values else 0)
            case "m":
                self._dip(values or [0])
            case "n":
                self.asked += values == [6]

    def _go(self, row: int) -> None:
        self.row = max(row, 0)
        self.rows += [[] for _ in range(self.row + 1 - len(self.rows))]

    def _erase(self, what: str, which: int) -> None:
        """Clear what stands after the cursor on its row, or all of the row; with J, the rows below too."""
        del self.rows[self.row][self.column if which == 0 else 0 :]
        if what == "J":
            del self.rows[self.row + 1 :]

    def _dip(self, values: list[int]) -> None:
        for value in values:
            self.ink = (self.ink | _ON.get(value, Ink.NONE)) & ~_OFF.get(value, Ink.NONE) if value else Ink.NONE


def _words(row: list[Cell]) -> Iterator[Words]:
    """Yield what stands on a row; white space that is not underlined is left out at both ends."""
    at = 0
    for ink, group in groupby(row, lambda cell: cell.ink):
        same = list(group)
        text = "".join(cell.text for cell in same)
        bare = text if Ink.UNDERLINED in ink else text.strip(" ")
        if bare:
            before = len(text) - len(text.lstrip(" ")) if bare != text else 0
            after = len(text) - len(text.rstrip(" ")) if bare != text else 0
            yield Words(bare, at + before, len(same) - before - after, ink)
        at += len(same)
