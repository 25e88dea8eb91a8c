"""A conversation put together: the index, the person or the pipe, and what is kept.

Owns what differs between a terminal, where the index is opened while the person types and the conversation is kept,
and a pipe, where it is opened first and only a conversation that is taken up again goes on being kept.
"""

import os
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from index import manifest as manifests
from qa import session
from qa.chat.chat import Chat
from qa.chat.converse import converse
from qa.chat.state import keeping
from qa.chat.warm import NotOpened, Warm
from qa.diagnostics import tell
from qa.records import Reply
from qa.session import Setting
from qa.show.ink import laid
from qa.show.lines import Run
from qa.show.look import Look, look_of
from qa.streams import out, stdin_lines

if TYPE_CHECKING:
    from qa.chat.prompt import Prompt


@dataclass(frozen=True, slots=True)
class Talk:
    """How a conversation is held."""

    answers: int = 1
    """Answers a question."""
    label: Path | None = None
    """Where labels go."""
    resume: str | None = None
    """The conversation to go on in, as ``Shelf.take_up`` knows it; None for a new one."""
    keep: bool = True
    json: bool = False
    plain: bool = False
    """Whether all is said in words."""


def listed(folder: Path, *, json: bool) -> str:
    """Return the conversations that are kept with the index in a folder, as they are printed."""
    from qa.chat import conversations
    from qa.contract import dumps

    kept = conversations.Shelf(folder, tell).kept()
    return dumps(conversations.listing_payload(kept)) + "\n" if json else conversations.listing(kept)


def talk(folder: Path, setting: Setting, how: Talk) -> None:
    """Hold a conversation with the index in a folder until it ends.

    Raises UsageError where the conversation to go on in is not there, NothingIndexed, IndexDamaged or ModelUnavailable.
    """
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    warm = Warm(folder, partial(session.open_asker, folder, setting), session.reopened, tell)
    look = partial(look_of, sys.stdout, os.environ, plain=how.plain)
    chat = Chat(warm, how.answers, look, _as_json if how.json else None, on_terminal=terminal)
    writing = how.keep and keeping()
    try:
        if terminal:
            _greet(folder)
        else:
            warm.asker()
        _furnish(chat, folder, how, writing=writing)
        write = partial(_spaced, look) if terminal and not how.json else out
        with closing(_typed(chat, warm, writing=writing) if terminal else stdin_lines()) as lines:
            converse(chat, lines, write, tell, interactive=terminal)
    except NotOpened as failed:
        raise failed.reason from None


def _greet(folder: Path) -> None:
    """Say what can be asked, having indexed it first where nothing is indexed yet: the rest can wait."""
    session.index_seeds(folder)
    articles = manifests.read_newest_sound(folder)[0].articles
    tell(f"{articles} article{'' if articles == 1 else 's'}. Ask, or type /help; /quit leaves.")


def _furnish(chat: Chat, folder: Path, how: Talk, *, writing: bool) -> None:
    """Give a conversation its past, and the places where it is kept."""
    if how.label is not None:
        tell(chat.labels.choose(str(how.label)).rstrip())
    if not chat.on_terminal and how.resume is None:
        return
    from qa.chat import conversations

    chat.shelf = conversations.Shelf(folder, tell, writing)
    if how.resume is None:
        chat.conversation = chat.shelf.begin()
        return
    chat.conversation = chat.shelf.take_up(how.resume)
    tell(conversations.taken_up(chat.conversation))


def _typed(chat: Chat, warm: Warm, *, writing: bool) -> "Prompt":
    from qa.chat.prompt import Prompt

    return Prompt(chat, warm, writing=writing)


def _spaced(look: Callable[[], Look], text: str) -> None:
    """Write a text apart from what is typed: a line below, and one above where the text has several.

    A single line too long for the terminal is broken between its words.
    """
    if text.count("\n") > 1:
        out(f"\n{text}\n")
    elif text:
        out("\n".join([*laid([Run(text.rstrip("\n"))], look()), "", ""]))


def _as_json(reply: Reply) -> str:
    from qa.contract import dumps, reply_payload

    return dumps(reply_payload(reply)) + "\n"
