"""What learns: the plan of training, and the network with what the optimiser remembers.

Owns a step, its rate, and checkpoints. Every number that decides the outcome stands in Plan. A checkpoint is a
safetensors file: what was trained, the optimiser's two memories, and the running average. Loads torch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from eval.training.network import Reader, Ready, batch, loss, misjudged, misranked


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that decides what comes out."""

    seed: int = 1
    texts: int = 32
    """In a batch."""
    rates: tuple[float, ...] = (1.5e-4, 1e-4, 7e-5, 7e-5, 7e-5)
    """The highest learning rate of each pass, reached after ``warm`` of its steps and falling to nothing after that."""
    shares: tuple[float, ...] = (1.0, 1.0, 0.4, 0.4, 0.2)
    """Of the pairs that each pass sees."""
    taught: int = 3
    """The pass from which on it sees the questions that were written for it too, and learns to judge."""
    judging: float = 2.0
    """What judging counts beside pointing, from then on."""
    talked: int = 4
    """The pass from which on it hears conversations too, and ranks what is right and wrong for one question."""
    ranking: float = 1.0
    """What ranking counts beside pointing, from then on."""
    warm: float = 0.06
    decay: float = 0.01
    clip: float = 1.0
    average: float = 0.998
    """What the running average of the weights keeps of itself at every step."""
    every: int = 200
    """Steps between checkpoints."""


class State:
    """The network and what the optimiser remembers."""

    def __init__(self, reader: Reader, plan: Plan, turn: int, steps: int) -> None:
        self.reader, self.plan, self.rate, self.steps = reader, plan, plan.rates[turn], steps
        self.judging = plan.judging if turn >= plan.taught else 0.0
        self.ranking = plan.ranking if turn >= plan.talked else 0.0
        self.done = 0
        self.named = {name: one for name, one in reader.named_parameters() if one.requires_grad}
        self.average = {name: one.detach().clone() for name, one in self.named.items()}
        decayed = [one for one in self.named.values() if one.ndim > 1]
        plain = [one for one in self.named.values() if one.ndim <= 1]
        self.optimiser = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": plan.decay}, {"params": plain, "weight_decay": 0.0}],
            lr=self.rate,
            fused=True,
        )
        reader.train()

    def step(self, examples: Sequence[Ready]) -> float:
        """Learn from one batch and return its loss."""
        warm = max(1, int(self.steps * self.plan.warm))
        share = min((self.done + 1) / warm, (self.steps - self.done) / max(1, self.steps - warm))
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate * share
        pieces, types, mask, may = batch(examples)
        right = torch.tensor([one.right for one in examples])
        near = torch.tensor([float(one.near) for one in examples])
        logits, told = self.reader(pieces, types, mask)
        pairs = torch.tensor([one.pair for one in examples])
        lost = loss(logits, may, right, near) + self.judging * misjudged(told, right)
        lost = lost + self.ranking * misranked(logits, may, right, near, pairs)
        self.optimiser.zero_grad()
        lost.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(list(self.named.values()), self.plan.clip)
        self.optimiser.step()
        self.done += 1
        kept = min(self.plan.average, self.done / (self.done + 10))
        with torch.no_grad():
            for name, one in self.named.items():
                self.average[name].lerp_(one, 1 - kept)
        return float(lost.detach())

    def keep(self, path: Path) -> None:
        """Write a checkpoint in the place of the former one."""
        tensors = {f"average.{name}": one for name, one in self.average.items()}
        tensors |= {f"weight.{name}": one.detach() for name, one in self.named.items()}
        for name, one in self.named.items():
            memory = self.optimiser.state[one]
            tensors |= {f"first.{name}": memory["exp_avg"], f"second.{name}": memory["exp_avg_sq"]}
        draft = path.with_suffix(".new")
        save_file(tensors, draft, metadata={"done": str(self.done), "steps": str(self.steps)})
        draft.replace(path)

    def restore(self, path: Path) -> None:
        """Go on from a checkpoint, where there is one."""
        if not path.is_file():
            return
        with safe_open(path, "pt") as file:
            self.done = int(file.metadata()["done"])
        stored = load_file(path)
        with torch.no_grad():
            for name, one in self.named.items():
                one.copy_(stored[f"weight.{name}"])
                self.average[name].copy_(stored[f"average.{name}"])
                self.optimiser.state[one] = {
                    "step": torch.tensor(float(self.done)),
                    "exp_avg": stored[f"first.{name}"],
                    "exp_avg_sq": stored[f"second.{name}"],
                }
