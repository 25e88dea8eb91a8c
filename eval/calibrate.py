"""Fitting confidence to a question set: which score means how sure, and from where on an answer counts.

Owns the logistic fit and the choice of a threshold. Storing both with an index is the work of ``index.calibration``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from eval.rows import Row
from index.errors import UsageError
from qa.confidence import Scale

Floats = npt.NDArray[np.float64]
RIDGE = 1e-3
"""Keeps the fit finite where a set happens to be separable."""
FOLDS = 5
LEAST = 30
"""Questions without which nothing is fitted, some of them right and some wrong."""
LEAST_ANSWERED = 10
"""Answers above a threshold without which its precision says nothing."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What a threshold gives."""

    precision: float
    """Right over answered."""
    coverage: float
    """Answered over answerable, among answerable questions."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A scale fitted to questions for a precision that was wished for."""

    scale: Scale
    wished: float
    questions: int
    fitted: Reached
    """On the questions that it was fitted to."""
    expected: Reached
    """On questions it was not fitted to: five times a fifth, each with the scale of the other four."""


def fit(scores: Floats, right: Floats, counts: Floats | None = None) -> tuple[float, float]:
    """Return (slope, intercept) of the logistic regression of ``right`` (0 or 1) on ``scores``, by Newton's method.

    ``counts`` says how much each question counts, all the same without it. Targets are pulled in from 0 and 1 as in
    Platt, "Probabilistic outputs for support vector machines" (1999).
    """
    positives, negatives = float(right.sum()), float(len(right) - right.sum())
    targets = np.where(right > 0, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    given = np.stack([scores, np.ones_like(scores)], axis=1)
    weights, each = np.zeros(2), np.ones_like(scores) if counts is None else counts
    for _ in range(50):
        expected = 1 / (1 + np.exp(-(given @ weights)))
        gradient = given.T @ (each * (expected - targets)) + RIDGE * weights
        curvature = (given * (each * expected * (1 - expected))[:, None]).T @ given + RIDGE * np.eye(2)
        weights = weights - np.linalg.solve(curvature, gradient)
    return float(weights[0]), float(weights[1])


def wished_precision(written: str) -> float:
    """Return the precision in ``precision=0.9``. Raises UsageError for anything else."""
    name, _, value = written.partition("=")
    try:
        precision = float(value)
    except ValueError:
        precision = -1.0
    if name.strip() != "precision" or not 0 < precision < 1:
        raise UsageError(f"--calibrate {written!r} is not understood. Write a precision: --calibrate precision=0.9.")
    return precision


def calibrate(rows: Sequence[Row], before: Scale, precision: float) -> Calibration:
    """Return the scale that fits the rows, with the lowest threshold whose answers are right so often.

    ``before`` is the scale under which the rows were made. Raises UsageError where the rows are too few or too much
    alike, or no threshold reaches the precision.
    """
    kept = [row for row in rows if 0 < row.confidence < 1]
    scores = np.array([before.score_of(row.confidence) for row in kept])
    right = np.array([float(row.right) for row in kept])
    answerable = np.array([row.answerable for row in kept], dtype=np.bool_)
    if len(kept) < LEAST or min(right.sum(), len(kept) - right.sum()) < LEAST_ANSWERED:
        raise UsageError(
            f"These questions are too few to fit confidence to: {len(kept)}, {int(right.sum())} of them right. "
            f"It takes {LEAST}, with {LEAST_ANSWERED} right and {LEAST_ANSWERED} wrong ones; "
            "add some that the articles do not answer."
        )
    scale, cut = _fitted(scores, right, precision)
    if scale is None:
        raise UsageError(
            f"No threshold reaches a precision of {precision:g} with {LEAST_ANSWERED} answers or more; the best is "
            f"{cut:.2f}. Wish for less, or find out with `qa eval` what goes wrong."
        )
    return Calibration(
        scale,
        precision,
        len(kept),
        _reached(_sure(scale, scores), right, answerable),
        _reached(_sure_elsewhere(scores, right, precision), right, answerable),
    )


def _fitted(scores: Floats, right: Floats, precision: float) -> tuple[Scale | None, float]:
    """Return the scale, or None and the best precision that any threshold reaches."""
    slope, intercept = fit(scores, right)
    if slope <= 0:
        return None, 0.0
    order = np.argsort(-scores, kind="stable")
    ordered, reached = scores[order], right[order].cumsum() / np.arange(1, len(right) + 1)
    last_of_score = np.append(ordered[1:] != ordered[:-1], True)
    allowed = last_of_score & (np.arange(1, len(right) + 1) >= LEAST_ANSWERED)
    enough = np.flatnonzero(allowed & (reached >= precision))
    if not enough.size:
        return None, float(reached[allowed].max(initial=0.0))
    at = int(enough[-1])
    below = ordered[at + 1] if at + 1 < len(ordered) else ordered[at]
    plain = Scale(slope, intercept, 0.0)
    return replace(plain, threshold=plain.confidence(float(ordered[at] + below) / 2)), float(reached[at])


def _sure(scale: Scale, scores: Floats) -> npt.NDArray[np.bool_]:
    return np.array([scale.confidence(float(score)) >= scale.threshold for score in scores], dtype=np.bool_)


def _sure_elsewhere(scores: Floats, right: Floats, precision: float) -> npt.NDArray[np.bool_]:
    """Return which rows count as answered under scales that were fitted without them."""
    sure = np.zeros(len(scores), dtype=np.bool_)
    for fold in range(FOLDS):
        held = np.arange(len(scores)) % FOLDS == fold
        scale, _ = _fitted(scores[~held], right[~held], precision)
        if scale is not None:
            sure[held] = _sure(scale, scores[held])
    return sure


def _reached(sure: npt.NDArray[np.bool_], right: Floats, answerable: npt.NDArray[np.bool_]) -> Reached:
    answered, could = int(sure.sum()), int(answerable.sum())
    precision = float(right[sure].sum() / answered) if answered else 0.0
    return Reached(precision, float((sure & answerable).sum() / could) if could else 0.0)


def calibration_text(made: Calibration, place: str) -> str:
    """Return what was fitted and stored, for people."""
    fitted, expected = made.fitted, made.expected
    return (
        f"Confidence was fitted to {made.questions} questions and is stored with the index in {place}.\n"
        f"An answer counts from a confidence of {made.scale.threshold:.2f} on: on these questions "
        f"{fitted.precision:.2f} of the\nanswers are right, and {fitted.coverage:.2f} of the answerable questions are "
        f"answered. On others like them\nexpect {expected.precision:.2f} and {expected.coverage:.2f}.\n"
        "`qa index --rollback` goes back."
    )
