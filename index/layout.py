"""Which parts of a text are the article, which merely surround it, and which are page furniture.

Owns paragraphs and their kinds. Judges by form and place alone, never by subject; what it is unsure
of stays article text. Titles and dates are read from the same paragraphs by ``articles``.
"""

import re
from dataclasses import dataclass, replace
from enum import Enum

from index.records import Span


class Kind(Enum):
    """What a paragraph is."""

    BODY = "body"
    """The article's own words, captions and subheadings included."""
    ASIDE = "aside"
    """Around the article: bylines, credits, biographies. Searched only where no BODY answers."""
    FURNITURE = "furniture"
    """Of the page: notices, buttons, repeats. Not searched."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph: where it stands in the text, and what it is."""

    span: Span
    text: str
    kind: Kind


LONGEST_FURNITURE = 300
SHORTEST_REPEAT = 20
"""A paragraph that occurred before is a repeat only from this length on: "Yes." may be said twice."""
WRAPPED_WIDTH = 120
"""Lines up to this long may be one paragraph broken by hand."""

_LINE = re.compile(r"[^\n\r]*(?:\r\n|\n|\r|$)")
_NETWORK = (
    r"(?:facebook|twitter|x|messenger|pinterest|linkedin|whatsapp|telegram|reddit|weibo|wechat|email|e-mail|mail)"
)
_FURNITURE = re.compile(
    r"""
      (?=.*(?:\b(?:use\ of|uses?|using|accept|accepting|consent\ to)\ (?:our\ )?cookies\b
        |\bcookie\ (?:policy|settings|notice|preferences)\b))
      (?=.*\b(?:our|your|we|(?:this|the)\ (?:web)?site)\b).*
    | (?:skip\ to\ (?:main\ )?content|site\ ?map|advertisement|loading\W*|back\ to\ top|menu|comments?\W*\d*\W*)
    | (?:terms\ of\ (?:use|service)|privacy\ policy|contact\ us|about\ us|most\ (?:read|popular)|recommended)
    | (?:©|\(c\)\s|copyright\s?(?:©|\(c\)|\d{4})).* | .{0,60}\ball\ rights\ reserved\W*
    | .*ICP备\s?\d+.* | (?:[\w\ ]{0,40})hotline:?\s*[\d\s+()-]+
    | share(?:\ (?:this|on|via|with)\b.{0,60})? | (?:(?:share|close|more|print|copy\ link|NETWORK)[\s,|·]*)+
    | (?:related|more)\ (?:stories|articles|topics|news|content|coverage):? | see\ also:?
    | (?:subscribe|sign\ up)\b.{0,120}\b(?:newsletters?|inbox|emails?|updates)\b.{0,60} | follow\ us\b.{0,80}
    | \d{1,2}:\d{2}(?::\d{2})? | \[(?:"[^"]*"(?:,\s*)?)*\] | (?:page\ )?\d{1,3}
    """.replace("NETWORK", _NETWORK),
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_ASIDE = re.compile(
    r"\(?(?:with (?:input|reporting|contributions?) (?:from|by)|edited by|reporting by|additional reporting"
    r"|editors?:|writers?:|read more\b|read also\b|also read\b|watch:|click here\b).{0,200}",
    re.IGNORECASE | re.DOTALL,
)
_END_MARK = re.compile(
    r"(?:related (?:stories|articles|news|content)|share this(?: \w+)? (?:story|article)?.{0,20}|about the authors?):?",
    re.IGNORECASE,
)
_OFFICE = (
    r"(?:director|professor|fellow|author|correspondent|commentator|columnist|consultant|editor|reporter|writer"
    r"|journalist|producer|host|speaker|lecturer|researcher|commissioner|advis[eo]r|diplomat|official|graduate|expert)"
)
_BIOGRAPHICAL = re.compile(
    rf"^(?:(?:Dr|Mr|Ms|Mrs|Prof)\.? |He |She |They |[A-Z])[^.]{{0,80}}?"
    rf"\b(?:is|was|are|has been|serves|served|works|sits|contributes)\b[^.]{{0,160}}?\b{_OFFICE}s?\b",
)


def paragraphs(text: str, start: int = 0) -> tuple[Paragraph, ...]:
    """Return the paragraphs of ``text[start:]`` in order, each with its kind; their spans hold all but white space."""
    found = []
    seen: set[str] = set()
    for span in _paragraph_spans(text, start):
        piece = text[span.start : span.end]
        normal = " ".join(piece.split())
        repeat = normal in seen and len(normal) >= SHORTEST_REPEAT
        seen.add(normal)
        found.append(Paragraph(span, piece, Kind.FURNITURE if repeat else _kind(normal)))
    return _with_tail(found)


def _kind(normal: str) -> Kind:
    """Judge one paragraph, its white space collapsed, by its own form."""
    if len(normal) > LONGEST_FURNITURE:
        return Kind.BODY
    if _FURNITURE.fullmatch(normal):
        return Kind.FURNITURE
    return Kind.ASIDE if _ASIDE.fullmatch(normal) else Kind.BODY


def _with_tail(found: list[Paragraph]) -> tuple[Paragraph, ...]:
    """Turn what follows the article's end, and biographies at its end, into asides."""
    half = len(found) // 2
    marks = [at for at, paragraph in enumerate(found) if at >= half and _END_MARK.fullmatch(paragraph.text.strip())]
    end = marks[0] if marks else len(found)
    while end > 1 and end > half and _is_biography(found[end - 1].text):
        end -= 1
    return tuple(
        replace(paragraph, kind=Kind.ASIDE) if at >= end and paragraph.kind is Kind.BODY else paragraph
        for at, paragraph in enumerate(found)
    )


def _is_biography(text: str) -> bool:
    """Tell whether most sentences of a paragraph say who somebody is, as at an article's foot."""
    clauses = [clause for clause in re.split(r"(?<=[.!?])\s+", text.strip()) if len(clause) > 15]
    biographical = sum(1 for clause in clauses if _BIOGRAPHICAL.search(clause))
    return bool(clauses) and biographical * 2 > len(clauses)


def _paragraph_spans(text: str, start: int) -> list[Span]:
    """Return one span a paragraph: a line, or several where one paragraph was wrapped by hand."""
    spans: list[Span] = []
    block: list[Span] = []
    for line in _lines(text, start):
        if line.start < line.end:
            block.append(line)
        elif block:
            spans += _unwrapped(text, block)
            block = []
    return spans + _unwrapped(text, block)


def _lines(text: str, start: int) -> list[Span]:
    """Return the lines of ``text[start:]`` without the white space around them; blank lines give empty spans."""
    lines = []
    for match in _LINE.finditer(text, start):
        line = match.group()
        bare = line.strip().strip("\ufeff").strip()
        at = match.start() + line.index(bare)
        lines.append(Span(at, at + len(bare)))
    return lines


def _unwrapped(text: str, block: list[Span]) -> list[Span]:
    """Join the lines of a block where they look like one paragraph wrapped at a fixed width."""
    lengths = [line.end - line.start for line in block]
    widest = max(lengths, default=0)
    wrapped = len(block) > 1 and widest <= WRAPPED_WIDTH and all(n >= 0.6 * widest for n in lengths[:-1])
    flowing = sum(text[line.end - 1] not in '.!?:"”’。！？' for line in block[:-1]) * 2 >= len(block) - 1
    if wrapped and flowing and widest >= 40:
        return [Span(block[0].start, block[-1].end)]
    return block
