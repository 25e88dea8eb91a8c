"""The reader as a network to train: the default model's layers, and two numbers for every word piece.

Owns its shape and its loss. Loads torch, so never in a process that loads FAISS.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from transformers import BertConfig, BertModel

NOWHERE = -1e4
"""The logit of what cannot be an answer: the question, the title, the marks."""


@dataclass(frozen=True, slots=True)
class Ready:
    """An example as word pieces, in little room: a pass holds a hundred thousand."""

    pieces: npt.NDArray[np.uint16]
    question: int
    """How many of them are the question and its marks."""
    first: int
    """Where the passage begins."""
    right: tuple[int, int]
    """Where the answer starts and ends; (0, 0) where it is not there."""


class Reader(nn.Module):
    """Start and end logits for every word piece; those of the first, [CLS], stand for "not here"."""

    def __init__(self, base: Path) -> None:
        super().__init__()
        config = BertConfig.from_pretrained(base, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
        self.encoder = BertModel.from_pretrained(
            base, config=config, add_pooling_layer=False, attn_implementation="eager"
        )
        for table in self.encoder.embeddings.parameters():
            table.requires_grad = False
        self.head = nn.Linear(config.hidden_size, 2)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, pieces: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return the logits, shape (texts, pieces, 2)."""
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.training):
            states = self.encoder(input_ids=pieces, token_type_ids=types, attention_mask=mask).last_hidden_state
        logits: torch.Tensor = self.head(states.float())
        return logits


def batch(examples: Sequence[Ready]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return pieces, types, mask, and what may be an answer, each of shape (texts, longest)."""
    longest = max(len(one.pieces) for one in examples)
    pieces, types, mask, may = (torch.zeros(len(examples), longest, dtype=torch.long) for _ in range(4))
    for row, one in enumerate(examples):
        size = len(one.pieces)
        pieces[row, :size] = torch.from_numpy(one.pieces.astype(np.int64))
        types[row, one.question : size] = 1
        mask[row, :size] = 1
        may[row, 0] = 1
        may[row, one.first : size - 1] = 1
    return pieces, types, mask, may


def loss(logits: torch.Tensor, may: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """Return the mean cross entropy of starts and ends; ``right`` has shape (texts, 2), 0 where it is not here."""
    allowed = logits.masked_fill(may.unsqueeze(-1) == 0, NOWHERE)
    return nn.functional.cross_entropy(allowed[..., 0], right[:, 0]) + nn.functional.cross_entropy(
        allowed[..., 1], right[:, 1]
    )
