"""Where a quote stands in a text, however its white space and quote marks are set, and the words around it.

Owns finding quotes. Whether a quote is the right one is decided by who gives it: a question set, or a person.
"""

import re
from collections.abc import Iterator

from index.records import Span

# Editors and copying change the shape of a quote mark, never its meaning.
SINGLE_QUOTES = "'\u2018\u2019\u201a\u201b"
DOUBLE_QUOTES = '"\u201c\u201d\u201e\u201f'

LONGEST = 300
"""Characters of a place that is quoted with the words around it."""
FEWEST = 4
"""Words that tell a place from others."""
_WORD = re.compile(r"\S+")
_STOP = re.compile(r"[.!?。！？…]\W*$")


def locate(quote: str, text: str) -> tuple[Span, ...]:
    """Return every occurrence of the quote in the text, as offsets in the text, overlapping ones included.

    Runs of white space (no-break spaces and newlines too) equal one space, curly quote marks straight ones;
    white space around the quote does not count. A blank quote occurs nowhere.
    """
    words = quote.split()
    if not words:
        return ()
    pattern = r"\s+".join("".join(map(_same, word)) for word in words)
    # A lookahead consumes nothing, so that an occurrence may begin inside another.
    return tuple(Span(*match.span(1)) for match in re.finditer(f"(?=({pattern}))", text))


def around(text: str, span: Span) -> str:
    """Return the sentence or line in which a span stands, white space evened out; of a long one, the words around.

    At most LONGEST characters, unless the span itself is longer. The span must hold more than white space.
    """
    words, first, last = _sentence(text, span)
    start, end = words[first].start, words[last].end
    if end - start > LONGEST:  # an endless word, as in scripts without spaces
        start = max(start, span.start - max(LONGEST - (span.end - span.start), 0) // 2)
        return " ".join(text[start : min(end, max(start + LONGEST, span.end))].split())
    for number in _outward(first, last, len(words)):
        wider = min(start, words[number].start), max(end, words[number].end)
        if wider[1] - wider[0] > LONGEST:
            break
        start, end = wider
    return " ".join(text[start:end].split())


def _sentence(text: str, span: Span) -> tuple[list[Span], int, int]:
    """Return the words of the sentence a span stands in, and the first and last of them that it touches.

    A stop that is none, as after "U.S.", costs nothing: what is left still holds the span. Where it leaves too
    little to tell the place from others, the words are those of the whole line.
    """
    stop = text.find("\n", span.end)
    line = text.rfind("\n", 0, span.start) + 1, stop if stop >= 0 else len(text)
    words = [Span(*word.span()) for word in _WORD.finditer(text, *line)]
    within = [number for number, word in enumerate(words) if word.end > span.start and word.start < span.end]
    first, last = within[0], within[-1]
    ends = [number + 1 for number, word in enumerate(words) if _STOP.search(text[word.start : word.end])]
    begin = max((end for end in ends if end <= first), default=0)
    end = min((end for end in ends if end > last), default=len(words))
    if end - begin < FEWEST:
        return words, first, last
    return words[begin:end], first - begin, last - begin


def _same(character: str) -> str:
    for marks in (SINGLE_QUOTES, DOUBLE_QUOTES):
        if character in marks:
            return f"[{marks}]"
    return re.escape(character)


def _outward(first: int, last: int, words: int) -> Iterator[int]:
    """Yield the numbers of the words before ``first`` and after ``last``, the nearest first, in turn."""
    for step in range(1, words):
        yield from (number for number in (first - step, last + step) if 0 <= number < words)
