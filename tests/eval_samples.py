"""Rows, runs and comparisons built by hand, for the tests of what is shown of them."""

from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser

import runs_by_hand

from eval.compare import Change, Comparison, Flip
from eval.rows import Ranked, Row
from eval.run import Report, summarise
from eval.runs import Run
from qa.stages import Loss, Stages

CONFIG = replace(
    runs_by_hand.CONFIG,
    questions="moon.jsonl",
    model="mini",
    fingerprint="abcdef0123456789",
    generation=7,
    articles=5,
    passages=123,
    date="2026-05-04T03:02:01+00:00",
)
RIGHT = replace(runs_by_hand.RIGHT, id="s1", question="Who?", ranking=(Ranked("a.txt", 0, 14, (0,)),))
WRONG = replace(
    runs_by_hand.WRONG,
    id="s2",
    question="Who?",
    text="Li",
    snippet="Li did not.",
    latency_ms=30.0,
    ranking=(Ranked("b.txt", 0, 11, ()), Ranked("a.txt", 0, 14, (0,))),
    loss=Loss.RANKING,
    stages=Stages(articles=1, passages=2, by_meaning=4, by_words=17, rank=2),
)
SILENT = replace(runs_by_hand.SILENT, id="s3", question="Who?", confidence=0.2, text=None, snippet=None, latency_ms=6.0)
SAID_ALL_THE_SAME = replace(
    SILENT, id="s4", answered=True, confidence=0.7, text="Mars", snippet="Mars.", loss=Loss.ANSWERED
)
ROWS = (RIGHT, WRONG, SILENT, SAID_ALL_THE_SAME)
REPORT: Report = summarise(ROWS)
RUN = Run(CONFIG, REPORT)


def run_of(rows: Sequence[Row], threshold: float = 0.5) -> Run:
    """Return a run whose measures are those of its rows."""
    return Run(replace(CONFIG, threshold=threshold), summarise(rows))


def with_rows(run: Run, rows: Sequence[Row]) -> Run:
    """Return a run with other rows under the same measures: computing these again takes a while."""
    return replace(run, report=replace(run.report, questions=len(rows), rows=tuple(rows)))


def change(before: float, after: float, p: float | None = 0.5, noticeable: float | None = 0.1) -> Change:
    return Change(before, after, p, 1, 2, 3, noticeable)


def compared(run: Run, baseline: Run, unpaired: int = 0, **changes: Change) -> Comparison:
    """Return a comparison with these changes; names are given with _ for @."""
    before = {row.id: row for row in baseline.report.rows}
    pairs = [(before[row.id], row) for row in run.report.rows if row.id in before]
    flips = tuple(Flip(one, other) for one, other in pairs if one.right != other.right)
    return Comparison(baseline, run, {k.replace("_at_", "@"): v for k, v in changes.items()}, flips, unpaired)


BEFORE = with_rows(
    replace(RUN, config=replace(CONFIG, date="2026-01-01T00:00:00+00:00", threshold=0.65)),
    [replace(WRONG, id="s1", question="Who?"), replace(RIGHT, id="s2"), SILENT, SAID_ALL_THE_SAME],
)
COMPARISON = compared(
    RUN, BEFORE, hit_at_1=change(0.4, 0.7, 0.0123), coverage=change(0.9, 0.5, 0.0004), latency_p50=change(20, 12, None)
)

VOID = {"meta", "br", "hr", "img", "link", "input"}


class Reader(HTMLParser):
    """Reads a page; fails where a tag is closed that is not open, or left open."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        """All that is shown, white space runs as one space."""
        return " ".join(" ".join(self.words).split())
