"""Run as ``python -m eval.training.pack WORK TARGET``: the mean of what the passes of training came to, packed.

Prints the size and the SHA-256 of the file that travels, which ``qa.reader.ready`` is to know.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from eval.resumable import finished
from index import models
from index.errors import UsageError
from index.exports import sha256
from qa.reader.weights import Array, packed


def main(arguments: Sequence[str]) -> None:
    """Pack what is named, and say what came of it."""
    parser = argparse.ArgumentParser(prog="python -m eval.training.pack", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("work", type=Path, metavar="WORK", help="where training left its passes")
    parser.add_argument("target", type=Path, metavar="TARGET", help="the file to write")
    given = parser.parse_args(arguments)
    passes = sorted(given.work.glob("pass-*.safetensors"))
    if not passes:
        raise UsageError(
            f"No pass is finished in {given.work}. Train first: make reader DATA=~/sets WORK={given.work}."
        )
    base = load_file(models.find_model(models.DEFAULT_MODEL) / "model.safetensors")
    trained = mean([load_file(path) for path in passes])
    save_file(packed(trained, {f"encoder.{name}": value for name, value in base.items()}), given.target)
    sys.stdout.write(f"{given.target.stat().st_size:,} bytes, SHA-256 {sha256(given.target)}\n")


def mean(passes: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    """Return the mean of each weight over passes, all of the same names and shapes.

    Source: Wortsman et al., Model soups: averaging weights of multiple fine-tuned models, 2022.
    """
    return {name: np.mean([one[name] for one in passes], axis=0, dtype=np.float32) for name in passes[0]}


if __name__ == "__main__":
    sys.exit(finished(lambda: main(sys.argv[1:])))
