"""The reader as a network to train: the default model's layers, two numbers for every word piece, one for the whole.

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
    near: bool
    """Whether it only nearly answers: that is for the judge, and nothing to point at or away from."""
    pair: int
    """The number of the pair it was made of: what is right and what is wrong for one question are ranked together."""


class Reader(nn.Module):
    """Start and end logits for every word piece, those of the first, [CLS], for "not here"; and the judge's logit."""

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
        self.judge = nn.Linear(config.hidden_size, 1)
        nn.init.zeros_(self.judge.weight)
        nn.init.zeros_(self.judge.bias)

    def forward(
        self, pieces: torch.Tensor, types: torch.Tensor, mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the logits of starts and ends, shape (texts, pieces, 2), and of being answered, shape (texts,)."""
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.training):
            states = self.encoder(input_ids=pieces, token_type_ids=types, attention_mask=mask).last_hidden_state
        states = states.float()
        return self.head(states), self.judge(states[:, 0])[:, 0]


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


def loss(logits: torch.Tensor, may: torch.Tensor, right: torch.Tensor, near: torch.Tensor) -> torch.Tensor:
    """Return the mean cross entropy of starts and ends over what is not ``near``.

    ``right`` has shape (texts, 2), 0 where it is not here; ``near`` has shape (texts,), 1 for near misses.
    """
    allowed = logits.masked_fill(may.unsqueeze(-1) == 0, NOWHERE)
    both = nn.functional.cross_entropy(allowed.transpose(1, 2).flatten(0, 1), right.flatten(), reduction="none")
    return (both.view(-1, 2).sum(1) * (1 - near)).sum() / (1 - near).sum().clamp(min=1)


def misranked(
    logits: torch.Tensor, may: torch.Tensor, right: torch.Tensor, near: torch.Tensor, pairs: torch.Tensor
) -> torch.Tensor:
    """Return the mean cross entropy of choosing the text that answers among those that were made of one pair.

    What a text is chosen by are its log odds of holding the answer: start and end anywhere in the passage against
    "not here". ``pairs`` has shape (texts,); texts whose pair has nothing else in the batch do not count.
    """
    allowed = logits.masked_fill(may.unsqueeze(-1) == 0, NOWHERE)
    here = (torch.logsumexp(allowed[:, 1:], 1) - allowed[:, 0]).sum(1)
    answers = right[:, 0] > 0
    wrong = (pairs.unsqueeze(1) == pairs.unsqueeze(0)) & ~answers & (near == 0)
    beside = here.expand(len(here), -1).masked_fill(~(wrong | torch.eye(len(here), dtype=torch.bool)), NOWHERE)
    counted = answers & wrong.any(1)
    lost = torch.logsumexp(beside, 1) - here
    return (lost * counted).sum() / counted.sum().clamp(min=1)


def misjudged(told: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """Return the mean binary cross entropy of the judge's logits, shape (texts,)."""
    return nn.functional.binary_cross_entropy_with_logits(told, (right[:, 0] > 0).float())
