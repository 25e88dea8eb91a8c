"""How well confidence tells right from wrong: against counting pairs, slow twins, and arithmetic done by hand."""

from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.estimates import bootstrap, ratio, value
from eval.selective import (
    Bin,
    Point,
    answered_precision,
    auroc,
    calibration_error,
    coverage,
    reliability,
    risk_area,
    risk_coverage,
)

SCORE = st.sampled_from([0.0, 0.1, 0.25, 0.25, 0.5, 0.9, 1.0])
ROWS = st.lists(st.tuples(SCORE, st.booleans()), max_size=12)


def pairs_won(rows: list[tuple[float, bool]]) -> float | None:
    """Count the pairs."""
    pairs = [(high, low) for high, first in rows for low, second in rows if first and not second]
    return sum((high > low) + (high == low) / 2 for high, low in pairs) / len(pairs) if pairs else None


def binned_error(rows: list[tuple[float, bool]]) -> float:
    """Cut ten copies of each row, ranked and with ties levelled, into ten bins of equal length."""
    level = {score: np.mean([right for other, right in rows if other == score]) for score, _ in rows}
    copies = [(score, level[score]) for score, _ in sorted(rows) for _ in range(10)]
    bins = [copies[start : start + len(rows)] for start in range(0, len(copies), len(rows))]
    gaps = [np.mean([right - score for score, right in held]) for held in bins]
    return float(np.mean(np.abs(gaps)))


def area(rows: list[tuple[float, bool]]) -> float:
    """Answer one row after another, the surest first; rows that are equally sure share their errors."""
    level = {score: np.mean([not right for other, right in rows if other == score]) for score, _ in rows}
    wrong = [level[score] for score, _ in sorted(rows, reverse=True)]
    return float(np.mean([np.mean(wrong[:taken]) for taken in range(1, len(rows) + 1)]))


@settings(derandomize=True, deadline=None)
@given(ROWS)
def test_auroc_agrees_with_counting_pairs(rows: list[tuple[float, bool]]) -> None:
    assert value(auroc(*columns(rows)), len(rows)) == pytest.approx(pairs_won(rows))


@settings(derandomize=True, deadline=None)
@given(ROWS.filter(bool))
def test_calibration_error_agrees_with_slow_bins(rows: list[tuple[float, bool]]) -> None:
    assert value(calibration_error(*columns(rows)), len(rows)) == pytest.approx(binned_error(rows))


@settings(derandomize=True, deadline=None)
@given(ROWS.filter(bool))
def test_risk_area_agrees_with_answering_one_row_after_another(rows: list[tuple[float, bool]]) -> None:
    assert value(risk_area(*columns(rows)), len(rows)) == pytest.approx(area(rows))


@settings(derandomize=True, deadline=None)
@given(rows=ROWS.filter(bool), data=st.data())
def test_a_row_drawn_twice_counts_as_two_rows_in_every_statistic(
    rows: list[tuple[float, bool]], data: st.DataObject
) -> None:
    counts = data.draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows)).filter(any))
    repeated = [row for row, count in zip(rows, counts, strict=True) for _ in range(count)]
    for make in (auroc, calibration_error, risk_area, ratio, coverage, answered_precision):
        drawn = float(make(*columns(rows))(np.array([counts], dtype=float))[0])
        expected = value(make(*columns(repeated)), len(repeated))
        assert (None if isnan(drawn) else drawn) == pytest.approx(expected)


def test_calibration_error_by_hand() -> None:
    confidence = [0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95]
    right = [False, False, False, False, True, False, True, True, True, True]
    # .05 + .15 + .25 + .35 + .55 + .55 + .35 + .25 + .15 + .05, one row a bin
    assert value(calibration_error(confidence, right), 10) == pytest.approx(0.27)
    assert value(calibration_error([0.7] * 10, [True] * 7 + [False] * 3), 10) == pytest.approx(0)
    assert value(calibration_error([1.0] * 4, [False] * 4), 4) == pytest.approx(1)


def test_coverage_and_answered_precision_by_hand() -> None:
    answered = [True, True, False, True, False]
    answerable = [True, True, True, False, False]
    right = [True, False, True, False, False]
    assert value(coverage(answered, answerable), 5) == pytest.approx(2 / 3)
    assert value(answered_precision(right, answered), 5) == pytest.approx(1 / 3)


def test_risk_area_by_hand() -> None:
    # the surest is right, the second wrong, the third right: (0 + 1/2 + 1/3) / 3
    assert value(risk_area([0.9, 0.5, 0.1], [True, False, True]), 3) == pytest.approx(5 / 18)
    # two equally sure ones, one of them wrong, count as half wrong each: (1/2 + 1/2) / 2
    assert value(risk_area([0.5, 0.5], [True, False]), 2) == pytest.approx(0.5)


def test_risk_coverage_by_hand() -> None:
    points = risk_coverage([0.9, 0.6, 0.6, 0.2], [True, True, False, False], [True, True, False, True])
    assert points == (Point(0.9, 1 / 3, 1.0), Point(0.6, 2 / 3, 2 / 3), Point(0.2, 1.0, 0.5))
    assert risk_coverage([], [], []) == ()


@settings(derandomize=True, deadline=None)
@given(ROWS.filter(bool), st.data())
def test_risk_coverage_agrees_with_coverage_and_precision_at_each_threshold(
    rows: list[tuple[float, bool]], data: st.DataObject
) -> None:
    scores, right = columns(rows)
    answerable = [one or data.draw(st.booleans()) for one in right]
    for point in risk_coverage(scores, right, answerable):
        answered = [score >= point.threshold for score in scores]
        assert point.precision == pytest.approx(value(answered_precision(right, answered), len(rows)))
        if any(answerable):
            assert point.coverage == pytest.approx(value(coverage(answered, answerable), len(rows)))


def test_reliability_by_hand() -> None:
    sure, right = [0.1, 0.2] * 6, [False, True] * 6
    # twelve rows in ten groups: the first two groups hold two rows, the others one
    assert reliability(sure, right)[:3] == (Bin(0.1, 0.0, 2), Bin(0.1, 0.0, 2), Bin(0.1, 0.0, 1))
    assert sum(one.questions for one in reliability(sure, right)) == 12
    assert reliability([0.7], [True]) == (Bin(0.7, 1.0, 1),)
    assert reliability([], []) == ()


def test_what_cannot_be_measured_is_none() -> None:
    none, every = [False] * 3, [True] * 3
    for statistic in (
        answered_precision(none, none),
        coverage(every, none),
        auroc([1, 2, 3], every),
        auroc([1, 2, 3], none),
    ):
        assert value(statistic, 3) is None
        assert bootstrap({"it": statistic}, 3) == {"it": None}
    for make in (auroc, calibration_error, risk_area, ratio, coverage, answered_precision):
        assert value(make([], []), 0) is None
        assert bootstrap({"it": make([], [])}, 0) == {"it": None}


def columns(rows: list[tuple[float, bool]]) -> tuple[list[float], list[bool]]:
    return [score for score, _ in rows], [flag for _, flag in rows]
