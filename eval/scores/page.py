"""The page of scores, as Markdown: a table for each set, ours and published figures, and how they came about.

Owns the words and the layout. Which figures there are is told by the results that ``command`` keeps.
"""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from eval.estimates import RESAMPLES
from eval.report import MEANINGS
from eval.scores.published import Published
from eval.scores.sets import ScoreSet
from eval.scores.systems import OF_ANSWERS, OF_FINDING, SYSTEMS
from qa.retrieve import DEPTH

Record = dict[str, Any]

WIDTH = 120
SAID = {
    "qa": "`qa`",
    "unread": "`qa --no-reader`",
    "meaning": "dense alone",
    "words": "BM25 alone",
    "peer": "plain script",
}
"""What the systems are called."""
SHOWN = OF_FINDING + OF_ANSWERS
HEAD = """\
# Scores on public question sets

How well `qa` finds and answers, beside each of its two searches alone, a plain script, and published scores.
"""
METHOD = f"""\
## How it was measured

- *`qa`* is the product as it comes, each set asked of an index of its own articles. Its places (the measures from
  hit@1 to mrr@10) are those that `qa ask -k` gives whether or not it is sure; its answers count as they are given,
  so that one held back has no words. em and f1 compare the words it marks with the accepted answers.
- *`qa --no-reader`* is the same by likeness alone; what it marks are whole sentences.
- *dense alone* and *BM25 alone* order what both searches found (the {DEPTH} best of each) by the cosines of passage,
  sentence and article alone, or by BM25 alone.
- *plain script* is sentence-transformers with the same model and a flat FAISS index: one vector for a whole text, cut
  where the model stops reading.
- Values are means over the questions. In brackets: the 95 % interval, percentiles of {RESAMPLES:,} bootstrap samples
  of the questions.
- p is that of a paired randomisation test: how often swapping the two systems' scores of a question at random gives
  as large a difference of the means. It is not corrected for the number of sets and measures.
- Where whole articles are right, articles are ranked, each at its best passage; hit@k is then 1 where one of the first
  k articles is right. Articles that say the same in the same words share a rank.
- Published figures were taken over as they stand, not measured again. They have no intervals.
- The sets are looked at to report. Which questions the weights and thresholds were fitted on is told in
  [retrieval.md](retrieval.md).

What the measures say:

"""


def page(results: Record, sets: Sequence[ScoreSet]) -> str:
    """Return the page of all sets that are measured, in the order of ``sets``; without any, its frame."""
    known = [(one, results["sets"][one.name]) for one in sets if results["sets"].get(one.name, {}).get("systems")]
    runs = [system["run"] for _, stored in known for system in stored["systems"].values()]
    parts = [HEAD, *([_made(runs)] if runs else []), *(section(one, stored) for one, stored in known)]
    shown = [name for name in SHOWN if any(name in _columns(one, stored) for one, stored in known)]
    meanings = "".join(f"- {name}: {MEANINGS[name]}\n" for name in shown)
    return "\n".join([*parts, METHOD + meanings])


def section(one: ScoreSet, stored: Record) -> str:
    """Return a set's heading, what it is, its table, the test, and what is published."""
    parts = [f"## {one.title}", _filled(f"{one.about} {_counts(stored)}"), _table(one, stored)]
    if stored.get("tests"):
        parts.append(_filled(_tests(stored["tests"])))
    if one.published:
        parts.append(_filled(f"Published: {_sources(one.published)}. {one.otherwise}"))
    return "\n\n".join(parts) + "\n"


def _made(runs: Sequence[Mapping[str, str]]) -> str:
    """Say with what and when the figures were made; more than one version or machine is named."""
    dates = sorted({run["date"][:10] for run in runs})
    made = {name: ", ".join(dict.fromkeys(run[name] for run in runs)) for name in ("code", "model", "machine")}
    when = dates[0] if len(dates) == 1 else f"from {dates[0]} to {dates[-1]}"
    said = f"Version {made['code']}, model {made['model']}, {when}, on {made['machine']}."
    return _filled(f"Written by `make scores DATA=...`, with DATA a folder of the public sets. {said}") + "\n"


def _counts(stored: Record) -> str:
    questions = stored["questions"]
    said = f"{stored['texts']:,} articles, {questions['asked']:,} questions"
    if questions["answerable"] < questions["asked"]:
        said += f", {questions['answerable']:,} of them answerable"
    if questions["asked"] < questions["of"]:
        said += f" (a sample of the {questions['of']:,}, chosen by a hash of their ids)"
    return f"{said}."


def _columns(one: ScoreSet, stored: Record) -> list[str]:
    """Return the measures that a system or a published figure of the set has, in the order they are shown."""
    has = {name for published in one.published for name in published.measures}
    for system in stored["systems"].values():
        has |= {name for name, measure in system["measures"].items() if measure["mean"] is not None}
    return [name for name in SHOWN if name in has]


def _table(one: ScoreSet, stored: Record) -> str:
    names = _columns(one, stored)
    rows = [
        [f"**{SAID[system]}**", *_cells(stored, system, names)] for system in SYSTEMS if system in stored["systems"]
    ]
    for published in one.published:
        given = (f"{published.measures[name]:.3f}" if name in published.measures else "" for name in names)
        rows.append([f"*{published.name}*", *given])
    lines = [["", *names], ["---", *["---:"] * len(names)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cells(stored: Record, system: str, names: Sequence[str]) -> Iterator[str]:
    """Yield what a system scored: values with their intervals, nothing where it has none."""
    for name in names:
        measure = stored["systems"][system]["measures"].get(name)
        if measure is None or measure["mean"] is None:
            yield ""
        elif measure["low"] is None:
            yield f"{measure['mean']:.3f}"
        else:
            yield f"{measure['mean']:.3f} [{measure['low']:.3f}-{measure['high']:.3f}]"


def _tests(tests: Mapping[str, Record]) -> str:
    said = []
    for name, test in tests.items():
        p = "p < 0.001" if test["p"] < 0.001 else f"p = {test['p']:.3f}"
        said.append(f"{name} {test['difference']:+.3f} against {SAID[test['other']]}, {p}")
    return f"`qa` beside the best of the others: {'; '.join(said)}."


def _sources(published: Sequence[Published]) -> str:
    by_source: dict[str, list[str]] = {}
    for one in published:
        by_source.setdefault(one.source, []).append(one.name)
    return "; ".join(f"{', '.join(names)}: {source}" for source, names in by_source.items())


def _filled(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)
