"""The only splitter: from an article to the passages that are embedded, searched and cited.

Owns how sentences are gathered into passages. Where sentences end is the work of ``sentences``,
what is worth searching the work of ``layout``, and word pieces are counted by the model's tokenizer.
"""

from collections.abc import Callable, Iterator
from itertools import groupby

from index.articles import Reading
from index.layout import Kind, Paragraph
from index.records import Passage, Span
from index.sentences import sentences
from index.terms import TERM_RULE

CountTokens = Callable[[str], int]
"""How many word pieces the model reads for a text, its own two marks included."""

TARGET_TOKENS = 96
"""A passage is closed before it grows past this, so that it stays about one thing; a longer sentence stands alone."""
PASSAGE_RULE = f"sentences-1 target-{TARGET_TOKENS} {TERM_RULE}"
"""Names this way of cutting, down to words; an index cut by another rule is cut anew with the next update."""
MARKS = 2
"""The word pieces that the model adds around every text."""
LONGEST_SENTENCE = 2_000
"""Characters; what a table or a data dump gives as one sentence is cut."""


def split(reading: Reading, count: CountTokens, limit: int, target: int = TARGET_TOKENS) -> tuple[Passage, ...]:
    """Return the passages of an article in order.

    No passage is longer than ``limit`` word pieces; none reaches across page furniture or mixes the
    article with what surrounds it. Every sentence stands in exactly one passage.
    """
    text = reading.article.text
    target = min(target, limit)
    found: list[Passage] = []
    for kind, run in groupby(reading.paragraphs, key=lambda paragraph: paragraph.kind):
        if kind is Kind.FURNITURE:
            continue
        for gathered in _gather(text, list(run), count, limit, target):
            start, end = gathered[0].start, gathered[-1].end
            found.append(Passage(start, end, text[start:end], tuple(gathered), aside=kind is Kind.ASIDE))
    return tuple(found)


def _gather(text: str, run: list[Paragraph], count: CountTokens, limit: int, target: int) -> Iterator[list[Span]]:
    """Yield the sentences of a run of paragraphs in groups of at most ``target`` word pieces where that can be."""
    group: list[Span] = []
    size = MARKS
    for paragraph in run:
        if size * 3 > target * 2:
            yield group
            group, size = [], MARKS
        for sentence in sentences(text, *paragraph.span):
            for piece in fit(text, sentence, count, limit):
                more = count(text[piece.start : piece.end]) - MARKS
                if group and size + more > target:
                    yield group
                    group, size = [], MARKS
                group.append(piece)
                size += more
    if group:
        yield group


def fit(text: str, sentence: Span, count: CountTokens, limit: int) -> list[Span]:
    """Return the sentence whole where the model can read it, else cut into pieces that it can read.

    Cuts fall at white space where there is any; no character but white space is lost.
    """
    start, end = sentence
    if end - start <= LONGEST_SENTENCE and count(text[start:end]) <= limit:
        return [sentence]
    middle = (start + end) // 2
    reach = (end - start) // 4
    spaces = (at for step in range(reach) for at in (middle - step, middle + step) if text[at].isspace())
    cut = next(spaces, middle)
    left, right = _trimmed(text, start, cut), _trimmed(text, cut, end)
    return [piece for half in (left, right) if half.start < half.end for piece in fit(text, half, count, limit)]


def _trimmed(text: str, start: int, end: int) -> Span:
    """Return the range without the white space at its ends."""
    piece = text[start:end]
    return Span(start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip()))
