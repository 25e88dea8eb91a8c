"""The conversations that are kept: begun, listed, and taken up again.

Owns which ones there are with an index and what names them. Their files are the work of ``kept``.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from index.errors import UsageError
from qa.chat.conversation import Conversation
from qa.chat.kept import VERSION, Keeper, files_in, is_with, read
from qa.chat.state import state_folder
from qa.sanitise import one_line

LAST = "last"
"""Names the conversation that was spoken in last."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A conversation that is kept."""

    file: Path
    conversation: Conversation
    when: datetime
    """When something was last said in it, in local time."""

    @property
    def id(self) -> str:
        """What names it, however many are kept after it."""
        return self.file.stem


@dataclass(slots=True)
class Shelf:
    """The conversations with one index, and the one that is held now."""

    index: Path
    tell: Callable[[str], None]
    """Told where a conversation cannot be kept."""
    writing: bool = True
    """Whether what is said now is kept."""
    folder: Path = field(default_factory=lambda: state_folder() / "conversations")
    _keeper: Keeper | None = None

    def begin(self) -> Conversation:
        """Return a new conversation; its file is made with its first event."""
        began = datetime.now().astimezone()
        file = self.folder / f"{began:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}.jsonl"
        return self._going_on(Conversation(), Keeper(file, self.index, self.tell))

    def kept(self) -> list[Kept]:
        """Return the conversations in which something was said, the newest first."""
        found = [Kept(file, read(file), when) for file, when in files_in(self.folder) if is_with(file, self.index)]
        return [one for one in found if one.conversation.turns]

    def take_up(self, which: str) -> Conversation:
        """Return a kept conversation, by its number in ``kept`` from 1, its id, or LAST, and go on in it.

        Raises UsageError where there is no such one, or where somebody goes on in it already.
        """
        kept = self.kept()
        if not kept:
            raise UsageError("No conversation with this index is kept yet. Begin one: qa chat.")
        named = {str(number): one for number, one in enumerate(kept, start=1)} | {one.id: one for one in kept}
        one = kept[0] if which == LAST else named.get(which)
        if one is None:
            raise UsageError(f"No conversation {one_line(which)} is kept. See them all: qa chat --resume list.")
        if self._keeper is not None and self._keeper.file == one.file:
            raise UsageError("This is the conversation that you are in. /resume lists the others.")
        keeper = Keeper(one.file, self.index, self.tell)
        if self.writing and not keeper.hold():
            raise UsageError(f"Conversation {one.id} goes on in another qa chat. Leave that one first.")
        return self._going_on(read(one.file), keeper)

    def _going_on(self, conversation: Conversation, keeper: Keeper) -> Conversation:
        if self._keeper is not None:
            self._keeper.close()
        self._keeper = keeper
        if self.writing:
            conversation.keep = keeper
        return conversation


def listing(kept: list[Kept]) -> str:
    """Return the kept conversations as they are listed: number, when, questions, and the first of these."""
    if not kept:
        return "No conversation with this index is kept yet.\n"
    rows = []
    for number, one in enumerate(kept, start=1):
        turns = one.conversation.turns
        asked = f"{len(turns)} question{'' if len(turns) == 1 else 's'}"
        rows.append(f"{number:3}  {one.when:%Y-%m-%d %H:%M}  {asked:12}  {one_line(turns[0].reply.question)}\n")
    return "".join(rows)


def listing_payload(kept: list[Kept]) -> dict[str, Any]:
    """Return the list for programs."""
    rows = [
        {
            "id": one.id,
            "when": one.when.isoformat(timespec="seconds"),
            "questions": [turn.reply.question for turn in one.conversation.turns],
        }
        for one in kept
    ]
    return {"version": VERSION, "conversations": rows}


def taken_up(conversation: Conversation) -> str:
    """Return what is said when a conversation is taken up again."""
    *_, last = conversation.turns
    questions = f"{len(conversation.turns)} question{'' if len(conversation.turns) == 1 else 's'}"
    return f'Taken up again after {questions}; the last: "{one_line(last.reply.question)}". /sources shows its answers.'
