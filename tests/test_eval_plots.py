"""Pictures: where marks stand, worked by hand on tiny runs; counts against counting; nothing breaks on odd runs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from eval_samples import BEFORE, COMPARISON, REPORT, RIGHT, RUN, SAID_ALL_THE_SAME, SILENT, WRONG, compared, with_rows
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eval.page.bars import KINDS, by_kind, flips
from eval.page.curves import calibration, selective_plot
from eval.page.plots import BARS, columns, latency, plots
from eval.page.svg import Axis, Plot, Scale, frame, line, round_step
from eval.rows import Row

# Frames reach from 40 to 426 across (386 wide), and from 266 at the floor up to 40 (226 high); that of the curves,
# under a legend, up to 52 (214 high).

LEGEND = ("13", "8")


def marks(plot: Plot, tag: str, look: str) -> list[dict[str, str]]:
    return [one.attrib for one in ElementTree.fromstring(plot.svg).iter(tag) if one.get("class") == look]


def words(plot: Plot) -> list[str]:
    return [one.text or "" for one in ElementTree.fromstring(plot.svg).iter("text")]


def sure(*confidences: float, right: Sequence[bool]) -> list[Row]:
    return [
        replace(RIGHT, id=f"q{number}", confidence=confidence, right=is_right, answered=confidence >= 0.5)
        for number, (confidence, is_right) in enumerate(zip(confidences, right, strict=True))
    ]


THREE = with_rows(RUN, sure(0.9, 0.6, 0.3, right=[True, False, True]))


def test_a_scale_maps_its_ends_and_its_middle() -> None:
    up = Scale(10, 20, 266, 40)
    assert [up.at(value) for value in (10, 15, 20)] == [266, 153, 40]


def test_ticks_stand_at_their_values() -> None:
    axes = frame(Axis(Scale(0, 10, 40, 426), "ms", (0, 5)), Axis(Scale(0, 1, 266, 40), "share", (0.5,)))
    read = ElementTree.fromstring(f"<g>{''.join(axes)}</g>")
    assert [(one.get("x"), one.text) for one in read.iter("text") if one.get("text-anchor") == "middle"] == [
        ("40", "0"),
        ("233", "5"),
    ]
    assert [(one.get("y1"), one.get("y2")) for one in read.iter("line") if one.get("class") == "grid"] == [
        ("153", "153")
    ]


def test_a_line_leaves_out_points_that_fall_on_the_one_before() -> None:
    assert line([(1, 1), (1.04, 1), (2, 2), (1, 1)], "mine") == '<polyline class="mine" points="1,1 2,2 1,1"/>'


@settings(derandomize=True, deadline=None)
@given(least=st.floats(1e-6, 1e9))
@example(least=0.3)
def test_a_round_step_is_the_least_of_its_kind(least: float) -> None:
    every = sorted(float(f"{digit}e{power}") for digit in (1, 2, 5) for power in range(-7, 11))
    assert round_step(least) == pytest.approx(next(step for step in every if step >= least * (1 - 1e-9)))


def test_the_curve_passes_the_points_worked_by_hand() -> None:
    """Coverage 1/3, 2/3, 1 with precision 1, 1/2, 2/3; the threshold .5 cuts after the second."""
    plot = selective_plot(THREE, None)
    assert [one["points"] for one in marks(plot, "polyline", "mine")] == ["168.7,52 297.3,159 426,123.3", "0,8 26,8"]
    assert [(one["cx"], one["cy"]) for one in marks(plot, "circle", "mine")] == [("297.3", "159"), LEGEND]
    assert marks(plot, "polyline", "other") == []
    assert plot.data.rows == (("0.900", "0.333", "1.000"), ("0.600", "0.667", "0.500"), ("0.300", "1.000", "0.667"))
    assert plot.caption == (
        "At its threshold of 0.500 this run answers 0.667 of the answerable questions, and 0.500 of all its answers "
        "are right. Were all answered, 0.667 of the answers would be right."
    )


def test_a_baseline_is_another_line_with_another_mark_and_its_own_threshold() -> None:
    """Before: .8 right, .7 wrong; a threshold of .75 answers the first alone."""
    two = with_rows(BEFORE, sure(0.8, 0.7, right=[True, False]))
    plot = selective_plot(THREE, replace(two, config=replace(two.config, threshold=0.75)))
    assert [one["points"] for one in marks(plot, "polyline", "other")] == ["233,52 426,159", "220,8 246,8"]
    assert [(one["x"], one["y"]) for one in marks(plot, "rect", "other")] == [("229", "48"), ("229", "4")]
    assert {"this run, cut at 0.500", "the baseline, cut at 0.750"} <= set(words(plot))
    assert "At its threshold of 0.750 the baseline answers 0.500 of" in plot.caption
    assert plot.caption.endswith("Solid: this run. Dashed: the baseline.")


def test_a_threshold_above_all_confidence_marks_nothing_and_says_so() -> None:
    plot = selective_plot(replace(THREE, config=replace(THREE.config, threshold=0.95)), None)
    assert [(one["cx"], one["cy"]) for one in marks(plot, "circle", "mine")] == [LEGEND]
    assert plot.caption.startswith("At its threshold of 0.950 this run answers nothing.")


def test_without_an_answerable_question_there_is_no_curve_and_the_caption_says_so() -> None:
    nothing = with_rows(RUN, [SILENT, SAID_ALL_THE_SAME])
    plot = selective_plot(nothing, nothing)
    assert [one["points"] for one in marks(plot, "polyline", "mine")] == ["", "0,8 26,8"]
    assert plot.data.rows == ()
    assert plot.caption == (
        "No question of this run is answerable: it has no curve. No question of the baseline is answerable: it has no "
        "curve. Solid: this run. Dashed: the baseline."
    )


def test_dots_of_the_reliability_diagram_stand_where_worked_by_hand() -> None:
    """Two questions make two groups: .25 sure and right, .75 sure and wrong."""
    rows = sure(0.25, 0.75, right=[True, False])
    plot = calibration(replace(REPORT, rows=tuple(rows)))
    assert [(one["cx"], one["cy"]) for one in marks(plot, "circle", "mine")] == [("136.5", "40"), ("329.5", "266")]
    gaps = marks(plot, "line", "gap")
    assert [(one["y1"], one["y2"]) for one in gaps] == [("209.5", "40"), ("96.5", "266")]
    assert plot.data.rows == (("0.250", "1.000", "1"), ("0.750", "0.000", "1"))
    error = REPORT.measures["calibration_error"].mean
    assert f"{error:.3f} (calibration error)" in plot.caption
    assert plot.caption.startswith("Each dot is one question;")
    many = calibration(replace(REPORT, rows=tuple(rows) * 6))
    assert many.caption.startswith("Each dot is a tenth of the questions;")


def test_latencies_fall_into_columns_counted_by_hand() -> None:
    """A p95 of 48 allows for 24 columns of 2; 96 is where the tail begins, so all are shown."""
    found = columns([0.0, 1.9, 2.0, 47.0, 48.0], p95=48.0)
    assert (found.width, found.longer) == (2.0, 0)
    assert [(number, count) for number, count in enumerate(found.counts) if count] == [(0, 2), (1, 1), (23, 2)]


def test_slow_ones_share_the_last_column_and_the_caption_tells_how_slow() -> None:
    """Twice a p95 of 60 is 120: 24 columns of 5; 900 lies beyond."""
    rows = [replace(RIGHT, latency_ms=ms) for ms in (10.0, 60.0, 900.0)]
    measures = {name: replace(REPORT.measures[name], mean=60.0) for name in ("latency_p50", "latency_p95")}
    plot = latency(replace(REPORT, rows=tuple(rows), measures=measures))
    assert plot.data.rows == (("10", "15", "1"), ("60", "65", "1"), ("115", "120", "1"))
    assert plot.caption.endswith("The last column holds 1 that took longer than it shows, up to 900 ms.")
    tops = [float(one["y"]) for one in marks(plot, "rect", "pale")]
    assert tops == [74, 74, 74]  # 34 units below the top are kept for the names of p50 and p95
    assert [one["x"] for one in marks(plot, "rect", "pale")] == ["73.2", "234", "410.9"]  # 386 / 24 = 16.08 each


@settings(derandomize=True, deadline=None)
@given(latencies=st.lists(st.floats(0, 1e5), min_size=1, max_size=60), p95=st.floats(0, 1e5))
@example(latencies=[0.0, 0.0], p95=0.0)
@example(latencies=[7.0], p95=7.0)
@example(latencies=[5e-324], p95=5e-324)
def test_every_latency_is_counted_in_the_column_that_holds_it(latencies: list[float], p95: float) -> None:
    found = columns(latencies, p95)
    assert 1 <= len(found.counts) <= BARS
    assert sum(found.counts) == len(latencies)
    for number, count in enumerate(found.counts[:-1]):
        low, high = number * found.width, (number + 1) * found.width
        strictly = sum(low * (1 + 1e-9) < one < high * (1 - 1e-9) for one in latencies)
        within = sum(low * (1 - 1e-9) <= one <= high * (1 + 1e-9) for one in latencies)
        assert strictly <= count <= within
    assert found.longer <= found.counts[-1]


@settings(derandomize=True, deadline=None, max_examples=50)
@given(
    asked=st.lists(
        st.tuples(st.sampled_from(["who", "when", "", "<why>"]), st.booleans(), st.booleans(), st.booleans()),
        max_size=30,
    )
)
def test_counts_by_kind_are_those_of_counting(asked: list[tuple[str, bool, bool, bool]]) -> None:
    rows = [
        replace(RIGHT if placed else SILENT, kind=kind, answered=answered, measures={"hit@1": hit if placed else None})
        for kind, placed, hit, answered in asked
    ]
    plot = by_kind(rows)
    total = Counter(kind for kind, *_ in asked)
    found = Counter(kind for kind, placed, hit, _ in asked if placed and hit)
    places = Counter(kind for kind, placed, *_ in asked if placed)
    answers = Counter(kind for kind, _, _, answered in asked if answered)
    assert plot.data.rows == tuple(
        (kind or "(no kind)", str(total[kind]), str(found[kind]), str(places[kind]), str(answers[kind]))
        for kind in dict.fromkeys(kind for kind, *_ in asked)
    )
    drawn = words(plot)[2:]  # after the two names of the legend: name, hit@1, answered
    for kind in total:
        at = drawn.index(f"{kind or '(no kind)'}, {total[kind]}")
        hits = f"{found[kind]}/{places[kind]}" if places[kind] else "nothing to find"
        assert drawn[at + 1 : at + 3] == [hits, f"{answers[kind]}/{total[kind]}"]


def test_bars_are_as_long_as_their_shares() -> None:
    """Of the 320 units: one of two found, and three of four answered; 14 is the legend's."""
    rows = [RIGHT, WRONG, replace(SILENT, kind="who"), replace(SAID_ALL_THE_SAME, kind="who")]
    plot = by_kind(rows)
    assert [one["width"] for one in marks(plot, "rect", "mine")] == ["14", "160"]
    assert [one["width"] for one in marks(plot, "rect", "other")] == ["14", "240"]


def test_the_caption_names_the_best_and_the_worst_kind_and_what_was_said_all_the_same() -> None:
    rows = [RIGHT, replace(WRONG, kind="when"), replace(RIGHT, kind="when"), SILENT, SAID_ALL_THE_SAME]
    assert by_kind(rows).caption.endswith(
        "It finds the right place most often for who (1 of 1), least often for when (1 of 2). "
        "Where there is nothing to find, it should not answer: it did so for 1 of 2."
    )


def test_of_very_many_kinds_the_largest_are_drawn_and_the_table_holds_all() -> None:
    rows = [replace(RIGHT, kind=f"k{number}") for number in range(KINDS + 3)]
    rows += [replace(RIGHT, kind="k22")]
    plot = by_kind(rows)
    assert "k22, 2" in words(plot)
    assert "k21, 1" not in words(plot)
    assert len(plot.data.rows) == KINDS + 3
    assert plot.caption.endswith(" 3 more kinds are in the table only.")


def test_flips_are_counted_by_kind_and_lie_on_either_side() -> None:
    """The largest count, 2 won, takes 140 units to the right of 220; 1 lost takes 70 to the left."""
    now = [replace(RIGHT, id=f"q{n}", kind="who", right=n < 2) for n in range(3)] + [replace(RIGHT, id="same")]
    before = [replace(row, right=not row.right) for row in now[:3]] + now[3:]
    plot = flips(compared(with_rows(RUN, now), with_rows(BEFORE, before)))
    assert [(one["x"], one["width"]) for one in marks(plot, "rect", "mine")] == [("220", "140")]
    assert [(one["x"], one["width"]) for one in marks(plot, "rect", "other")] == [("150", "70")]
    assert words(plot) == ["who", "1 lost", "2 won"]
    assert plot.data.rows == (("who", "2", "1"),)
    assert plot.caption == (
        "2 questions were wrong before and right now (won, filled, to the right); "
        "1 question was right before and wrong now (lost, hollow, to the left)."
    )


def test_without_flips_the_picture_says_so() -> None:
    plot = flips(compared(RUN, RUN))
    assert words(plot) == ["No question flipped."]
    assert plot.data.rows == ()


def test_the_five_pictures_stand_in_order_and_flips_need_a_baseline() -> None:
    titles = [plot.title for plot in plots(RUN, COMPARISON)]
    assert titles == [
        "Quality by kind of question",
        "Precision against coverage",
        "Calibration",
        "Time for one question",
        "Flips against the baseline",
    ]
    assert [plot.title for plot in plots(RUN, None)] == titles[:-1]


def test_every_picture_has_a_title_and_a_description_that_is_its_caption() -> None:
    for plot in plots(RUN, COMPARISON):
        picture = ElementTree.fromstring(plot.svg)
        assert (picture.findtext("title"), picture.findtext("desc")) == (plot.title, plot.caption)
        named = (picture.get("aria-labelledby") or "").split()
        assert named == [one.get("id") for one in picture if one.tag in ("title", "desc")]


@settings(derandomize=True, deadline=None, max_examples=50)
@given(kind=st.text(max_size=60), confidence=st.floats(0, 1), latency_ms=st.floats(0, 1e6))
@example(kind="<script>\x1b[31m\u202e\ufffe\ud800&]]>", confidence=0.0, latency_ms=0.0)
def test_every_picture_is_well_formed_and_inside_its_frame(kind: str, confidence: float, latency_ms: float) -> None:
    rows = [replace(row, kind=kind, confidence=confidence, latency_ms=latency_ms) for row in (RIGHT, WRONG)]
    measures = dict(REPORT.measures) | {
        name: replace(REPORT.measures[name], mean=latency_ms) for name in ("latency_p50", "latency_p95")
    }
    run = replace(RUN, report=replace(REPORT, rows=tuple(rows), measures=measures))
    for plot in plots(run, compared(run, BEFORE)):
        picture = ElementTree.fromstring(plot.svg)
        _, _, width, height = map(float, (picture.get("viewBox") or "").split())
        for mark in picture.iter():
            for name in ("x", "x1", "x2", "cx"):
                assert 0 <= float(mark.get(name, 0)) <= width
            for name in ("y", "y1", "y2", "cy"):
                assert 0 <= float(mark.get(name, 0)) <= height
