"""A conversation as Markdown, to be kept, printed or sent: questions, the words that answer, and where they stand.

Owns the form of a transcript and writing it. What stands in it is what was shown; nothing in it acts as Markdown or
on a terminal.
"""

import contextlib
import os
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from index.errors import UsageError
from qa.chat.conversation import Turn
from qa.records import Answer, Citation
from qa.sanitise import name, one_line, sanitise
from qa.show.places import shown_path
from qa.show.render import NO_ANSWER

_ACTIVE = re.compile(r"[\\`*_\[\]<>#|~&$]")
"""What Markdown acts on anywhere in a line."""
_BEGINNING = re.compile(r"^(\s*\d*)([-+=.)])", re.MULTILINE)
"""What it acts on at the beginning of one: lists, rules and headings."""
_REMEDY = "Choose another file: /save FILE."


def transcript(turns: Sequence[Turn]) -> str:
    """Return a conversation as a Markdown document."""
    return "# Questions and answers\n" + "".join(f"\n{_section(turn)}" for turn in turns)


def file_named(named: str) -> Path:
    """Return the file that is named, a leading ``~`` made the home folder. Raises UsageError for an unknown user's."""
    try:
        return Path(named).expanduser().absolute()
    except RuntimeError:
        raise UsageError(f"{name(named)} begins with the home folder of nobody. {_REMEDY}") from None


def saved(file: Path, turns: Sequence[Turn], *, over: bool) -> tuple[Path, str]:
    """Write a transcript, and return its file with what to say. Raises UsageError as ``write``."""
    write(file, turns, over=over)
    return file, f"{_counted(len(turns))} written to {name(shown_path(str(file)))}.\n"


def write(file: Path, turns: Sequence[Turn], *, over: bool) -> None:
    """Write a transcript, whole or not at all. With ``over``, in the place of what is there.

    Raises UsageError where there is such a file already, or it cannot be written.
    """
    shown = name(shown_path(str(file)))
    draft = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        with open(draft, "x", encoding="utf-8", errors="backslashreplace", newline="\n") as target:
            target.write(transcript(turns))
            target.flush()
            os.fsync(target.fileno())
        if over:
            os.replace(draft, file)
        else:
            os.link(draft, file)
    except FileExistsError:
        raise UsageError(f"There is a file {shown} already. Overwrite it: /save! {shown}") from None
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise UsageError(f"{shown} cannot be written ({reason}). {_REMEDY}") from None
    finally:
        with contextlib.suppress(OSError, ValueError):
            draft.unlink()


def _section(turn: Turn) -> str:
    reply = turn.reply
    lines = [f"## {_inert(one_line(reply.question))}", ""]
    if reply.standalone != reply.question:
        lines += [f"Asked as: {_inert(one_line(reply.standalone))}", ""]
    if turn.only is not None:
        lines += [f"Asked of this article alone: {_inert(name(turn.only))}", ""]
    if not reply.answered:
        lines += [NO_ANSWER + (" The nearest passages:" if reply.ranked else ""), ""]
    for answer in reply.ranked[: turn.shown]:
        lines += [*_quoted(answer), ""]
        lines += [f"— {_cited(answer.citation)} · confidence {answer.confidence:.2f}", ""]
        lines += [line for citation in answer.also for line in (f"— also: {_cited(citation)}", "")]
    return "\n".join(lines)


def _quoted(answer: Answer) -> list[str]:
    """Return the lines of a snippet as a quotation, its answer in bold."""
    start, end = answer.highlight
    before, after = answer.snippet[:start], answer.snippet[end:]
    text = _inert(sanitise(before)) + _bold(_inert(sanitise(answer.text))) + _inert(sanitise(after))
    lines = [line.strip() for line in text.strip().split("\n")]
    ends = ["\\" if line and following else "" for line, following in pairwise([*lines, ""])]
    return [f"> {line}{end}".rstrip() for line, end in zip(lines, ends, strict=True)]


def _bold(text: str) -> str:
    """Return ``text`` in bold, line by line, white space around the words left outside."""
    return re.sub(r"[^\s](?:[^\n]*[^\s])?", _bold_words, text)


def _bold_words(words: re.Match[str]) -> str:
    """Return words in bold. Stars beside a mark that touches a letter would stay stars, hence the tags."""
    text = words.group()
    return f"**{text}**" if text[0].isalnum() and text[-1].isalnum() else f"<b>{text}</b>"


def _cited(citation: Citation) -> str:
    first, last = citation.lines
    place = f"{name(citation.path)}:{first}" + (f"-{last}" if last > first else "")
    stated = [one_line(part) for part in (citation.title, citation.date, citation.source) if part]
    changed = " · changed since it was indexed" if citation.changed else ""
    return _inert(" · ".join([*stated, place])) + changed


def _inert(text: str) -> str:
    """Return ``text`` with a backslash before everything that Markdown would act on."""
    return _BEGINNING.sub(r"\1\\\2", _ACTIVE.sub(r"\\\g<0>", text))


def _counted(turns: int) -> str:
    return "1 question with its answers was" if turns == 1 else f"{turns} questions with their answers were"
