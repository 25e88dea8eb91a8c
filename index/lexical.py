"""The only module that knows BM25: which terms stand in which passages, and what that is worth to a question.

Postings are arrays that never change, one set for each segment. Everything that is counted over the whole
collection - passages, how many of them hold a term, their mean length - is counted over the live passages
when a question is asked, so that answers do not depend on what the index held before. What a term is, is
the word of ``terms``.

The formula is that of Lucene and of "Which BM25 do you mean?" (Kamphuis et al., 2020): the weight of a term is
ln(1 + (N - n + 0.5) / (n + 0.5)), its worth in a passage weight * f / (f + K1 * (1 - B + B * length / mean)).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from index.terms import Wanted, stem

K1 = 0.9
B = 0.4
LEAST_MENDED = 4
"""Letters of a word that may be misspelt; in shorter ones a letter makes another word."""
MENDED_WEIGHT = 0.8
"""What a mended word's weight is multiplied with, since it may be another word after all."""

TERM = np.dtype([("mark", "<u8"), ("first", "<u8")])
POSTING = np.dtype([("row", "<u4"), ("count", "<u2")])
WORDS = np.dtype("<u4")
Table = npt.NDArray[np.void]
Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


class PostingsUnreadable(Exception):
    """The arrays lead out of the tables; the message says in what way."""


@dataclass(frozen=True, slots=True)
class Postings:
    """Which terms stand in which of a segment's passages."""

    terms: Table
    """(mark, first posting) of each term, by mark; one more row than terms, which ends the last."""
    postings: Table
    """(row, count) of each passage that holds a term, term after term, by row."""
    words: npt.NDArray[np.uint32]
    """How many terms each passage has, repeats included, shape (passages,)."""
    _marks: npt.NDArray[np.uint64] = field(init=False, repr=False)
    """The marks of the terms side by side, since looking one up would copy them otherwise."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_marks", np.ascontiguousarray(self.terms["mark"][:-1]))

    def of(self, term: str) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint16]]:
        """Return (rows, counts) of the passages that hold a term, rows ascending."""
        wanted = np.uint64(mark(term))
        at = int(np.searchsorted(self._marks, wanted))
        if at == len(self._marks) or self._marks[at] != wanted:
            return np.empty(0, np.uint32), np.empty(0, np.uint16)
        first, last = int(self.terms["first"][at]), int(self.terms["first"][at + 1])
        found = self.postings[first:last]
        if not first < last <= len(self.postings) or int(found["row"].max()) >= len(self.words):
            raise PostingsUnreadable("a term's postings lead out of the tables")
        return found["row"], found["count"]

    def holds(self, marks: npt.NDArray[np.uint64]) -> Mask:
        """Return which of ``marks`` are those of terms in this segment, shape (marks,)."""
        if not len(self._marks):
            return np.zeros(len(marks), dtype=bool)
        at = np.minimum(np.searchsorted(self._marks, marks), len(self._marks) - 1)
        found: Mask = self._marks[at] == marks
        return found


@dataclass(frozen=True, slots=True)
class Weighed:
    """A question's term and what it weighs in this collection."""

    wanted: Wanted
    term: str
    """What was looked up: the term itself, or the one it was taken to be a misspelling of."""
    passages: int
    """Live passages that hold it."""
    weight: float

    @property
    def mended(self) -> bool:
        """Whether another term stands in for a misspelt one."""
        return self.term != self.wanted.term


@dataclass(frozen=True, slots=True)
class Worth:
    """What the words of one segment's passages are worth to a question. Rows that are not live have 0."""

    share: Floats
    """BM25 as a share of what the question's terms weigh together, 0 to 1, shape (passages,)."""
    cover: Floats
    """The share of that weight whose terms the passage holds at all, 0 to 1, shape (passages,)."""


@lru_cache(maxsize=1 << 16)
def mark(term: str) -> int:
    """Return the 64 bits that stand for a term in the postings."""
    return int.from_bytes(hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def pack(passages: Sequence[Sequence[str]]) -> tuple[bytes, bytes, bytes]:
    """Return the bytes of (terms, postings, words) for passages given as their terms."""
    numbers: dict[str, int] = {}
    given = [numbers.setdefault(term, len(numbers)) for one in passages for term in one]
    lengths = np.array([len(one) for one in passages], dtype=WORDS)
    marks = np.array([mark(term) for term in numbers], dtype=np.uint64)
    order = np.argsort(marks, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    pairs = place[given] * len(passages) + np.repeat(np.arange(len(passages)), lengths) if given else place
    unique, counts = np.unique(pairs, return_counts=True)
    postings = np.zeros(len(unique), dtype=POSTING)
    postings["row"] = unique % max(len(passages), 1)
    postings["count"] = np.minimum(counts, np.iinfo(np.uint16).max)
    table = np.zeros(len(order) + 1, dtype=TERM)
    table["mark"][:-1] = marks[order]
    table["first"] = np.searchsorted(unique, np.arange(len(order) + 1) * len(passages))
    return table.tobytes(), postings.tobytes(), lengths.tobytes()


def weigh(wanted: Sequence[Wanted], segments: Sequence[Postings], live: Sequence[Mask]) -> tuple[Weighed, ...]:
    """Return what each wanted term weighs among the live passages.

    A joined term that occurs nowhere is left out, since its parts are there; a word that occurs nowhere stands
    for the most frequent one that differs from it by one letter, if there is any.
    """
    total = sum(int(np.count_nonzero(mask)) for mask in live)
    found = []
    for one in wanted:
        term, passages = one.term, _passages(one.term, segments, live)
        if not passages and not one.joined:
            term, passages = _mended(one, segments, live)
        if passages or not one.joined:
            weight = float(np.log(1 + (total - passages + 0.5) / (passages + 0.5)))
            found.append(Weighed(one, term, passages, weight * (MENDED_WEIGHT if term != one.term else 1)))
    return tuple(found)


def worth(weighed: Sequence[Weighed], segments: Sequence[Postings], live: Sequence[Mask]) -> list[Worth]:
    """Return, for each segment, what its passages' words are worth to a question whose terms are ``weighed``."""
    total = sum(int(np.count_nonzero(mask)) for mask in live)
    words = sum(int(postings.words[mask].sum()) for postings, mask in zip(segments, live, strict=True))
    mean = max(words / max(total, 1), 1e-9)
    whole = sum(one.weight for one in weighed) or 1.0
    found = []
    for postings, mask in zip(segments, live, strict=True):
        share, cover = np.zeros((2, len(postings.words)), dtype=np.float32)
        for one in weighed:
            rows, counts = postings.of(one.term)
            often = counts.astype(np.float32)
            norm = K1 * (1 - B + B * postings.words[rows] / mean)
            share[rows] += (one.weight / whole * often / (often + norm)).astype(np.float32)
            cover[rows] += np.float32(one.weight / whole)
        found.append(Worth(share * mask, cover * mask))
    return found


def _passages(term: str, segments: Sequence[Postings], live: Sequence[Mask]) -> int:
    """Return how many live passages hold a term."""
    return sum(int(np.count_nonzero(mask[postings.of(term)[0]])) for postings, mask in zip(segments, live, strict=True))


def _mended(one: Wanted, segments: Sequence[Postings], live: Sequence[Mask]) -> tuple[str, int]:
    """Return the most frequent term one letter away from a word that occurs nowhere, else the term itself and 0."""
    if len(one.word) < LEAST_MENDED or not (one.word.isascii() and one.word.isalpha()):
        return one.term, 0
    terms = list({stem(word) for word in one_letter_away(one.word)})
    marks = np.array([mark.__wrapped__(term) for term in terms], dtype=np.uint64)
    held = np.logical_or.reduce([postings.holds(marks) for postings in segments])
    candidates = [(_passages(terms[at], segments, live), terms[at]) for at in np.flatnonzero(held)]
    passages, term = max(candidates, default=(0, one.term))
    return (term, passages) if passages else (one.term, 0)


def one_letter_away(word: str) -> set[str]:
    """Return the words that differ from ``word`` by one letter left out, added, changed or swapped with the next.

    The neighbourhood of Damerau, "A technique for computer detection and correction of spelling errors" (1964).
    The first letter stays: people seldom get that one wrong.
    """
    letters = "abcdefghijklmnopqrstuvwxyz"
    cuts = [(word[:at], word[at:]) for at in range(1, len(word) + 1)]
    left_out = {left + right[1:] for left, right in cuts if right}
    swapped = {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    changed = {left + letter + right[1:] for left, right in cuts if right for letter in letters}
    added = {left + letter + right for left, right in cuts for letter in letters}
    return (left_out | swapped | changed | added) - {word}
