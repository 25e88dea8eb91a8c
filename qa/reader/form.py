"""How the reader is asked: question, title and passage as word pieces, and where in the passage each piece stands.

Owns the form that training, export and asking share. Loads nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

LONGEST = 384
"""Word pieces read at once, the marks among them; what a passage holds beyond is not read."""
LONGEST_QUESTION, LONGEST_TITLE = 64, 32
"""Word pieces of a question and of a title that are read."""
SHORT = 60
"""Characters of an earlier answer that is still read; of a longer one its question says enough."""
BEGIN, PART = 101, 102
"""The word pieces [CLS], which stands for "not here", and [SEP]."""


class Pieces(Protocol):
    """A text as word pieces."""

    @property
    def ids(self) -> list[int]:
        """The numbers of the pieces."""

    @property
    def offsets(self) -> list[tuple[int, int]]:
        """Where each stands in the text."""


class Tokenizer(Protocol):
    """What cuts a text into word pieces, none left out."""

    def encode(self, sequence: str, /, *, add_special_tokens: bool) -> Pieces:
        """Return the pieces of a text."""


@dataclass(frozen=True, slots=True)
class Input:
    """A question and a passage as the reader is given them."""

    pieces: list[int]
    first: int
    """Where the passage begins; what stands before is the question, and the title where there is one."""
    offsets: list[tuple[int, int]]
    """Of the passage's word pieces, in its text."""

    @property
    def types(self) -> list[int]:
        """0 for the question, 1 for title and passage."""
        question = self.pieces.index(PART) + 1
        return [0] * question + [1] * (len(self.pieces) - question)


def in_context(question: str, earlier: Sequence[tuple[str, str]]) -> str:
    """Return a question as the reader is given it in a conversation: itself, then what it may lean on.

    ``earlier`` are the questions before it, oldest first, each with the words that answered it ("" for none). Of these
    the last two are read, the last with its answer where that is short, and the first, which tells the matter.
    """
    if not earlier:
        return question
    asked, answer = earlier[-1]
    last = f"{asked} {answer}" if 0 < len(answer) <= SHORT else asked
    others = [said for said, _ in (*earlier[-2:-1], *earlier[:-2][:1])]
    return " | ".join([question, last, *others])


def encode(tokenizer: Tokenizer, question: str, title: str, text: str) -> Input:
    """Return what the reader is given: [CLS] question [SEP] title [SEP] passage [SEP], the title where there is one."""
    asked, about, said = (tokenizer.encode(part, add_special_tokens=False) for part in (question, title, text))
    before = [BEGIN, *asked.ids[:LONGEST_QUESTION], PART]
    if title:
        before += [*about.ids[:LONGEST_TITLE], PART]
    room = LONGEST - len(before) - 1
    return Input([*before, *said.ids[:room], PART], len(before), said.offsets[:room])
