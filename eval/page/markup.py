"""HTML for the page: words made harmless, tables that scroll in their own box, and how everything looks.

Owns escaping and the style sheet. What the page says belongs to ``page``, what its pictures show to ``plots``.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from html import escape

from qa.sanitise import sanitise

_CODE = re.compile(r"`([^`]+)`")

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""The browser is to fetch nothing and to run nothing, whatever stands on the page."""

STYLE = """
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1d2228; --soft: #57606a; --line: #d4dae1;
  --tint: #edf1f5; --mine: #00608a; --other: #b5460f }
@media (prefers-color-scheme: dark) { :root { --paper: #15181c; --ink: #e3e7eb; --soft: #a3acb6;
  --line: #3b434c; --tint: #242a31; --mine: #6cb9e4; --other: #f0a070 } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 64rem; padding: 1.5rem 1rem 4rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .75rem; padding-top: 1rem; border-top: 1px solid var(--line) }
h3 { font-size: 1rem; margin: 1.75rem 0 .25rem }
p { margin: .25rem 0 .75rem; max-width: 44rem }
.verdict { font-size: 1.1rem }
.soft, figcaption, dt { color: var(--soft) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 1rem 0; font-size: .9rem }
dd { margin: 0 }
code { font: .9em ui-monospace, monospace; background: var(--tint); padding: .1em .3em; border-radius: 3px;
  white-space: nowrap }
.box { overflow-x: auto; margin: .5rem 0; overflow-wrap: normal }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums }
th, td { text-align: left; vertical-align: top; padding: .3rem 1.1rem .3rem 0; border-bottom: 1px solid var(--line) }
th { font-weight: 600 }
tbody th { font-weight: 400; max-width: 14rem; overflow-wrap: break-word }
td { min-width: 8rem; max-width: 26rem; overflow-wrap: break-word }
td.marked { font-weight: 600 }
td.number { min-width: 0 }
.number { text-align: right; white-space: nowrap }
.long { min-width: 13rem }
@media (max-width: 30rem) { th, td { padding-right: .6rem } }
details { margin: .25rem 0 }
summary { cursor: pointer; padding: .15rem 0 }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 2rem 2.5rem }
figure { margin: 0; min-width: 0 }
figure.tall { grid-row: span 2 }
figure h3 { margin: 0 0 .5rem }
figcaption { font-size: .9rem; max-width: 34rem }
svg { display: block; width: 100%; max-width: 34rem; height: auto; margin-bottom: .5rem }
svg text { font: 13px system-ui, sans-serif; fill: var(--ink); font-variant-numeric: tabular-nums }
svg text.soft { fill: var(--soft) }
svg text.halo { paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round }
svg .grid, svg .axis, svg .gap { stroke: var(--line); stroke-width: 1; fill: none }
svg .axis, svg .gap { stroke: var(--soft) }
svg .track { fill: var(--tint) }
svg .mine { fill: var(--mine); stroke: var(--mine); stroke-width: 1.5 }
svg .pale { fill: var(--tint); stroke: var(--mine); stroke-width: 1.5 }
svg .other { fill: var(--paper); stroke: var(--other); stroke-width: 1.5 }
svg polyline.mine { fill: none; stroke-width: 2 }
svg polyline.other { fill: none; stroke-width: 2; stroke-dasharray: 6 4 }
svg .dashed { stroke: var(--ink); stroke-width: 1; stroke-dasharray: 3 3; fill: none }
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of plain words; nothing in it is markup."""

    name: str
    """What it holds, for those who hear the page."""
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[str] = frozenset()
    """Columns of numbers, and of yes or no, by their heads."""
    long: frozenset[str] = frozenset()
    """Columns of whole sentences, by their heads."""
    marked: frozenset[str] = frozenset()
    """What is to catch the eye, wherever it stands."""


def shown(text: str) -> str:
    """Return words for HTML or SVG: none of them is markup, and what cannot be seen is made visible."""
    visible = sanitise(text)
    return escape(visible)


def with_code(text: str) -> str:
    """Return words of this program for HTML, what stands in backticks as code."""
    return _CODE.sub(r"<code>\1</code>", shown(text))


def tabled(table: Table) -> str:
    """Return a table in a box of its own, which scrolls where the page is too narrow."""
    looks = [_look(table, head) for head in table.head]
    heads = "".join(f'<th scope="col"{look}>{shown(head)}</th>' for head, look in zip(table.head, looks, strict=True))
    body = "\n".join(_row(row, looks, table.marked) for row in table.rows)
    return (
        f'<div class="box" role="region" aria-label="{shown(table.name)}" tabindex="0"><table>\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def folded(summary: str, content: str) -> str:
    """Return content (markup) that shows when its summary (plain words) is opened."""
    return f"<details><summary>{shown(summary)}</summary>\n{content}\n</details>"


def section(title: str, parts: Iterable[str]) -> str:
    """Return a part of the page (markup) under its heading (plain words)."""
    return f"<section><h2>{shown(title)}</h2>\n" + "\n".join(parts) + "\n</section>"


def document(title: str, body: str) -> str:
    """Return the whole page."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{shown(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _row(cells: Sequence[str], looks: Sequence[str], marked: Collection[str]) -> str:
    first, *rest = zip(cells, looks, strict=True)
    name = f'<th scope="row"{first[1]}>{shown(first[0])}</th>'
    shades = ((cell, ' class="marked"' if cell in marked else look) for cell, look in rest)
    return "<tr>" + name + "".join(f"<td{look}>{shown(cell)}</td>" for cell, look in shades) + "</tr>"


def _look(table: Table, head: str) -> str:
    if head in table.numbers:
        return ' class="number"'
    return ' class="long"' if head in table.long else ""
