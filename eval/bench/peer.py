"""Run as ``python -P -m eval.bench.peer index|ask|rank …``: the plain script that ``qa`` is compared with.

What a user would write with sentence-transformers and FAISS: chunks of 200 words, ``encode`` with its
defaults, a flat index, two files. With ``index.export`` the only module that loads torch, always in a process
of its own, and the only one that loads it beside FAISS: on Linux both orders work, and torch comes first because
crashes are reported from macOS, where each brings its own OpenMP. FAISS is held to one thread when asking: the two
share their threads, and with one a core they wait for each other (a question to 20,000 chunks on two busy cores:
235 to 515 ms, with one thread 26 ms). When indexing, ``encode`` keeps its own number of threads.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from index import models

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

CHUNK_WORDS = 200
DEPTH = 10
"""How many texts ``rank`` writes for a question."""
VECTORS, CHUNKS = "vectors.faiss", "chunks.json"

Vectors = npt.NDArray[np.float32]
Record = dict[str, Any]


class Ranked(NamedTuple):
    """Whole texts ranked for questions."""

    found: list[Record]
    """For each question its "id" and the "best" ``DEPTH`` texts with their scores, best first."""
    vectors: Vectors
    """Of the texts, shape (texts, dim)."""
    seconds: float
    """That encoding the texts took, the loading of the model left out."""
    processor_s: float
    """Of all cores together."""


def chunks_of(text: str, words: int = CHUNK_WORDS) -> list[str]:
    """Return a text as chunks of so many words (the last may be shorter), white space evened out."""
    found = text.split()
    return [" ".join(found[at : at + words]) for at in range(0, len(found), words)]


def index(folder: Path, out: Path) -> Record:
    """Make ``out`` an index of all .txt files below ``folder``, and return what it holds."""
    paths = sorted(folder.rglob("*.txt"))
    chunks = [
        {"article": path.relative_to(folder).as_posix(), "text": chunk}
        for path in paths
        for chunk in chunks_of(path.read_text(encoding="utf-8", errors="replace"))
    ]
    source = models.find_model(models.DEFAULT_MODEL)
    vectors = _encode(_load(source), [chunk["text"] for chunk in chunks])
    import faiss

    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    out.mkdir(parents=True, exist_ok=True)
    faiss.write_index(flat, str(out / VECTORS))
    (out / CHUNKS).write_text(json.dumps({"model": str(source), "chunks": chunks}), encoding="utf-8")
    return {"articles": len(paths), "chunks": len(chunks)}


def ask(out: Path, questions: Sequence[str], k: int) -> Iterable[Record]:
    """Yield for each question the ``k`` best chunks of ``out``, best first, and the milliseconds that it took.

    The model's folder is read from the index, so that no time goes into finding and checking it.
    """
    stored = json.loads((out / CHUNKS).read_text(encoding="utf-8"))
    model = _load(Path(stored["model"]))
    import faiss

    faiss.omp_set_num_threads(1)
    flat = faiss.read_index(str(out / VECTORS))
    for question in questions:
        started = time.perf_counter()
        vector = _encode(model, [question])
        encoded = time.perf_counter()
        scores, rows = flat.search(vector, min(k, flat.ntotal))
        best = [
            {**stored["chunks"][row], "score": round(float(score), 4)}
            for score, row in zip(scores[0], rows[0], strict=True)
        ]
        done = time.perf_counter()
        spans = {"embed": encoded - started, "find": done - encoded, "total": done - started}
        took = {stage: round(seconds * 1000, 2) for stage, seconds in spans.items()}
        yield {"question": question, "answers": best, "timing_ms": took}


def rank(texts: Sequence[Record], questions: Sequence[Record]) -> Ranked:
    """Rank ``texts`` for each question, both {"id", "text"}.

    What of a text is longer than the model reads is cut off, as sentence-transformers does.
    """
    model = _load(models.find_model(models.DEFAULT_MODEL))
    _encode(model, ["The first call does what is done only once."])
    started, worked = time.perf_counter(), time.process_time()
    vectors = _encode(model, [text["text"] for text in texts])
    seconds, processor_s = time.perf_counter() - started, time.process_time() - worked
    asked = _encode(model, [question["text"] for question in questions])
    import faiss

    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    scores, rows = flat.search(asked, min(DEPTH, flat.ntotal))
    found = []
    for question, values, places in zip(questions, scores, rows, strict=True):
        best = [{"id": texts[row]["id"], "score": float(score)} for score, row in zip(values, places, strict=True)]
        found.append({"id": question["id"], "best": best})
    return Ranked(found, vectors, seconds, processor_s)


def _load(folder: Path) -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder), local_files_only=True)


def _encode(model: "SentenceTransformer", texts: list[str]) -> Vectors:
    """Return unit vectors, shape (texts, dim)."""
    return np.asarray(model.encode(texts, normalize_embeddings=True), dtype=np.float32)


def _read_lines(path: Path) -> list[Record]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m eval.bench.peer", description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    indexing = commands.add_parser("index", help="make OUT an index of the .txt files below FOLDER")
    indexing.add_argument("folder", type=Path, metavar="FOLDER")
    asking = commands.add_parser("ask", help='print the best chunks; "-" reads one question a line from stdin')
    ranking = commands.add_parser("rank", help='rank whole texts, {"id", "text"} a line, for questions of that form')
    for name in ("texts", "questions"):
        ranking.add_argument(name, type=Path, metavar=f"{name.upper()}.jsonl")
    for command in (indexing, asking, ranking):
        command.add_argument("out", type=Path, metavar="OUT")
    ranking.add_argument("--vectors", type=Path, metavar="FILE.npy", help="where to keep the vectors of the texts")
    asking.add_argument("question", metavar="QUESTION")
    asking.add_argument("-k", type=int, default=1, metavar="N")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> None:
    """Run one command; what it found is JSON, one object a line, on stdout (``rank`` writes it to OUT)."""
    given = _options(arguments)
    if given.command == "index":
        sys.stdout.write(f"{json.dumps(index(given.folder, given.out))}\n")
    elif given.command == "ask":
        questions = [line.strip() for line in sys.stdin] if given.question == "-" else [given.question]
        for reply in ask(given.out, questions, given.k):
            sys.stdout.write(f"{json.dumps(reply)}\n")
    else:
        ranked = rank(_read_lines(given.texts), _read_lines(given.questions))
        given.out.write_text("".join(f"{json.dumps(one)}\n" for one in ranked.found), encoding="utf-8")
        if given.vectors:
            np.save(given.vectors, ranked.vectors)
        took = {"seconds": ranked.seconds, "processor_s": ranked.processor_s}
        sys.stdout.write(f"{json.dumps({'texts': len(ranked.vectors), **took})}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
