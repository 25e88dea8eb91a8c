"""What is said about the last answer of a conversation, on its way to a file of labels.

Owns which file that is, and what was said but not yet settled. What the words mean is understood by ``verdicts``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from qa.records import Reply
from qa.sanitise import name
from qa.show.places import shown_path

if TYPE_CHECKING:
    from index.store import Index
    from qa.chat.labels import Label

CHOOSE = "Choose first where labels go: /label FILE (they are added to it).\n"
NOTHING_ASKED = "Nothing has been asked yet.\n"


@dataclass(slots=True)
class Labelling:
    """The labels of a conversation."""

    file: Path | None = None
    """Where it is kept what is right; None until a file is chosen."""
    pending: bool = False
    """Whether the last answer was said to be wrong, and not yet what is right."""
    given: "list[tuple[Path, Label]]" = field(default_factory=list)
    """Labels that the last question got, and where."""

    def choose(self, named: str) -> str:
        """Let labels go to a file, and return what to write. Raises UsageError where none can be added to it."""
        if not named:
            return CHOOSE if self.file is None else f"Labels go to {name(shown_path(str(self.file)))}.\n"
        from qa.chat import verdicts

        self.file, text = verdicts.choose(named)
        return text

    def judge(
        self, verdict: Literal["good", "wrong", "answer"], rest: str, history: Sequence[Reply], index: "Index"
    ) -> str:
        """Keep what is said about the last answer, as far as it tells what is right, and return what to write.

        Raises UserError where it cannot be kept.
        """
        if self.file is None:
            return CHOOSE
        if not history:
            return NOTHING_ASKED
        from qa.chat import sources, verdicts

        if verdict == "good" and (rest or not self.pending):
            judged = verdicts.good(history, rest, partial(sources.as_indexed, index))
        elif verdict == "answer" and rest:
            judged = verdicts.right(history, rest, index.articles())
        else:
            self.pending = self.pending or verdict == "wrong"
            return verdicts.WANTED
        if isinstance(judged, str):
            return judged
        text, new = verdicts.keep(self.file, judged)
        self.given += [(self.file, judged.label)] if new else []
        self.pending = False
        return text

    def withdraw(self) -> str:
        """Take back what was said about the last answer, and return a sentence where there was something."""
        text = ""
        if self.given:
            from qa.chat import verdicts

            text = f" {verdicts.withdraw(self.given)}"
        self.begin_anew()
        return text

    def begin_anew(self) -> None:
        """Let what was said stand: it is no longer about the last answer."""
        self.pending = False
        self.given.clear()
