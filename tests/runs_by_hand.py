"""Runs made by hand, for the tests of what is done with a run."""

from collections.abc import Sequence
from dataclasses import replace

from eval.question_sets import GoldBy
from eval.rows import OF_PLACES, OF_WORDS, Ranked, Row
from eval.run import summarise
from eval.runs import Config, Run

CONFIG = Config(
    questions="six.jsonl",
    questions_sha256="0" * 64,
    model="all-MiniLM-L6-v2",
    fingerprint="f" * 64,
    generation=3,
    articles=2,
    passages=9,
    passage_rule="rule",
    threshold=0.5,
    code="0.1.0+0123456789ab",
    machine="Linux x86_64, 2 cores, Python 3.11.0",
    date="2026-01-02T03:04:05+00:00",
)
RIGHT = Row(
    id="q1",
    question="Who said so?",
    kind="who",
    gold_by=GoldBy.QUOTE,
    alternatives=1,
    answered=True,
    confidence=0.9,
    text="Zhang",
    snippet="Zhang said so.",
    right=True,
    text_right=True,
    citations=1,
    citations_right=1,
    measures=dict.fromkeys(OF_PLACES + OF_WORDS, 1.0),
    latency_ms=12.0,
    ranking=(Ranked("a.txt", 0, 14, (0,)), Ranked("b.txt", 5, 30, ())),
)
WRONG = replace(
    RIGHT,
    answered=True,
    confidence=0.6,
    text="Nobody",
    right=False,
    text_right=False,
    citations_right=0,
    measures=dict.fromkeys(OF_PLACES + OF_WORDS, 0.0),
    ranking=(Ranked("b.txt", 5, 30, ()), Ranked("c d.txt", 0, 9, ())),
)
SILENT = replace(
    RIGHT,
    kind="near-miss",
    gold_by=GoldBy.NOTHING,
    alternatives=0,
    answered=False,
    confidence=0.1,
    right=False,
    text_right=None,
    citations=0,
    citations_right=0,
    measures=dict.fromkeys(OF_PLACES) | {"answer@1": None, "em": 1.0, "f1": 1.0},
    ranking=(),
)


def run(rows: Sequence[Row]) -> Run:
    """Return the run of some rows, numbered from q1."""
    numbered = [replace(row, id=f"q{number}") for number, row in enumerate(rows, start=1)]
    return Run(CONFIG, summarise(numbered))
