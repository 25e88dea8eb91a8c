"""Run as ``python -m eval.fidelity SET...``: our vectors and words beside the programs they should agree with.

SET is a SQuAD file or a BEIR folder. Its texts are embedded whole, cut where the model stops reading, by our bulk
embedding and by sentence-transformers' ``encode`` in a process of its own (``eval.bench.peer``), both in one run; and
searched by our words and by those of bm25s as it comes. All searches are exhaustive. Preparing models and cutting
is not in the seconds. Whole texts are what published scores are for; how ``qa`` ranks articles by their passages is
what ``qa eval`` measures.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eval.bench.stand import Runner, run_module
from eval.estimates import bootstrap, ratio
from eval.fidelity.ranks import DEPTH, Ranking, Spent, by_bm25s, by_meaning, by_peer, by_words, embed
from eval.formats import load_set
from eval.metrics import ndcg
from eval.question_sets import Question
from eval.run import Measure
from index import models
from index.embed import load_embedder
from index.errors import UsageError, UserError
from index.vectors import Embedder
from qa.diagnostics import ExitCode, exit_code, tell

PAIRS = (("dense", "peer_dense"), ("words", "bm25s"))
"""Ours and what it is compared with."""
LINE = "{:<28}{:>10}{:>10}   {}"

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Result:
    """What one set gave."""

    name: str
    texts: int
    questions: int
    spent: Spent
    """On embedding the texts."""
    peer_spent: Spent
    cosine_mean: float
    """Of the two vectors of a text."""
    cosine_least: float
    ndcg: dict[str, float]
    """nDCG@10 of "dense", "peer_dense", "words" and, where it is installed, "bm25s"."""
    differences: dict[str, Measure]
    """Of ours and the other's, "dense" and "words", with the paired interval."""


def gains(questions: Sequence[Question], rankings: Sequence[Ranking]) -> Floats:
    """Return the nDCG@10 of each question's ranking, shape (questions,)."""
    found = []
    for question, ranking in zip(questions, rankings, strict=True):
        hits = [{number for number, gold in enumerate(question.gold or ()) if gold.article == name} for name in ranking]
        found.append(ndcg(hits, question.alternatives, DEPTH))
    return np.array(found)


def difference(ours: Floats, theirs: Floats) -> Measure:
    """Return how much more ours is on average, and its 95 % interval over questions drawn with both their values."""
    each = ours - theirs
    bounds = bootstrap({"more": ratio(each, np.ones(len(each)))}, len(each))["more"] or (None, None)
    return Measure(float(each.mean()), *bounds)


def compare(path: Path, embedder: Embedder, run: Runner = run_module) -> Result:
    """Return what the set at ``path`` gives. Raises UsageError where it brings no texts."""
    given = load_set(path)
    if not given.texts:
        raise UsageError(f"{path} brings no texts of its own. Give a SQuAD file or a BEIR folder.")
    names, texts = list(given.texts), list(given.texts.values())
    questions = [question for question in given.questions if question.answerable]
    said = [question.text for question in questions]
    tell(f"{path}: {len(texts):,} texts, ours")
    vectors, spent = embed(texts, embedder)
    asked = [embedder.embed_question(one) for one in said]
    rankings = {"dense": by_meaning(names, vectors, asked), "words": by_words(names, texts, said)}
    tell(f"{path}: {len(texts):,} texts, the peer's")
    rankings["peer_dense"], others, peer_spent = by_peer(dict(given.texts), questions, run)
    if (found := by_bm25s(names, texts, said)) is not None:
        rankings["bm25s"] = found
    scored = {name: gains(questions, ranking) for name, ranking in rankings.items()}
    cosines = (vectors * others).sum(axis=1)
    return Result(
        name=path.name,
        texts=len(texts),
        questions=len(questions),
        spent=spent,
        peer_spent=peer_spent,
        cosine_mean=float(cosines.mean()),
        cosine_least=float(cosines.min()),
        ndcg={name: float(each.mean()) for name, each in scored.items()},
        differences={ours: difference(scored[ours], scored[other]) for ours, other in PAIRS if other in scored},
    )


def table(result: Result) -> str:
    """Return a result as lines of at most 80 columns."""
    ours, theirs = result.spent, result.peer_spent
    faster, lighter = theirs.seconds / ours.seconds, theirs.processor_s / ours.processor_s
    lines = [
        f"{result.name}: {result.texts:,} texts, {result.questions:,} questions",
        LINE.format("", "qa", "peer", "difference, 95 % interval"),
        LINE.format("embedding, s", f"{ours.seconds:.2f}", f"{theirs.seconds:.2f}", f"peer/qa {faster:.2f}"),
        LINE.format("  processor, s", f"{ours.processor_s:.2f}", f"{theirs.processor_s:.2f}", f"peer/qa {lighter:.2f}"),
        LINE.format("  texts a second", *(f"{result.texts / one.seconds:.1f}" for one in (ours, theirs)), ""),
        LINE.format("cosine of vectors, mean", "", f"{result.cosine_mean:.4f}", ""),
        LINE.format("cosine of vectors, least", "", f"{result.cosine_least:.4f}", ""),
        _gain(result, "nDCG@10 by meaning", *PAIRS[0]),
        _gain(result, "nDCG@10 by words", *PAIRS[1]),
    ]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _gain(result: Result, title: str, ours: str, theirs: str) -> str:
    if theirs not in result.ndcg:
        return LINE.format(title, f"{result.ndcg[ours]:.4f}", "-", "")
    apart = result.differences[ours]
    bounds = "" if apart.low is None or apart.high is None else f" ({apart.low:+.4f} - {apart.high:+.4f})"
    return LINE.format(title, f"{result.ndcg[ours]:.4f}", f"{result.ndcg[theirs]:.4f}", f"{apart.mean:+.4f}{bounds}")


def main(arguments: Sequence[str]) -> ExitCode:
    """Print a table for each set."""
    parser = argparse.ArgumentParser(prog="python -m eval.fidelity", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sets", nargs="+", type=Path, metavar="SET", help="a SQuAD file or a BEIR folder")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the results there too")
    given = parser.parse_args(arguments)
    results = []
    try:
        embedder = load_embedder(models.prepare(models.DEFAULT_MODEL, tell))
        for path in given.sets:
            results.append(compare(path, embedder))
            sys.stdout.write(f"{table(results[-1])}\n")
            sys.stdout.flush()
    except UserError as error:
        tell(str(error))
        return exit_code(error)
    sys.stdout.write("peer: sentence-transformers; by words, bm25s. All questions are answerable ones.\n")
    if given.json:
        given.json.write_text(json.dumps([asdict(result) for result in results], indent=1) + "\n", encoding="utf-8")
    return ExitCode.DONE
