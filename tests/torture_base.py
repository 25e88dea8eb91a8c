"""What every part of the torture shares: a small world of articles, its index, and what an index says.

Proves nothing by itself. An index "says" every live article and every live passage, each read through
its checksums; two indexes are alike when they say the same and rank it the same.
"""

import contextlib
import random
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from conftest import FAKE_CARD, FakeEmbedder

from index import build, compose, exports, garbage, models
from index.build import Update, Wish
from index.errors import NothingIndexed
from index.store import Index, Query, open_index
from index.terms import phrases, wanted_terms
from index.vectors import Embedder, PassageText, PassageVectors, Progress

WORDS = "rover lander orbit crater launch probe moon dust sample signal antenna crew engine comet tide lunar".split()
QUESTIONS = (
    "Where did the rover land?",
    "crater dust and the orbit",
    "engine signal 7",
    "Which prrobe, or is it a b or c, has a wheel?",
    'Who saw the "moon dust"?',
)
EVERYTHING = 10**6

Counts = dict[str, int]
Said = tuple[tuple[tuple[str, str], ...], tuple[tuple[str, int, int, str], ...]]
"""Live articles (path, text), and live passages (path, start, end, text)."""
NOTHING: Said = ((), ())


NOTED: set[str] = set()


def note(text: str) -> None:
    """Say what went wrong on stderr, which pytest shows with a failure; each kind of thing once."""
    kind = re.sub(r"torture-\w+|\d+", "", text)
    if text and kind not in NOTED:
        sys.stderr.write(f"{text}\n")
    NOTED.add(kind)


def sentences(seed: str, count: int = 6) -> str:
    """Return a text of ``count`` sentences that depends on ``seed`` only."""
    dice = random.Random(seed)
    return " ".join(f"The {' '.join(dice.choices(WORDS, k=8))} {dice.randrange(99)}." for _ in range(count))


@dataclass(frozen=True)
class World:
    """A folder of articles and the place of its index."""

    articles: Path
    index: Path

    def write(self, name: str, text: str) -> None:
        (self.articles / name).write_text(text, encoding="utf-8", newline="")

    def remove(self, name: str) -> None:
        (self.articles / name).unlink()

    def update(self, embedder: Embedder | None = None, **wish: object) -> Update:
        """Bring the index up to date with what is on the disk."""
        asked = Wish(**{"paths": (self.articles,), **wish})
        return build.update(self.index, asked, lambda _: embedder or FakeEmbedder())

    def truth(self) -> dict[str, str]:
        """Return every article on the disk by its path."""
        return {path.name: path.read_bytes().decode() for path in self.articles.iterdir()}

    def change(self) -> None:
        """Add one article, edit one, remove one and rename one."""
        self.write("new.txt", sentences("new"))
        self.write("a.txt", sentences("a edited"))
        self.remove("b.txt")
        (self.articles / "c.txt").rename(self.articles / "renamed.txt")


@contextlib.contextmanager
def fake_model() -> Iterator[None]:
    """The model that is installed is the fake one, and needs no export."""
    with (
        patch.object(models, "prepare", lambda name, tell: FAKE_CARD),
        patch.object(models, "restore", lambda card, tell: card),
        patch.object(exports, "verify_export", lambda fingerprint: ()),
    ):
        yield


@contextlib.contextmanager
def settings(*, grace: float | None = None, step: int | None = None, segments: int | None = None) -> Iterator[None]:
    """Shrink the times and sizes that are too large to be waited for."""
    with contextlib.ExitStack() as stack:
        if grace is not None:
            stack.enter_context(patch.object(garbage, "GRACE", grace))
        if step is not None:
            stack.enter_context(patch.object(compose, "STEP_CHARACTERS", step))
        if segments is not None:
            stack.enter_context(patch.object(compose, "SEGMENTS", segments))
        yield


@contextlib.contextmanager
def new_world(names: str = "abcdef", count: int = 6) -> Iterator[World]:
    """Give a world with articles, not indexed yet, in memory where the system has a place for that."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="torture-", dir=memory if memory.is_dir() else None) as place:
        world = World(Path(place).resolve() / "articles", Path(place).resolve() / "index")
        world.articles.mkdir()
        for name in names:
            world.write(f"{name}.txt", sentences(name, count))
        yield world


def said_by(index: Index) -> Said:
    """Return all that an open index says; every live passage is read, its checksum checked."""
    found = index.find(Query(FakeEmbedder().embed_question(QUESTIONS[0])), EVERYTHING)
    hits = index.read(found.candidates)
    passages = sorted((hit.article.key.path, hit.passage.start, hit.passage.end, hit.passage.text) for hit in hits)
    if len(passages) != index.manifest.passages:
        raise AssertionError(f"{len(passages)} passages where the manifest counts {index.manifest.passages}")
    return tuple(sorted((article.key.path, article.text) for article in index.articles())), tuple(passages)


def said(folder: Path) -> Said:
    """Return all that the index in ``folder`` says: nothing where there is none. Damage is an error, however small."""
    try:
        index = open_index(folder)
    except NothingIndexed:
        return NOTHING
    if index.faults:
        raise AssertionError(f"passed over: {index.faults}")
    return said_by(index)


def fresh(articles: dict[str, str], then: Callable[[Path], object] = said) -> object:
    """Return what ``then`` makes of an index built from nothing of ``articles``."""
    with new_world("") as world:
        for name, text in articles.items():
            world.write(name, text)
        if articles:
            world.update()
        return then(world.index)


def ranking(folder: Path) -> list[dict[object, tuple[float, ...]]]:
    """Return, for each question, what each of its words weighs and all that speaks for each live passage."""
    try:
        index = open_index(folder)
    except NothingIndexed:
        return [{} for _ in QUESTIONS]
    ranked = []
    for question in QUESTIONS:
        asked = Query(FakeEmbedder().embed_question(question), wanted_terms(question), phrases(question))
        found = index.find(asked, EVERYTHING)
        weights: dict[object, tuple[float, ...]] = {
            (one.wanted, one.term): (one.passages, one.weight) for one in found.weighed
        }
        for hit in index.read(found.candidates):
            one = hit.evidence
            scores = one.cosine, one.article, one.share, one.cover, one.aside, one.phrased, *one.sentences
            weights[hit.article.key.path, hit.passage.start, hit.passage.end] = tuple(map(float, scores))
        ranked.append(weights)
    return ranked


def alike(folder: Path, articles: dict[str, str]) -> bool:
    """Tell whether an index says and ranks what a fresh build of ``articles`` does, ties of 1e-4 aside."""
    if said(folder) != fresh(articles):
        return False
    pairs = zip(ranking(folder), fresh(articles, ranking), strict=True)
    return all(a.keys() == b.keys() and all(_near(one, b[key]) for key, one in a.items()) for a, b in pairs)


def _near(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return all(abs(a - b) < 1e-4 for a, b in zip(one, other, strict=True))


class Slow(FakeEmbedder):
    """The fake embedder, which calls ``before`` with the number of the call before it embeds anything."""

    def __init__(self, before: Callable[[int], None]) -> None:
        super().__init__()
        self.before = before
        self.calls = 0

    def embed_passages(self, passages: "list[PassageText]", progress: Progress | None = None) -> list[PassageVectors]:
        self.calls += 1
        self.before(self.calls)
        return super().embed_passages(passages, progress)
