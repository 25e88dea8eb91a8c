"""How sure an answer is: one formula, fitted on questions, and the threshold that goes with it.

The constants are what ``make fit`` prints for eval/questions/dev.jsonl. Never fitted on held-out questions. An index
may hold others, fitted on its user's own questions by ``qa eval --calibrate``.
"""

import math
from dataclasses import dataclass

SLOPE = 6.62
INTERCEPT = -3.45
THRESHOLD = 0.5
"""From this confidence on an answer counts as one, where the index does not say otherwise."""


@dataclass(frozen=True, slots=True)
class Scale:
    """From the score of an answer's best sentence to the probability that the answer is right."""

    slope: float = SLOPE
    intercept: float = INTERCEPT
    threshold: float = THRESHOLD
    """The confidence from which an answer counts as one, 0 to 1."""

    def confidence(self, score: float) -> float:
        """Return the estimated probability, 0 to 1, that a finding whose best sentence has this score is right.

        A logistic regression of "the first answer is right" on the sentence score of the first answer, -1 to 1.
        Words are left out, since questions that the articles do not answer share words with them too
        (docs/retrieval.md).
        """
        return 1 / (1 + math.exp(-(self.slope * score + self.intercept)))

    def score_of(self, confidence: float) -> float:
        """Return the score that has this confidence (0 < confidence < 1): the inverse of ``confidence``."""
        return (math.log(confidence / (1 - confidence)) - self.intercept) / self.slope


def scale_of(stored: tuple[float, float] | None, threshold: float | None) -> Scale:
    """Return the scale of an index that stores (slope, intercept) and a threshold, or neither."""
    slope, intercept = stored or (SLOPE, INTERCEPT)
    return Scale(slope, intercept, THRESHOLD if threshold is None else threshold)
