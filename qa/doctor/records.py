"""What a check says: one line, how bad it is, and the remedy."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    """It works, but not as it could."""
    FAILURE = "failure"
    """Some command will fail."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    """What was looked at, in a word or two."""
    level: Level
    says: str
    """What was found, without a full stop at the end."""
    remedy: str | None = None
    """What to do about it, a command to run where there is one; None where nothing has to be done."""


def fine(name: str, says: str) -> Check:
    """Return a check that found nothing wrong."""
    return Check(name, Level.OK, says)


def warning(name: str, says: str, remedy: str) -> Check:
    """Return a check that found something that could be better."""
    return Check(name, Level.WARNING, says, remedy)


def failure(name: str, says: str, remedy: str) -> Check:
    """Return a check that found something that keeps a command from working."""
    return Check(name, Level.FAILURE, says, remedy)


def parted(message: str) -> tuple[str, str]:
    """Return what is wrong and the remedy, of a message for users: all up to its last sentence, and that sentence."""
    says, _, remedy = message.rpartition(". ")
    return (says, remedy) if says else (message.rstrip("."), "Run `qa doctor` again once that is mended.")
