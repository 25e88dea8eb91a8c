"""Quality gates: what a run must reach, for programs that decide by an exit code.

Owns how a gate is written, ``hit@5=0.85``. What "significantly worse" means is the word of ``compare``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from eval.compare import LESS_IS_BETTER, Comparison
from eval.run import Measure, statistics
from index.errors import UsageError


@dataclass(frozen=True, slots=True)
class Gate:
    """A measure and the value it must reach: at least, or at most where less is better."""

    measure: str
    bound: float

    def failed(self, measures: Mapping[str, Measure]) -> str | None:
        """Return a sentence where the gate is not passed, else None. An undefined measure does not pass."""
        mean = measures[self.measure].mean
        wanted = f"at {'most' if self.measure in LESS_IS_BETTER else 'least'} {self.bound:g} was wanted"
        if mean is None:
            return f"{self.measure} is undefined for these questions; {wanted}."
        passed = mean <= self.bound if self.measure in LESS_IS_BETTER else mean >= self.bound
        return None if passed else f"{self.measure} is {mean:.4g}; {wanted}."


def gates(written: Sequence[str]) -> tuple[Gate, ...]:
    """Return the gates as they were written, MEASURE=VALUE. Raises UsageError for what is none."""
    return tuple(map(_gate, written))


def _gate(written: str) -> Gate:
    name, _, value = written.partition("=")
    known = statistics(())
    if name.strip() not in known:
        raise UsageError(f"There is no measure {name.strip()!r} to gate by. Choose one of: {', '.join(known)}.")
    try:
        return Gate(name.strip(), _number(value))
    except ValueError:
        raise UsageError(f"The gate {written!r} needs a number, as in --fail-under hit@5=0.85.") from None


def _number(written: str) -> float:
    value = float(written)
    if not isfinite(value):
        raise ValueError
    return value


def failures(wanted: Sequence[Gate], measures: Mapping[str, Measure], comparison: Comparison | None) -> list[str]:
    """Return a sentence for each gate that is not passed; ``comparison`` is given where nothing may get worse."""
    failed = [sentence for gate in wanted if (sentence := gate.failed(measures))]
    for name in comparison.worse if comparison else ():
        change = comparison.changes[name] if comparison else None
        if change:
            failed.append(f"{name} fell from {change.before:.3f} to {change.after:.3f} (p = {change.p:.4f}).")
    return failed
