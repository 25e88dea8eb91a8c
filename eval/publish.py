"""A run as a folder that can be shown and kept: a page, a summary, the run itself, and its TREC form.

Owns the names of the files. What is in them is made by ``page``, ``summary``, ``runs`` and ``trec``.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from eval.compare import Comparison
from eval.page import page, summary
from eval.runs import Run, payload
from eval.trec import judgement_lines, run_lines
from index.errors import UsageError

FILES: Mapping[str, Callable[[Run, Comparison | None], str]] = {
    "index.html": page,
    "summary.md": summary,
    "run.json": lambda run, _: json.dumps(payload(run), allow_nan=False) + "\n",
    "run.trec": lambda run, _: "".join(run_lines(run.report)),
    "qrels.trec": lambda run, _: "".join(judgement_lines(run.report)),
}


def publish(folder: Path, run: Run, comparison: Comparison | None) -> Path:
    """Write all files into ``folder``, made where it is missing, and return the page's path.

    Files of these names are written over, others left alone. Raises UsageError where nothing can be written.
    """
    made = {name: content(run, comparison) for name, content in FILES.items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in made.items():
            (folder / name).write_text(content, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"The report cannot be written to {folder} ({error.strerror}). Name another folder."
        ) from error
    return folder / "index.html"
