"""Run as ``python -m eval.training.pack WORK TARGET``: what the last pass of training came to, packed.

Prints the size and the SHA-256 of the file that travels, which ``qa.reader.ready`` is to know.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from safetensors.numpy import load_file, save_file

from eval.resumable import finished
from index import models
from index.errors import UsageError
from index.exports import sha256
from qa.reader.weights import packed


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
    save_file(packed(load_file(passes[-1]), {f"encoder.{name}": value for name, value in base.items()}), given.target)
    sys.stdout.write(f"{given.target.stat().st_size:,} bytes, SHA-256 {sha256(given.target)}\n")


if __name__ == "__main__":
    sys.exit(finished(lambda: main(sys.argv[1:])))
