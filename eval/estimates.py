"""What a whole question set scores, and between which bounds: proportions, quantiles, the bootstrap.

A statistic maps ``counts`` (resamples, questions), how often each question was drawn, to one value per
resample, NaN where it is undefined. So one formula gives the value (every question once) and its interval.
What one question scores belongs to ``metrics``, how well confidence tells right from wrong to ``selective``.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Statistic = Callable[[Array], Array]

SEED = 20190103  # any fixed number: the same rows give the same interval
RESAMPLES = 2000  # the bounds then move by well under their own width from seed to seed
CELLS = 2_000_000  # counts held at once: 16 MB, also for sets of ten thousand questions


def value(statistic: Statistic, questions: int) -> float | None:
    """Return the statistic with every question taken once; None where it is undefined."""
    result = float(statistic(np.ones((1, questions)))[0])
    return None if np.isnan(result) else result


def bootstrap(
    statistics: Mapping[str, Statistic], questions: int, resamples: int = RESAMPLES, seed: int = SEED
) -> dict[str, tuple[float, float] | None]:
    """Return the 95 % percentile interval of each statistic under resampling of questions; None where undefined.

    All are taken of the same samples, and equal seeds draw equal samples. Samples in which a statistic is
    undefined are passed over.
    Source: Efron and Tibshirani, An introduction to the bootstrap, 1993, chapter 13.
    """
    if questions == 0:
        return dict.fromkeys(statistics)
    generator = np.random.default_rng(seed)
    step = max(1, CELLS // questions)
    results: dict[str, list[Array]] = {name: [] for name in statistics}
    for done in range(0, resamples, step):
        drawn = _draw(generator, min(step, resamples - done), questions)
        for name, statistic in statistics.items():
            results[name].append(statistic(drawn))
    return {name: _bounds(np.concatenate(parts)) for name, parts in results.items()}


def _bounds(results: Array) -> tuple[float, float] | None:
    defined = results[~np.isnan(results)]
    if defined.size == 0:
        return None
    low, high = np.percentile(defined, (2.5, 97.5))
    return float(low), float(high)


def ratio(part: ArrayLike, whole: ArrayLike) -> Statistic:
    """Return sum of part over sum of whole; a mean where ``whole`` is 1 for each question that counts."""
    upper, lower = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    return lambda counts: divide(counts @ upper, counts @ lower)


def quantile(values: ArrayLike, share: float) -> Statistic:
    """Return the smallest value that at least ``share`` of the questions do not exceed.

    Source: definition 1 (the inverse of the empirical distribution) of Hyndman and Fan, Sample quantiles in
    statistical packages, 1996.
    """
    given = np.asarray(values, dtype=np.float64)
    order = np.argsort(given, kind="stable")

    def statistic(counts: Array) -> Array:
        if not given.size:
            return np.full(len(counts), np.nan)
        mass = counts[:, order].cumsum(axis=1)
        found: Array = given[order][(mass >= share * mass[:, -1:]).argmax(axis=1)]
        return found

    return statistic


def _draw(generator: np.random.Generator, resamples: int, questions: int) -> Array:
    drawn = generator.integers(questions, size=(resamples, questions))
    flat = (drawn + questions * np.arange(resamples)[:, None]).ravel()
    return np.bincount(flat, minlength=resamples * questions).reshape(resamples, questions).astype(np.float64)


def divide(upper: Array, lower: Array) -> Array:
    """Return upper / lower, NaN where lower is 0."""
    return np.divide(upper, lower, out=np.full_like(upper, np.nan), where=lower != 0)
