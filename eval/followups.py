"""Run as ``python -m eval.followups DATA``: what completing follow-ups is worth, on public conversations.

Owns two comparisons: how well a turn is answered as it was asked, as the product completes it, and as a person wrote it
out (TREC CAsT 2022), and how many words of a person's version the product's holds (TREC CAsT 2019). Beside the
product stands what choosing words could do at all: those of the person's version that earlier questions hold.
Sources: Owoicho et al., TREC CAsT 2022; Dalton et al., TREC CAsT 2019; ROUGE: Lin, 2004.
"""

import argparse
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import nan
from pathlib import Path
from typing import cast

import numpy as np

from eval.estimates import bootstrap, ratio, value
from eval.question_sets import Question
from eval.reading import read
from eval.replay import Replay
from eval.resumable import finished
from eval.rows import Row
from eval.run import Before, score, summarise
from eval.scores.articles import lay
from eval.scores.conversations import conversations, written_out
from eval.scores.sets import CAST
from index.terms import FUNCTION_WORDS, terms
from qa.diagnostics import Progress
from qa.followup.complete import readings
from qa.records import Earlier
from qa.session import Setting, throwaway_asker

SHOWN = ("hit@1", "hit@5", "mrr@10")
CAST_2019 = Path("cast2019/evaluation")


def main(arguments: Sequence[str]) -> None:
    """Print both comparisons."""
    parser = argparse.ArgumentParser(prog="python -m eval.followups", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, metavar="DATA", help="the folder of public sets")
    parser.add_argument("--no-reader", action="store_true", help="by likeness alone")
    given = parser.parse_args(arguments)
    sys.stdout.write("\n".join(_answered(given.data, Setting(read=not given.no_reader))) + "\n")
    sys.stdout.write("\n".join(_worded(given.data)) + "\n")


def _answered(data: Path, setting: Setting) -> list[str]:
    """Return what the turns of CAsT 2022 score, as they were asked, completed, and written out by a person."""
    given = conversations(CAST, data)
    written = written_out(CAST, data)
    articles = cast(Mapping[str, bytes], given.articles)
    texts = {name: text.decode("utf-8") for name, text in articles.items()}
    with tempfile.TemporaryDirectory(prefix="qa-followups-") as folder:
        lay(articles, Path(folder))
        with throwaway_asker(Path(folder), setting) as asker:
            by_hand = [replace(one, text=written[one.id], history=()) for one in given.questions]
            chosen = [replace(one, text=well_chosen(one, written[one.id]), history=()) for one in given.questions]
            ways: Mapping[str, tuple[Sequence[Question], Before | None]] = {
                "as asked": (given.questions, None),
                "completed": (given.questions, Replay(asker).before),
                "well chosen": (chosen, None),
                "by a person": (by_hand, None),
            }
            rows = {}
            for way, (questions, before) in ways.items():
                with Progress(way) as progress:
                    rows[way] = score(questions, asker.ask, texts, progress, before=before)
    lines = [f"CAsT 2022, {len(given.questions)} turns over {len(texts)} texts"]
    lines += [f"{way:12} {_measures(found)}" for way, found in rows.items()]
    first = [not one.history for one in given.questions]
    lines += [f"of these, {sum(first)} first questions: {_first(rows, first)}"]
    shares = (f"{_share(rows, way)} {way}" for way in ("completed", "well chosen"))
    return [*lines, f"share of the gap in mrr@10 that is made up: {', '.join(shares)}", ""]


def well_chosen(question: Question, right: str) -> str:
    """Return a question and, behind it, the words of a person's version that earlier questions hold and it does not."""
    have, said = set(terms(question.text)), {term for one in question.history for term in terms(one)}
    found = [word for word in right.split() if (own := set(terms(word))) and own <= said and not own <= have]
    return f"{question.text} ({' '.join(dict.fromkeys(found))})" if found else question.text


def _measures(rows: Sequence[Row]) -> str:
    report = summarise(rows).measures
    shown = ((name, report[name]) for name in SHOWN)
    return "   ".join(f"{name} {one.mean:.3f} [{one.low:.3f}-{one.high:.3f}]" for name, one in shown)


def _first(rows: Mapping[str, Sequence[Row]], first: Sequence[bool]) -> str:
    means = {
        way: np.mean([row.measures["mrr@10"] or 0 for row, one in zip(found, first, strict=True) if one])
        for way, found in rows.items()
    }
    return ", ".join(f"mrr@10 {mean:.3f} {way}" for way, mean in means.items())


def _share(rows: Mapping[str, Sequence[Row]], way: str) -> str:
    """Return what share of a person's gain one way reaches, with a 95 % bootstrap interval over turns."""
    found = (rows[one] for one in ("as asked", way, "by a person"))
    asked, done, person = (np.array([row.measures["mrr@10"] or 0.0 for row in one]) for one in found)
    share = ratio(done - asked, person - asked)
    low, high = bootstrap({"share": share}, len(asked))["share"] or (nan, nan)
    return f"{value(share, len(asked)):.2f} [{low:.2f}-{high:.2f}]"


def _worded(data: Path) -> list[str]:
    """Return how far the words of the turns of CAsT 2019 are those of a person's version, and those put in at that."""
    versions = read(data / CAST_2019 / "evaluation_topics_annotated_resolved_v1.0.tsv").content.decode("utf-8")
    person = dict(line.split("\t") for line in versions.splitlines())
    asked, done, put_in = [], [], []
    for topic in json.loads(read(data / CAST_2019 / "evaluation_topics_v1.0.json").content):
        earlier: list[Earlier] = []
        for turn in topic["turn"]:
            question, right = turn["raw_utterance"], person[f"{topic['number']}_{turn['number']}"]
            chosen = readings(question, earlier)[0]
            asked.append(recall(question, right))
            done.append(recall(chosen.text, right))
            put_in.append([set(terms(text)) - set(terms(question)) - FUNCTION_WORDS for text in (chosen.text, right)])
            earlier.append(Earlier(chosen.text, "", chosen.meant))
    said = f"as asked {np.mean(asked):.3f}, completed {np.mean(done):.3f}"
    both, ours, theirs = (sum(map(len, one)) for one in zip(*((a & b, a, b) for a, b in put_in), strict=True))
    return [
        f"CAsT 2019, {len(asked)} turns, without a search: ROUGE-1 recall of a person's version: {said}",
        f"{ours} words put in, {both / ours:.2f} of them a person's; {both / theirs:.2f} of a person's {theirs}",
    ]


def recall(said: str, right: str) -> float:
    """Return what share of the words of ``right`` stand in ``said``, each as often as there: ROUGE-1 recall, 0 to 1."""
    have, want = (Counter(re.findall(r"\w+", text.casefold())) for text in (said, right))
    return (have & want).total() / max(1, want.total())


if __name__ == "__main__":
    sys.exit(finished(lambda: main(sys.argv[1:])))
