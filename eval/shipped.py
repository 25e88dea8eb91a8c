"""The question sets that ship, by name: which there are, and whether one is meant.

Where their files are is known to ``question_sets``. A file or folder of that name in the current folder goes first.
"""

import os
from pathlib import Path

from eval.question_sets import default_set
from index.alike import alike, alike_path, offer
from index.errors import UsageError

DEFAULT = "heldout"
OF_SEEDS = (DEFAULT, "dev")
"""Those whose questions are about the articles in ./seeds."""


def names() -> tuple[str, ...]:
    """Return the names of the sets that ship, sorted."""
    return tuple(sorted(path.stem for path in default_set().parent.glob("*.jsonl")))


def meant(path: Path) -> str | None:
    """Return the name of the shipped set that ``path`` stands for, None where it is the path of something else.

    Raises UsageError for a word that is neither and that is like one of them.
    """
    word = path.name
    if str(path) != word or path.suffix or os.path.lexists(path):
        return None
    if word in names():
        return word
    if alike_path(path) is None and (near := alike(word, names())):
        raise UsageError(f"No question set is called {word}.{offer(near)}")
    return None
