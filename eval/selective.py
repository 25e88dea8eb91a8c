"""How well confidence tells what is right: coverage, precision, AUROC, the risk-coverage curve, calibration.

Each is a statistic as ``estimates`` takes them: from how often each question was drawn to one value per resample.
A question counts as right where its first answer is; an unanswerable one never is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eval.estimates import Array, Statistic, divide, ratio

BINS = 10  # what most papers that report calibration use


def coverage(answered: ArrayLike, answerable: ArrayLike) -> Statistic:
    """Return answered over answerable, among the answerable questions.

    Source: El-Yaniv and Wiener, On the foundations of noise-free selective classification, 2010.
    """
    return ratio(np.logical_and(answered, answerable), answerable)


def answered_precision(right: ArrayLike, answered: ArrayLike) -> Statistic:
    """Return right over answered, among all questions; undefined when nothing was answered.

    Source: as ``coverage``, one minus the selective risk.
    """
    return ratio(np.logical_and(right, answered), answered)


def auroc(scores: ArrayLike, positive: ArrayLike) -> Statistic:
    """Return how often a positive scores above a negative, a tie as half; undefined with one class only.

    The rank-sum statistic over the number of pairs.
    Source: Hanley and McNeil, The meaning and use of the area under a ROC curve, 1982 (Mann and Whitney's U).
    """
    order, starts = _levels(scores)
    is_positive = np.asarray(positive, dtype=np.bool_)[order]

    def statistic(counts: Array) -> Array:
        drawn = counts[:, order]
        above = _per_level(drawn * is_positive, starts)
        below = _per_level(drawn * ~is_positive, starts)
        won = (above * (below.cumsum(axis=1) - below / 2)).sum(axis=1)
        return divide(won, above.sum(axis=1) * below.sum(axis=1))

    return statistic


def calibration_error(confidence: ArrayLike, right: ArrayLike) -> Statistic:
    """Return the expected calibration error over ten bins of equal mass, 0 to 1; smaller is better.

    Ranked by confidence and cut into tenths: the mean over bins of |share right - mean confidence|. Equal
    confidences share what they got right, and one on a border counts in part on either side, so the order of
    rows does not matter. The bootstrap interval leans upward, for a resample repeats each question's luck.
    Source: Naeini et al., Obtaining well calibrated probabilities, 2015; equal-mass bins as in Nguyen and
    O'Connor, Posterior calibration and exploratory analysis, 2015.
    """
    order, starts = _levels(confidence)
    excess = (np.asarray(right, dtype=np.float64) - np.asarray(confidence, dtype=np.float64))[order]

    def statistic(counts: Array) -> Array:
        drawn = counts[:, order]
        mass = _running(_per_level(drawn, starts))
        gap = _running(_per_level(drawn * excess, starts))
        cuts = mass[:, -1:] * np.arange(BINS + 1) / BINS
        at_cuts = np.array([np.interp(*row) for row in zip(cuts, mass, gap, strict=True)])
        return divide(np.abs(np.diff(at_cuts)).sum(axis=1), mass[:, -1])

    return statistic


def risk_area(confidence: ArrayLike, right: ArrayLike) -> Statistic:
    """Return the area under the risk-coverage curve, 0 to 1; smaller is better.

    The mean, over n from 1 to all, of the share of wrong ones among the n surest. Equal confidences share what
    they got wrong, so the order of rows does not matter.
    Source: Geifman, Uziel and El-Yaniv, Bias-reduced uncertainty estimation for deep neural classifiers, 2019.
    """
    order, starts = _levels(-np.asarray(confidence, dtype=np.float64))
    wrong = 1 - np.asarray(right, dtype=np.float64)[order]

    def statistic(counts: Array) -> Array:
        drawn = counts[:, order]
        taken, errors = _per_level(drawn, starts), _per_level(drawn * wrong, starts)
        rate = np.divide(errors, taken, out=np.zeros_like(taken), where=taken != 0)
        before, errors_before = taken.cumsum(axis=1) - taken, errors.cumsum(axis=1) - errors
        # Within a level errors come at one rate: the sum of (a + b n) / n over its n is a (H(last) - H(before)) + b k.
        sums = np.append(0.0, (1 / np.arange(1, round(counts[0].sum()) + 1)).cumsum())
        spread = sums[np.rint(before + taken).astype(np.intp)] - sums[np.rint(before).astype(np.intp)]
        area = ((errors_before - rate * before) * spread + rate * taken).sum(axis=1)
        return divide(area, counts.sum(axis=1))

    return statistic


@dataclass(frozen=True, slots=True)
class Point:
    """What answering only from one confidence on would give."""

    threshold: float
    coverage: float
    """Answered answerable questions over answerable ones; over all where none is answerable."""
    precision: float
    """Right over answered."""


def risk_coverage(confidence: ArrayLike, right: ArrayLike, answerable: ArrayLike) -> tuple[Point, ...]:
    """Return the curve, one point for each distinct confidence, the surest first.

    Source: El-Yaniv and Wiener, as ``coverage``.
    """
    order, starts = _levels(-np.asarray(confidence, dtype=np.float64))
    if not order.size:
        return ()
    last = np.append(starts[1:], order.size) - 1
    sure = np.asarray(confidence, dtype=np.float64)[order][last]
    is_right = np.asarray(right, dtype=np.float64)[order].cumsum()[last]
    could = np.asarray(answerable, dtype=np.float64)[order]
    covered = could.cumsum()[last] / max(could.sum(), 1.0)
    return tuple(
        Point(float(at), float(share), float(hits / answered))
        for at, share, hits, answered in zip(sure, covered, is_right, last + 1.0, strict=True)
    )


@dataclass(frozen=True, slots=True)
class Bin:
    """A tenth of the questions, by confidence."""

    confidence: float
    """Their mean."""
    right: float
    """The share of them that are right."""
    questions: int


def reliability(confidence: ArrayLike, right: ArrayLike) -> tuple[Bin, ...]:
    """Return the reliability diagram: up to ten groups of equal size, the least sure first.

    Source: DeGroot and Fienberg, The comparison and evaluation of forecasters, 1983.
    """
    given, is_right = np.asarray(confidence, dtype=np.float64), np.asarray(right, dtype=np.float64)
    groups = np.array_split(np.argsort(given, kind="stable"), BINS)
    return tuple(
        Bin(float(given[group].mean()), float(is_right[group].mean()), len(group)) for group in groups if group.size
    )


def _levels(scores: ArrayLike) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the ascending order of the scores, and where in it each distinct score begins."""
    given = np.asarray(scores, dtype=np.float64)
    order = np.argsort(given, kind="stable")
    return order, np.flatnonzero(np.diff(given[order], prepend=-np.inf))


def _per_level(cells: Array, starts: NDArray[np.intp]) -> Array:
    return np.add.reduceat(cells, starts, axis=1) if starts.size else cells


def _running(cells: Array) -> Array:
    """Return running sums along each row, beginning with 0."""
    return np.pad(cells.cumsum(axis=1), ((0, 0), (1, 0)))
