"""How sure an answer is: one formula, fitted on the development questions, and the threshold that goes with it.

The constants are what ``make fit`` prints for eval/questions/dev.jsonl. Never fitted on held-out questions.
"""

import math

SLOPE = 6.62
INTERCEPT = -3.45
THRESHOLD = 0.5
"""From this confidence on an answer counts as one, where the index does not say otherwise."""


def confidence(score: float) -> float:
    """Return the estimated probability, 0 to 1, that a finding whose best sentence has this score (-1 to 1) is right.

    A logistic regression of "the first answer is right" on the sentence score of the first answer. Words are left
    out, since questions that the articles do not answer share words with them too (docs/retrieval.md).
    """
    return 1 / (1 + math.exp(-(SLOPE * score + INTERCEPT)))


def score_of(confidence: float) -> float:
    """Return the score that has this confidence (0 < confidence < 1): the inverse of ``confidence``."""
    return (math.log(confidence / (1 - confidence)) - INTERCEPT) / SLOPE
