"""Sentence boundaries as offsets. Owns syntok; knows nothing of passages or articles."""

import re
from collections.abc import Iterator
from itertools import pairwise

from index.records import Span

LONGEST_RUN = 10_000
"""Characters handed to the segmenter at once, so that its time stays proportional to the text."""

_FULL_WIDTH_STOP = re.compile(r"[。！？][”’」』）]*(?=.)", re.DOTALL)


def sentences(text: str, start: int, end: int) -> tuple[Span, ...]:
    """Return the sentences of ``text[start:end]`` in order, as offsets in ``text``.

    The spans do not overlap, hold every character of the range that is not white space, and neither
    begin nor end with white space.
    """
    found: list[Span] = []
    for run in _runs(text, start, end):
        starts = [run.start, *_sentence_starts(text[run.start : run.end], run.start), run.end]
        for left, right in pairwise(starts):
            span = _trim(text, left, right)
            if span.start < span.end:
                found.append(span)
    return tuple(found)


def _sentence_starts(run: str, offset: int) -> list[int]:
    """Return where a new sentence begins inside ``run``, strictly increasing, ``offset`` added."""
    from syntok import segmenter  # at first use: an update takes its lock before anything slow is imported

    starts = {
        offset + sentence[0].offset
        for paragraph in segmenter.analyze(run)
        for sentence in (list(tokens) for tokens in paragraph)
        if sentence
    }
    starts |= {offset + stop.end() for stop in _FULL_WIDTH_STOP.finditer(run)}
    return sorted(starts - {offset})


def _runs(text: str, start: int, end: int) -> Iterator[Span]:
    """Cut the range into pieces of at most LONGEST_RUN characters, at white space where there is any."""
    while end - start > LONGEST_RUN:
        cut = start + LONGEST_RUN
        space = next((at for at in range(cut, start + LONGEST_RUN // 2, -1) if text[at - 1].isspace()), cut)
        yield Span(start, space)
        start = space
    if start < end:
        yield Span(start, end)


def _trim(text: str, start: int, end: int) -> Span:
    """Return the range without white space (and without a byte order mark) at either end."""
    while start < end and (text[start].isspace() or text[start] == "\ufeff"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] == "\ufeff"):
        end -= 1
    return Span(start, end)
