"""Fixtures shared by the tests: the real model, the seeds, and an index of a copy of them."""

import shutil
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from index import exports, models
from index.build import Wish, update
from index.embed import OnnxEmbedder, load_embedder
from index.exports import Precision
from index.records import Hit, ModelCard
from index.store import Index, Query
from index.vectors import Embedder, PassageText, PassageVectors, Progress, Vectors
from qa.reader import ready
from qa.reader.model import OnnxReader

OLD_ENDINGS = (
    "articles.jsonl",
    "articles.lines",
    "passages.rows",
    "sentences.spans",
    "sentences.half",
    "vectors.faiss",
)
"""The files of a segment of format 1."""
ENDINGS = (*OLD_ENDINGS, "words.terms", "words.postings", "words.counts")
"""The files of a segment."""


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    for name in ("QA_INDEX", "QA_KEEP", "QA_PLAIN", "PAGER", "VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("QA_STATE", str(tmp_path / "state"))
    return


@pytest.fixture(scope="session")
def seeds() -> Path:
    return Path(__file__).resolve().parent.parent / "seeds"


@pytest.fixture(scope="session")
def embedder() -> OnnxEmbedder:
    return load_embedder(PREPARE(models.DEFAULT_MODEL, lambda _: None))


@pytest.fixture(scope="session")
def reader() -> OnnxReader:
    ready.make_ready(lambda _: None)
    return ready.load_reader()


@pytest.fixture(scope="session")
def full_embedder() -> OnnxEmbedder:
    """The default model in full precision, as every index of format 1 was made with it."""
    folder = models.find_model(models.DEFAULT_MODEL)
    (mark,) = (mark for mark, precision in models.fingerprints(folder).items() if precision is Precision.FP32)
    made = exports.card_of(mark)
    return load_embedder(
        made or exports.make_export(folder, models.DEFAULT_MODEL, mark, Precision.FP32, lambda _: None)
    )


@pytest.fixture(scope="session")
def seed_articles(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the seeds; tests must not change it."""
    folder = tmp_path_factory.mktemp("articles") / "seeds"
    shutil.copytree(seeds, folder)
    return folder


@pytest.fixture(scope="session")
def seed_index(seed_articles: Path, embedder: OnnxEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an index over ``seed_articles``; tests must not change it."""
    folder = tmp_path_factory.mktemp("seed-index") / "index"
    with pytest.MonkeyPatch.context() as patch:  # a module that uses ``fake_model`` may be the first to ask
        patch.setattr(models, "prepare", PREPARE)
        patch.setattr(models, "restore", RESTORE)
        update(folder, Wish(paths=(seed_articles,)), lambda _: embedder)
    return folder


def nearest(index: Index, vector: Vectors, depth: int = 10**6) -> list[Hit]:
    """Return the passages found by meaning alone, nearest first."""
    found = index.find(Query(vector), depth)
    return sorted(index.read(found.candidates), key=lambda hit: -hit.evidence.cosine)


PREPARE, RESTORE = models.prepare, models.restore
FAKE_CARD = ModelCard("fake", "f" * 64, 8, 120)


class FakeEmbedder:
    """Words hashed into eight dimensions; remembers what it was asked to embed."""

    card = FAKE_CARD

    def __init__(self) -> None:
        self.asked: list[PassageText] = []

    def count_tokens(self, text: str) -> int:
        return len(text.split()) + 2

    def embed_passages(self, passages: Sequence[PassageText], progress: Progress | None = None) -> list[PassageVectors]:
        self.asked += passages
        return [
            PassageVectors(
                self.embed_question(passage.text),
                np.stack([self.embed_question(passage.text[a:b]) for a, b in passage.sentences]),
            )
            for passage in passages
        ]

    def embed_question(self, text: str) -> Vectors:
        row = np.full(8, 1e-3, np.float32)
        for word in text.split():
            row[zlib.crc32(word.encode()) % 8] += 1 + zlib.crc32(word.encode()) % 97 / 97
        return row / np.float32(np.linalg.norm(row))


class Counting:
    """A real embedder that remembers what it was asked to embed."""

    def __init__(self, inner: Embedder) -> None:
        self.inner = inner
        self.card = inner.card
        self.asked: list[PassageText] = []

    def count_tokens(self, text: str) -> int:
        return self.inner.count_tokens(text)

    def embed_passages(self, passages: Sequence[PassageText], progress: Progress | None = None) -> list[PassageVectors]:
        self.asked += passages
        return self.inner.embed_passages(passages, progress)

    def embed_question(self, text: str) -> Vectors:
        return self.inner.embed_question(text)


@pytest.fixture(scope="module")
def fake_model() -> Iterator[None]:
    """The model that is installed is the fake one, and needs no export."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models, "prepare", lambda name, tell: FAKE_CARD)
        patch.setattr(models, "restore", lambda card, tell: card)
        yield
