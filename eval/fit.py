"""Run as ``python -m eval.fit``: the scale of ``qa.confidence`` without the reader, from the development questions.

Prints the logistic regression of "the first answer is right" on its score, and what each threshold
would give. Looks at the development questions only, those of conversations left out.
"""

import sys

import numpy as np
import numpy.typing as npt

from eval.calibrate import fit
from eval.gold import missing_gold
from eval.question_sets import alone, default_set, load
from eval.rows import Row
from eval.run import score
from qa.diagnostics import Progress
from qa.session import SEEDS, Setting, throwaway_asker

Floats = npt.NDArray[np.float64]


def thresholds(rows: tuple[Row, ...], confidence: Floats) -> list[str]:
    """Return one line a threshold: the share of answerable questions it answers, and the share of answers right."""
    answerable = np.array([row.answerable for row in rows])
    right = np.array([row.right for row in rows])
    lines = []
    for threshold in np.arange(0.2, 0.9, 0.05):
        answered = confidence >= threshold
        coverage, precision = answered[answerable].mean(), right[answered].mean() if answered.any() else 0.0
        lines.append(f"threshold {threshold:.2f}: coverage {coverage:.3f}, answered_precision {precision:.3f}")
    return lines


def main() -> None:
    """Ask the development questions and print the constants."""
    questions = alone(load(default_set("dev")))
    with throwaway_asker(SEEDS, Setting(read=False)) as asker, Progress("Asking") as progress:
        texts = {article.key.path: article.text for article in asker.index.articles()}
        if missing := missing_gold(questions, texts):
            raise SystemExit("\n".join(missing))
        rows = score(questions, asker.ask, texts, progress)
    scores = np.array([asker.scale.score_of(row.confidence) for row in rows])
    slope, intercept = fit(scores, np.array([float(row.right) for row in rows]))
    lines = [f"ALIKE = Scale(slope={slope:.2f}, intercept={intercept:.2f}, threshold=...)"]
    sys.stdout.write("\n".join(lines + thresholds(rows, 1 / (1 + np.exp(-(slope * scores + intercept))))) + "\n")


if __name__ == "__main__":
    main()
