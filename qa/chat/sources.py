"""Where the answers of a reply stand: listed, and opened in their place.

Owns /sources and /open. Which programs show a place on a terminal is known to ``viewing``.
"""

import re
from typing import TYPE_CHECKING

from index.errors import UsageError
from qa.records import Answer, Citation, Reply
from qa.sanitise import name
from qa.show.look import Look
from qa.show.render import passage_in_place, sources_text

if TYPE_CHECKING:
    from index.store import Index

AROUND = 3
"""Lines shown before and after a passage, and above it in a pager."""
CITED = re.compile(r">|Line \d+, cited")
"""What ``passage_in_place`` begins the lines with that are cited."""


def listed(reply: Reply, look: Look) -> str:
    """Return where each answer stands, below its number."""
    return sources_text(reply.ranked, look) if reply.ranked else "Nothing was found.\n"


def opened(reply: Reply, which: str, index: "Index", look: Look, *, on_terminal: bool) -> str:
    """Return the place of an answer, by its number, or "" once it was shown in a pager or, after "edit", an editor.

    Raises UsageError where it cannot be shown.
    """
    if not reply.ranked:
        return "Nothing was found.\n"
    number, _, how = which.partition(" ")
    numbered = {str(answer.rank): answer for answer in reply.ranked}
    if number not in numbered or how.strip() not in ("", "edit"):
        return f"/open takes a number from 1 to {len(numbered)}; /sources lists them.\n"
    if how:
        return _edited(numbered[number], on_terminal=on_terminal)
    citation = numbered[number].citation
    text = as_indexed(index, citation)
    if on_terminal:
        from qa.chat import viewing

        whole = passage_in_place(text, citation, around=text.count("\n") + 1, look=look)
        cited = (number for number, line in enumerate(whole.split("\n"), start=1) if CITED.match(line))
        if viewing.page(whole, max(next(cited, 1) - AROUND, 1)):
            return ""
    return passage_in_place(text, citation, around=AROUND, look=look)


def as_indexed(index: "Index", citation: Citation) -> str:
    """Return the text that a citation is of, whatever became of its file. Raises UsageError where the index lost it."""
    wanted = citation.article, citation.sha256
    for article in index.articles():
        if (article.key.path, article.sha256) == wanted:
            return article.text
    raise UsageError(f"{name(citation.article)} is not in the index any more as it was then. Ask the question again.")


def _edited(answer: Answer, *, on_terminal: bool) -> str:
    if not on_terminal:
        raise UsageError("An editor is opened at a terminal only. /open N shows the passage here.")
    from qa.chat import viewing

    viewing.edit(answer.citation.path, answer.citation.lines[0])
    changed = "This article changed since it was indexed, so the lines may have moved.\n"
    return changed if answer.citation.changed else ""
