"""What a whole question set scores, and between which bounds: proportions, AUROC, calibration, bootstrap.

A statistic maps ``counts`` (resamples, questions), how often each question was drawn, to one value per
resample, NaN where it is undefined. So one formula gives the value (every question once) and its interval.
What one question scores belongs to ``metrics``.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Statistic = Callable[[Array], Array]

SEED = 20190103  # any fixed number: the same rows give the same interval
RESAMPLES = 2000  # the bounds then move by well under their own width from seed to seed
BINS = 10  # what most papers that report calibration use
CELLS = 2_000_000  # counts held at once: 16 MB, also for sets of ten thousand questions


def value(statistic: Statistic, questions: int) -> float | None:
    """Return the statistic with every question taken once; None where it is undefined."""
    result = float(statistic(np.ones((1, questions)))[0])
    return None if np.isnan(result) else result


def bootstrap(
    statistic: Statistic, questions: int, resamples: int = RESAMPLES, seed: int = SEED
) -> tuple[float, float] | None:
    """Return the 95 % percentile interval under resampling of questions; None where nothing is defined.

    Equal seeds draw equal samples, whatever the statistic. Samples in which it is undefined are passed over.
    Source: Efron and Tibshirani, An introduction to the bootstrap, 1993, chapter 13.
    """
    if questions == 0:
        return None
    generator = np.random.default_rng(seed)
    step = max(1, CELLS // questions)
    sizes = (min(step, resamples - done) for done in range(0, resamples, step))
    results = np.concatenate([statistic(_draw(generator, size, questions)) for size in sizes])
    defined = results[~np.isnan(results)]
    if defined.size == 0:
        return None
    low, high = np.percentile(defined, (2.5, 97.5))
    return float(low), float(high)


def ratio(part: ArrayLike, whole: ArrayLike) -> Statistic:
    """Return sum of part over sum of whole; a mean where ``whole`` is 1 for each question that counts."""
    upper, lower = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    return lambda counts: _divide(counts @ upper, counts @ lower)


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
        return _divide(won, above.sum(axis=1) * below.sum(axis=1))

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
        return _divide(np.abs(np.diff(at_cuts)).sum(axis=1), mass[:, -1])

    return statistic


def _draw(generator: np.random.Generator, resamples: int, questions: int) -> Array:
    drawn = generator.integers(questions, size=(resamples, questions))
    flat = (drawn + questions * np.arange(resamples)[:, None]).ravel()
    return np.bincount(flat, minlength=resamples * questions).reshape(resamples, questions).astype(np.float64)


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


def _divide(upper: Array, lower: Array) -> Array:
    return np.divide(upper, lower, out=np.full_like(upper, np.nan), where=lower != 0)
