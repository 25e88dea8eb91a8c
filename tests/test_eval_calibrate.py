"""Fitting confidence: against arithmetic, a brute-force threshold, and a planted scale."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from runs_by_hand import RIGHT, WRONG

from eval.calibrate import LEAST_ANSWERED, calibrate, calibration_text, fit, wished_precision
from eval.rows import Row
from index.build import Wish, update
from index.calibration import store
from index.embed import OnnxEmbedder
from index.errors import NothingIndexed, UsageError
from index.rollback import rollback
from index.store import open_index
from qa.ask import Asker
from qa.confidence import ALIKE, Scale

PLAIN = ALIKE


def rows(scores: Sequence[float], right: Sequence[bool]) -> list[Row]:
    return [
        replace(RIGHT if hit else WRONG, confidence=PLAIN.confidence(score))
        for score, hit in zip(scores, right, strict=True)
    ]


def planted(number: int, slope: float, intercept: float) -> tuple[list[float], list[bool]]:
    dice = np.random.default_rng(3)
    scores = dice.uniform(0, 1, number)
    right = dice.uniform(0, 1, number) < 1 / (1 + np.exp(-(slope * scores + intercept)))
    return scores.tolist(), right.tolist()


def test_fit_finds_the_scale_that_made_the_rows() -> None:
    scores, right = planted(20_000, 8.0, -4.0)
    slope, intercept = fit(np.array(scores), np.array(right, dtype=float))
    assert (slope, intercept) == pytest.approx((8.0, -4.0), rel=0.05)


def test_fit_leaves_no_gradient() -> None:
    """At the maximum, the targets (Platt's, pulled in) and the fitted values have equal sums and moments."""
    scores, right = np.array([0.1, 0.3, 0.4, 0.6, 0.7]), np.array([0.0, 1.0, 0.0, 1.0, 1.0])
    slope, intercept = fit(scores, right)
    fitted = 1 / (1 + np.exp(-(slope * scores + intercept)))
    targets = np.where(right > 0, 4 / 5, 1 / 4)
    assert fitted.sum() == pytest.approx(targets.sum(), abs=0.01)
    assert (fitted @ scores) == pytest.approx(targets @ scores, abs=0.01)


@settings(derandomize=True, deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.sampled_from([0.5, 0.7, 0.9]))
def test_the_threshold_is_the_lowest_that_reaches_the_precision(seed: int, precision: float) -> None:
    dice = np.random.default_rng(seed)
    scores = dice.choice(np.linspace(0.1, 0.9, 40), 60)
    right = dice.uniform(0, 1, 60) < scores
    made_of = rows(scores.tolist(), right.tolist())
    best: tuple[float, float] | None = None  # by brute force: coverage and precision at the lowest cut
    for cut in sorted(set(scores)):
        sure = scores >= cut
        if sure.sum() >= LEAST_ANSWERED and right[sure].mean() >= precision:
            best = float(sure.mean()), float(right[sure].mean())
            break
    if best is None or min(right.sum(), (~right).sum()) < 10:
        with pytest.raises(UsageError, match=r"No threshold reaches|too few"):
            calibrate(made_of, PLAIN, precision)
    else:
        made = calibrate(made_of, PLAIN, precision)
        assert (made.fitted.coverage, made.fitted.precision) == pytest.approx(best)


def test_what_is_expected_elsewhere_is_near_what_is_true() -> None:
    scores, right = planted(3000, 8.0, -4.0)
    made = calibrate(rows(scores, right), PLAIN, 0.9)
    assert made.fitted.precision >= 0.9
    assert made.expected.precision == pytest.approx(0.9, abs=0.02)
    assert "from a confidence of" in calibration_text(made, "/somewhere")


def test_too_few_or_hopeless_questions_are_refused() -> None:
    with pytest.raises(UsageError, match=r"too few to fit confidence to: 12, 6 of them right"):
        calibrate(rows([0.5] * 12, [True, False] * 6), PLAIN, 0.9)
    with pytest.raises(UsageError, match=r"No threshold reaches a precision of 0\.9"):
        calibrate(rows([0.2, 0.4] * 50, [False, True, True, False] * 25), PLAIN, 0.9)


@pytest.mark.parametrize("written", ["precision", "precision=1", "precision=0", "recall=0.5", "precision=x", ""])
def test_what_is_no_wish_is_refused(written: str) -> None:
    with pytest.raises(UsageError, match=r"Write a precision: --calibrate precision=0\.9"):
        wished_precision(written)


def test_a_wish_is_read() -> None:
    assert wished_precision(" precision = 0.85") == 0.85


def test_a_stored_scale_answers_survives_updates_and_can_be_rolled_back(tmp_path: Path, embedder: OnnxEmbedder) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.txt").write_text("The red house stands by the lake. Ada Ferrow built it in 1871.")
    folder = tmp_path / "index"
    update(folder, Wish(paths=(tmp_path / "a",)), lambda _: embedder)
    before = Asker(open_index(folder), embedder)
    assert before.scale == ALIKE
    plain = before.ask("Who built the red house by the lake in 1871?")
    assert store(folder, (2.0, -1.0), 0.9).generation == 2
    (tmp_path / "a" / "two.txt").write_text("A green boat lies in the harbour.")
    update(folder, Wish(), lambda _: embedder)
    after = Asker(open_index(folder), embedder)
    assert after.scale == Scale(2.0, -1.0, 0.9)
    fitted = after.ask("Who built the red house by the lake in 1871?")
    score = PLAIN.score_of(plain.confidence)
    assert fitted.confidence == pytest.approx(1 / (1 + math.exp(-(2 * score - 1))), abs=1e-6)
    assert (plain.answered, fitted.answered) == (True, False)
    rollback(folder)
    assert open_index(folder).manifest.articles == 1
    assert Asker(open_index(folder), embedder).scale == Scale(2.0, -1.0, 0.9)
    assert store(folder, (3.0, -2.0), 0.8, "some reader").fitted_with == "some reader"
    assert Asker(open_index(folder), embedder).scale == ALIKE
    with pytest.raises(NothingIndexed, match="Nothing is indexed"):
        store(tmp_path / "none", (2.0, -1.0), 0.9)
