"""Run as ``python -m eval.training.mine DATA WORK``: hard negatives for the pairs of the public sets, resumable.

Owns what is searched and what counts as not holding the answer. Searched are the texts of the same source, cut into
passages as the product cuts them and ordered as it orders them: what it brings up first and does not hold the answer
is what the reader has to tell from what does. Writes WORK/rivals-SOURCE.jsonl, a line a pair: its number and texts.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from eval.metrics import answer_within
from eval.resumable import finished
from eval.training.pairs import Pair, load_pairs
from eval.training.talks import TALK, TALKS, load_talks
from eval.training.written import SOURCE, WRITTEN, load_written
from eval.trials.memory import Cut, Memory, lay_out
from index import models
from index.articles import read as read_article
from index.embed import load_embedder
from index.records import ArticleKey
from index.store import Candidate
from index.vectors import Embedder
from qa.diagnostics import Progress, tell
from qa.retrieve import query, relevance

SOURCES = ("squad", "reddit", "amazon", SOURCE, TALK)
"""Those of whole texts; of others every sentence is a text."""
DEPTH = 24
"""Candidates looked at for each pair."""
KEPT = 6
"""Texts kept for each pair, the most misleading first."""


def main(arguments: Sequence[str]) -> None:
    """Mine what no file holds yet."""
    parser = argparse.ArgumentParser(prog="python -m eval.training.mine", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, metavar="DATA", help="the folder of public sets")
    parser.add_argument("work", type=Path, metavar="WORK", help="where the rivals go")
    parser.add_argument("--written", type=Path, default=WRITTEN, metavar="FILE", help="other questions than our own")
    parser.add_argument("--talks", type=Path, default=TALKS, metavar="FILE", help="other conversations than our own")
    given = parser.parse_args(arguments)
    given.work.mkdir(parents=True, exist_ok=True)
    public = load_pairs(given.data)
    pairs = public + load_written(public, given.written) + load_talks(public, given.talks)
    embedder = load_embedder(models.prepare(models.DEFAULT_MODEL, tell))
    for source in SOURCES:
        numbers = [number for number, pair in enumerate(pairs) if pair.source == source and pair.answered]
        _mine(source, numbers, pairs, embedder, given.work / f"rivals-{source}.jsonl")


def _mine(source: str, numbers: Sequence[int], pairs: Sequence[Pair], embedder: Embedder, path: Path) -> None:
    """Add the lines that the file of a source lacks; one that was broken off is written again."""
    whole = path.read_bytes().rpartition(b"\n")[0] if path.is_file() else b""
    done = whole.count(b"\n") + 1 if whole else 0
    if done == len(numbers):
        return
    with Progress(f"Embedding {source}") as progress:
        texts = list(dict.fromkeys(pairs[number].text for number in numbers))
        readings = [read_article(ArticleKey("", f"{at}.txt"), text.encode()) for at, text in enumerate(texts)]
        memory = lay_out(readings, Cut(), embedder, progress)
    with Progress(f"Mining {source}") as progress, path.open("wb") as file:
        file.write(whole + b"\n" if whole else b"")
        for at, number in enumerate(numbers[done:], start=done + 1):
            rivals = mined(pairs[number], memory, embedder)
            file.write(json.dumps([number, rivals]).encode() + b"\n")
            progress(at, len(numbers))


def mined(pair: Pair, memory: Memory, embedder: Embedder) -> list[str]:
    """Return the texts of at most KEPT passages that come near to a question and do not hold its answer."""
    found = memory.find(query(pair.question, embedder.embed_question(pair.question)), DEPTH).candidates
    hits = memory.read(sorted(found, key=_rough, reverse=True)[:DEPTH])
    texts = dict.fromkeys(hit.passage.text for hit in hits)
    return [text for text in texts if not answer_within(text, [pair.said])][:KEPT]


def _rough(candidate: Candidate) -> float:
    return relevance(candidate.evidence, max(candidate.evidence.sentences))


if __name__ == "__main__":
    sys.exit(finished(lambda: main(sys.argv[1:])))
