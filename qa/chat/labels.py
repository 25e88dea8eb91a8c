"""What a person says about an answer, kept as a question of a set that can be scored later.

Owns the form of a label, where its words stand in the articles, and adding it to the user's file, of which nothing
is ever changed; while a label is the last there, it can be taken out. Which words are meant is the chat's to know.
"""

import contextlib
import errno
import hashlib
import json
import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from index.errors import UsageError, UserError
from index.records import Article, Span
from qa.quotes import around, locate
from qa.records import Answer, Citation
from qa.sanitise import name
from qa.show.places import shown_path

KIND = "chat"
PLACES = 5
"""Places of typed words that a label names."""
CONSIDERED = 4 * PLACES
"""Places among which repeats of the same sentence are looked for."""
_REMEDY = "Choose another file with /label FILE."


class Place(NamedTuple):
    """Where something right stands: the article's path below its root, and its words there."""

    article: str
    quote: str


@dataclass(frozen=True, slots=True)
class Label:
    """A question and what is right. No places: the articles do not say."""

    question: str
    history: tuple[str, ...]
    """Earlier questions of the conversation, oldest first."""
    places: tuple[Place, ...]
    answers: tuple[str, ...] = ()
    """The right words, where they were typed."""

    @property
    def id(self) -> str:
        """What tells labels apart: the same question with the same right places has the same one."""
        content = json.dumps([self.question, self.history, self.answers, self.places])
        return f"chat-{hashlib.sha256(content.encode()).hexdigest()[:12]}"


class Kept(NamedTuple):
    """What became of a label."""

    new: bool
    """False where the file held it already."""
    questions: int
    """How many the file holds now."""
    another: bool
    """Whether it holds another label of the same question."""


def places_cited(answer: Answer, texts: Iterable[str]) -> tuple[Place, ...]:
    """Return the places of an answer: its marked words, in its own article and in the others that hold it.

    ``texts`` are the texts of those others, in the order of ``answer.also``. One that says the same in slightly
    other words has its snippet for a place.
    """
    marked = " ".join(answer.text.split())
    found = [Place(answer.citation.article, marked)]
    for citation, text in zip(answer.also, texts, strict=True):
        said = marked if locate(marked, text) else " ".join(text[citation.start : citation.end].split())
        found.append(Place(citation.article, said))
    return tuple(dict.fromkeys(found))


def places_holding(wanted: str, articles: Iterable[Article], near: Sequence[Citation]) -> tuple[tuple[Place, ...], int]:
    """Return up to PLACES where the articles hold some words, each the sentence around them, and how often they do.

    Those within a cited snippet come first, then those in cited articles, in the order of ``near``, then the rest.
    """
    times = 0
    nearest: list[tuple[int, Article, Span]] = []
    for article in articles:
        spans = locate(wanted, article.text)
        times += len(spans)
        nearest += [(_distance(article, span, near), article, span) for span in spans]
        nearest = sorted(nearest, key=lambda place: place[0])[:CONSIDERED]
    places = dict.fromkeys(Place(article.key.path, around(article.text, span)) for _, article, span in nearest)
    return tuple(places)[:PLACES], times


def add(file: Path, label: Label) -> Kept:
    """Add a label to the end of a file, which is made where there is none, unless the file holds it already.

    It is on the disk when this returns. Raises UserError as ``questions_in``, and where it cannot be written.
    """
    content, known = _read(file)
    asked = label.question, list(label.history)
    same = [one for one in known if (one["question"], one.get("history", [])) == asked]
    another = any(one.get("id") != label.id for one in same)
    if any(one.get("id") == label.id for one in known):
        return Kept(False, len(known), another)
    record = {
        "id": label.id,
        "question": label.question,
        "answers": label.answers,
        "gold": [place._asdict() for place in label.places],
        "kind": KIND,
        "history": label.history,
    }
    try:
        line = json.dumps(record, ensure_ascii=False).encode("utf-8") + b"\n"
    except UnicodeEncodeError:
        raise UserError(
            "This label holds half a character, as odd file names do, and cannot be written. Rename the file."
        ) from None
    _append(file, line if not content or content.endswith(b"\n") else b"\n" + line)
    return Kept(True, len(known) + 1, another)


def take_out(file: Path, label: Label) -> bool:
    """Remove a label from the end of a file, and tell whether that was done. Raises UsageError as ``add``."""
    content, _ = _read(file)
    before = content.rstrip(b"\n").rfind(b"\n") + 1
    with contextlib.suppress(OSError):
        if (_question(content[before:].decode("utf-8")) or {}).get("id") == label.id:
            os.truncate(file, before)
            return True
    return False


def expanded(named: str) -> Path:
    """Return the file that is named, a leading ``~`` made the home folder. Raises UsageError for an unknown user's."""
    try:
        return Path(named).expanduser()
    except RuntimeError:
        raise UsageError(f"{name(named)} begins with the home folder of nobody. {_REMEDY}") from None


def questions_in(file: Path) -> int:
    """Return how many questions a file holds, 0 where there is none yet.

    Raises UsageError where labels cannot be added to it: no regular file, unreadable, or not JSON Lines of questions.
    """
    return len(_read(file)[1])


def _read(file: Path) -> tuple[bytes, list[dict[str, object]]]:
    """Return the bytes of a file and the questions in it."""
    shown = name(shown_path(str(file)))
    try:
        if not file.parent.is_dir():
            raise UsageError(f"There is no folder {name(str(file.parent))}. Make it, or choose another file.")
        if file.exists() and not stat.S_ISREG(file.stat().st_mode):
            raise UsageError(f"{shown} is not a file that labels can be added to. {_REMEDY}")
        content = file.read_bytes() if file.exists() else b""
        lines = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8").split("\n")
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "it is not UTF-8 text"
        raise UsageError(f"Labels cannot be added to {shown} ({reason}). {_REMEDY}") from None
    records = [_question(line) for line in lines if line.strip()]
    if records and records[0] is None:
        raise UsageError(f"{shown} is not a question set of JSON Lines, so nothing is added to it. {_REMEDY}")
    return content, [record for record in records if record is not None]


def _question(line: str) -> dict[str, object] | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) and "question" in record else None


def _append(file: Path, data: bytes) -> None:
    """Add bytes to a file all at once, or leave it as it was."""
    try:
        with open(file, "ab", buffering=0) as target:
            before = os.fstat(target.fileno()).st_size
            if target.write(data) != len(data):
                os.ftruncate(target.fileno(), before)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(target.fileno())
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise UserError(f"{name(shown_path(str(file)))} cannot be written ({reason}). {_REMEDY}") from None


def _distance(article: Article, span: Span, near: Sequence[Citation]) -> int:
    """Return how far a place is from what was cited: smaller is nearer."""
    cited = [number for number, citation in enumerate(near) if citation.sha256 == article.sha256]
    held = [number for number in cited if near[number].start < span.end and span.start < near[number].end]
    return next(iter(held), len(near) + next(iter(cited), len(near)))
