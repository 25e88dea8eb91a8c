"""A segment opened for reading: articles, passages, sentences, vectors and words by their numbers.

Owns the way back from the files of a segment, every number checked before it leads anywhere. Their layout, and
writing them, is the work of ``segment_files``.
"""

import json
import zlib
from functools import cached_property
from mmap import mmap
from pathlib import Path
from typing import Any

import numpy as np

from index import nearest
from index.errors import IndexDamaged
from index.generation import SegmentRecord
from index.lexical import POSTING, TERM, WORDS, Postings
from index.manifest import damaged, read_file
from index.records import Article, ArticleKey, Passage, Span
from index.segment_files import HALF, LINE, PASSAGE, SPAN, WORD_FILES, Table, pack_words, words_of
from index.vectors import PassageVectors, Vectors


class Segment:
    """A segment opened for reading: all its files are read and checked at once, so that none can go missing later.

    Not so with ``shelved``: a writer needs little of most segments and reads that when it does. Nobody takes its
    files away, so one that is missing is damage.
    """

    def __init__(self, folder: Path, record: SegmentRecord, dim: int, *, shelved: bool = False) -> None:
        self.record = record
        self._folder = folder
        self._dim = dim
        self._shelved = shelved
        self.passages = self._table("passages.rows", PASSAGE, record.passages, always=True)
        self._check_rows()
        self.article_of = np.ascontiguousarray(self.passages["article"])
        """The number of each passage's article, ascending."""
        self.live = ~np.isin(self.article_of, np.array(record.dead, dtype=np.uint32))
        if not shelved:
            _ = self._articles, self._lines, self._spans, self._halves, self.vectors, self.words

    @cached_property
    def vectors(self) -> "nearest.Flat":
        """The passages' vectors, by row."""
        data = self._read("vectors.faiss")
        size = (self.record.passages, self._dim)
        try:
            if isinstance(data, mmap):
                return nearest.mapped(self._folder / f"{self.record.name}.vectors.faiss", *size)
            return nearest.unpack(data, *size)
        except nearest.VectorsUnreadable as error:
            raise self._damaged("vectors.faiss", str(error)) from None

    @cached_property
    def words(self) -> Postings:
        """The words of the passages: as stored, or made here for an index from before they were."""
        stored = WORD_FILES[0] in self.record.files
        derived = {} if stored else self.derived_words()
        tables = []
        for ending, dtype in zip(WORD_FILES, (TERM, POSTING, WORDS), strict=True):
            data = self._read(ending) if stored else derived[ending]
            if len(data) % dtype.itemsize:
                raise self._damaged(ending, f"its length is no multiple of {dtype.itemsize} bytes")
            tables.append(np.frombuffer(data, dtype=dtype))
        terms, postings, counts = tables
        if not len(terms):
            raise self._damaged(WORD_FILES[0], "it has no last row")
        if len(counts) != self.record.passages:
            raise self._damaged(WORD_FILES[-1], f"it does not hold {self.record.passages} rows")
        return Postings(terms, postings, counts)

    @cached_property
    def _articles(self) -> bytes | mmap:
        return self._read("articles.jsonl")

    @cached_property
    def _lines(self) -> Table:
        return self._table("articles.lines", LINE, self.record.articles, always=True)

    @cached_property
    def _spans(self) -> Table:
        return self._table("sentences.spans", SPAN, self._sentences)

    @cached_property
    def _halves(self) -> Table:
        return self._table("sentences.half", np.dtype((HALF, self._dim)), self._sentences)

    @property
    def _sentences(self) -> int:
        return int(self.passages["sentences"].sum())

    def nearest(self, question: Vectors, k: int) -> list[tuple[float, int]]:
        """Return (cosine, row) of the best live passages, best first."""
        scores, rows = nearest.search(self.vectors, question, k, self.live)
        return [(float(score), int(row)) for score, row in zip(scores, rows, strict=True)]

    def cosine(self, question: Vectors, row: int) -> float:
        """Return the cosine of a question and a passage."""
        return float(nearest.vector(self.vectors, row) @ question)

    def article_cosine(self, question: Vectors, number: int) -> float:
        """Return the cosine of a question and the mean direction of an article's passages, its title among them."""
        together = nearest.vectors_between(self.vectors, self.rows_of(number)).sum(axis=0)
        return float(together @ question) / max(float(np.linalg.norm(together)), 1e-9)

    def living(self) -> list[int]:
        """Return the numbers of the live articles, ascending."""
        dead = set(self.record.dead)
        return [number for number in range(self.record.articles) if number not in dead]

    def article(self, number: int) -> Article:
        """Return an article by its number in this segment."""
        start, end, crc32 = self._lines[number].item()
        line = self._articles[start:end]
        if zlib.crc32(line) != crc32:
            raise self._damaged("articles.jsonl", f"the line of article {number} has another checksum")
        try:
            content = json.loads(line)
            return Article(key=ArticleKey(content.pop("root"), content.pop("path")), **content)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise self._damaged("articles.jsonl", f"the line of article {number} is no article ({error})") from None

    def passage(self, row: int, article: Article) -> Passage:
        """Return the passage of a row, whose article is ``article``; its text's checksum is checked."""
        stored = self.passages[row]
        start, end = int(stored["start"]), int(stored["end"])
        text = article.text[start:end]
        if zlib.crc32(text.encode("utf-8", "surrogatepass")) != stored["crc32"]:
            raise self._damaged("passages.rows", f"the text of passage {row} has another checksum")
        spans = tuple(Span(int(a), int(b)) for a, b in self._spans[self._sentences_of(row)])
        return Passage(start, end, text, spans, bool(stored["aside"]))

    def sentence_vectors(self, row: int) -> Vectors:
        """Return the vectors of a passage's sentences, shape (sentences, dim), to three digits of unit length."""
        return self._halves[self._sentences_of(row)].astype(np.float32)

    def passage_vectors(self, row: int) -> PassageVectors:
        """Return all vectors of a passage, as they are stored."""
        return PassageVectors(nearest.vector(self.vectors, row), self.sentence_vectors(row))

    def rows_of(self, number: int) -> range:
        """Return the rows of an article's passages; they stand together."""
        first, last = np.searchsorted(self.article_of, [number, number + 1])
        return range(int(first), int(last))

    def derived_words(self) -> dict[str, bytes]:
        """Return what the files of words must hold, by ending, made from the texts anew."""
        passages = []
        for number in range(self.record.articles):
            article = self.article(number)
            passages += [words_of(article, self.passage(row, article)) for row in self.rows_of(number)]
        return pack_words(passages)

    def _sentences_of(self, row: int) -> slice:
        first = int(self.passages[row]["sentence"])
        return slice(first, first + int(self.passages[row]["sentences"]))

    def _check_rows(self) -> None:
        """Check that no row leads out of the tables: everything else is looked up through them."""
        counts = self.passages["sentences"].astype(np.int64)
        inside = (
            bool(np.all(self.passages["article"] < self.record.articles))
            and bool(np.all(np.diff(self.passages["article"].astype(np.int64)) >= 0))
            and bool(np.all(counts > 0))
            and bool(np.array_equal(self.passages["sentence"], np.cumsum(counts) - counts))
        )
        if not inside:
            raise self._damaged("passages.rows", f"its rows do not fit {self._sentences} sentences")

    def _table(self, ending: str, dtype: np.dtype[Any], count: int, *, always: bool = False) -> Table:
        """Return a file as ``count`` rows of ``dtype``, without copying it."""
        data = self._read(ending, always=always)
        if len(data) != count * dtype.itemsize:
            raise self._damaged(ending, f"it does not hold {count} rows")
        return np.frombuffer(data, dtype=dtype.base).reshape(count, *dtype.shape)

    def _read(self, ending: str, *, always: bool = False) -> bytes | mmap:
        """Return a file's bytes, checked. A reader hears of a missing one, since there may be a newer generation."""
        try:
            return read_file(self._folder, self.record, ending, always=always)
        except FileNotFoundError as error:
            if not self._shelved:
                raise
            raise IndexDamaged(f"{error.filename} is missing. Run `qa index --repair`.") from None

    def _damaged(self, ending: str, reason: str) -> IndexDamaged:
        return damaged(self._folder / f"{self.record.name}.{ending}", reason)
