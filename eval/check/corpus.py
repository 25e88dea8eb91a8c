"""The articles a question set is about, read once for many checks: their words, and which of them hold some.

Owns what is remembered of them. What a word is belongs to ``metrics``, where a quote stands to ``gold``.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

from eval.metrics import POSSESSIVE, words
from index.records import Span

PARAGRAPH = 2000
"""Lines without a blank one between them are one paragraph where they are no longer than this."""
_BLANK_LINE = re.compile(r"\n\s*\n")


class Corpus:
    """Texts by path, and what was found out about them."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = texts
        self._plain, self._bare = _Words(), _Words(POSSESSIVE)
        self._articles: dict[str, str] = {}
        self._breaks: dict[str, tuple[list[int], list[int]]] = {}

    def words(self, text: str) -> tuple[str, ...]:
        """Return the words of a text, as ``metrics.words`` does."""
        return tuple(self._plain.of(text).split())

    def held(self, text: str) -> str:
        """Return what ``row`` of some words is looked for in: found just where ``metrics.answer_within`` finds them."""
        plain = self._plain.of(text)
        return f" {plain} | {self._bare.of(text)} " if POSSESSIVE.search(text) else f" {plain} "

    def article(self, path: str) -> str:
        """Return ``held`` of an article that is there."""
        if path not in self._articles:
            self._articles[path] = self.held(self.texts[path])
        return self._articles[path]

    def paragraph(self, path: str, span: Span) -> str:
        """Return the paragraphs that a span of an article touches: between blank lines, or by line where too long."""
        text = self.texts[path]
        if path not in self._breaks:
            breaks = [found.span() for found in _BLANK_LINE.finditer(text)]
            self._breaks[path] = [start for start, _ in breaks], [end for _, end in breaks]
        starts, ends = self._breaks[path]
        before, after = bisect_right(ends, span.start), bisect_left(starts, span.end)
        start = ends[before - 1] if before else 0
        end = starts[after] if after < len(starts) else len(text)
        if end - start <= PARAGRAPH:
            return text[start:end]
        end = text.find("\n", span.end)
        return text[text.rfind("\n", 0, span.start) + 1 : end if end >= 0 else len(text)]

    def times(self, wanted: Sequence[str], most: int) -> int:
        """Return how often the articles hold these words in a row, counting no further than beyond ``most``."""
        found = 0
        for path in self._may_hold(wanted):
            # What stands behind the bar is the same text once more.
            found += self.article(path).partition("|")[0].count(row(wanted))
            if found > most:
                break
        return found

    def anywhere(self, wanted: Sequence[str]) -> bool:
        """Tell whether an article holds these words in a row."""
        return any(row(wanted) in self.article(path) for path in self._may_hold(wanted))

    def _may_hold(self, wanted: Sequence[str]) -> Collection[str]:
        """Return the articles that hold the three rarest of some words."""
        rarest, *others = sorted((self._with.get(word, ()) for word in {*wanted}), key=len)[:3] or [()]
        return set(rarest).intersection(*others)

    @cached_property
    def _with(self) -> Mapping[str, Sequence[str]]:
        """The articles that hold each word."""
        found: dict[str, list[str]] = {}
        for path in self.texts:
            for word in set(self.article(path).split()):
                found.setdefault(word, []).append(path)
        return found


def row(wanted: Sequence[str]) -> str:
    """Return some words in the form in which ``Corpus.held`` holds them side by side; nothing holds no words."""
    return f" {' '.join(wanted)} "


class _Words(dict[str, str]):
    """The words of what stands between white space, worked out once: white space always parts two words."""

    def __init__(self, cut: re.Pattern[str] | None = None) -> None:
        self._cut = cut

    def __missing__(self, piece: str) -> str:
        found = self[piece] = " ".join(words(self._cut.sub("", piece) if self._cut else piece))
        return found

    def of(self, text: str) -> str:
        """Return the words of a text, without what is to be cut, one space between them."""
        return " ".join(filter(None, map(self.__getitem__, text.split())))
