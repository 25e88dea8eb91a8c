"""Reading the files of question sets: their bytes, their JSON, and fields that must be what they should be.

Owns the words for what is wrong. A fault says what is wrong and what was expected; the file, and the place in
it, are put before it by whoever knows them.
"""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from index.alike import offer_path
from index.errors import BadQuestions, UsageError

GZIP_MAGIC = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Source:
    """One file of a question set."""

    name: str
    """What errors call it: its path."""
    content: bytes
    """Unzipped, without a byte order mark."""


class NotJson(Exception):
    """Bytes that are no JSON text; the message is the fault, ``line`` counts from 1."""

    def __init__(self, line: int, fault: str) -> None:
        super().__init__(fault)
        self.line = line


def read(path: Path) -> Source:
    """Return a file, unzipped where it is gzipped.

    Raises UsageError when it cannot be read, BadQuestions when its gzip data is damaged.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        meant = offer_path(path) if isinstance(error, FileNotFoundError) else ""
        ways = " Give the path of a JSON Lines file, a SQuAD file or a BEIR folder, or none to use the set that ships."
        raise UsageError(f"The question set {path} cannot be read ({reason}).{meant or ways}") from error
    if content.startswith(GZIP_MAGIC):
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise BadQuestions(f"{path}:1: damaged gzip data ({error}); expected a whole gzip file") from error
    return Source(str(path), content.removeprefix(BYTE_ORDER_MARK))


def lines(source: Source) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not blank, numbered from 1."""
    # Split on the byte: str.splitlines would also break at a line separator inside a question.
    numbered = enumerate(source.content.split(b"\n"), start=1)
    return ((number, line) for number, line in numbered if line.strip())


def records(source: Source, keys: str, problems: list[str]) -> Iterator[tuple[int, Mapping[str, object], list[str]]]:
    """Yield the JSON object of each line: its number, its fields, and a list to put their faults in.

    Those faults, and of lines that hold no object, go to ``problems`` with file and line, in the order of the
    file. ``keys`` names what an object should have.
    """
    for number, line in lines(source):
        faults: list[str] = []
        try:
            record = decoded(line, "one JSON object a line")
        except NotJson as error:
            faults.append(str(error))
        else:
            if isinstance(record, dict):
                yield number, record, faults
            else:
                faults.append(f"not a JSON object; expected one with {keys}")
        problems += (f"{source.name}:{number}: {fault}" for fault in faults)


def decoded(content: bytes, expected: str) -> object:
    """Return what a JSON text stands for. Raises NotJson, which ends in what was ``expected``."""
    try:
        return json.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = error.start - content.rfind(b"\n", 0, error.start)
        raise NotJson(line, f"byte {byte} is not UTF-8; expected UTF-8 text") from error
    except json.JSONDecodeError as error:
        fault = f"not JSON ({error.msg} at column {error.colno}); expected {expected}"
        raise NotJson(error.lineno, fault) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, brackets thousands deep
        raise NotJson(1, f"JSON too large to read; expected {expected}") from error


def text(record: Mapping[str, object], key: str, faults: list[str], *, blank: bool = False) -> str:
    """Return the text of a field, "" where there is a fault. With ``blank`` it may be empty, but not missing."""
    value = record.get(key)
    if key not in record:
        faults.append(f"{key} is missing; expected text")
    elif not isinstance(value, str):
        faults.append(f"{key} is not text; expected a string in quotes")
    elif not blank and not value.strip():
        faults.append(f"{key} is blank; expected text")
    elif any("\ud800" <= character <= "\udfff" for character in value):
        faults.append(f"{key} holds half a surrogate pair; expected whole characters")
    else:
        return value
    return ""


def note_id(key: str, found: str, place: str, first: dict[str, str], faults: list[str]) -> None:
    """Note in ``first`` where an id first stood; one that was there before is a fault. An empty one is neither."""
    if found in first:
        faults.append(f"{key} {found!r} is that of {first[found]}; expected its own")
    elif found:
        first[found] = place
