"""Runs and judgements in the form of TREC, which every retrieval measuring program reads.

Owns the names of documents: a gold alternative that a rank hits for the first time stands as ``gold-N``, every other
snippet as its article and offsets. So trec_eval and ir-measures find the measures of ``qa eval`` where no snippet
hits two alternatives at once.
"""

from collections.abc import Iterator
from urllib.parse import quote

from eval.rows import Row
from eval.run import Report

TAG = "qa"


def run_lines(report: Report) -> Iterator[str]:
    """Yield ``question Q0 document rank score tag`` for each rank; the score is 1 / rank."""
    for row in report.rows:
        for rank, document in enumerate(_documents(row), start=1):
            yield f"{_name(row.id)} Q0 {document} {rank} {1 / rank:.6f} {TAG}\n"


def judgement_lines(report: Report) -> Iterator[str]:
    """Yield ``question 0 document 1`` for each gold alternative."""
    for row in report.rows:
        for number in range(row.alternatives):
            yield f"{_name(row.id)} 0 {_gold(number)} 1\n"


def _documents(row: Row) -> Iterator[str]:
    seen: set[int] = set()
    for ranked in row.ranking:
        new = [number for number in ranked.hits if number not in seen]
        yield _gold(new[0]) if new else f"{_name(ranked.article)}:{ranked.start}-{ranked.end}"
        seen.update(ranked.hits)


def _gold(number: int) -> str:
    return f"gold-{number + 1}"


def _name(text: str) -> str:
    """Return a name without white space, which parts the columns."""
    return quote(text, safe="/-_.~'():,+@") or "-"
