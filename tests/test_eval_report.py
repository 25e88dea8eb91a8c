"""Tables: they fit, and say what was counted by hand."""

from dataclasses import replace

import runs_by_hand
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.report import MEANINGS, losses, shortened, table
from eval.rows import Row
from eval.run import statistics, summarise
from qa.stages import Loss

RIGHT = replace(runs_by_hand.RIGHT, id="s1", question="Who?")
WRONG = replace(runs_by_hand.WRONG, id="s2", question="Who?", answered=False, citations=0, confidence=0.9)
SILENT = replace(runs_by_hand.SILENT, id="s3", question="Who?", confidence=0.0, text=None, snippet=None)


def test_every_measure_is_explained() -> None:
    assert list(MEANINGS) == list(statistics(()))


def test_table_shows_measures_with_their_intervals_then_kinds_with_counts() -> None:
    lines = table(summarise([RIGHT, SILENT, WRONG])).splitlines()
    assert lines[0] == "3 questions, 2 of them answerable from the articles"
    shown = {line.split()[0]: line.split()[1:] for line in lines[3:24]}
    assert shown["hit@1"][:4] == ["0.500", "0.000", "-", "1.000"]
    assert shown["hit@1"][4:] == "the first snippet is the right place".split()
    assert shown["answered_precision"][:4] == ["1.000", "1.000", "-", "1.000"]
    assert shown["latency_ms"][:4] == ["12", "12", "-", "12"]
    assert [line.split() for line in lines[25:]] == [
        ["kind", "questions", "hit@1", "answer@1", "answered"],
        ["who", "2", "1/2", "1/2", "1/2"],
        ["near-miss", "1", "-", "-", "0/1"],
    ]


def test_table_explains_the_dash_it_shows_for_what_cannot_be_measured() -> None:
    text = table(summarise([replace(SILENT, kind="")]))
    assert [line.split()[:3] for line in text.splitlines() if line.startswith("coverage")] == [["coverage", "-", "-"]]
    assert "\n-: nothing in this set, or in the answers, to measure it by\n" in text
    assert text.splitlines()[-1].split() == ["(no", "kind)", "1", "-", "-", "0/1"]
    assert "-: nothing" not in table(summarise([RIGHT, SILENT]))


@settings(derandomize=True, deadline=None, max_examples=30)
@given(
    kinds=st.lists(st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=90), max_size=4),
    latency=st.floats(0, 1e6),
)
def test_table_fits_eighty_columns(kinds: list[str], latency: float) -> None:
    rows = [replace(row, kind=kind, latency_ms=latency) for kind in kinds for row in (RIGHT, WRONG, SILENT)]
    text = table(summarise(rows))
    assert max(map(len, text.splitlines())) <= 80
    assert text.isascii()


def test_table_cuts_a_kind_too_long_for_its_column() -> None:
    text = table(summarise([replace(RIGHT, kind="k" * 16), replace(RIGHT, kind="k" * 17)]))
    assert [line.split()[0] for line in text.splitlines()[-2:]] == ["k" * 16, "k" * 13 + "..."]


def test_losses_are_counted_by_stage_with_the_surest_mistakes_first() -> None:
    def lost(name: str, loss: Loss, sure: float) -> Row:
        return replace(WRONG, id=name, loss=loss, confidence=sure)

    rows = [
        RIGHT,
        *(lost(f"r{number}", Loss.RANKING, number / 10) for number in range(5)),
        lost("d1", Loss.NOT_BY_DENSE, 0.2),
        lost("a1", Loss.ABSTENTION, 0.4),
        lost("a2", Loss.ABSTENTION, 0.1),
    ]
    lines = [line for line in losses(rows).splitlines() if not line.startswith("    ")]
    assert [line.split("  ") for line in (" ".join(line.split()) for line in lines)] == [
        ["lost questions worst (qa eval --why ID shows one in full)"],
        ["not retrieved by dense 1 d1"],
        ["lost in ranking 5 r4 r3 r2"],
        ["wrong abstention 2 a2 a1"],
    ]
    assert "Show more answers with -k 3" in losses(rows)
    assert losses([RIGHT, SILENT]) == ""


@settings(derandomize=True, deadline=None)
@given(st.text(st.characters(codec="ascii", exclude_categories=["C"]), max_size=40), st.integers(4, 30))
def test_shortened_fits_and_begins_like_the_text(text: str, width: int) -> None:
    cut = shortened(text, width)
    assert len(cut) <= width
    assert " ".join(text.split()).startswith(cut.removesuffix("..."))
