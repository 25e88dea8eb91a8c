"""What a run found as one page for a browser, complete in itself: it fetches nothing and runs no script.

Owns what stands on the page and in which order, and what is said of the whole set. Single questions are shown by
``cases``, pictures by ``plots``; looks and escaping are those of ``markup``.
"""

from collections.abc import Sequence

from eval.compare import Change, Comparison
from eval.page.cases import flipped, lost, questions
from eval.page.markup import Table, document, folded, section, shown, tabled
from eval.page.plots import plots
from eval.page.summary import change_words, verdict
from eval.page.svg import Plot
from eval.question_sets import GoldBy
from eval.report import MEANINGS, digits_of, number
from eval.run import Report
from eval.runs import Run

SIGNS = {"better": "\u25b2 better", "worse": "\u25bc worse"}


def page(run: Run, comparison: Comparison | None) -> str:
    """Return the page of a run as HTML, beside its baseline where there is one."""
    sections = [
        _head(run, comparison),
        _measures(run.report),
        *([_changes(comparison)] if comparison else []),
        _pictures(plots(run, comparison)),
        lost(run.report.rows),
        *([flipped(comparison.flips)] if comparison else []),
        questions(run.report.rows),
    ]
    return document(f"{run.config.questions}: {run.report.questions} questions, qa eval", "\n".join(sections))


def _head(run: Run, comparison: Comparison | None) -> str:
    rows, config = run.report.rows, run.config
    by_answer = sum(row.gold_by is GoldBy.ANSWER for row in rows)
    facts = {
        "questions": f"{len(rows)}, {sum(row.answerable for row in rows)} of them answerable from the articles",
        "model": f"{config.model} ({str(config.fingerprint)[:12]})",
        "index": f"generation {config.generation}, {config.articles} articles, {config.passages} passages",
        "reader": config.reader[:12] or "none",
        "threshold": f"{config.threshold:.3f}",
        "code": config.code,
        "machine": config.machine,
        "date": config.date,
    }
    if by_answer:
        facts["by answer"] = f"{by_answer} name no place: there, a snippet with an accepted answer is right"
    if comparison:
        before = comparison.baseline.config
        facts["baseline"] = f"{before.questions}, {before.model}, code {before.code}, {before.date}"
    listed = "\n".join(f"<dt>{name}</dt><dd>{shown(str(fact))}</dd>" for name, fact in facts.items())
    return (
        f'<header><h1>{shown(config.questions)}</h1>\n<p class="verdict">{shown(verdict(run, comparison))}</p>\n'
        f"<dl>\n{listed}\n</dl></header>"
    )


def _measures(report: Report) -> str:
    head = ("measure", "value", "low", "high", "what it says")
    rows = tuple(
        (name, *(number(part, digits_of(name)) for part in (one.mean, one.low, one.high)), MEANINGS[name])
        for name, one in report.measures.items()
    )
    said = "<p>From low to high: the 95 % interval, had other questions of this kind been asked.</p>"
    undefined = "<p>-: nothing in this set, or in the answers, to measure it by.</p>"
    some = any(one.mean is None for one in report.measures.values())
    table = tabled(Table("Measures", head, rows, frozenset(head[1:4]), frozenset(head[4:])))
    return section("Measures", [said, table, *([undefined] if some else [])])


def _changes(comparison: Comparison) -> str:
    head = ("measure", "before", "after", "change", "p", "won/lost/same", "so it is")
    rows = tuple(_change(name, change) for name, change in comparison.changes.items())
    said = (
        "p: how often chance alone does as much (paired randomisation, corrected for the number of measures). "
        "Below 0.05 a change is called better or worse."
    )
    table = Table("Changes", head, rows, frozenset(head[1:6]), marked=frozenset(SIGNS.values()))
    parts = [tabled(table), f'<p class="soft">{said}</p>']
    if comparison.unpaired:
        parts.append(
            f"<p>{comparison.unpaired} questions are in one run only and were left out here; "
            "the pictures show all of each run.</p>"
        )
    return section("Beside the baseline", parts)


def _change(name: str, change: Change) -> tuple[str, ...]:
    places = digits_of(name)
    words = change_words(change, name)
    counted = change.wins + change.losses + change.ties
    return (
        name,
        number(change.before, places),
        number(change.after, places),
        f"{change.after - change.before:+.{places}f}",
        "-" if change.p is None else f"{change.p:.4f}",
        f"{change.wins}/{change.losses}/{change.ties}" if counted else "",
        SIGNS.get(words, words),
    )


def _pictures(drawn: Sequence[Plot]) -> str:
    return section("Pictures", ['<div class="plots">', *map(_picture, drawn), "</div>"])


def _picture(plot: Plot) -> str:
    tall = ' class="tall"' if plot.tall else ""
    numbers = folded("The numbers", tabled(plot.data)) if plot.data.rows else ""
    caption = f"<figcaption>{shown(plot.caption)}{numbers}</figcaption>"
    return f"<figure{tall}><h3>{shown(plot.title)}</h3>\n{plot.svg}\n{caption}</figure>"
