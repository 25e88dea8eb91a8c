"""The public sets that the reader is trained on, as questions about texts that hold their answers.

Owns the forms of those files and what is left out of them. What is made of the pairs is the work of ``mixture``.
Sources: SQuAD 1.1, train (Rajpurkar et al., 2016); SQuADShifts (Miller et al., 2020); PolicyQA (Ahmad et al., 2020);
QAMR (Michael et al., 2018).
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from eval.reading import read
from index.errors import UsageError
from index.records import Span


@dataclass(frozen=True, slots=True)
class Pair:
    """A question, and a text that answers it at ``text[answer.start:answer.end]``, or only seems to."""

    source: str
    group: str
    """What the text belongs to: questions about one group never stand on both sides of a split."""
    title: str
    """Of the text; empty where none is known."""
    question: str
    text: str
    answer: Span
    answered: bool = True
    """False where the words at ``answer`` tempt and are none."""

    @property
    def said(self) -> str:
        """The words of the answer."""
        return self.text[self.answer.start : self.answer.end]


def load_pairs(data: Path) -> list[Pair]:
    """Return every pair of the sets below ``data``. Raises UsageError where one is missing."""
    found: list[Pair] = []
    for source, (names, parse) in FORMS.items():
        for name in names:
            path = data / name
            if not path.is_file():
                raise UsageError(f"There is no {path}. Name the folder that holds {name} as DATA.")
            found += (pair for pair in parse(source, read(path).content) if pair.said.strip() == pair.said != "")
    return found


def _combined(source: str, content: bytes) -> Iterator[Pair]:
    """Read one JSON object a line: context, question, answer, answer_start, title."""
    for line in content.splitlines():
        record = json.loads(line)
        span = found_at(record["context"], record["answer"], record["answer_start"])
        if span is not None:
            title = (record.get("title") or "").replace("_", " ")
            yield Pair(source, title or record["context"][:80], title, record["question"], record["context"], span)


def _squad(source: str, content: bytes) -> Iterator[Pair]:
    """Read the form of SQuAD 1.1; of several answers the first is taken."""
    for article in json.loads(content)["data"]:
        for paragraph in article["paragraphs"]:
            text = paragraph["context"]
            for asked in paragraph["qas"]:
                answer = asked["answers"][0]
                span = found_at(text, answer["text"], answer["answer_start"])
                if span is not None:
                    yield Pair(source, f"{source} {text[:80]}", "", asked["question"], text, span)


def _qamr(source: str, content: bytes) -> Iterator[Pair]:
    """Read blocks of an id, a sentence, and its questions, each with one answer or two; ids name the document."""
    for block in content.decode("utf-8").replace("\r", "").split("\n\n"):
        lines = [line for line in block.split("\n") if line.strip()]
        if len(lines) < 3 or not lines[0].startswith("#"):
            continue
        document, text = ":".join(lines[0].split(":")[:3]), lines[1].strip()
        for line in lines[2:]:
            question, *answers = (part.strip() for part in re.split(r"\t|\s{2,}", line.strip()))
            span = found_at(text, answers[0], text.find(answers[0])) if answers else None
            if span is not None:
                yield Pair(source, document, "", question, text, span)


def found_at(text: str, answer: str, start: int) -> Span | None:
    """Return where an answer stands, without white space at its ends; None where it does not stand there."""
    if start < 0 or not answer.strip() or text[start : start + len(answer)] != answer:
        return None
    start += len(answer) - len(answer.lstrip())
    return Span(start, start + len(answer.strip()))


FORMS: Mapping[str, tuple[tuple[str, ...], Callable[[str, bytes], Iterator[Pair]]]] = {
    "squad": (("squad_train_part/combined_no_dev_overlap.jsonl.gz",), _combined),
    "reddit": (("squadshifts/reddit_v1.0.json.gz",), _squad),
    "amazon": (("squadshifts/amazon_reviews_v1.0.json.gz",), _squad),
    "policy": (("policyqa/dev.json.gz", "policyqa/test.json.gz"), _squad),
    "qamr": (("qamr/dev.tsv.gz", "qamr/test.tsv.gz"), _qamr),
}
"""The files of each source below the folder of sets, and their form."""
