"""The prompt that stays: questions, and commands that begin with a slash.

Owns what each line typed does to the conversation and what is written for it. Reading lines and writing them out is
handed in (``converse``), so that a terminal, a pipe and a test all speak the same way. What is said about an answer
belongs to ``labelling``; what was said is remembered by ``conversation``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from index.alike import alike, offer
from qa.chat.commands import HELP, NAMES
from qa.chat.conversation import Conversation, Event, Turn
from qa.chat.labelling import NOTHING_ASKED, Labelling
from qa.limits import MOST
from qa.records import Reply
from qa.sanitise import name, one_line, sanitise
from qa.show.look import PIPED, Look
from qa.show.render import answers_text, reply_text

if TYPE_CHECKING:
    from index.store import Index
    from qa.chat.choosing import Entry
    from qa.chat.conversations import Shelf

SOURCES = 5
"""Answers looked up for each question, so that /sources and /open have more than the one shown."""
MORE = 3
"""Answers that /more shows, unless a question shows more."""

AS_IT_STANDS = "The question was asked as it stands.\n"

Render = Callable[[Reply], str]


class Asking(Protocol):
    """What is asked: an ``Asker``, or one that is opened beside the prompt."""

    @property
    def index(self) -> "Index":
        """The generation that was asked last."""

    def ask(self, question: str, k: int = 1, *, only: str | None = None, after: Sequence[Reply] = ()) -> Reply:
        """Return the reply to a question, as ``Asker.ask`` does."""


@dataclass(slots=True)
class Chat:
    """A conversation with an index."""

    asker: Asking
    shown: int = 1
    """How many answers a question shows."""
    look: Callable[[], Look] = lambda: PIPED
    """How text may look now: windows change while a conversation goes on."""
    render: Render | None = None
    """How a reply is written; None means as text."""
    labels: Labelling = field(default_factory=Labelling)
    """What is said about the answers."""
    on_terminal: bool = False
    """Whether other programs, a pager or an editor, can be shown."""
    conversation: Conversation = field(default_factory=Conversation)
    shelf: "Shelf | None" = None
    """Where conversations are kept; None where they are not."""
    only: "Entry | None" = None
    """The one article that is asked; None for all."""
    transcript: Path | None = None
    """The transcript written last."""

    @property
    def history(self) -> tuple[Reply, ...]:
        """The replies of the conversation, oldest first."""
        return self.conversation.replies

    def respond(self, line: str) -> str | None:
        """Return what to write for one line typed, None to leave. Raises UserError for what cannot be asked."""
        said = line.strip()
        if not said:
            return ""
        if not said.startswith("/"):
            return self._ask(said)
        command, *given = said[1:].split(None, 1) or [""]
        rest = given[0] if given else ""
        match command.lower():
            case "quit" | "exit" | "q":
                return None
            case "help" | "?":
                return HELP
            case "good" | "wrong" | "answer" as verdict:
                return self.labels.judge(verdict, rest, self.conversation.thread, self.asker.index)
        about_all: dict[str, Callable[[str], str]] = {
            "only": self._only,
            "fresh": self._fresh,
            "label": self.labels.choose,
            "resume": self._resume,
        }
        about_last: dict[str, Callable[[Turn, str], str]] = {
            "sources": self._sources,
            "open": self._open,
            "more": self._more,
            "why": self._why,
            "undo": self._undo,
            "save": partial(self._save, over=False),
            "save!": partial(self._save, over=True),
        }
        if act := about_all.get(command.lower()):
            return act(rest)
        if about := about_last.get(command.lower()):
            return about(self.conversation.last, rest) if self.conversation.last else NOTHING_ASKED
        return f"There is no /{one_line(command)}.{offer(alike(f'/{command}', NAMES))} /help lists the commands.\n"

    def _ask(self, question: str) -> str:
        path, after = self.only.path if self.only else None, self.conversation.after
        reply = self.asker.ask(question, max(self.shown, SOURCES), only=path, after=after)
        turn = Turn(reply, min(self.shown, len(reply.ranked)), path, len(after))
        self.conversation.happens(Event("said", turn))
        self.labels.begin_anew()
        visible = replace(reply, ranked=reply.ranked[: self.shown])
        return self.render(visible) if self.render else reply_text(visible, self.look())

    def _sources(self, last: Turn, _: str) -> str:
        from qa.chat import sources

        return sources.listed(last.reply, self.look())

    def _open(self, last: Turn, which: str) -> str:
        from qa.chat import sources

        return sources.opened(last.reply, which, self.asker.index, self.look(), on_terminal=self.on_terminal)

    def _more(self, last: Turn, _: str) -> str:
        """Show the answers after those that were shown, looking for more of them where they run out."""
        reply, wanted = last.reply, last.shown + max(self.shown, MORE)
        if wanted > len(reply.ranked) >= SOURCES and len(reply.ranked) < MOST:
            after = self.conversation.thread[:-1]
            again = self.asker.ask(reply.question, wanted + SOURCES, only=last.only, after=after)
            if again.index.generation != reply.index.generation:
                return "The index was updated since this question was answered. Ask it again.\n"
            reply = again
        following = reply.ranked[last.shown : wanted]
        if not following:
            return "There is nothing more to show for this question.\n"
        self.conversation.happens(Event("more", replace(last, reply=reply, shown=last.shown + len(following))))
        return answers_text(following, self.look())

    def _only(self, named: str) -> str:
        """Ask one article from here on, or with no name all of them again."""
        if not named:
            before, self.only = self.only, None
            return "All articles are asked again.\n" if before else "All articles are asked.\n"
        from qa.chat import choosing

        found = choosing.chosen(named, choosing.entries(self.asker.index.articles()))
        if isinstance(found, str):
            return found
        self.only = found
        return f"Only {found.title} ({name(found.path)}) is asked now; /only alone asks all again.\n"

    def _why(self, last: Turn, _: str) -> str:
        reply = last.reply
        if reply.standalone == reply.question or not reply.made:
            return AS_IT_STANDS
        return f"Asked as: {one_line(reply.standalone)}\n{sanitise(reply.made)}\n"

    def _fresh(self, _: str) -> str:
        self.conversation.happens(Event("fresh"))
        return "What was said is forgotten; the next question stands alone.\n"

    def _undo(self, last: Turn, _: str) -> str:
        """Take the last question back, and the labels it got as far as they are the last of their file."""
        self.conversation.happens(Event("undo"))
        return f'Taken back: "{one_line(last.reply.question)}".{self.labels.withdraw()}\n'

    def _save(self, _: Turn, named: str, *, over: bool) -> str:
        """Write a transcript; with no name, to the file it was written to before."""
        from qa.chat import transcripts

        file = transcripts.file_named(named) if named else self.transcript
        if file is None:
            return "Name the file to write, as in: /save answers.md\n"
        self.transcript, text = transcripts.saved(file, self.conversation.turns, over=over or file == self.transcript)
        return text

    def _resume(self, which: str) -> str:
        """List the conversations that are kept, or go on in one of them."""
        if self.shelf is None:
            return "Conversations are kept of what is typed at a terminal. To go on in one here: qa chat --resume.\n"
        from qa.chat import conversations

        if not which:
            return conversations.listing(self.shelf.kept())
        self.conversation, self.transcript = self.shelf.take_up(which), None
        self.labels.begin_anew()
        return f"{conversations.taken_up(self.conversation)}\n"
