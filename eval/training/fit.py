"""Run as ``python -m eval.training.fit INDEX QUESTIONS ...``: what the reader counts beside retrieval, how sure it is.

Prints, for each pair of an index and development questions about it, what other weights of retrieval in
``qa.rerank`` would give, and then the scale of confidence that fits all of them, with what each threshold gives.
Every passage is read once. Never given the held-out questions; those of conversations are left out.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np

from eval.calibrate import fit
from eval.fit import thresholds
from eval.formats import load_set
from eval.question_sets import Question, alone, default_set
from eval.resumable import finished
from eval.rows import Row
from eval.run import score, summarise
from eval.trials.choices import changed
from index.errors import UsageError
from qa import rerank
from qa.ask import Asker
from qa.diagnostics import ExitCode, Progress
from qa.reader.model import OnnxReader, Read
from qa.session import open_asker

WEIGHTS = (4.0, 8.0, 12.0, 16.0, 24.0)
SHOWN = ("hit@1", "hit@5", "answer@1", "em", "f1", "abstain_auroc")


class Remembering:
    """A reader that reads nothing twice."""

    def __init__(self, reader: OnnxReader) -> None:
        self.fingerprint = reader.fingerprint
        self._reader = reader
        self._known: dict[tuple[str, str, str], Read] = {}

    def read_all(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Read]:
        """Return what each passage says, from memory where it was asked before."""
        new = [one for one in dict.fromkeys(passages) if (question, *one) not in self._known]
        for one, said in zip(new, self._reader.read_all(question, new), strict=True):
            self._known[question, *one] = said
        return [self._known[question, *one] for one in passages]


@dataclass(frozen=True, slots=True)
class Exam:
    """Questions about one index, and its texts."""

    name: str
    asker: Asker
    questions: tuple[Question, ...]
    texts: dict[str, str]

    def rows(self) -> tuple[Row, ...]:
        """Ask everything, whatever the confidence."""
        with Progress(self.name) as progress:
            return score(self.questions, self.asker.ask, self.texts, progress)


def opened(index: Path, questions: Path) -> Exam:
    """Return an index and questions about it. Raises UsageError for the held-out questions."""
    if questions.resolve() == default_set().resolve():
        raise UsageError("The held-out questions are not for choosing by. Give others, such as the development set.")
    asker = open_asker(index)
    assert asker.reader is not None
    remembering = replace(asker, reader=cast(OnnxReader, Remembering(asker.reader)), least=0.0)
    texts = {article.key.path: article.text for article in asker.index.articles()}
    return Exam(questions.stem, remembering, alone(load_set(questions).questions), texts)


def lines(exam: Exam) -> Iterator[str]:
    """Yield a line a weight, and one without the reader."""
    yield f"{exam.name:24}" + "".join(f"{name:>14}" for name in SHOWN)
    yield _line("without the reader", replace(exam, asker=replace(exam.asker, reader=None)).rows())
    for weight in WEIGHTS:
        with changed([(rerank, "RELEVANCE", weight)]):
            yield _line(f"retrieval weighs {weight:g}", exam.rows())


def _line(name: str, rows: tuple[Row, ...]) -> str:
    measures = summarise(rows).measures
    cells = ("-" if (mean := measures[one].mean) is None else f"{mean:.3f}" for one in SHOWN)
    return f"{name:24}" + "".join(f"{cell:>14}" for cell in cells)


def fitted(exams: Sequence[Exam]) -> Iterator[str]:
    """Yield the scale that fits all exams together, each exam counting the same."""
    asked = [(exam.asker.scale, tuple(row for row in exam.rows() if 0 < row.confidence < 1)) for exam in exams]
    rows = tuple(row for _, some in asked for row in some)
    scores = np.array([scale.score_of(row.confidence) for scale, some in asked for row in some])
    counts = np.array([len(rows) / len(asked) / len(some) for _, some in asked for _ in some])
    slope, intercept = fit(scores, np.array([float(row.right) for row in rows]), counts)
    yield f"READING = Scale(slope={slope:.3f}, intercept={intercept:.3f}, threshold=...)"
    yield from thresholds(rows, 1 / (1 + np.exp(-(slope * scores + intercept))))


def main(arguments: Sequence[str]) -> ExitCode:
    """Print what is found as it is found."""
    parser = argparse.ArgumentParser(prog="python -m eval.training.fit", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("given", nargs="+", type=Path, metavar="INDEX QUESTIONS", help="development questions only")
    given = parser.parse_args(arguments).given
    if len(given) % 2:
        parser.error("give QUESTIONS after each INDEX")

    def work() -> None:
        exams = [opened(index, questions) for index, questions in zip(given[::2], given[1::2], strict=True)]
        for exam in exams:
            _print(lines(exam))
        _print(fitted(exams))

    return finished(work)


def _print(made: Iterator[str]) -> None:
    for line in made:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    sys.stdout.write("\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
