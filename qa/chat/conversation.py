"""What was said in a conversation, and what has become of it since.

Owns what a conversation remembers. Every change is an event, so that what was kept of one makes the same conversation
again; keeping them is the work of ``conversations``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from qa.records import Reply


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its reply, as it was shown."""

    reply: Reply
    shown: int
    """How many of its answers were shown."""
    only: str | None = None
    """Path below its root of the one article that was asked, None for all."""
    follows: int = 0
    """How many of the turns before it the question followed on."""


@dataclass(frozen=True, slots=True)
class Event:
    """A change: a turn was said, more of the last was shown, all was forgotten, or the last turn was taken back."""

    what: Literal["said", "more", "fresh", "undo"]
    turn: Turn | None = None
    """For what was said or shown."""


@dataclass(slots=True)
class Conversation:
    """The turns of a conversation, oldest first."""

    turns: list[Turn] = field(default_factory=list)
    remembered_from: int = 0
    """The turns before are no longer what a question follows on."""
    keep: Callable[[Event], None] = lambda _: None
    """Told every event."""

    @property
    def replies(self) -> tuple[Reply, ...]:
        """Every reply, also those that are forgotten."""
        return tuple(turn.reply for turn in self.turns)

    @property
    def after(self) -> tuple[Reply, ...]:
        """The replies that the next question follows on."""
        return self.replies[self.remembered_from :]

    @property
    def last(self) -> Turn | None:
        """The last turn, None where there is none."""
        return self.turns[-1] if self.turns else None

    @property
    def thread(self) -> tuple[Reply, ...]:
        """The last reply, behind those that its question followed on."""
        return self.replies[-1 - self.turns[-1].follows :] if self.turns else ()

    def happens(self, event: Event) -> None:
        """Let an event happen, and have it kept. More is shown, and a turn taken back, only where there is one."""
        self.apply(event)
        self.keep(event)

    def apply(self, event: Event) -> None:
        """Let an event happen."""
        if event.what == "fresh":
            self.remembered_from = len(self.turns)
            return
        if event.what in ("more", "undo") and self.turns:
            self.turns.pop()
        if event.turn is not None:
            self.turns.append(event.turn)
        self.remembered_from = min(self.remembered_from, len(self.turns))
