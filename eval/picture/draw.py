"""A screen as SVG: words on a grid, bold, underlined or faint, light or dark as the system of whoever looks at it.

Owns the look of the picture. No font travels with it: words are fitted to their columns, whatever font shows them.
"""

from collections.abc import Sequence
from html import escape

from eval.picture.screen import Ink, Words
from qa.sanitise import sanitise

ADVANCE, LEADING, SIZE = 8.4, 20, 14
"""Of a column, of a row, of a letter, in the picture's own units."""
MARGIN = 20
STYLE = """
svg { color-scheme: light dark }
.paper { fill: #ffffff; stroke: #d0d7de }
text { fill: #1f2328; white-space: pre;
  font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace }
.bold { font-weight: 700 }
.underlined { text-decoration: underline }
.faint { fill: #656d76 }
@media (prefers-color-scheme: dark) {
  .paper { fill: #0d1117; stroke: #3d444d }
  text { fill: #e6edf3 }
  .faint { fill: #9198a1 }
}
"""


def picture(rows: Sequence[Sequence[Words]], columns: int, title: str) -> str:
    """Return an SVG document of the rows; its description holds them as text."""
    width, height = round(columns * ADVANCE) + 2 * MARGIN, len(rows) * LEADING + 2 * MARGIN
    drawn = [_drawn(words, number) for number, row in enumerate(rows) for words in row]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
            ' role="img" aria-labelledby="title desc">',
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="desc">{escape(_text(rows))}</desc>',
            f"<style>{STYLE}</style>",
            f'<rect class="paper" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8"/>',
            *drawn,
            "</svg>\n",
        ]
    )


def _drawn(words: Words, row: int) -> str:
    names = [ink.name.lower() for ink in Ink if ink in words.ink and ink.name]
    look = f' class="{" ".join(names)}"' if names else ""
    x, y = MARGIN + words.at * ADVANCE, MARGIN + row * LEADING + SIZE
    return (
        f'<text{look} x="{x:.1f}" y="{y}" textLength="{words.width * ADVANCE:.1f}" lengthAdjust="spacingAndGlyphs"'
        f' xml:space="preserve">{escape(sanitise(words.text))}</text>'
    )


def _text(rows: Sequence[Sequence[Words]]) -> str:
    """Return the rows as text, each word in its column."""
    lines = []
    for row in rows:
        line, at = "", 0
        for words in row:
            line += " " * (words.at - at) + words.text
            at = words.at + words.width
        lines.append(line)
    return sanitise("\n".join(lines))
