"""An open index: one complete generation, read once, the same until it is closed.

Owns what asking needs of an index and nothing that writes one: finding what may answer a question, by meaning and
by words, and reading it. What weighs how much in the order is not decided here. Never writes, so that it
works on read-only media.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from index import lexical
from index import manifest as manifests
from index.errors import IndexDamaged
from index.lexical import Weighed, Worth
from index.manifest import Manifest
from index.records import Article, Evidence, Hit
from index.segments import Segment
from index.terms import Wanted, run_of_words, wanted_terms
from index.vectors import Vectors

PHRASED = 1000
"""Passages read, those best by words, to see whether they hold a quoted phrase."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it is searched."""

    vector: Vectors
    """Unit length, shape (dim,)."""
    wanted: tuple[Wanted, ...] = ()
    phrases: tuple[str, ...] = ()
    """What an answer must hold, as ``terms.run_of_words`` gives it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer, before its text is read."""

    segment: int
    row: int
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave."""

    candidates: tuple[Candidate, ...]
    """Each passage once, in no order."""
    weighed: tuple[Weighed, ...]
    """What the question's terms weigh in this collection."""


class Index:
    """One generation of an index, open for reading."""

    def __init__(self, folder: Path, manifest: Manifest, *, degraded: bool = False) -> None:
        """Open every segment of ``manifest``, or with ``degraded`` every sound one."""
        self.folder = folder
        self.manifest = manifest
        self.faults: list[str] = []
        """What was passed over, a sentence each; more than none only where it was allowed."""
        self.segments: list[Segment] = []
        for record in manifest.segments:
            try:
                self.segments.append(Segment(folder, record, manifest.model.dim))
            except (IndexDamaged, FileNotFoundError) as error:
                if not degraded:
                    raise
                self.faults.append(f"{error.filename} is missing." if isinstance(error, OSError) else str(error))

    def find(self, query: Query, depth: int, only: str | None = None) -> Found:
        """Return the live passages among the best ``depth`` by meaning or the best ``depth`` by words.

        With ``only``, those of the articles at that path below any root instead, however many. Raises IndexDamaged
        where what is stored leads nowhere.
        """
        weighed, worth = self.worth(query.wanted)
        phrased = self._phrased(query, worth)
        if only is None:
            chosen = self._near(query.vector, depth) | _by_words(worth, depth) | phrased
        else:
            chosen = self._rows_of(only)
        about = cache(lambda position, number: self.segments[position].article_cosine(query.vector, number))
        candidates = []
        for position, row in sorted(chosen):
            segment, words_of = self.segments[position], worth[position]
            evidence = Evidence(
                cosine=segment.cosine(query.vector, row),
                sentences=tuple(map(float, segment.sentence_vectors(row) @ query.vector)),
                article=about(position, int(segment.article_of[row])),
                share=float(words_of.share[row]),
                cover=float(words_of.cover[row]),
                aside=bool(segment.passages["aside"][row]),
                phrased=(position, row) in phrased,
            )
            candidates.append(Candidate(position, row, evidence))
        return Found(tuple(candidates), weighed)

    def worth(self, wanted: Sequence[Wanted]) -> tuple[tuple[Weighed, ...], list[Worth]]:
        """Return what terms weigh in this collection, and for each segment what they make its passages worth.

        Raises IndexDamaged where the stored words cannot be read.
        """
        words, live = [s.words for s in self.segments], [s.live for s in self.segments]
        try:
            weighed = lexical.weigh(wanted, words, live)
            return weighed, lexical.worth(weighed, words, live)
        except lexical.PostingsUnreadable as error:
            raise IndexDamaged(f"The words in {self.folder} are damaged: {error}. Run `qa index --repair`.") from None

    def read(self, candidates: Sequence[Candidate]) -> list[Hit]:
        """Return candidates with their texts, in the order given. Raises IndexDamaged for a text that is not sound."""
        articles: dict[tuple[int, int], Article] = {}
        hits = []
        for one in candidates:
            segment = self.segments[one.segment]
            number = int(segment.article_of[one.row])
            if (one.segment, number) not in articles:
                articles[one.segment, number] = segment.article(number)
            article = articles[one.segment, number]
            hits.append(Hit(one.evidence, article, segment.passage(one.row, article)))
        return hits

    def articles(self) -> Iterator[Article]:
        """Yield every live article."""
        for segment in self.segments:
            yield from map(segment.article, segment.living())

    @cached_property
    def numbers(self) -> Mapping[str, Sequence[tuple[int, int]]]:
        """(segment, number) of the live articles at each path below any root."""
        found: dict[str, list[tuple[int, int]]] = {}
        for position, segment in enumerate(self.segments):
            for number in segment.living():
                found.setdefault(segment.article(number).key.path, []).append((position, number))
        return found

    def _rows_of(self, path: str) -> set[tuple[int, int]]:
        """Return (segment, row) of the passages of the articles at a path."""
        return {
            (position, row)
            for position, number in self.numbers.get(path, ())
            for row in self.segments[position].rows_of(number)
        }

    def _near(self, question: Vectors, depth: int) -> set[tuple[int, int]]:
        """Return (segment, row) of the passages whose vectors are nearest to the question's."""
        found = [
            (score, position, row)
            for position, segment in enumerate(self.segments)
            for score, row in segment.nearest(question, depth)
        ]
        found.sort(key=lambda hit: -hit[0])
        return {(position, row) for _, position, row in found[:depth]}

    def _phrased(self, query: Query, worth: list[Worth]) -> set[tuple[int, int]]:
        """Return (segment, row) of passages that hold every phrase in quotes, of those whose words come near to it."""
        if not query.phrases:
            return set()
        _, of_phrases = self.worth(wanted_terms(" ".join(query.phrases)))
        found: set[tuple[int, int]] = set()
        for position, row in sorted(_by_words(worth, PHRASED) | _by_words(of_phrases, PHRASED)):
            segment = self.segments[position]
            article = segment.article(int(segment.article_of[row]))
            text = run_of_words(segment.passage(row, article).text)
            if all(phrase in text for phrase in query.phrases):
                found.add((position, row))
        return found


def _by_words(worth: list[Worth], depth: int) -> set[tuple[int, int]]:
    """Return (segment, row) of the passages whose words are worth most to the question."""
    found = []
    for position, one in enumerate(worth):
        scores = one.share * one.cover
        best = np.argpartition(-scores, depth)[:depth] if len(scores) > depth else np.arange(len(scores))
        found += [(float(scores[row]), position, int(row)) for row in best if scores[row] > 0]
    found.sort(key=lambda hit: (-hit[0], *hit[1:]))
    return {(position, row) for _, position, row in found[:depth]}


def open_index(folder: Path, *, degraded: bool = False) -> Index:
    """Open the newest generation in ``folder`` whose manifest can be read; ``faults`` says if there was a newer one.

    Raises NothingIndexed where there is none and IndexDamaged, naming the file, where a file of it is
    damaged. With ``degraded``, damaged segments are left out instead.
    """
    missing: object = folder
    for _ in range(manifests.TRIES):
        try:
            newest, faults = manifests.read_newest_sound(folder)
            index = Index(folder, newest, degraded=degraded)
        except FileNotFoundError as error:
            missing = error.filename
        else:
            index.faults.extend(faults)
            return index
    raise IndexDamaged(f"{missing} is missing. Run `qa index --repair`; until then, `qa ask --degraded`.")
