"""How sure an answer is: one formula, fitted on questions, the threshold that goes with it, and the words for it.

Without the reader its constants are what ``make fit`` prints for eval/questions/dev.jsonl, with it what
``python -m eval.training.fit`` prints for the sets in docs/reader.md. Never fitted on held-out questions. An index may
hold others, fitted on its user's own questions by ``qa eval --calibrate``.
"""

import math
from dataclasses import dataclass

WORDS = ((0.90, "very likely"), (0.66, "likely"), (0.33, "uncertain"), (0.10, "unlikely"), (0.0, "very unlikely"))
"""The word for a probability from each bound on; the bounds are those of the IPCC's guidance note of 2010."""


def in_words(confidence: float) -> str:
    """Return the word for a confidence as it is shown, with two decimals."""
    return next(word for bound, word in WORDS if round(confidence, 2) >= bound)


@dataclass(frozen=True, slots=True)
class Scale:
    """From the score of an answer to the probability that it is right."""

    slope: float
    intercept: float
    threshold: float
    """The confidence from which an answer counts as one, 0 to 1."""

    def confidence(self, score: float) -> float:
        """Return the estimated probability, 0 to 1, that a finding with this score is right.

        A logistic regression of "the first answer is right" on the score of the first answer: the cosine of its best
        sentence, -1 to 1, or with the reader what ``rerank`` adds up, in logits. Words are left out, since questions
        that the articles do not answer share words with them too (docs/retrieval.md).
        """
        return 1 / (1 + math.exp(-(self.slope * score + self.intercept)))

    def score_of(self, confidence: float) -> float:
        """Return the score that has this confidence (0 < confidence < 1): the inverse of ``confidence``."""
        return (math.log(confidence / (1 - confidence)) - self.intercept) / self.slope


ALIKE = Scale(slope=6.89, intercept=-3.60, threshold=0.5)
"""From the cosine of question and sentence: where the reader is switched off."""
READING = Scale(slope=0.752, intercept=-1.764, threshold=0.5)
"""From what the reader says and the cosine, as ``rerank`` adds them up."""


def scale_of(stored: tuple[float, float] | None, threshold: float | None, default: Scale) -> Scale:
    """Return the scale of an index that stores (slope, intercept) and a threshold, or neither: then the default."""
    slope, intercept = stored or (default.slope, default.intercept)
    return Scale(slope, intercept, default.threshold if threshold is None else threshold)
