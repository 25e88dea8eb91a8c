"""The articles and questions of a set that is reported: as they are given, sampled, told apart, written and unpacked.

Owns what is written for an index to be made of, and what of an archive is trusted. Which sets there are is told by
``sets``.
"""

import hashlib
import json
import tarfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from eval.question_sets import Question
from index.errors import UsageError
from qa.diagnostics import tell


@dataclass(frozen=True, slots=True)
class Given:
    """A set, ready to be indexed and asked."""

    questions: tuple[Question, ...]
    articles: Mapping[str, bytes] | Path
    """What stands in each article by its path, or the folder where they stand already."""


def sample(questions: Sequence[Question], most: int | None) -> tuple[Question, ...]:
    """Return ``most`` of the questions (None: all), in their order; which, is told by a hash of the ids alone.

    Raises UsageError where none of them is answerable.
    """
    kept = {one.id for one in sorted(questions, key=lambda one: hashlib.sha256(one.id.encode()).digest())[:most]}
    found = tuple(one for one in questions if one.id in kept)
    if not any(one.answerable for one in found):
        raise UsageError("None of the questions has an answer, so there is nothing to find. Name more --questions.")
    return found


def digest(given: Given, questions: Sequence[Question]) -> str:
    """Return sixteen digits that change with the articles, and with the questions or what is right for them."""
    told = hashlib.sha256()
    for one in questions:
        gold = None if one.gold is None else [[place.article, place.quote] for place in one.gold]
        told.update(json.dumps([one.id, one.text, one.answers, gold]).encode())
    articles = given.articles
    if isinstance(articles, Path):
        folder = articles
        articles = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.txt")}
    for name in sorted(articles):
        told.update(json.dumps([name, hashlib.sha256(articles[name]).hexdigest()]).encode())
    return told.hexdigest()[:16]


def lay(articles: Mapping[str, bytes], folder: Path) -> None:
    """Write the articles below ``folder``, those that stand there already left as they are.

    Raises UsageError where other files stand there: nothing is ever removed.
    """
    files = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    if other := next((name for name in files if name not in articles), None):
        raise UsageError(f"{folder} holds {other}, which is not of this set. Name an empty folder as --work.")
    for name, content in articles.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def articles_in(archive: Path) -> dict[str, bytes]:
    """Return the text files of a tar by path; what is no plain .txt file below it is left out, and said on stderr.

    Raises UsageError where the archive cannot be read.
    """
    found, others = {}, 0
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                content = tar.extractfile(member) if _harmless(member) else None
                if content is None:
                    others += not member.isdir()
                else:
                    found[PurePosixPath(member.name).as_posix()] = content.read()
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise UsageError(f"{archive} cannot be read ({error}). Copy it anew, or leave its set out.") from error
    if others:
        tell(f"{archive}: {others} entries that are no text file below it were left out.")
    return found


def _harmless(member: tarfile.TarInfo) -> bool:
    """Tell whether an entry is a plain text file that stays below the folder it is unpacked in.

    By its name and kind alone: ``tarfile.data_filter`` would say more, and is missing in some Python 3.11.
    """
    path = PurePosixPath(member.name)
    return member.isreg() and not path.is_absolute() and ".." not in path.parts and path.suffix == ".txt"
