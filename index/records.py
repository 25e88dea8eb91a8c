"""What flows between the rooms of this floor: articles, their passages, hits and models.

Owns the shapes and their laws, nothing else. All offsets count code points of the article's text,
half open, so ``article.text[start:end]`` is the piece that is meant.
"""

from dataclasses import dataclass
from typing import NamedTuple


class Span(NamedTuple):
    """A half-open range of code points in an article's text."""

    start: int
    end: int


class ArticleKey(NamedTuple):
    """What tells articles apart: the indexed root and the path below it, with forward slashes."""

    root: str
    path: str


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it was read. ``text`` is the file decoded as UTF-8, newlines and BOM untouched."""

    key: ArticleKey
    title: str
    """The title the text states, else the file name's stem. Never empty."""
    byline: str | None
    """The authors as printed, without "By"."""
    date: str | None
    """Publication date as YYYY-MM-DD where the text states one, else None."""
    source: str | None
    """The publisher or address the text states, else None."""
    sha256: str
    """Hex digest of the file's bytes."""
    text: str
    extracted: bool = False
    """True where ``text`` is not simply the decoded file; offsets then count in ``text`` alone."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences, at most as long as the model reads. ``article.text[start:end] == text``."""

    start: int
    end: int
    text: str
    sentences: tuple[Span, ...]
    """Sentences in reading order, as offsets in the article; first starts at ``start``, last ends at ``end``."""
    aside: bool = False
    """True for what surrounds an article (biographies, bylines): searched where its own words do not answer."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a passage as an answer to a question. Higher is better throughout."""

    cosine: float
    """Of question and passage, -1 to 1."""
    sentences: tuple[float, ...]
    """Cosine of the question and each of the passage's sentences, to three digits."""
    article: float
    """Cosine of the question and what the article's passages and title have in common, -1 to 1."""
    share: float = 0.0
    """BM25 as a share of what the question's terms weigh together, 0 to 1."""
    cover: float = 0.0
    """The share of that weight whose terms the passage holds at all, 0 to 1."""
    aside: bool = False
    """Whether it is of what surrounds an article."""
    phrased: bool = False
    """Whether it holds every phrase that the question puts in quotes; never where there is none."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A live passage that was found for a question, with what speaks for it."""

    evidence: Evidence
    article: Article
    passage: Passage


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Which embedding model made the vectors of an index. Vectors are compared under one fingerprint only."""

    name: str
    """For people, and for finding the model's files again."""
    fingerprint: str
    """SHA-256 (hex) over weights, tokenizer, pooling, length and precision; never over the name."""
    dim: int
    """Width of a vector."""
    max_tokens: int
    """Longest input in word pieces, the model's own marks included."""
    question_prompt: str = ""
    """What the model wants before a question."""
    passage_prompt: str = ""
    """What the model wants before a passage."""
    mean_pooled: bool = True
    """Whether a vector is the mean over word pieces, so that part of a passage has one without being read again."""
