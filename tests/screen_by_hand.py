"""A small model of a terminal: what stands where, by Unicode's own tables and not by the tool's.

It knows what the tool may send (text, newline, bold with underline, faint, hyperlinks) and refuses all else, as it
refuses a line that is too long and a mark or a link that runs over the end of one.
"""

import re
import unicodedata
from dataclasses import dataclass, field

SENT = re.compile(r"\x1b\[(1;4|2|0)m|\x1b\]8;([^;\x1b]*);([^\x1b]*)\x1b\\")
ISOLATES = "\u2066\u2067\u2068\u2069"


@dataclass
class Screen:
    """A terminal of so many columns; ``joins`` where it draws an emoji and what changes it as one."""

    columns: int
    joins: bool
    rows: list[str] = field(default_factory=list)
    marked: list[tuple[str, str]] = field(default_factory=list)
    """Ink and words, for all that was not plain."""
    linked: list[tuple[str, str]] = field(default_factory=list)
    """URL and words."""

    def write(self, text: str) -> "Screen":
        for line in text.removesuffix("\n").split("\n"):
            ink, url, at, row = "", "", 0, ""
            for sent, words in pieces(line):
                if sent:
                    ink, url = (sent[1].replace("0", ""), url) if sent[1] else (ink, sent[3])
                row += words
                if words and ink:
                    self.marked.append((ink, words))
                if words and url:
                    self.linked.append((url, words))
            at = self.width(row)
            assert at <= self.columns, (at, self.columns, line)
            assert (ink, url) == ("", ""), line
            assert "\x1b" not in row
            self.rows.append(row)
        return self

    def width(self, row: str) -> int:
        total = 0
        for before, character in zip("\0" + row, row, strict=False):
            if self.joins and 0x1F3FB <= ord(character) <= 0x1F3FF and unicodedata.east_asian_width(before) == "W":
                continue
            total += alone(character)
            if self.joins and character == "\ufe0f" and alone(before) == 1:
                total += 1
        return total


def alone(character: str) -> int:
    assert character != "\t"
    if character in ISOLATES or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    if 0x1160 <= ord(character) <= 0x11FF or 0xD7B0 <= ord(character) <= 0xD7FB:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pieces(line: str) -> list[tuple[re.Match[str] | None, str]]:
    """Return the words of a line, each piece with what was sent before it."""
    found: list[tuple[re.Match[str] | None, str]] = []
    sent, at = None, 0
    for match in SENT.finditer(line):
        found.append((sent, line[at : match.start()]))
        sent, at = match, match.end()
    return [*found, (sent, line[at:])]
