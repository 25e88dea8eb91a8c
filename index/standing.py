"""Where passages stand among all others, in the search by meaning and in the search by words.

For showing why something was not found. An answer needs the first hundred only, and those come from ``store``.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index import nearest
from index.records import Article, Passage
from index.store import Index, Query

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Standing:
    """A live passage with its rank in each search, from 1; equal passages share the best rank."""

    article: Article
    passage: Passage
    by_meaning: int
    by_words: int | None
    """None where it shares no word with the question."""


def standings(index: Index, query: Query, path: str) -> tuple[Standing, ...]:
    """Return where each live passage of the articles at ``path`` (below any root) stands among all passages.

    In reading order; empty where no such article is indexed. Raises IndexDamaged as ``Index.find``.
    """
    meaning = [_cosines(index, query, position) for position in range(len(index.segments))]
    words = [worth.share.astype(np.float64) * worth.cover for worth in index.worth(query.wanted)[1]]
    every_meaning, every_words = _joined(meaning), _joined(words)
    found = []
    for position, number in index.numbers.get(path, ()):
        segment = index.segments[position]
        article = segment.article(number)
        for row in segment.rows_of(number):
            worth = float(words[position][row])
            by_words = _rank(every_words, worth) if worth > 0 else None
            by_meaning = _rank(every_meaning, float(meaning[position][row]))
            found.append(Standing(article, segment.passage(row, article), by_meaning, by_words))
    return tuple(found)


def _cosines(index: Index, query: Query, position: int) -> Scores:
    """Return the cosine of the question and each passage of a segment; dead ones are below all others."""
    segment = index.segments[position]
    scores, rows = nearest.search(segment.vectors, query.vector, segment.record.passages, segment.live)
    cosines = np.full(segment.record.passages, -np.inf)
    cosines[rows] = scores
    return cosines


def _joined(parts: list[Scores]) -> Scores:
    return np.concatenate(parts) if parts else np.empty(0)


def _rank(scores: Scores, score: float) -> int:
    return int((scores > score).sum()) + 1
