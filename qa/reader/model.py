"""The only module that runs the reader: question and passage in, where the answer may stand and how surely out.

Owns the reading of its logits. Passages are read one by one, so that what is said of one never depends on the others;
which are read is decided in ``rerank``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from index.embed import cores, readable, session, whole_tokenizer
from index.records import Span
from qa.beside import Beside
from qa.reader.form import Input, encode

LONGEST_ANSWER = 30
"""Word pieces."""

SILENT = -100.0
"""Said of a passage of which nothing can be read: below all others, and a number that JSON can hold."""

Logits = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Read:
    """What the reader says of one passage."""

    margin: float
    """Start and end of the best span less those of "not here", in logits: which of several passages answers best."""
    answered: float
    """How surely the passage answers the question, and does not only nearly do so, in logits."""
    span: Span
    """Where the best span stands in the passage's text."""


class OnnxReader:
    """The reader's ONNX export on the CPU, one thread a passage."""

    def __init__(self, network: bytes, tokenizer: bytes, fingerprint: str = "") -> None:
        self.fingerprint = fingerprint
        self._session = session(network)
        self.tokenizer = whole_tokenizer(tokenizer)

    def read(self, question: str, title: str, text: str) -> Read:
        """Return what a passage under a title ("" for none) says to a question."""
        given = encode(self.tokenizer, readable(question), title, text)
        inputs = {"pieces": np.array([given.pieces]), "types": np.array([given.types])}
        logits, answered = self._session.run(["logits", "answered"], inputs)
        return judged(given, logits[0], float(answered[0]))

    def read_all(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Read]:
        """Return what each of some (title, text) says to a question, read on all cores."""
        threads = min(cores(), len(passages)) or 1

        def every(first: int) -> list[Read]:
            return [self.read(question, *passage) for passage in passages[first::threads]]

        others = [Beside(partial(every, first)) for first in range(1, threads)]
        parts = [every(0), *(other.result() for other in others)]
        return [parts[at % threads][at // threads] for at in range(len(passages))]


def judged(given: Input, logits: Logits, answered: float) -> Read:
    """Return the best span of a passage and its margin, from logits of shape (pieces, 2), and how surely it answers."""
    size = len(given.offsets)
    if not size:
        return Read(SILENT, SILENT, Span(0, 0))
    starts, ends = logits[given.first : given.first + size].T
    reach = np.subtract.outer(np.arange(size), np.arange(size))  # start minus end
    together = np.where((reach <= 0) & (reach > -LONGEST_ANSWER), starts[:, None] + ends[None, :], -np.inf)
    start, end = divmod(int(together.argmax()), size)
    margin = float(together[start, end] - logits[0].sum())
    return Read(margin, answered, Span(given.offsets[start][0], given.offsets[end][1]))
