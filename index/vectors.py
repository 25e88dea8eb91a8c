"""What the product knows of vectors and of embedding models, without any engine behind them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.records import ModelCard, Span

Vectors = npt.NDArray[np.float32]
Progress = Callable[[int, int], None]
"""Called with how much is done and how much there is."""


@dataclass(frozen=True, slots=True)
class PassageVectors:
    """What a model makes of one passage. All rows have unit length."""

    whole: Vectors
    """Shape (dim,)."""
    sentences: Vectors
    """Shape (sentences, dim), in reading order."""


@dataclass(frozen=True, slots=True)
class PassageText:
    """What is embedded: a passage's text and its sentences, counted from the passage's start."""

    text: str
    sentences: tuple[Span, ...]


class Embedder(Protocol):
    """A model that gives texts their vectors."""

    @property
    def card(self) -> ModelCard:
        """Which model this is."""
        ...

    def count_tokens(self, text: str) -> int:
        """Return how many word pieces a passage of this text takes, prompt and marks included."""
        ...

    def embed_passages(self, passages: Sequence[PassageText], progress: Progress | None = None) -> list[PassageVectors]:
        """Return the vectors of each passage and of its sentences."""
        ...

    def embed_question(self, text: str) -> Vectors:
        """Return the unit vector of a question, shape (dim,)."""
        ...
