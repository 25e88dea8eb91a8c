"""Formulas over a whole set: against counting pairs, slow twins, and enumerating every possible resample."""

from itertools import product
from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.estimates import (
    answered_precision,
    auroc,
    bootstrap,
    calibration_error,
    coverage,
    ratio,
    value,
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


@settings(derandomize=True, deadline=None)
@given(ROWS)
def test_auroc_agrees_with_counting_pairs(rows: list[tuple[float, bool]]) -> None:
    assert value(auroc(*columns(rows)), len(rows)) == pytest.approx(pairs_won(rows))


@settings(derandomize=True, deadline=None)
@given(ROWS.filter(bool))
def test_calibration_error_agrees_with_slow_bins(rows: list[tuple[float, bool]]) -> None:
    assert value(calibration_error(*columns(rows)), len(rows)) == pytest.approx(binned_error(rows))


@settings(derandomize=True, deadline=None)
@given(rows=ROWS.filter(bool), data=st.data())
def test_a_row_drawn_twice_counts_as_two_rows_in_every_statistic(
    rows: list[tuple[float, bool]], data: st.DataObject
) -> None:
    counts = data.draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows)).filter(any))
    repeated = [row for row, count in zip(rows, counts, strict=True) for _ in range(count)]
    for make in (auroc, calibration_error, ratio, coverage, answered_precision):
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


def test_what_cannot_be_measured_is_none() -> None:
    none, every = [False] * 3, [True] * 3
    for statistic in (
        answered_precision(none, none),
        coverage(every, none),
        auroc([1, 2, 3], every),
        auroc([1, 2, 3], none),
    ):
        assert value(statistic, 3) is None
        assert bootstrap(statistic, 3) is None
    for make in (auroc, calibration_error, ratio, coverage, answered_precision):
        assert value(make([], []), 0) is None
        assert bootstrap(make([], []), 0) is None


@pytest.mark.parametrize("values", [[0, 0, 0, 1], [0, 1, 1, 1], [0, 0, 1, 1], [2, 2, 2, 2]])
def test_bootstrap_agrees_with_enumerating_every_resample(values: list[float]) -> None:
    """Four rows give 256 equally likely samples; the bounds asked for fall well inside steps of these."""
    every = sorted(sum(sample) / 4 for sample in product(values, repeat=4))
    low, high = bootstrap(ratio(values, [1] * 4), 4) or (None, None)
    assert (low, high) == (every[int(0.025 * 256)], every[int(0.975 * 256)])


def test_bootstrap_passes_over_samples_in_which_nothing_is_defined() -> None:
    """One row of three was answered, and right: a sample holds it, and scores 1, or has nothing to score."""
    assert bootstrap(answered_precision([True, False, False], [True, False, False]), 3) == (1.0, 1.0)


def test_bootstrap_approaches_the_normal_interval_of_a_proportion() -> None:
    """For 80 of 100: .8 ± 1.96 √(.8 · .2 / 100) = .722 to .878."""
    low, high = bootstrap(ratio([1] * 80 + [0] * 20, [1] * 100), 100) or (0.0, 0.0)
    assert [low, high] == pytest.approx([0.722, 0.878], abs=0.012)


def test_bootstrap_is_the_same_for_one_seed_and_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    statistic = ratio(np.arange(50), np.ones(50))
    whole = bootstrap(statistic, 50, seed=7)
    assert whole == bootstrap(statistic, 50, seed=7)
    assert whole != bootstrap(statistic, 50, seed=8)
    monkeypatch.setattr("eval.estimates.CELLS", 50 * 64)
    assert whole == bootstrap(statistic, 50, seed=7)


def test_bootstrap_draws_the_number_of_resamples_asked_for() -> None:
    shapes: list[tuple[int, ...]] = []

    def statistic(counts: np.ndarray) -> np.ndarray:
        shapes.append(counts.shape)
        assert (counts.sum(axis=1) == 3).all()
        return counts[:, 0]

    assert bootstrap(statistic, 3, resamples=123) == (0.0, 2.0)
    assert shapes == [(123, 3)]


def columns(rows: list[tuple[float, bool]]) -> tuple[list[float], list[bool]]:
    return [score for score, _ in rows], [flag for _, flag in rows]
