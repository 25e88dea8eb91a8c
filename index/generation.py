"""What makes up one generation of an index, as records, and how it is read from JSON.

Owns the shapes and the ranges of everything a manifest says: nothing unchecked gets past ``parse``.
Where manifests lie, and how they are published, is the work of ``manifest``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from index.records import ModelCard

WITHOUT_WORDS = (
    "articles.jsonl",
    "articles.lines",
    "passages.rows",
    "sentences.spans",
    "sentences.half",
    "vectors.faiss",
)
"""The endings of a segment's files under format 1, which knew no lexical search."""
SEGMENT_FILES = (*WITHOUT_WORDS, "words.terms", "words.postings", "words.counts")
"""The endings of a segment's files, in the order in which they are written."""

MOST = 2**40
"""No count, size or width in a manifest is larger."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What a file of the index was when it was written."""

    size: int
    crc32: int


@dataclass(frozen=True, slots=True)
class SegmentRecord:
    """Some articles with their passages and vectors, written once and never changed."""

    name: str
    articles: int
    """Live and dead."""
    passages: int
    """Live and dead."""
    dead: tuple[int, ...]
    """Numbers of the articles that have left the index or stand in a newer segment; sorted."""
    dead_passages: int
    files: Mapping[str, FileRecord]
    """By the ending of the file's name; the name is the segment's, a dot, and the ending."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One complete generation of an index."""

    generation: int
    """From 1, one more with every change."""
    model: ModelCard
    passage_rule: str
    """How articles were cut into passages and passages into words; under another rule all are cut anew."""
    threshold: float | None
    """Confidence from which an answer counts as one, 0 to 1; None leaves it to the asking program."""
    roots: tuple[str, ...]
    """Absolute folders or files that were indexed, none inside another; sorted."""
    segments: tuple[SegmentRecord, ...]
    complete: bool = True
    """False for what a long update has published so far."""
    base: int | None = None
    """The complete generation that the update to this one started from, kept for a rollback; None for the first."""

    scale: tuple[float, float] | None = None
    """Slope and intercept of confidence over scores, fitted on the user's questions; None as for ``threshold``."""
    fitted_with: str = ""
    """What else those scores came from than the model: the fingerprint of the program's reader, empty for none."""

    @property
    def articles(self) -> int:
        """How many live articles there are."""
        return sum(segment.articles - len(segment.dead) for segment in self.segments)

    @property
    def passages(self) -> int:
        """How many live passages there are."""
        return sum(segment.passages - segment.dead_passages for segment in self.segments)

    def file_names(self) -> frozenset[str]:
        """Return the names of all files that this generation needs, its own manifest included."""
        named = {f"{segment.name}.{ending}" for segment in self.segments for ending in segment.files}
        return frozenset(named | {manifest_name(self.generation)})


def manifest_name(generation: int) -> str:
    """Return the file name of a generation's manifest."""
    return f"manifest-{generation:08d}.json"


def parse(content: Mapping[str, Any]) -> Manifest:
    """Return the manifest in ``content``. Raises ValueError, KeyError or TypeError where it is not one."""
    threshold, base = content["threshold"], content["base"]
    if threshold is not None and not (isinstance(threshold, int | float) and 0 <= threshold <= 1):
        raise ValueError("its threshold is no probability")
    return Manifest(
        generation=_count(content["generation"], least=1),
        model=_model(content["model"]),
        passage_rule=_text(content["passage_rule"]),
        threshold=threshold,
        roots=tuple(_text(root) for root in _list(content["roots"])),
        segments=tuple(_segment(segment) for segment in _list(content["segments"])),
        complete=_flag(content["complete"]),
        base=None if base is None else _count(base, least=1),
        scale=_scale(content.get("scale")),
        fitted_with=_text(content.get("fitted_with", ""), empty=True),
    )


def _scale(value: object) -> tuple[float, float] | None:
    if value is None:
        return None
    slope, intercept = map(float, _list(value))
    if not (0 < slope < MOST and abs(intercept) < MOST):
        raise ValueError("its scale of confidence is none")
    return slope, intercept


def _model(content: Mapping[str, Any]) -> ModelCard:
    return ModelCard(
        name=_text(content["name"]),
        fingerprint=_text(content["fingerprint"]),
        dim=_count(content["dim"], least=1, most=2**16),
        max_tokens=_count(content["max_tokens"], least=3),
        question_prompt=_text(content["question_prompt"], empty=True),
        passage_prompt=_text(content["passage_prompt"], empty=True),
        mean_pooled=_flag(content["mean_pooled"]),
    )


def _segment(content: Mapping[str, Any]) -> SegmentRecord:
    articles, passages = _count(content["articles"]), _count(content["passages"])
    dead = tuple(_count(number, most=articles - 1) for number in _list(content["dead"]))
    name = _text(content["name"])
    endings = SEGMENT_FILES if SEGMENT_FILES[-1] in content["files"] else WITHOUT_WORDS
    if not re.fullmatch(r"\d{8}", name) or set(content["files"]) != set(endings) or len(set(dead)) < len(dead):
        raise ValueError("it lists a segment that cannot be")
    files = {
        ending: FileRecord(_count(content["files"][ending]["size"]), _count(content["files"][ending]["crc32"]))
        for ending in endings
    }
    return SegmentRecord(name, articles, passages, dead, _count(content["dead_passages"], most=passages), files)


def _count(value: object, least: int = 0, most: int = MOST) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{str(value)[:40]!r} is no number from {least} to {most}")
    return value


def _text(value: object, *, empty: bool = False) -> str:
    if not isinstance(value, str) or not (value or empty):
        raise ValueError(f"{str(value)[:40]!r} is no text")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{str(value)[:40]!r} is neither true nor false")
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"{str(value)[:40]!r} is no list")
    return value
