"""Run as ``python -m eval.searches QUESTIONS [INDEX]``: each of the two searches alone, and both together.

Asks a question set of an index that stands and prints how well the product orders what it found, beside the order
by meaning alone and by words alone. Looks only; for what each choice in retrieval is worth, see ``trials``.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from eval.formats import load_set
from eval.run import Report, score, summarise
from index.errors import UserError
from index.place import find_index
from index.records import Evidence
from qa import retrieve
from qa.answer import answers, group
from qa.ask import Asker
from qa.diagnostics import ExitCode, Progress, exit_code, tell
from qa.expect import expected_form
from qa.read import read
from qa.records import IndexState, Reply
from qa.session import open_asker

SHOWN = ("hit@1", "hit@3", "hit@5", "hit@10", "ndcg@10")
Order = Callable[[Evidence, float], float]
"""From the evidence for a passage and the score of its best sentence to what it is ordered by."""


def _meaning(evidence: Evidence, sentence: float) -> float:
    return retrieve.relevance(replace(evidence, share=0.0), sentence)


def _words(evidence: Evidence, _: float) -> float:
    return evidence.share


ORDERS: Mapping[str, Order] = {"meaning": _meaning, "words": _words, "both": retrieve.relevance}


def asking(asker: Asker, order: Order) -> Callable[[str, int], Reply]:
    """Return an ``ask`` like the asker's own, but for the order of what was found."""
    state = IndexState(1, asker.index.manifest.articles, asker.index.manifest.passages, "", stale=False)

    def ask(question: str, k: int) -> Reply:
        asked = retrieve.query(question, asker.embedder.embed_question(question))
        has_form = expected_form(question) if order is not _words else None
        found = asker.index.find(asked, retrieve.DEPTH).candidates
        best = sorted(found, key=lambda one: order(one.evidence, max(one.evidence.sentences)), reverse=True)
        findings = [read(hit, has_form, asked.phrases) for hit in asker.index.read(best[: retrieve.READ])]
        ordered = [replace(one, score=order(one.hit.evidence, one.sentence_score)) for one in findings]
        ranked = answers(group(ordered)[:k], asker.scale)
        return Reply(question, question, bool(ranked), ranked[0].confidence if ranked else 0.0, ranked, state)

    return ask


def compare(asker: Asker, questions: Path) -> dict[str, Report]:
    """Return the report of each order on a question set about the asker's articles."""
    asked = load_set(questions).questions
    texts = {article.key.path: article.text for article in asker.index.articles()}
    found = {}
    for name, order in ORDERS.items():
        with Progress(f"Asking by {name}") as progress:
            found[name] = summarise(score(asked, asking(asker, order), texts, progress))
    return found


def main(arguments: Sequence[str]) -> ExitCode:
    """Print one line an order, with 95 % intervals."""
    parser = argparse.ArgumentParser(prog="python -m eval.searches", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("questions", type=Path, metavar="QUESTIONS", help="a question set about the index's articles")
    parser.add_argument("index", type=Path, nargs="?", metavar="INDEX", help="the index (default: as for qa ask)")
    given = parser.parse_args(arguments)
    try:
        found = compare(open_asker(find_index(given.index)), given.questions)
    except UserError as error:
        tell(str(error))
        return exit_code(error)
    lines = [f"{'order by':10}" + "".join(f"{name:>21}" for name in SHOWN)]
    for name, report in found.items():
        shown = (report.measures[measure] for measure in SHOWN)
        lines.append(f"{name:10}" + "".join(f"{f'{m.mean:.3f} ({m.low:.3f}-{m.high:.3f})':>21}" for m in shown))
    sys.stdout.write("\n".join(lines) + "\n")
    return ExitCode.DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
