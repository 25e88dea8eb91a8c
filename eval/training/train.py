"""Run as ``python -m eval.training.train DATA WORK``: from pairs and rivals to trained weights, resumable.

Owns which examples each pass sees, in which order, and how it goes on. What a step does is the work of ``learner``.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from eval.resumable import finished, put
from eval.training.learner import Plan, State
from eval.training.mixture import Example, examples, part, split
from eval.training.network import Reader, Ready
from eval.training.pairs import load_pairs
from eval.training.talks import TALKS, load_talks
from eval.training.written import WRITTEN, load_written
from index import models
from index.embed import whole_tokenizer
from qa.diagnostics import Progress
from qa.reader.form import Input, Tokenizer, encode

WINDOW = 1000
"""Pairs that are sorted by length at a time."""
LOGGED = 50
"""Steps between lines of WORK/log.jsonl."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where training finds what it learns from, and leaves what it learned."""

    data: Path
    work: Path
    written: Path
    talks: Path


def ready(tokenizer: Tokenizer, example: Example) -> Ready | None:
    """Return an example as the reader is given it; None where the answer lies beyond what is read."""
    given = encode(tokenizer, example.question, example.title, example.text)
    if example.answer is None:
        return _compact(given, (0, 0), example.pair, near=example.kind == "near")
    inside = [
        at
        for at, (start, end) in enumerate(given.offsets)
        if start < example.answer.end and example.answer.start < end and start < end
    ]
    if not inside or given.offsets[inside[-1]][1] < example.answer.end:
        return None
    return _compact(given, (given.first + inside[0], given.first + inside[-1]), example.pair)


def _compact(given: Input, right: tuple[int, int], pair: int, *, near: bool = False) -> Ready:
    return Ready(np.array(given.pieces, np.uint16), given.types.index(1), given.first, right, near, pair)


def batches(found: Sequence[Ready], plan: Plan) -> list[list[int]]:
    """Return which examples are read together: those of one pair, and pairs of similar length.

    The seed decides in which order.
    """
    pairs = [list(one) for _, one in groupby(range(len(found)), key=lambda number: found[number].pair)]
    order = np.random.default_rng(plan.seed).permutation(len(pairs))
    groups: list[list[int]] = []
    for at in range(0, len(order), WINDOW):
        near = sorted((pairs[one] for one in order[at : at + WINDOW]), key=lambda pair: _longest(found, pair))
        groups.append([])
        for pair in near:
            if len(groups[-1]) + len(pair) > plan.texts and groups[-1]:
                groups.append([])
            groups[-1] += pair
    return [groups[at] for at in np.random.default_rng(plan.seed + 1).permutation(len(groups))]


def _longest(found: Sequence[Ready], pair: Sequence[int]) -> int:
    return max(len(found[number].pieces) for number in pair)


def main(arguments: Sequence[str]) -> None:
    """Train, from the newest checkpoint in WORK where there is one; a finished pass is WORK/pass-N.safetensors."""
    parser = argparse.ArgumentParser(prog="python -m eval.training.train", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, metavar="DATA", help="the folder of public sets")
    parser.add_argument("work", type=Path, metavar="WORK", help="where rivals lie and checkpoints go")
    parser.add_argument("--written", type=Path, default=WRITTEN, metavar="FILE", help="other questions than our own")
    parser.add_argument("--talks", type=Path, default=TALKS, metavar="FILE", help="other conversations than our own")
    parser.add_argument("--passes", type=int, default=len(Plan().rates), metavar="N", help="stop after so many")
    parser.add_argument(
        "--steps", type=int, metavar="N", help="stop after so many; the same command goes on from there"
    )
    given = parser.parse_args(arguments)
    place = Place(given.data, given.work, given.written, given.talks)
    for turn in range(given.passes):
        if not (place.work / f"pass-{turn}.safetensors").is_file():
            if not train(place, Plan(), turn, given.steps):
                return


def train(place: Place, plan: Plan, turn: int, most: int | None = None) -> bool:
    """Do the steps of one pass that no checkpoint has done yet, from where the pass before it came to.

    With ``most``, at most so many of them. Returns whether the pass is done: then WORK/pass-N.safetensors is there.
    """
    base, work = models.find_model(models.DEFAULT_MODEL), place.work
    found = _seen(place, base, plan, turn)
    steps = batches(found, plan)
    torch.manual_seed(plan.seed)
    reader = Reader(base)
    if turn:
        reader.load_state_dict(load_file(work / f"pass-{turn - 1}.safetensors"), strict=False)
    state = State(reader, plan, turn, len(steps))
    checkpoint = work / f"checkpoint-{turn}.safetensors"
    state.restore(checkpoint)
    last = len(steps) if most is None else min(len(steps), state.done + most)
    with Progress(f"Training, pass {turn + 1}") as progress, (work / "log.jsonl").open("a") as log:
        started, seen, losses = time.monotonic(), 0, []
        for at in range(state.done, last):
            losses.append(state.step([found[number] for number in steps[at]]))
            seen += len(steps[at])
            progress(at + 1, len(steps))
            if (at + 1) % LOGGED == 0:
                told = {"pass": turn, "step": at + 1, "of": len(steps), "loss": sum(losses[-LOGGED:]) / LOGGED}
                log.write(json.dumps(told | {"per_second": seen / (time.monotonic() - started)}) + "\n")
                log.flush()
            if (at + 1) % plan.every == 0:
                state.keep(checkpoint)
    state.keep(checkpoint)
    if state.done < len(steps):
        return False
    done = asdict(plan) | {"pass": turn, "examples": len(found), "steps": len(steps)}
    put(work / f"pass-{turn}.json", json.dumps(done, indent=1) + "\n")
    save_file(state.average, work / f"pass-{turn}.safetensors")
    return True


def _seen(place: Place, base: Path, plan: Plan, turn: int) -> list[Ready]:
    """Return the examples of one pass as the network is given them."""
    seed = f"{plan.seed}.{turn}"
    tokenizer = whole_tokenizer((base / "tokenizer.json").read_bytes())
    pairs = load_pairs(place.data)
    if turn >= plan.taught:
        pairs += load_written(pairs, place.written)
    if turn >= plan.talked:
        pairs += load_talks(pairs, place.talks)
    numbers = part(pairs, split(pairs)[0], plan.shares[turn], seed)
    made = (ready(tokenizer, example) for example in examples(pairs, numbers, load_rivals(place.work), seed))
    return [one for one in made if one is not None]


def load_rivals(work: Path) -> dict[int, list[str]]:
    """Return the mined texts by the number of their pair."""
    found: dict[int, list[str]] = {}
    for path in sorted(work.glob("rivals-*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            number, texts = json.loads(line)
            found[number] = texts
    return found


if __name__ == "__main__":
    sys.exit(finished(lambda: main(sys.argv[1:])))
