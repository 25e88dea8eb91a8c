"""The questions written for the reader about texts of the public sets: ones they answer, and near misses of these.

Owns ``written.jsonl``, a line a text: under ``answered`` and ``missed`` the questions that it answers and those that it
does not, each with the start and the end of the words that answer it or look as if they did. Of the text itself it
holds nothing but a digest, by which it is found among those of ``pairs``.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from eval.training.pairs import Pair
from index.errors import UsageError
from index.records import Span

WRITTEN = Path(__file__).with_name("written.jsonl")
SOURCE = "written"
MOST_JOINED = 1000
"""Characters of the sentences of one document that are read as one text."""


def load_written(pairs: Sequence[Pair], path: Path = WRITTEN) -> list[Pair]:
    """Return the written questions, about the texts of these pairs and in the groups of those.

    Raises UsageError where a text is missing among them.
    """
    texts = {digest(one.text): one for one in (*pairs, *_documents(pairs))}
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    if missing := {record["text"] for record in records} - texts.keys():
        raise UsageError(
            f"{len(missing)} of the texts that {path.name} asks about are not among the public sets. Give the sets "
            f"as they were published."
        )
    return [
        replace(texts[record["text"]], source=SOURCE, question=question, answer=Span(start, end), answered=answered)
        for record in records
        for kind, answered in (("answered", True), ("missed", False))
        for question, start, end in record[kind]
    ]


def digest(text: str) -> str:
    """Return what names a text: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _documents(pairs: Sequence[Pair]) -> Iterator[Pair]:
    """Yield the first sentences of each document of QAMR as one text."""
    found: dict[str, dict[str, Pair]] = {}
    for pair in pairs:
        if pair.source == "qamr":
            found.setdefault(pair.group, {})[pair.text] = pair
    for sentences in found.values():
        first, *others = sentences.values()
        text = first.text
        for other in others:
            if len(text) + 1 + len(other.text) > MOST_JOINED:
                break
            text += " " + other.text
        yield replace(first, text=text)
