"""Question sets: their shape, and reading them from JSON Lines with every error reported at once.

Owns what a question is. Whether its gold stands in the articles is ``gold``'s to say; asking is ``run``'s.
"""

import gzip
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from index.errors import BadQuestions, UsageError

GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Gold:
    """One place that answers a question. Several are alternatives."""

    article: str
    """Path below the indexed root, forward slashes."""
    quote: str | None
    """What the article says there, for all its occurrences. None: the whole article."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what is right. ``gold`` is empty where the articles do not say."""

    id: str
    text: str
    answers: tuple[str, ...]
    """Accepted answers; may be empty although there is gold."""
    gold: tuple[Gold, ...]
    kind: str
    """For counting by kind; empty where the set names none."""
    history: tuple[str, ...]
    """Earlier questions of the same conversation, oldest first."""

    @property
    def answerable(self) -> bool:
        """Whether the articles say."""
        return bool(self.gold)


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
    questions: list[Question] = []
    problems: list[str] = []
    first_line: dict[str, int] = {}
    # Split on the byte: str.splitlines would also break at a line separator inside a question.
    for number, line in enumerate(_content(path).removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if not line.strip():
            continue
        faults: list[str] = []
        question = _question(_record(line, faults), faults)
        if question.id in first_line:
            faults.append(f"id {question.id!r} is that of line {first_line[question.id]}; expected its own")
        elif question.id:
            first_line[question.id] = number
        problems += (f"{path}:{number}: {fault}" for fault in faults)
        questions.append(question)
    if not questions:
        problems.append(f"{path}:1: the file holds no question; expected one JSON object a line")
    if problems:
        raise BadQuestions("\n".join(problems))
    return tuple(questions)


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(
            f"The question set {path} cannot be read ({reason}). "
            "Give the path of a JSON Lines file, or none to use the set that ships."
        ) from error
    if not content.startswith(GZIP_MAGIC):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise BadQuestions(f"{path}:1: damaged gzip data ({error}); expected a whole gzip file") from error


def _record(line: bytes, faults: list[str]) -> Mapping[str, object] | None:
    try:
        record = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        faults.append(f"byte {error.start + 1} is not UTF-8; expected UTF-8 text")
        return None
    except json.JSONDecodeError as error:
        faults.append(f"not JSON ({error.msg} at column {error.colno}); expected one JSON object a line")
        return None
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets thousands deep
        faults.append("JSON too large to read; expected one JSON object a line")
        return None
    if not isinstance(record, dict):
        faults.append("not a JSON object; expected one with id, question and gold")
        return None
    return record


def _question(record: Mapping[str, object] | None, faults: list[str]) -> Question:
    """Read what can be read; what cannot is told in ``faults`` and left empty."""
    if record is None:
        return Question("", "", (), (), "", ())
    question = Question(
        id=_text(record, "id", faults),
        text=_text(record, "question", faults),
        answers=_texts(record, "answers", faults),
        gold=_golds(record, faults),
        kind=_text(record, "kind", faults) if "kind" in record else "",
        history=_texts(record, "history", faults),
    )
    if question.answers and record.get("gold") == []:
        faults.append("answers are given but gold is empty; expected the place they stand in, or no answers")
    if not question.kind.isprintable():
        faults.append("kind holds a control character; expected a plain word")
    return question


def _texts(record: Mapping[str, object], key: str, faults: list[str]) -> tuple[str, ...]:
    values = record.get(key, [])
    if not isinstance(values, list):
        faults.append(f"{key} is not a list; expected a list of texts")
        return ()
    numbered = {f"{key}[{position}]": value for position, value in enumerate(values)}
    return tuple(dict.fromkeys(_text(numbered, name, faults) for name in numbered))


def _golds(record: Mapping[str, object], faults: list[str]) -> tuple[Gold, ...]:
    entries = record.get("gold")
    if not isinstance(entries, list):
        wrong = "gold is not a list" if "gold" in record else "gold is missing"
        faults.append(f"{wrong}; expected a list of places, or [] where the articles do not say")
        return ()
    golds = []
    for position, entry in enumerate(entries):
        if not isinstance(entry, dict):
            faults.append(f"gold[{position}] is not an object; expected one with article and quote")
            continue
        name = f"gold[{position}]."
        fields = {name + key: value for key, value in entry.items()}
        quote = None if entry.get("quote") is None else _text(fields, name + "quote", faults)
        golds.append(Gold(_text(fields, name + "article", faults), quote))
    # A place listed twice is one alternative: it must not make the ideal ranking longer.
    return tuple(dict.fromkeys(golds))


def _text(record: Mapping[str, object], key: str, faults: list[str]) -> str:
    value = record.get(key)
    if key not in record:
        faults.append(f"{key} is missing; expected text")
    elif not isinstance(value, str):
        faults.append(f"{key} is not text; expected a string in quotes")
    elif not value.strip():
        faults.append(f"{key} is blank; expected text")
    elif any("\ud800" <= character <= "\udfff" for character in value):
        faults.append(f"{key} holds half a surrogate pair; expected whole characters")
    else:
        return value
    return ""
