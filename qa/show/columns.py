"""How many columns text takes on a terminal.

Owns the widths of characters. Terminals disagree about emoji: what any of them may need is counted, since a line that
ends early is harmless and one that is too long breaks all below it. Text comes in made safe by ``sanitise``.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

_SIMPLE = re.compile("[\x20-\x7e\xa0-\u02ff\u2010-\u2027\u2030-\u205e]*")
"""Code points that take one column each: most articles have no others, and then the tables are not loaded."""
_EMOJI_STYLE = "\ufe0f"


def cells(text: str) -> int:
    """Return how many columns ``text``, which is one line, takes at most on any terminal."""
    return len(text) if _SIMPLE.fullmatch(text) else sum(map(cluster_cells, clusters(text)))


def shorten(text: str, width: int) -> str:
    """Return ``text`` on at most ``width`` columns, with an ellipsis where its end was cut off."""
    if cells(text) <= width:
        return text
    kept, used = [], 1
    for cluster in clusters(text):
        used += cluster_cells(cluster)
        if used > width:
            break
        kept.append(cluster)
    return "".join(kept).rstrip() + "…"


def clusters(text: str) -> Iterable[str]:
    """Return the characters of a text, each with all that belongs to it."""
    if _SIMPLE.fullmatch(text):
        return text
    from wcwidth import iter_graphemes

    return iter_graphemes(text)


def cluster_cells(cluster: str) -> int:
    """Return how many columns a character takes with all that belongs to it, whether a terminal joins it or not."""
    return max(sum(map(code_point_cells, cluster)), 2 if _EMOJI_STYLE in cluster else 0)


@cache
def code_point_cells(character: str) -> int:
    """Return the columns of one code point; none for marks over others and the later parts of Korean syllables.

    Two tables are asked, of different years of Unicode, as terminals have them; the wider counts.
    """
    if _SIMPLE.fullmatch(character):
        return 1
    from wcwidth import wcwidth

    width = max(wcwidth(character), 2 if unicodedata.east_asian_width(character) in "WF" else 0)
    joins = unicodedata.category(character) in ("Mn", "Me") or unicodedata.name(character, "").startswith(
        ("HANGUL JUNGSEONG", "HANGUL JONGSEONG")
    )
    return 0 if joins else max(width, 1)
