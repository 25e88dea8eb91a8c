"""Two runs over the same questions, side by side: what changed, and whether chance alone could have done it.

Owns the paired randomisation test. The same machinery serves means and measures of a whole set: in a resample, the
two runs swap their rows of a question or keep them, each with probability one half.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from eval.estimates import CELLS, SEED, Array, Statistic
from eval.rows import OF_PLACES, OF_WORDS, Row
from eval.run import statistics
from eval.runs import Run
from index.errors import UsageError

TRIALS = 10_000  # p is then known to about .004 where it matters, at .05
WORK = 20_000_000  # trials times questions: some ten seconds for the largest sets
SIGNIFICANT = 0.05
POWER = 2.8  # standard errors: what a test at .05 notices four times in five (1.96 + 0.84)
LESS_IS_BETTER = frozenset({"risk_area", "calibration_error", "latency_ms", "latency_p50", "latency_p95"})
JUDGED = ("hit@1", "hit@5", "ndcg@10", "answer@1", "f1", "abstain_auroc", "coverage", "answered_precision", "risk_area")
"""What ``worse`` looks at: each asks something else, and every further one would make all the others less sharp."""


@dataclass(frozen=True, slots=True)
class Change:
    """One measure in both runs."""

    before: float
    after: float
    p: float | None
    """How often chance alone changes it as much, 0 to 1, corrected for the number of measures; None where untested."""
    wins: int
    losses: int
    ties: int
    """Questions that it scores higher, lower and alike; all 0 for measures of a whole set."""
    noticeable: float | None
    """The smallest change that a test with these questions would notice four times in five; None where untested."""

    @property
    def significant(self) -> bool:
        """Whether chance alone hardly explains it."""
        return self.p is not None and self.p < SIGNIFICANT


@dataclass(frozen=True, slots=True)
class Flip:
    """A question that is right in one run and wrong in the other."""

    before: Row
    after: Row

    @property
    def won(self) -> bool:
        """Whether it is right now."""
        return self.after.right


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run beside its baseline, over the questions that both asked."""

    baseline: Run
    run: Run
    changes: Mapping[str, Change]
    flips: tuple[Flip, ...]
    unpaired: int
    """Questions of either run that the other did not ask so."""

    @property
    def questions(self) -> int:
        """How many questions both runs asked."""
        return (len(self.baseline.report.rows) + len(self.run.report.rows) - self.unpaired) // 2

    @property
    def better(self) -> tuple[str, ...]:
        """The measures that got better by more than chance explains."""
        return tuple(name for name, change in self.changes.items() if change.significant and not is_worse(name, change))

    @property
    def noticeable(self) -> Mapping[str, float]:
        """How large a change of each tested measure these questions would show; none where nothing changed."""
        return {name: change.noticeable for name, change in self.changes.items() if change.noticeable}

    @property
    def worse(self) -> tuple[str, ...]:
        """The measures that got worse by more than chance explains."""
        return tuple(name for name, change in self.changes.items() if change.significant and is_worse(name, change))


def is_worse(name: str, change: Change) -> bool:
    """Tell whether a measure changed for the worse."""
    return change.after > change.before if name in LESS_IS_BETTER else change.after < change.before


def compare(baseline: Run, run: Run) -> Comparison:
    """Return how ``run`` differs from ``baseline``. Raises UsageError where they have no question in common."""
    before = {(row.id, row.question): row for row in baseline.report.rows}
    after = {(row.id, row.question): row for row in run.report.rows}
    common = [key for key in after if key in before]
    if not common:
        raise UsageError("The baseline has no question in common with this run. Compare runs of one question set.")
    pairs = [(before[key], after[key]) for key in common]
    return Comparison(
        baseline,
        run,
        _changes(pairs),
        tuple(Flip(one, other) for one, other in pairs if one.right != other.right),
        unpaired=len(before) + len(after) - 2 * len(common),
    )


def comparison_payload(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as plain data."""
    return {
        "baseline": asdict(comparison.baseline.config),
        "unpaired": comparison.unpaired,
        "changes": {
            name: asdict(change) | {"significant": change.significant} for name, change in comparison.changes.items()
        },
        "worse": list(comparison.worse),
        "now_right": [flip.after.id for flip in comparison.flips if flip.won],
        "now_wrong": [flip.after.id for flip in comparison.flips if not flip.won],
    }


def randomised(
    of_both: Mapping[str, Statistic], questions: int, trials: int = TRIALS
) -> dict[str, tuple[float, float]]:
    """Return for each statistic (p, standard error) of its difference between two runs.

    ``of_both`` are statistics over the rows of the first run followed by those of the second, in one order. p is
    two-sided: (1 + trials whose difference is at least as large as the one seen) / (1 + trials).
    Source: Smucker, Allan and Carterette, A comparison of statistical significance tests for information retrieval
    evaluation, 2007 (Fisher's randomisation test).
    """
    first, second = np.eye(2).repeat(questions, axis=1)
    seen = {name: _difference(statistic, first[None], second[None])[0] for name, statistic in of_both.items()}
    generator = np.random.default_rng(SEED)
    step = max(1, CELLS // (2 * questions))
    drawn: dict[str, list[Array]] = {name: [] for name in of_both}
    for done in range(0, trials, step):
        kept = generator.integers(2, size=(min(step, trials - done), questions)).astype(np.float64)
        one, other = np.hstack([kept, 1 - kept]), np.hstack([1 - kept, kept])
        for name, statistic in of_both.items():
            drawn[name].append(_difference(statistic, one, other))
    return {name: _judged(seen[name], np.concatenate(parts)) for name, parts in drawn.items()}


def _difference(statistic: Statistic, one: Array, other: Array) -> Array:
    return statistic(other) - statistic(one)


def _judged(seen: float, drawn: Array) -> tuple[float, float]:
    defined = drawn[~np.isnan(drawn)]
    # Sums of thirds and tenths differ in their last digit by the order of adding.
    as_large = int((np.abs(defined) >= abs(seen) - 1e-12).sum())
    return (1 + as_large) / (1 + defined.size), round(float(defined.std()), 12) if defined.size else 0.0


def _changes(pairs: Sequence[tuple[Row, Row]]) -> dict[str, Change]:
    befores, afters = [one for one, _ in pairs], [other for _, other in pairs]
    of_both = statistics(befores + afters)
    ones = np.eye(2).repeat(len(pairs), axis=1)
    values = {name: _values(statistic, ones) for name, statistic in of_both.items()}
    defined = [name for name in values if not np.isnan(values[name]).any()]
    tested = {name: of_both[name] for name in defined if name in JUDGED}
    judged = randomised(tested, len(pairs), max(1000, min(TRIALS, WORK // len(pairs))))
    corrected = holm({name: p for name, (p, _) in judged.items()})
    changes = {}
    for name in defined:
        wins, losses, ties = _counts(name, pairs)
        noticeable = POWER * judged[name][1] if name in judged else None
        changes[name] = Change(*values[name], corrected.get(name), wins, losses, ties, noticeable)
    return changes


def _values(statistic: Statistic, ones: Array) -> tuple[float, float]:
    """Return a statistic's value in the first run and in the second."""
    before, after = (float(statistic(row[None])[0]) for row in ones)
    return before, after


def holm(ps: Mapping[str, float]) -> dict[str, float]:
    """Return p values corrected for their number, in their order.

    Source: Holm, A simple sequentially rejective multiple test procedure, 1979.
    """
    corrected: dict[str, float] = {}
    least = 0.0
    for place, name in enumerate(sorted(ps, key=lambda name: ps[name])):
        least = max(least, min(1.0, (len(ps) - place) * ps[name]))
        corrected[name] = least
    return {name: corrected[name] for name in ps}


def _counts(name: str, pairs: Sequence[tuple[Row, Row]]) -> tuple[int, int, int]:
    if name not in OF_PLACES + OF_WORDS:
        return 0, 0, 0
    scored = [(one.measures[name], other.measures[name]) for one, other in pairs]
    both = [(one, other) for one, other in scored if one is not None and other is not None]
    wins = sum(other > one for one, other in both)
    losses = sum(other < one for one, other in both)
    return wins, losses, len(both) - wins - losses
