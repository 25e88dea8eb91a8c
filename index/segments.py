"""What is inside a segment: articles with their text, passages, sentences and vectors, in six files.

Owns the layout of those files, both directions. Which segments make up an index is the manifest's
word; the bytes reach the disk through ``files``; the vectors' bytes are FAISS's own, by ``nearest``.

    articles.jsonl   one article a line, its text included (JSON, ASCII)
    articles.lines   where each line begins and ends, and its CRC-32
    passages.rows    one row a passage, in the order of the vectors
    sentences.spans  (start, end) of every sentence, passage after passage
    sentences.half   their vectors, in half precision
    vectors.faiss    row i is the vector of passage i
"""

import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index import files, nearest
from index.errors import IndexDamaged
from index.manifest import FileRecord, SegmentRecord, damaged, read_file
from index.records import Article, ArticleKey, Passage, Span
from index.vectors import PassageText, PassageVectors, Vectors

_LINE = np.dtype([("start", "<u8"), ("end", "<u8"), ("crc32", "<u4")])
HALF = np.dtype("<f2")
PASSAGE = np.dtype(
    [
        ("article", "<u4"),
        ("start", "<u4"),
        ("end", "<u4"),
        ("sentence", "<u4"),
        ("sentences", "<u4"),
        ("aside", "?"),
        ("crc32", "<u4"),
        ("digest", "V16"),
    ]
)
Table = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One article as it goes into a segment."""

    article: Article
    passages: tuple[Passage, ...]
    vectors: tuple[PassageVectors, ...]
    """One a passage."""


def digest(passage: PassageText) -> bytes:
    """Return the 16 bytes that stand for what is embedded of a passage: equal ones share their vectors."""
    edges = ",".join(f"{start}-{end}" for start, end in passage.sentences)
    return hashlib.sha256(f"{edges} {passage.text}".encode("utf-8", "surrogatepass")).digest()[:16]


def text_of(passage: Passage) -> PassageText:
    """Return what is embedded of a passage: its text, and its sentences counted from its start."""
    spans = tuple(Span(start - passage.start, end - passage.start) for start, end in passage.sentences)
    return PassageText(passage.text, spans)


def write_segment(folder: Path, name: str, entries: Sequence[Entry], dim: int) -> SegmentRecord:
    """Write a new segment and return its record. Nothing refers to it until a manifest does."""
    lines = [_article_line(entry.article) for entry in entries]
    ends = np.cumsum([len(line) for line in lines], dtype=np.uint64)
    table = np.zeros(len(lines), dtype=_LINE)
    table["start"][1:], table["end"] = ends[:-1], ends
    table["crc32"] = [zlib.crc32(line) for line in lines]
    made = [vectors for entry in entries for vectors in entry.vectors]
    contents = {
        "articles.jsonl": b"".join(lines),
        "articles.lines": table.tobytes(),
        "passages.rows": _passage_table(entries).tobytes(),
        "sentences.spans": _sentence_table(entries).tobytes(),
        "sentences.half": np.concatenate([v.sentences for v in made]).astype(HALF).tobytes() if made else b"",
        "vectors.faiss": nearest.pack(np.stack([v.whole for v in made]) if made else np.empty((0, dim), np.float32)),
    }
    for ending, data in contents.items():
        files.write_new(folder / f"{name}.{ending}", data)
    return SegmentRecord(
        name=name,
        articles=len(entries),
        passages=sum(len(entry.passages) for entry in entries),
        dead=(),
        dead_passages=0,
        files={ending: FileRecord(len(data), zlib.crc32(data)) for ending, data in contents.items()},
    )


class Segment:
    """A segment opened for reading. All its files are read and checked here, so none can go missing later."""

    def __init__(self, folder: Path, record: SegmentRecord, dim: int) -> None:
        self.record = record
        self._folder = folder
        self._articles = read_file(folder, record, "articles.jsonl")
        self._lines = self._table("articles.lines", _LINE, record.articles, always=True)
        self.passages = self._table("passages.rows", PASSAGE, record.passages, always=True)
        sentences = int(self.passages["sentences"].sum())
        self._check_rows(sentences)
        self._spans = self._table("sentences.spans", np.dtype(("<u4", 2)), sentences)
        self._halves = self._table("sentences.half", np.dtype((HALF, dim)), sentences)
        try:
            self.vectors = nearest.unpack(read_file(folder, record, "vectors.faiss"), record.passages, dim)
        except nearest.VectorsUnreadable as error:
            raise self._damaged("vectors.faiss", str(error)) from None
        self.live = ~np.isin(self.passages["article"], np.array(record.dead, dtype=np.uint32))

    def search(self, question: Vectors, k: int, *, aside: bool) -> list[tuple[float, int]]:
        """Return (cosine, row) of the best live passages, best first: the articles' own, or the asides."""
        allowed = self.live & (self.passages["aside"] == aside)
        scores, rows = nearest.search(self.vectors, question, k, allowed)
        return [(float(score), int(row)) for score, row in zip(scores, rows, strict=True)]

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
        first, last = np.searchsorted(self.passages["article"], [number, number + 1])
        return range(int(first), int(last))

    def _sentences_of(self, row: int) -> slice:
        first = int(self.passages[row]["sentence"])
        return slice(first, first + int(self.passages[row]["sentences"]))

    def _check_rows(self, sentences: int) -> None:
        """Check that no row leads out of the tables: everything else is looked up through them."""
        counts = self.passages["sentences"].astype(np.int64)
        inside = (
            bool(np.all(self.passages["article"] < self.record.articles))
            and bool(np.all(np.diff(self.passages["article"].astype(np.int64)) >= 0))
            and bool(np.all(counts > 0))
            and bool(np.array_equal(self.passages["sentence"], np.cumsum(counts) - counts))
        )
        if not inside:
            raise self._damaged("passages.rows", f"its rows do not fit {sentences} sentences")

    def _table(self, ending: str, dtype: np.dtype[Any], count: int, *, always: bool = False) -> Table:
        """Return a file as ``count`` rows of ``dtype``, without copying it."""
        data = read_file(self._folder, self.record, ending, always=always)
        if len(data) != count * dtype.itemsize:
            raise self._damaged(ending, f"it does not hold {count} rows")
        return np.frombuffer(data, dtype=dtype.base).reshape(count, *dtype.shape)

    def _damaged(self, ending: str, reason: str) -> IndexDamaged:
        return damaged(self._folder / f"{self.record.name}.{ending}", reason)


def _article_line(article: Article) -> bytes:
    fields = {
        "root": article.key.root,
        "path": article.key.path,
        "title": article.title,
        "byline": article.byline,
        "date": article.date,
        "source": article.source,
        "sha256": article.sha256,
        "extracted": article.extracted,
        "text": article.text,
    }
    return json.dumps(fields).encode("ascii") + b"\n"


def _passage_table(entries: Sequence[Entry]) -> Table:
    table = np.zeros(sum(len(entry.passages) for entry in entries), dtype=PASSAGE)
    row = sentence = 0
    for number, entry in enumerate(entries):
        for passage in entry.passages:
            crc32 = zlib.crc32(passage.text.encode("utf-8", "surrogatepass"))
            table[row] = (
                number,
                passage.start,
                passage.end,
                sentence,
                len(passage.sentences),
                passage.aside,
                crc32,
                digest(text_of(passage)),
            )
            row += 1
            sentence += len(passage.sentences)
    return table


def _sentence_table(entries: Sequence[Entry]) -> Table:
    spans = [span for entry in entries for passage in entry.passages for span in passage.sentences]
    return np.array(spans, dtype="<u4").reshape(-1, 2)
