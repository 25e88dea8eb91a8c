"""How a segment lies on the disk, in nine files, and writing one: articles, their passages, vectors and words.

Owns the layout of those files. Reading them back is the work of ``segments``; which segments make up an
index is the manifest's word; the bytes reach the disk through ``files``; those of the vectors are FAISS's own, by
``nearest``, those of the words ``lexical``'s.

    articles.jsonl   one article a line, its text included (JSON, ASCII)
    articles.lines   where each line begins and ends, and its CRC-32
    passages.rows    one row a passage, in the order of the vectors
    sentences.spans  (start, end) of every sentence, passage after passage
    sentences.half   their vectors, in half precision
    vectors.faiss    row i is the vector of passage i
    words.terms      each term of the passages, and where its postings begin
    words.postings   which passages hold it, and how often
    words.counts     how many words each passage has
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

from index import files, lexical, nearest
from index.generation import FileRecord, SegmentRecord
from index.records import Article, Passage, Span
from index.terms import terms
from index.vectors import PassageText, PassageVectors

LINE = np.dtype([("start", "<u8"), ("end", "<u8"), ("crc32", "<u4")])
SPAN = np.dtype(("<u4", 2))
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
WORD_FILES = ("words.terms", "words.postings", "words.counts")
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


def words_of(article: Article, passage: Passage) -> list[str]:
    """Return the terms by which a passage is found: those of its article's title and its own."""
    return terms(article.title) + terms(passage.text)


def pack_words(passages: Sequence[Sequence[str]]) -> dict[str, bytes]:
    """Return the contents of the three files of words, by ending, for passages given as their terms."""
    return dict(zip(WORD_FILES, lexical.pack(passages), strict=True))


def write_segment(folder: Path, name: str, entries: Sequence[Entry], dim: int) -> SegmentRecord:
    """Write a new segment and return its record. Nothing refers to it until a manifest does."""
    lines = [_article_line(entry.article) for entry in entries]
    ends = np.cumsum([len(line) for line in lines], dtype=np.uint64)
    table = np.zeros(len(lines), dtype=LINE)
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
        **pack_words([words_of(entry.article, passage) for entry in entries for passage in entry.passages]),
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
