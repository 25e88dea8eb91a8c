"""The prompt that stays: questions, and commands that begin with a slash.

Owns the conversation's state and its commands. Reading lines and writing them out is handed in, so
that a terminal, a pipe and a test all speak the same way. What is said about an answer is understood by
``verdicts``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from index.errors import UserError
from qa.ask import Asker
from qa.look import PIPED, Look
from qa.places import shown_path
from qa.records import Answer, Citation, Reply
from qa.render import passage_in_place, reply_text, sources_text
from qa.sanitise import name, one_line

SOURCES = 5
"""Answers looked up for each question, so that /sources and /open have more than the one shown."""
AROUND = 3
"""Lines shown before and after a passage by /open."""

HELP = """\
Ask a question, or:
  /sources      where the last answer stands, and what else came near
  /open N       passage N of those, in its place, with the lines around it
  /good [N]     the last reply is right; with a number, that answer is
  /wrong        it is not; then say what is right with /good N or /answer
  /answer TEXT  TEXT from an article is right; none: the articles do not say
  /label FILE   keep what these say in FILE, a question set for qa eval
  /help         this
  /quit         leave (so does Ctrl-D); Ctrl-C drops the line you are typing
"""

CHOOSE = "Choose first where labels go: /label FILE (they are added to it).\n"

Render = Callable[[Reply], str]


@dataclass(slots=True)
class Chat:
    """A conversation with an index."""

    asker: Asker
    shown: int = 1
    """How many answers a question shows."""
    look: Callable[[], Look] = lambda: PIPED
    """How text may look now: windows change while a conversation goes on."""
    history: list[Reply] = field(default_factory=list)
    render: Render | None = None
    """How a reply is written; None means as text."""
    labels: Path | None = None
    """Where it is kept what is right; None until a file is chosen."""
    pending: bool = False
    """Whether the last answer was said to be wrong, and not yet what is right."""

    def respond(self, line: str) -> str | None:
        """Return what to write for one line typed, None to leave. Raises UserError for what cannot be asked."""
        said = line.strip()
        if not said:
            return ""
        if not said.startswith("/"):
            return self._ask(said)
        command, _, rest = said[1:].partition(" ")
        match command.lower():
            case "quit" | "exit" | "q":
                return None
            case "help" | "?":
                return HELP
            case "sources":
                return self._sources()
            case "open":
                return self._open(rest.strip())
            case "label":
                return self.choose_labels(rest.strip())
            case "good" | "wrong" | "answer":
                return self._judge(command.lower(), rest.strip())
        return f"There is no /{one_line(command)}. /help lists the commands.\n"

    def choose_labels(self, named: str) -> str:
        """Let labels go to a file, and return what to write. Raises UsageError where none can be added to it."""
        if not named:
            return CHOOSE if self.labels is None else f"Labels go to {name(shown_path(str(self.labels)))}.\n"
        from qa import verdicts

        self.labels, text = verdicts.choose(named)
        return text

    def _ask(self, question: str) -> str:
        reply = self.asker.ask(question, max(self.shown, SOURCES))
        self.history.append(reply)
        self.pending = False
        visible = replace(reply, ranked=reply.ranked[: self.shown])
        return self.render(visible) if self.render else reply_text(visible, self.look())

    def _last(self) -> tuple[Answer, ...]:
        return self.history[-1].ranked if self.history else ()

    def _sources(self) -> str:
        nothing = "Nothing was found.\n" if self.history else "Nothing has been asked yet.\n"
        return sources_text(self._last(), self.look()) if self._last() else nothing

    def _open(self, which: str) -> str:
        found = self._last()
        if not found:
            return "Nothing has been asked yet.\n"
        numbers = {str(answer.rank) for answer in found}
        if which not in numbers:
            return f"/open takes a number from 1 to {len(found)}; /sources lists them.\n"
        answer = found[int(which) - 1]
        text = self._as_indexed(answer.citation)
        return passage_in_place(text, answer.citation, around=AROUND, look=self.look())

    def _judge(self, verdict: str, rest: str) -> str:
        """Keep what is said about the last answer, as far as it tells what is right."""
        if self.labels is None:
            return CHOOSE
        if not self.history:
            return "Nothing has been asked yet.\n"
        from qa import verdicts

        if verdict == "good" and (rest or not self.pending):
            judged = verdicts.good(self.history, rest, self._as_indexed)
        elif verdict == "answer" and rest:
            judged = verdicts.right(self.history, rest, self.asker.index.articles())
        else:
            self.pending = self.pending or verdict == "wrong"
            return verdicts.WANTED
        if isinstance(judged, str):
            return judged
        text = verdicts.keep(self.labels, judged)
        self.pending = False
        return text

    def _as_indexed(self, citation: Citation) -> str:
        """Return the article as it was indexed, whatever became of its file."""
        return next(
            article.text
            for article in self.asker.index.articles()
            if (article.key.path, article.sha256) == (citation.article, citation.sha256)
        )


def converse(
    chat: Chat,
    lines: Iterator[str],
    write: Callable[[str], None],
    complain: Callable[[str], None],
    *,
    interactive: bool,
) -> None:
    """Answer line after line until /quit or the end of input.

    Where replies are rendered for programs, what commands say goes to ``complain``, so that nothing but
    replies is written. When ``interactive``, an interrupt drops what is being typed or answered and the
    conversation goes on; otherwise it ends the conversation like any other command.
    """
    while True:
        try:
            line = next(lines, None)
            text = None if line is None else chat.respond(line)
            if line is None or text is None:
                return
            aside = chat.render is not None and line.strip().startswith("/")
            (complain if aside else write)(text)
        except UserError as error:
            complain(str(error))
        except KeyboardInterrupt:
            if not interactive:
                raise
            complain("")
