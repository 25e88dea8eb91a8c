"""Question sets: their shape, and reading them from JSON Lines with every error reported at once.

Owns what a question is. Whether its gold stands in the articles is ``gold``'s to say; asking is ``run``'s.
The public forms of question sets are read by ``squad`` and ``beir``; ``formats`` tells them apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path

from eval.reading import Source, note_id, read, records, text
from index.errors import BadQuestions, UsageError


@dataclass(frozen=True, slots=True)
class Gold:
    """One place that answers a question. Several are alternatives."""

    article: str
    """Path below the indexed root, forward slashes."""
    quote: str | None
    """What the article says there, for all its occurrences. None: the whole article."""


class GoldBy(StrEnum):
    """What tells a right place from a wrong one."""

    QUOTE = "quote"
    ARTICLE = "article"
    ANSWER = "answer"
    """Any snippet is right that holds an accepted answer: the set names no place."""
    NOTHING = "nothing"
    """The articles do not say."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what is right."""

    id: str
    text: str
    answers: tuple[str, ...]
    """Accepted answers; may be empty although there is gold."""
    gold: tuple[Gold, ...] | None
    """Empty where the articles do not say; None where no place is named and an accepted answer tells."""
    kind: str
    """For counting by kind; empty where the set names none."""
    history: tuple[str, ...]
    """Earlier questions of the same conversation, oldest first."""
    about: str | None = None
    """The article that it was asked about, whether or not that answers it; None where the set names none."""

    @property
    def answerable(self) -> bool:
        """Whether the articles say."""
        return self.gold is None or bool(self.gold)

    @property
    def gold_by(self) -> GoldBy:
        """By what a right place is known. By article only where no gold names a quote: then articles are ranked."""
        if self.gold is None:
            return GoldBy.ANSWER
        if not self.gold:
            return GoldBy.NOTHING
        return GoldBy.ARTICLE if all(gold.quote is None for gold in self.gold) else GoldBy.QUOTE

    @property
    def alternatives(self) -> int:
        """How many places are right; where no place is named, the answer counts as one."""
        return 1 if self.gold is None else len(self.gold)


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions, and the texts they are about where these come with them."""

    questions: tuple[Question, ...]
    texts: Mapping[str, str] | None
    """File name to text. None: the questions are about articles that the user has indexed."""


def default_set(name: str = "heldout") -> Path:
    """Return the file of a question set that ships, ``heldout`` or ``dev``; another name is a UsageError."""
    folder = Path(str(files("eval").joinpath("questions")))
    path = folder / f"{name}.jsonl"
    if not path.is_file():
        known = ", ".join(sorted(entry.stem for entry in folder.glob("*.jsonl")))
        raise UsageError(f"No question set named {name!r} ships. Choose one of: {known or 'none found'}.")
    return path


def load(path: Path) -> tuple[Question, ...]:
    """Return the questions of a JSON Lines file, gzipped or not, in its order.

    UsageError when the file cannot be read; BadQuestions with a line for each error, ``FILE:LINE: wrong;
    expected``.
    """
    return parse(read(path))


def parse(source: Source) -> tuple[Question, ...]:
    """Return the questions of JSON Lines, in their order. Raises BadQuestions as ``load``."""
    questions: list[Question] = []
    problems: list[str] = []
    first: dict[str, str] = {}
    for number, record, faults in records(source, "id, question and gold", problems):
        question = _question(record, faults)
        note_id("id", question.id, f"line {number}", first, faults)
        questions.append(question)
    if not questions and not problems:
        problems.append(f"{source.name}:1: the file holds no question; expected one JSON object a line")
    if problems:
        raise BadQuestions("\n".join(problems))
    return tuple(questions)


def alone(questions: Sequence[Question]) -> tuple[Question, ...]:
    """Return the questions that belong to no conversation, in their order: for what asks each of them as it stands."""
    before = {earlier for question in questions for earlier in question.history}
    return tuple(one for one in questions if not one.history and one.text not in before)


def _question(record: Mapping[str, object], faults: list[str]) -> Question:
    """Read what can be read; what cannot is told in ``faults`` and left empty."""
    question = Question(
        id=text(record, "id", faults),
        text=text(record, "question", faults),
        answers=_texts(record, "answers", faults),
        gold=_golds(record, faults) if "gold" in record else None,
        kind=text(record, "kind", faults) if "kind" in record else "",
        history=_texts(record, "history", faults),
    )
    if question.answers and record.get("gold") == []:
        faults.append("answers are given but gold is empty; expected the place they stand in, or no answers")
    if "gold" not in record and not question.answers:
        faults.append("gold is missing; expected a list of places, [] where the articles do not say, or answers")
    if not question.kind.isprintable():
        faults.append("kind holds a control character; expected a plain word")
    return question


def _texts(record: Mapping[str, object], key: str, faults: list[str]) -> tuple[str, ...]:
    values = record.get(key, [])
    if not isinstance(values, list):
        faults.append(f"{key} is not a list; expected a list of texts")
        return ()
    numbered = {f"{key}[{position}]": value for position, value in enumerate(values)}
    return tuple(dict.fromkeys(text(numbered, name, faults) for name in numbered))


def _golds(record: Mapping[str, object], faults: list[str]) -> tuple[Gold, ...]:
    entries = record.get("gold")
    if not isinstance(entries, list):
        faults.append("gold is not a list; expected a list of places, or [] where the articles do not say")
        return ()
    golds = []
    for position, entry in enumerate(entries):
        if not isinstance(entry, dict):
            faults.append(f"gold[{position}] is not an object; expected one with article and quote")
            continue
        name = f"gold[{position}]."
        fields = {name + key: value for key, value in entry.items()}
        quote = None if entry.get("quote") is None else text(fields, name + "quote", faults)
        golds.append(Gold(text(fields, name + "article", faults), quote))
    # A place listed twice is one alternative: it must not make the ideal ranking longer.
    return tuple(dict.fromkeys(golds))
