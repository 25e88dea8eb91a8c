"""The file of one conversation: written as it goes on, read back, and let go of.

Owns the form of these files: a line that says which index is asked, then a line for every event, written as it
happens, so that a kill loses nothing that was said. Which one is taken up is decided by ``conversations``.
"""

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from qa.chat.conversation import Conversation, Event, Turn
from qa.chat.state import append, open_lines, read_lines
from qa.chat.stored import restored, stored
from qa.sanitise import name

KEPT = 50
"""Files that stay; the oldest go first."""
VERSION = 1


class Keeper:
    """Writes the events of one conversation to its file, which it holds from the first on."""

    def __init__(self, file: Path, index: Path, tell: Callable[[str], None]) -> None:
        self.file = file
        self._index, self._tell = index, tell
        self._handle: int | None = None
        self._given_up = False

    def hold(self) -> bool:
        """Open the file, and tell whether no other program holds it. A file that cannot be opened is given up."""
        try:
            self._handle = open_lines(self.file)
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            return False
        except OSError as error:
            self._give_up(error)
        return True

    def close(self) -> None:
        """Let the file go."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __call__(self, event: Event) -> None:
        """Keep an event. Where that cannot be done it is told once, and the conversation goes on."""
        if self._given_up:
            return
        try:
            if self._handle is None and self.hold() and self._handle is not None:
                append(self._handle, {"version": VERSION, "index": str(self._index)})
                let_go(self.file)
            if self._handle is not None:
                append(self._handle, {"what": event.what, "turn": stored(event.turn) if event.turn else None})
        except (OSError, ValueError) as error:
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        self._given_up = True
        self.close()
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        self._tell(
            f"This conversation is not kept: {name(str(self.file.parent))} cannot be written ({reason}). "
            "Set QA_STATE to a folder of yours, or start with --no-keep."
        )


def files_in(folder: Path) -> list[tuple[Path, datetime]]:
    """Return the files of conversations and when each was last written, in local time, the newest first."""
    try:
        with os.scandir(folder) as entries:
            found = [(one.stat().st_mtime_ns, Path(one.path)) for one in entries if one.name.endswith(".jsonl")]
    except OSError:  # nothing was kept yet, or nothing can be read
        return []
    return [(file, datetime.fromtimestamp(when / 1e9).astimezone()) for when, file in sorted(found, reverse=True)]


def let_go(own: Path) -> None:
    """Remove all but the newest KEPT conversations of a folder; ``own`` stays, whatever the clock says."""
    others = [file for file, _ in files_in(own.parent) if file != own]
    for file in others[KEPT - 1 :]:
        with contextlib.suppress(OSError):
            file.unlink()


def is_with(file: Path, index: Path) -> bool:
    """Tell whether a file holds a conversation with an index."""
    head = next(read_lines(file), None)
    return isinstance(head, dict) and head.get("version") == VERSION and head.get("index") == str(index)


def read(file: Path) -> Conversation:
    """Return the conversation that a file holds; lines that are no events are passed over."""
    conversation = Conversation()
    for event in _events(file):
        conversation.apply(event)
    return conversation


def _events(file: Path) -> Iterator[Event]:
    for line in read_lines(file):
        with contextlib.suppress(ValueError):
            match line:
                case {"what": "fresh" | "undo" as what}:
                    yield Event(what)
                case {"what": "said" | "more" as what, "turn": turn}:
                    yield Event(what, restored(Turn, turn))
