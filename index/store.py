"""An open index: one complete generation, read once, the same until it is closed.

Owns what asking needs of an index and nothing that writes one. Never writes, so that it works on
read-only media.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index import manifest as manifests
from index.errors import IndexDamaged
from index.manifest import Manifest
from index.records import Article, Passage
from index.segments import Segment
from index.vectors import Vectors

TRIES = 5
"""How often a reader starts again when a file went missing under it because a newer generation came."""


@dataclass(frozen=True, slots=True)
class Near:
    """A live passage near a question."""

    score: float
    """Cosine of question and passage, -1 to 1."""
    sentence_scores: tuple[float, ...]
    """Cosine of the question and each sentence, to three digits."""
    article: Article
    passage: Passage


class Index:
    """One generation of an index, open for reading."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder = folder
        self.manifest = manifest
        self._segments = [Segment(folder, record, manifest.model.dim) for record in manifest.segments]

    def nearest(self, question: Vectors, k: int, *, aside: bool = False) -> list[Near]:
        """Return the ``k`` live passages nearest to a question's vector, shape (dim,), best first.

        Either the articles' own passages or, with ``aside``, only what surrounds them. Scores that agree
        to five digits are ordered by article and place, so that the order does not depend on history.
        """
        found = [
            (score, position, row)
            for position, segment in enumerate(self._segments)
            for score, row in segment.search(question, k, aside=aside)
        ]
        found.sort(key=lambda hit: -hit[0])
        articles: dict[tuple[int, int], Article] = {}
        near = [self._read(question, articles, *hit) for hit in found[:k]]
        return sorted(near, key=lambda hit: (-round(hit.score, 5), hit.article.key, hit.passage.start))

    def articles(self) -> Iterator[Article]:
        """Yield every live article."""
        for segment in self._segments:
            dead = set(segment.record.dead)
            for number in range(segment.record.articles):
                if number not in dead:
                    yield segment.article(number)

    def _read(
        self, question: Vectors, articles: dict[tuple[int, int], Article], score: float, position: int, row: int
    ) -> Near:
        """Return a found passage; ``articles`` remembers those that were read for the same question."""
        segment = self._segments[position]
        number = int(segment.passages[row]["article"])
        article = articles.get((position, number)) or segment.article(number)
        articles[position, number] = article
        scores = segment.sentence_vectors(row) @ question
        return Near(score, tuple(map(float, scores)), article, segment.passage(row, article))


def open_index(folder: Path) -> Index:
    """Open the newest generation in ``folder``.

    Raises NothingIndexed where there is none and IndexDamaged, naming the file, where it is damaged.
    """
    for _ in range(TRIES):
        newest = None
        try:
            newest = manifests.read_newest(folder)
            return Index(folder, newest)
        except FileNotFoundError as error:
            missing = error.filename
            if newest is not None and manifests.generations(folder)[:1] == [newest.generation]:
                break
    raise IndexDamaged(f"{missing} is missing. Build the index anew from the articles: `qa index --rebuild`.")
