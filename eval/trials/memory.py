"""Articles held in memory and searched as an index of them would be: what the trials try their choices on.

Owns how passages are made and embedded otherwise than the product does. What is found and read is what ``store``
would find and read; a test holds the two together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from index import lexical
from index.articles import Reading
from index.exports import Precision
from index.lexical import POSTING, TERM, WORDS, Mask, Postings, Weighed, Worth
from index.records import Article, ArticleKey, Evidence, Hit, Passage, Span
from index.segment_files import HALF, text_of, words_of
from index.split import TARGET_TOKENS, split
from index.store import PHRASED, Candidate, Found, Query
from index.terms import run_of_words, wanted_terms
from index.vectors import Embedder, PassageText, PassageVectors, Progress, Vectors

Count = Callable[[Article, Passage], Sequence[str]]
"""Gives the terms by which a passage of an article is found."""


@dataclass(frozen=True, slots=True)
class Cut:
    """How passages are cut and embedded; the defaults are the product's."""

    target: int = TARGET_TOKENS
    """Word pieces that a passage does not grow past."""
    titled: bool = False
    """Whether a passage is embedded with its article's title before it, where the model can read both."""
    precision: Precision | None = None
    """None: that of the product."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Passages with their vectors and words, searched as ``store.Index`` is."""

    articles: tuple[Article, ...]
    passages: tuple[Passage, ...]
    article_of: npt.NDArray[np.int64]
    """The number of each passage's article, ascending."""
    whole: Vectors
    """The passages' vectors, shape (passages, dim)."""
    sentences: tuple[npt.NDArray[np.float16], ...]
    """The vectors of each passage's sentences as an index stores them."""
    words: Postings
    added: tuple[Weighed, ...] = ()
    """Terms that every question is searched by beside its own."""

    def find(self, query: Query, depth: int, only: str | None = None) -> Found:
        """Return the passages among the best ``depth`` by meaning or by words, or all those of one article."""
        weighed = (*self.weigh(query), *self.added)
        worth = self._worth(weighed)
        phrased = self._phrased(query.phrases)
        if only is None:
            chosen = {*_best(self.whole @ query.vector, depth), *_by_words(worth, depth), *phrased}
        else:
            chosen = {row for row, at in enumerate(self.article_of) if self.articles[int(at)].key.path == only}
        about = cache(lambda number: self._article_cosine(query.vector, number))
        candidates = []
        for row in sorted(chosen):
            evidence = Evidence(
                cosine=float(self.whole[row] @ query.vector),
                sentences=tuple(map(float, self.sentences[row].astype(np.float32) @ query.vector)),
                article=about(int(self.article_of[row])),
                share=float(worth.share[row]),
                cover=float(worth.cover[row]),
                aside=self.passages[row].aside,
                phrased=row in phrased,
            )
            candidates.append(Candidate(0, row, evidence))
        return Found(tuple(candidates), weighed)

    def read(self, candidates: Sequence[Candidate]) -> list[Hit]:
        """Return candidates with their texts, in the order given."""
        rows = [(one.evidence, one.row) for one in candidates]
        return [Hit(evidence, self.articles[int(self.article_of[row])], self.passages[row]) for evidence, row in rows]

    def weigh(self, query: Query) -> tuple[Weighed, ...]:
        """Return what a question's terms weigh among these passages."""
        return lexical.weigh(query.wanted, [self.words], [self._live()])

    def vector(self, key: ArticleKey, start: int) -> Vectors:
        """Return the vector of the passage that begins there, shape (dim,)."""
        rows = (row for row, one in enumerate(self.passages) if one.start == start)
        found: Vectors = self.whole[next(row for row in rows if self.articles[int(self.article_of[row])].key == key)]
        return found

    def _live(self) -> Mask:
        return np.ones(len(self.passages), dtype=bool)

    def _worth(self, weighed: Sequence[Weighed]) -> Worth:
        return lexical.worth(weighed, [self.words], [self._live()])[0]

    def _article_cosine(self, question: Vectors, number: int) -> float:
        first, last = np.searchsorted(self.article_of, [number, number + 1])
        together = self.whole[first:last].sum(axis=0)
        return float(together @ question) / max(float(np.linalg.norm(together)), 1e-9)

    def _phrased(self, phrases: Sequence[str]) -> set[int]:
        """Return the passages that hold every phrase in quotes."""
        if not phrases:
            return set()
        wanted = wanted_terms(" ".join(phrases))
        rows = _by_words(self._worth(lexical.weigh(wanted, [self.words], [self._live()])), PHRASED)
        texts = {row: run_of_words(self.passages[row].text) for row in rows}
        return {row for row, text in texts.items() if all(phrase in text for phrase in phrases)}


def lay_out(readings: Sequence[Reading], cut: Cut, embedder: Embedder, progress: Progress | None = None) -> Memory:
    """Return articles as they are searched when cut and embedded like ``cut``; equal texts are embedded once."""
    count, limit = embedder.count_tokens, embedder.card.max_tokens
    pieces = [
        (number, passage)
        for number, reading in enumerate(readings)
        for passage in split(reading, count, limit, cut.target)
    ]
    articles = tuple(reading.article for reading in readings)
    texts = [text_of(passage) for _, passage in pieces]
    if cut.titled:
        titles = [articles[number].title for number, _ in pieces]
        texts = [_titled(title, text, embedder) for title, text in zip(titles, texts, strict=True)]
    vectors = _embedded(texts, embedder, progress)
    return Memory(
        articles=articles,
        passages=tuple(passage for _, passage in pieces),
        article_of=np.array([number for number, _ in pieces], dtype=np.int64),
        whole=np.stack([made.whole for made in vectors]),
        sentences=tuple(made.sentences.astype(HALF) for made in vectors),
        words=counted([words_of(articles[number], passage) for number, passage in pieces]),
    )


def counted(passages: Sequence[Sequence[str]]) -> Postings:
    """Return which terms stand in which passages, for passages given as their terms."""
    terms, postings, words = lexical.pack(passages)
    return Postings(np.frombuffer(terms, TERM), np.frombuffer(postings, POSTING), np.frombuffer(words, WORDS))


def _titled(title: str, passage: PassageText, embedder: Embedder) -> PassageText:
    """Return a passage with a title before it, unless both together are too long for the model."""
    text, shift = f"{title}\n{passage.text}", len(title) + 1
    if embedder.count_tokens(text) > embedder.card.max_tokens:
        return passage
    return PassageText(text, tuple(Span(start + shift, end + shift) for start, end in passage.sentences))


def _embedded(texts: Sequence[PassageText], embedder: Embedder, progress: Progress | None) -> list[PassageVectors]:
    distinct = list(dict.fromkeys(texts))
    made = dict(zip(distinct, embedder.embed_passages(distinct, progress), strict=True))
    return [made[text] for text in texts]


def _best(scores: npt.NDArray[np.float32], depth: int) -> list[int]:
    """Return the rows of the ``depth`` highest scores, best first, equal scores by row."""
    return [int(row) for row in np.argsort(-scores, kind="stable")[:depth]]


def _by_words(worth: Worth, depth: int) -> list[int]:
    scores = worth.share * worth.cover
    return [row for row in _best(scores, depth) if scores[row] > 0]
