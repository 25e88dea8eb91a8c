"""What a run found as Markdown for a pull request: one sentence, then tables, flipped questions folded away.

Owns the verdict, and the escaping for GitHub: words from questions and articles can neither break a table nor form
a link, mention anyone or bring in markup. What is significant is decided in ``compare``.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from eval.blame import blamed
from eval.compare import JUDGED, Change, Comparison, Flip, is_worse
from eval.report import MEANINGS, digits_of, number, shortened
from eval.run import Report
from eval.runs import Config, Run
from qa.sanitise import one_line
from qa.stages import MEANINGS as LOSSES

MAIN = (*JUDGED, "calibration_error", "latency_p50", "latency_p95")
FLIPS = 20
"""So many flipped questions of either direction are listed."""
ID, QUESTION, SAID = 30, 80, 60
"""Characters shown of each: all flips then fit the 65,536 that GitHub takes, however odd they are."""

# Inside <code>, GitHub makes no mention, issue, commit or emoji of words; characters that Markdown or its web
# addresses could still act on are written as numbers.
_ACTIVE = re.compile(r"[&<>|`*_\[\]\\~$!@:#{}]|(?<=www)\.", re.IGNORECASE)


def summary(run: Run, comparison: Comparison | None) -> str:
    """Return the summary of a run, beside its baseline where there is one."""
    parts = [f"**{verdict(run, comparison)}**", _made_with(run, comparison)]
    if comparison is None:
        parts.append(_measures(run.report))
    else:
        parts += [_changes(comparison), _warning()]
    parts += [part for part in (_losses(run.report), _flips(comparison)) if part]
    return "\n\n".join(parts) + "\n"


def verdict(run: Run, comparison: Comparison | None) -> str:
    """Return one sentence: how good the run is, or what certainly changed, or how much must change to be seen."""
    return _score(run.report) if comparison is None else _difference(comparison)


def change_words(change: Change, name: str) -> str:
    """Return in words whether a measure got better or worse, and whether chance alone could have done it."""
    if change.p is None:
        return "not tested"
    if not change.significant:
        return "may be chance" if change.before != change.after else "no change"
    return "worse" if is_worse(name, change) else "better"


def plain(text: str | None, width: int) -> str:
    """Return words for a cell of a table on GitHub, on one line of ``width`` characters: shown, never acted on."""
    words = shortened(one_line(text or ""), width)
    return f"<code>{_ACTIVE.sub(lambda match: f'&#{ord(match.group())};', words)}</code>" if words else "(nothing)"


def _score(report: Report) -> str:
    answerable = sum(row.answerable for row in report.rows)
    hit, covered = report.measures["hit@1"], report.measures["coverage"]
    precision = report.measures["answered_precision"]
    if not report.questions:
        return "No question was asked."
    if hit.mean is None or covered.mean is None:
        answered = sum(row.answered for row in report.rows)
        return f"Not one of {report.questions} questions is answerable; {answered} were answered all the same."
    said = f"Of {answerable} answerable questions, {hit.mean:.3f} find the right place first"
    bounds = "" if hit.low is None else f" (95 % interval {hit.low:.3f} - {hit.high:.3f})"
    sure = "" if precision.mean is None else f", and {precision.mean:.3f} of all answers are right"
    return f"{said}{bounds}; {covered.mean:.3f} are answered{sure}."


def _difference(comparison: Comparison) -> str:
    both = (("worse", comparison.worse), ("better", comparison.better))
    said = [f"{word}: {', '.join(_by(name, comparison) for name in names)}" for word, names in both if names]
    if said:
        sentence = "; ".join(said) + " (more than chance explains)."
        return sentence[0].upper() + sentence[1:]
    named = [f"{name} by {change:.3f}" for name, change in comparison.noticeable.items()]
    if not named:
        return "No difference: no question changed."
    return (
        f"No difference that these {comparison.questions} questions could show: a change of {' or '.join(named[:3])} "
        "would be noticed four times in five; what is smaller may be chance."
    )


def _by(name: str, comparison: Comparison) -> str:
    change = comparison.changes[name]
    return f"{name} {change.after - change.before:+.{digits_of(name)}f}"


def _made_with(run: Run, comparison: Comparison | None) -> str:
    rows = run.report.rows
    lines = [
        f"{plain(run.config.questions, QUESTION)}: {len(rows)} questions, {sum(row.answerable for row in rows)} of "
        f"them answerable from the articles. {_of(run.config)}"
    ]
    if comparison:
        lines.append(
            f"Before: {plain(comparison.baseline.config.questions, QUESTION)}. {_of(comparison.baseline.config)}"
        )
        if comparison.unpaired:
            lines.append(f"{comparison.unpaired} questions are in one run only and were left out.")
    return "  \n".join(lines)


def _of(config: Config) -> str:
    parts = (config.model, config.code, config.date)
    model, code, date = (plain(str(part), QUESTION) for part in parts)
    return f"Model {model}, code {code}, index generation {config.generation}, {date}."


def _measures(report: Report) -> str:
    rows = [
        (name, number(one.mean, digits_of(name)), _interval(one.low, one.high, digits_of(name)), MEANINGS[name])
        for name, one in report.measures.items()
        if name in MAIN
    ]
    return _table(("measure", "value:", "95 % interval:", "what it says"), rows)


def _interval(low: float | None, high: float | None, places: int) -> str:
    return "-" if low is None else f"{number(low, places)} - {number(high, places)}"


def _changes(comparison: Comparison) -> str:
    rows = [
        (
            name,
            number(change.before, digits_of(name)),
            number(change.after, digits_of(name)),
            f"{change.after - change.before:+.{digits_of(name)}f}",
            "-" if change.p is None else f"{change.p:.4f}",
            f"{change.wins}/{change.losses}/{change.ties}" if change.wins + change.losses + change.ties else "",
            f"**{words}**" if change.significant else words,
        )
        for name, change in comparison.changes.items()
        if name in MAIN
        for words in [change_words(change, name)]
    ]
    return _table(("measure", "before:", "after:", "change:", "p:", "won/lost/same:", "so it is"), rows)


def _warning() -> str:
    return "p: how often chance alone does as much (paired randomisation, corrected for the number of measures)."


def _losses(report: Report) -> str:
    found = [(blame.loss.value, str(blame.questions), LOSSES[blame.loss]) for blame in blamed(report.rows)]
    return _table(("lost", "questions:", "what it means"), found) if found else ""


def _flips(comparison: Comparison | None) -> str:
    flips = comparison.flips if comparison else ()
    wrong, right = [flip for flip in flips if not flip.won], [flip for flip in flips if flip.won]
    if not flips:
        return ""
    tables = [part for name, of_kind in (("now wrong", wrong), ("now right", right)) for part in _listed(name, of_kind)]
    heading = f"<summary>Flipped questions: {len(wrong)} now wrong, {len(right)} now right</summary>"
    return "\n\n".join([f"<details>{heading}", *tables, "</details>"])


def _listed(name: str, flips: Sequence[Flip]) -> Iterator[str]:
    if not flips:
        return
    yield f"{name.capitalize()}: {len(flips)}"
    rows = [
        (
            plain(flip.after.id, ID),
            plain(flip.after.question, QUESTION),
            plain(flip.before.text, SAID),
            plain(flip.after.text, SAID),
        )
        for flip in flips[:FLIPS]
    ]
    yield _table(("id", "question", "said before", "says now"), rows)
    if len(flips) > FLIPS:
        yield f"and {len(flips) - FLIPS} more (`qa eval --report DIR` lists all)"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; a column of numbers has a colon at the end of its head."""
    heads = [name.removesuffix(":") for name in head]
    rules = ["---:" if name.endswith(":") else "---" for name in head]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, rules, *rows))
