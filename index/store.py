"""An open index: one complete generation, read once, the same until it is closed.

Owns what asking needs of an index and nothing that writes one. Never writes, so that it works on
read-only media.
"""

from collections.abc import Iterator
from pathlib import Path

from index import manifest as manifests
from index.errors import IndexDamaged
from index.manifest import Manifest
from index.records import Article, Hit
from index.segments import Segment
from index.vectors import Vectors


class Index:
    """One generation of an index, open for reading."""

    def __init__(self, folder: Path, manifest: Manifest, *, degraded: bool = False) -> None:
        """Open every segment of ``manifest``, or with ``degraded`` every sound one."""
        self.folder = folder
        self.manifest = manifest
        self.faults: list[str] = []
        """What was passed over, a sentence each; more than none only where it was allowed."""
        self._segments: list[Segment] = []
        for record in manifest.segments:
            try:
                self._segments.append(Segment(folder, record, manifest.model.dim))
            except (IndexDamaged, FileNotFoundError) as error:
                if not degraded:
                    raise
                self.faults.append(f"{error.filename} is missing." if isinstance(error, OSError) else str(error))

    def nearest(self, question: Vectors, k: int, *, aside: bool = False) -> list[Hit]:
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
    ) -> Hit:
        """Return a found passage; ``articles`` remembers those that were read for the same question."""
        segment = self._segments[position]
        number = int(segment.passages[row]["article"])
        article = articles.get((position, number)) or segment.article(number)
        articles[position, number] = article
        scores = segment.sentence_vectors(row) @ question
        return Hit(score, tuple(map(float, scores)), article, segment.passage(row, article))


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
