"""The prompt at a terminal: keys, completion, what was typed before, and pasting.

Owns prompt_toolkit. Gives lines, as a pipe does; what a line means is the work of ``chat``. The index is opened while
the first line is being typed: what that says on stderr is shown above the prompt, and an error of it ends the prompt.
"""

import asyncio
import contextlib
import os
import sys
import termios
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from typing import Any

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.utils import is_dumb_terminal

from qa.chat.chat import Chat
from qa.chat.completion import choices
from qa.chat.history import Typed
from qa.chat.state import state_folder
from qa.chat.warm import Warm
from qa.show.columns import shorten

PAUSE = 0.05
"""Seconds between two looks whether the index is open."""
TITLE = 24
"""Columns that the title of the one article asked takes in the prompt."""


class Prompt(Iterator[str]):
    """What is typed until Ctrl-D. Ctrl-C drops the line that is being typed."""

    def __init__(self, chat: Chat, warm: Warm, *, writing: bool) -> None:
        self._chat, self._warm = chat, warm
        self._session: PromptSession[str] = PromptSession(
            self._message,
            output=None if is_dumb_terminal() else _screen(),
            history=Typed(state_folder() / "typed.jsonl", writing=writing),
            completer=_Completer(warm),
            complete_while_typing=False,
            complete_in_thread=True,
            key_bindings=_keys(),
            search_ignore_case=True,
            enable_suspend=True,
        )

    def __next__(self) -> str:
        """Return the next line. Raises StopIteration at Ctrl-D, NotOpened where nothing can be asked."""
        while True:
            try:
                with nullcontext() if self._warm.opened else patch_stdout():
                    line = self._session.prompt(pre_run=self._open_beside)
                _echo(line.lstrip().startswith("/"))  # a command may start a program that wants to be seen typing in
                return line
            except KeyboardInterrupt:
                continue
            except EOFError:
                raise StopIteration from None

    def close(self) -> None:
        """Leave the terminal as it was."""
        _echo(True)

    def _open_beside(self) -> None:
        """Have the index opened, once the prompt is drawn."""
        if not self._warm.opened:
            get_app().create_background_task(self._opened())

    async def _opened(self) -> None:
        self._warm.begin()
        while self._warm.loading:
            await asyncio.sleep(PAUSE)
        try:
            self._warm.asker()
        except Exception as error:  # whatever it is, the prompt ends with it
            get_app().exit(exception=error)

    def _message(self) -> StyleAndTextTuples:
        """Return the prompt, which names the article where only one is asked."""
        only = self._chat.only
        named = f" [{shorten(only.title, TITLE)}]" if only else ""
        return [("bold", "qa"), ("", named), ("bold", "> ")]


class _Completer(Completer):
    """Offers what ``completion`` knows."""

    def __init__(self, warm: Warm) -> None:
        self._warm = warm

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        for choice in choices(document.text_before_cursor, self._warm.entries):
            yield Completion(choice.text, -choice.replaces, display_meta=choice.aside)


def _screen() -> Vt100_Output:
    """Return the terminal, which is never asked where its cursor is: the answer of a slow one would be typed text."""
    screen = Vt100_Output.from_pty(sys.stdout, term=os.environ.get("TERM"))
    screen.enable_cpr = False
    return screen


def _echo(wanted: bool) -> None:
    """Have the terminal show what is typed while no prompt is there, or keep it for the next prompt to show."""
    with contextlib.suppress(termios.error):
        modes = termios.tcgetattr(sys.stdin)
        modes[3] = modes[3] | termios.ECHO if wanted else modes[3] & ~termios.ECHO
        termios.tcsetattr(sys.stdin, termios.TCSANOW, modes)


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add(Keys.BracketedPaste)
    def _paste(event: KeyPressEvent) -> Any:  # noqa: ANN401
        """Insert what is pasted, of however many lines, as the one line that a question is."""
        lines = [line.strip() for line in event.data.splitlines()]
        event.current_buffer.insert_text(" ".join(line for line in lines if line))

    return keys
