"""One article, chosen by its title or its path.

Owns what a few typed letters mean. Titles and paths are compared as they are shown, whatever their case.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from index.records import Article
from qa.sanitise import name, one_line

LISTED = 5
"""Articles that are named where several are meant."""


class Entry(NamedTuple):
    """An article as it is chosen."""

    path: str
    """Below its root."""
    title: str
    """On one line, safe to show."""


def entries(articles: Iterable[Article]) -> tuple[Entry, ...]:
    """Return the articles that can be chosen, by title; those at the same path below several roots are one."""
    found = {article.key.path: Entry(article.key.path, one_line(article.title)) for article in articles}
    return tuple(sorted(found.values(), key=lambda entry: (entry.title.casefold(), entry.path)))


def matching(typed: str, among: Sequence[Entry]) -> list[Entry]:
    """Return the entries that are meant: those with just this title or path, else a beginning, else a part of one."""
    wanted = " ".join(typed.split()).casefold()
    if not wanted:
        return list(among)
    seen = [(entry, (entry.title.casefold(), name(entry.path).casefold())) for entry in among]
    for fits in (_equals, _begins, _holds):
        found = [entry for entry, texts in seen if any(fits(text, wanted) for text in texts)]
        if found:
            return found
    return []


def chosen(typed: str, among: Sequence[Entry]) -> Entry | str:
    """Return the one entry that is meant, or what to write where it is none or several."""
    found = matching(typed, among)
    if len(found) == 1:
        return found[0]
    if not found:
        return f'No article has "{one_line(typed)}" in its title or path. Press Tab after /only to see them.\n'
    rows = [f"  {entry.title} ({name(entry.path)})\n" for entry in found[:LISTED]]
    more = f"  and {len(found) - LISTED} more\n" if len(found) > LISTED else ""
    return "Several articles fit; type more of one:\n" + "".join(rows) + more


def _equals(text: str, wanted: str) -> bool:
    return text == wanted


def _begins(text: str, wanted: str) -> bool:
    return text.startswith(wanted)


def _holds(text: str, wanted: str) -> bool:
    return wanted in text
