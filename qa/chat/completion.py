"""What Tab offers for a line that is being typed: commands, articles after /only, files after /save and /label.

Owns which completions there are. How they are drawn and chosen is the prompt's.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from qa.chat.choosing import Entry
from qa.chat.commands import COMMANDS, NAMES
from qa.sanitise import name

_FILES = ("/save", "/save!", "/label")


class Choice(NamedTuple):
    """One completion."""

    text: str
    """What stands in the line once it is chosen."""
    replaces: int
    """How many characters before the cursor it takes the place of."""
    aside: str = ""
    """What is said of it."""


def choices(line: str, articles: Callable[[], Sequence[Entry]]) -> Iterator[Choice]:
    """Yield the completions of what stands before the cursor. A question has none."""
    command, space, rest = line.lstrip().partition(" ")
    rest = rest.lstrip()
    if not command.startswith("/"):
        return
    if not space:
        yield from _commands(command)
    elif command.lower() == "/only":
        yield from _articles(rest, articles())
    elif command.lower() in _FILES:
        yield from _files(rest)
    elif command.lower() == "/open":
        number, space, typed = rest.partition(" ")
        if number.isdecimal() and space and "edit".startswith(typed.lstrip()):
            yield Choice("edit", len(typed.lstrip()), "in your editor")


def _commands(typed: str) -> Iterator[Choice]:
    says = {usage.split()[0]: text for usage, text in reversed(COMMANDS)}
    takes_more = {usage.split()[0] for usage, _ in COMMANDS if " " in usage}
    for command in NAMES:
        if command.startswith(typed.lower()):
            yield Choice(command + " " * (command in takes_more), len(typed), says[command])


def _articles(typed: str, articles: Sequence[Entry]) -> Iterator[Choice]:
    """Yield titles, or paths where two articles have the same title; those that begin as typed come first."""
    wanted = " ".join(typed.split()).casefold()
    times = Counter(entry.title for entry in articles)
    later = []
    for entry in articles:
        path = name(entry.path)
        shown, aside = (entry.title, "") if times[entry.title] == 1 else (path, entry.title)
        texts = entry.title.casefold(), path.casefold()
        if any(text.startswith(wanted) for text in texts):
            yield Choice(shown, len(typed), aside)
        elif any(wanted in text for text in texts):
            later.append(Choice(shown, len(typed), aside))
    yield from later


def _files(typed: str) -> Iterator[Choice]:
    """Yield the files and folders that begin as typed; a folder's own are offered once its slash is typed."""
    folder, begun = os.path.split(typed)
    try:
        with os.scandir(os.path.expanduser(folder) or ".") as entries:
            found = sorted((one.name, one.is_dir()) for one in entries)
    except (OSError, ValueError):
        return
    for named, is_folder in found:
        plain = name(named) == named and (begun.startswith(".") or not named.startswith("."))
        if plain and named.startswith(begun):
            yield Choice(named + "/" * is_folder, len(begun))
