"""Rankings of whole texts by exhaustive search: by our vectors and words, and by the programs they are compared with.

Owns how the others are called, and what is in the seconds: embedding the texts, and nothing that prepares it.
"""

import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eval.bench.stand import Runner
from eval.question_sets import Question
from eval.trials.memory import counted
from index import lexical
from index.records import Span
from index.terms import terms, wanted_terms
from index.vectors import Embedder, PassageText, Vectors
from qa.diagnostics import Progress, tell

DEPTH = 10

Ranking = Sequence[str]
"""The names of the best texts, best first, ``DEPTH`` at most."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What embedding some texts took."""

    seconds: float
    """By the clock on the wall."""
    processor_s: float
    """Of all cores together; what else the computer does lengthens it less."""


def readable(text: str, embedder: Embedder) -> str:
    """Return the longest beginning of a text that the model can read, but for a piece or two."""
    limit = embedder.card.max_tokens
    if embedder.count_tokens(text) <= limit:
        return text
    read, cut = 0, len(text)
    while cut - read > 1:
        middle = (read + cut) // 2
        read, cut = (middle, cut) if embedder.count_tokens(text[:middle]) <= limit else (read, middle)
    return text[:read]


def embed(texts: Sequence[str], embedder: Embedder) -> tuple[Vectors, Spent]:
    """Return the vectors of texts, shape (texts, dim), and what embedding them took."""
    given = [PassageText(text, (Span(0, len(text)),)) for text in (readable(text, embedder) for text in texts)]
    embedder.embed_passages(given[:1])  # the first call does what is done only once
    with Progress("Embedding texts") as progress:
        started, worked = time.perf_counter(), time.process_time()
        made = embedder.embed_passages(given, progress)
        spent = Spent(time.perf_counter() - started, time.process_time() - worked)
    return np.stack([one.whole for one in made]), spent


def by_meaning(names: Sequence[str], vectors: Vectors, asked: Sequence[Vectors]) -> list[Ranking]:
    """Rank all texts by the cosines of their vectors and each question's."""
    return [_best(names, vectors @ one) for one in asked]


def by_words(names: Sequence[str], texts: Sequence[str], questions: Sequence[str]) -> list[Ranking]:
    """Rank the texts that share a word with each question by BM25, over our terms."""
    postings, live = [counted([terms(text) for text in texts])], [np.ones(len(texts), dtype=bool)]
    weighed = (lexical.weigh(wanted_terms(question), postings, live) for question in questions)
    return [_best(names, lexical.worth(one, postings, live)[0].share, above=0) for one in weighed]


def by_bm25s(names: Sequence[str], texts: Sequence[str], questions: Sequence[str]) -> list[Ranking] | None:
    """Rank as ``by_words`` does with bm25s, its own English words and its own defaults; None where it is missing."""
    try:
        bm25s = import_module("bm25s")
    except ModuleNotFoundError:
        tell("bm25s is missing and left out. Run `python -m pip install -e '.[dev]'`.")
        return None
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(list(texts), show_progress=False), show_progress=False)
    asked = bm25s.tokenize(list(questions), show_progress=False)
    rows, scores = retriever.retrieve(asked, k=min(DEPTH, len(texts)), show_progress=False)
    found = (zip(*one, strict=True) for one in zip(rows, scores, strict=True))
    return [[names[row] for row, score in one if score > 0] for one in found]


def by_peer(texts: dict[str, str], questions: Sequence[Question], run: Runner) -> tuple[list[Ranking], Vectors, Spent]:
    """Rank as ``by_meaning`` does with the peer. Returns its vectors and what its ``encode`` took too."""
    with tempfile.TemporaryDirectory(prefix="qa-fidelity-") as folder:
        files = [Path(folder, name) for name in ("texts.jsonl", "questions.jsonl", "found.jsonl", "vectors.npy")]
        asked = {question.id: question.text for question in questions}
        for path, given in zip(files, (texts, asked), strict=False):
            lines = (json.dumps({"id": name, "text": text}) for name, text in given.items())
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        done = run(["eval.bench.peer", "rank", *map(str, files[:3]), "--vectors", str(files[3])], "")
        found = [json.loads(line)["best"] for line in files[2].read_text(encoding="utf-8").splitlines()]
        took = json.loads(done.said)
        spent = Spent(took["seconds"], took["processor_s"])
        return [[one["id"] for one in best] for best in found], np.load(files[3]), spent


def _best(names: Sequence[str], scores: npt.NDArray[np.float32], above: float = -np.inf) -> Ranking:
    return [names[row] for row in np.argsort(-scores, kind="stable")[:DEPTH] if scores[row] > above]
