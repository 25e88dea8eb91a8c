"""The conversations written for the reader about texts of the public sets: questions that lean on those before them.

Owns ``talks.jsonl``, a line a conversation: the digests of its texts, and its turns in order. Of each turn: the
question, the same standing alone, the number of the text that answers it or only seems to, where the words that answer
or tempt start and end in that, and whether they answer.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from eval.training.pairs import Pair
from eval.training.written import digest
from index.errors import UsageError
from index.records import Span
from qa.reader.form import in_context

TALKS = Path(__file__).with_name("talks.jsonl")
TALK = "talk"


def load_talks(pairs: Sequence[Pair], path: Path = TALKS) -> list[Pair]:
    """Return the turns of the written conversations, each as the reader is given it, about the texts of these pairs.

    Raises UsageError where a text is missing among them.
    """
    texts = {digest(one.text): one for one in pairs}
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    if missing := {name for record in records for name in record["texts"]} - texts.keys():
        raise UsageError(
            f"{len(missing)} of the texts that {path.name} talks about are not among the public sets. Give the sets as "
            f"they were published."
        )
    return [turn for record in records for turn in _turns([texts[name] for name in record["texts"]], record["turns"])]


def _turns(texts: Sequence[Pair], turns: Sequence[tuple[str, str, int, int, int, bool]]) -> Iterator[Pair]:
    earlier: list[tuple[str, str]] = []
    for question, _, number, start, end, answered in turns:
        about = replace(texts[number], source=TALK, answer=Span(start, end), answered=answered)
        yield replace(about, question=in_context(question, earlier))
        earlier.append((question, about.said if answered else ""))
