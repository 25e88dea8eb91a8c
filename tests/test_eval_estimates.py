"""The bootstrap and plain statistics: against enumerating every possible resample, and a slow twin."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.estimates import SEED, Statistic, bootstrap, quantile, ratio, value
from eval.selective import answered_precision


def bounds(statistic: Statistic, questions: int, resamples: int = 2000, seed: int = 7) -> tuple[float, float] | None:
    return bootstrap({"it": statistic}, questions, resamples, seed)["it"]


@settings(derandomize=True, deadline=None)
@given(
    values=st.lists(st.integers(0, 5), min_size=1, max_size=9),
    share=st.sampled_from([0.1, 0.5, 0.95, 1.0]),
    data=st.data(),
)
def test_quantile_is_the_smallest_value_that_enough_rows_do_not_exceed(
    values: list[int], share: float, data: st.DataObject
) -> None:
    counts = data.draw(st.lists(st.integers(0, 3), min_size=len(values), max_size=len(values)).filter(any))
    rows = [value for value, count in zip(values, counts, strict=True) for _ in range(count)]
    expected = min(one for one in rows if sum(other <= one for other in rows) >= share * len(rows) - 1e-9)
    assert float(quantile(values, share)(np.array([counts], dtype=float))[0]) == expected


def test_quantile_by_hand() -> None:
    assert value(quantile([30, 10, 20, 40], 0.5), 4) == 20
    assert value(quantile([30, 10, 20, 40], 0.95), 4) == 40
    assert value(quantile([], 0.5), 0) is None


def test_bootstrap_takes_all_statistics_of_the_same_samples() -> None:
    both = bootstrap({"one": ratio([0, 1, 2], [1] * 3), "two": ratio([0, 2, 4], [1] * 3)}, 3, seed=7)
    one, two = both["one"] or (0.0, 0.0), both["two"] or (0.0, 0.0)
    assert two == (2 * one[0], 2 * one[1])


@pytest.mark.parametrize("values", [[0, 0, 0, 1], [0, 1, 1, 1], [0, 0, 1, 1], [2, 2, 2, 2]])
def test_bootstrap_agrees_with_enumerating_every_resample(values: list[float]) -> None:
    """Four rows give 256 equally likely samples; the bounds asked for fall well inside steps of these."""
    every = sorted(sum(sample) / 4 for sample in product(values, repeat=4))
    low, high = bounds(ratio(values, [1] * 4), 4, seed=SEED) or (None, None)
    assert (low, high) == (every[int(0.025 * 256)], every[int(0.975 * 256)])


def test_bootstrap_passes_over_samples_in_which_nothing_is_defined() -> None:
    """One row of three was answered, and right: a sample holds it, and scores 1, or has nothing to score."""
    assert bounds(answered_precision([True, False, False], [True, False, False]), 3) == (1.0, 1.0)


def test_bootstrap_approaches_the_normal_interval_of_a_proportion() -> None:
    """For 80 of 100: .8 ± 1.96 √(.8 · .2 / 100) = .722 to .878."""
    low, high = bounds(ratio([1] * 80 + [0] * 20, [1] * 100), 100, seed=SEED) or (0.0, 0.0)
    assert [low, high] == pytest.approx([0.722, 0.878], abs=0.012)


def test_bootstrap_is_the_same_for_one_seed_and_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    statistic = ratio(np.arange(50), np.ones(50))
    whole = bounds(statistic, 50, seed=7)
    assert whole == bounds(statistic, 50, seed=7)
    assert whole != bounds(statistic, 50, seed=8)
    monkeypatch.setattr("eval.estimates.CELLS", 50 * 64)
    assert whole == bounds(statistic, 50, seed=7)


def test_bootstrap_draws_the_number_of_resamples_asked_for() -> None:
    shapes: list[tuple[int, ...]] = []

    def statistic(counts: np.ndarray) -> np.ndarray:
        shapes.append(counts.shape)
        assert (counts.sum(axis=1) == 3).all()
        return counts[:, 0]

    assert bounds(statistic, 3, resamples=123) == (0.0, 2.0)
    assert shapes == [(123, 3)]
