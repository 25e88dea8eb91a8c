"""From the bytes of one file to an Article: its text, and the title, byline, date and source it states.

Owns decoding and the reading of metadata. Finding files is the work of ``sources``; deciding which
paragraphs are the article is the work of ``layout``.
"""

import datetime
import hashlib
import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from index.errors import NotAnArticle
from index.layout import Kind, Paragraph, paragraphs
from index.records import Article, ArticleKey, Span

HEAD = 12
"""Paragraphs from the top in which a date line, a byline or a source may stand."""
LONGEST_TITLE = 200
LONGEST_STATEMENT = 400
"""A longer paragraph states no metadata, whatever it begins with."""

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?"
_CLOCK = r"(?:[\sT,]+\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?\s*(?:[ap]\.?m\.?)?\s*(?:[A-Z]{2,4}|Z|[+-]\d{2}:?\d{2})?)?"
_DATES = tuple(
    re.compile(_WEEKDAY + day + _CLOCK, re.IGNORECASE)
    for day in (
        r"(?P<year>\d{4})[-/.](?P<number>\d{1,2})[-/.](?P<day>\d{1,2})",
        r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+" + _MONTH + r",?\s+(?P<year>\d{4})",
        _MONTH + r"\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})",
        r"(?P<year>\d{4})年\s?(?P<number>\d{1,2})月\s?(?P<day>\d{1,2})日(?:\s*星期[一二三四五六日天])?",
    )
)
_LABELLED = re.compile(r"(?P<before>.{0,60}?)\b(?:published|date|posted)(?: on)?:\s*(?P<value>.+)", re.IGNORECASE)
_SOURCE = re.compile(r"(?:source|publisher|url|link):\s*(?P<value>\S.{0,300})", re.IGNORECASE)
_COPYRIGHT = re.compile(
    r"(?:copyright\s*)?(?:©|\(c\))\s*(?:\d{4}(?:\s?[-–]\s?\d{4})?\s+)?(?P<value>[\w &'-]{2,60}?)\s*(?:\.|$|,)",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"(?:by|byline:|authors?:)\s+(?P<value>\S.{1,100})", re.IGNORECASE)
_CAPTION = re.compile(
    r".*(?:[\s/]/?\s?(?:CFP|VCG|AFP|AP|\w+ [Pp]hotos?)|[\[(](?:photo|image|picture)s?:.*[\])])\.?",
    re.IGNORECASE | re.DOTALL,
)
_SENTENCE_END = re.compile(r"(?<!\.\.)(?<!\b[A-Z])[.。;,:][\"”’)]*$")
_FRONT = re.compile(r"\ufeff?---[ \t]*\r?\n(?P<fields>.*?)\r?\n---[ \t]*(?:\r?\n|$)", re.DOTALL)
_FIELD = re.compile(r"^(?P<name>\w+)[ \t]*:[ \t]*(?P<value>.*?)[ \t\r]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Reading:
    """An article and its paragraphs, kinds settled: what ``split`` works on."""

    article: Article
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class _Metadata:
    title: str | None = None
    byline: str | None = None
    date: str | None = None
    source: str | None = None
    settled: frozenset[int] = frozenset()
    """Positions of the paragraphs that stated them."""


def read(key: ArticleKey, data: bytes) -> Reading:
    """Return the article in ``data``. Raises NotAnArticle with the reason where there is none."""
    text = _decode(data)
    front = _FRONT.match(text)
    found = paragraphs(text, front.end() if front else 0)
    stated = _stated(found, markdown=key.path.lower().endswith((".md", ".markdown")))
    fields = {m["name"].lower(): m["value"].strip("\"'") for m in _FIELD.finditer(front["fields"])} if front else {}
    if not any(p.kind is not Kind.FURNITURE for p in found):
        raise NotAnArticle("no article text in it")
    article = Article(
        key=key,
        title=fields.get("title") or stated.title or PurePosixPath(key.path).stem,
        byline=fields.get("author") or fields.get("byline") or stated.byline,
        date=parse_date(fields.get("date") or fields.get("published") or "") or stated.date,
        source=fields.get("source") or fields.get("publisher") or stated.source,
        sha256=hashlib.sha256(data).hexdigest(),
        text=text,
    )
    return Reading(article, _settle(found, stated.settled))


def parse_date(text: str) -> str | None:
    """Return the day that ``text`` is (not merely contains) as YYYY-MM-DD, else None."""
    for form in _DATES:
        match = form.fullmatch(text.strip())
        if match:
            parts = match.groupdict()
            month = int(parts["number"]) if "number" in parts else _MONTHS.index(parts["month"][:3].lower()) + 1
            try:
                return datetime.date(int(parts["year"]), month, int(parts["day"])).isoformat()
            except ValueError:
                return None
    return None


def _decode(data: bytes) -> str:
    """Return ``data`` as text, newlines and byte order mark untouched."""
    if not data.strip():
        raise NotAnArticle("empty")
    if b"\0" in data:
        raise NotAnArticle("not a text file (it holds zero bytes)")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotAnArticle(f"not UTF-8 (byte {error.start}); save it as UTF-8 to have it indexed") from None


def _stated(found: tuple[Paragraph, ...], *, markdown: bool) -> _Metadata:
    """Read what the head of the article (and a copyright line anywhere) states."""
    byline = date = source = publisher = None
    settled = set()
    for at, paragraph in enumerate(found):
        line = " ".join(paragraph.text.split())
        copyright_line = _COPYRIGHT.match(line) if paragraph.kind is Kind.FURNITURE else None
        if copyright_line:
            publisher = publisher or copyright_line["value"]
        if at >= HEAD or len(line) > LONGEST_STATEMENT:
            continue
        labelled, named, by = _LABELLED.fullmatch(line), _SOURCE.fullmatch(line), _BYLINE.fullmatch(line)
        day = parse_date(labelled["value"]) if labelled else parse_date(line)
        if day:
            date = date or day
            source = source or (labelled["before"].strip(" |-–·") if labelled else None) or None
        elif named:
            source = named["value"]
        elif by and not line.endswith((".", "!", "?")) and byline is None:
            byline = by["value"]
        else:
            continue
        settled.add(at)
    title = _title(found, settled, markdown=markdown)
    return _Metadata(
        title=None if title is None else " ".join(found[title].text.lstrip("#").split()),
        byline=byline,
        date=date,
        source=source or publisher,
        settled=frozenset(settled | ({title} if title is not None else set())),
    )


def _title(found: tuple[Paragraph, ...], settled: set[int], *, markdown: bool) -> int | None:
    """Return the position of the title: the first line of the article, if it has the form of one."""
    first = next((at for at, p in enumerate(found[:HEAD]) if p.kind is Kind.BODY and at not in settled), None)
    if first is None or first + 1 == len(found):
        return None
    line = found[first].text
    if len(line) > LONGEST_TITLE or "\n" in line or _CAPTION.fullmatch(line):
        return None
    headed = first + 1 in settled or (markdown and line.startswith("# "))
    return first if headed or not _SENTENCE_END.search(line) else None


def _settle(found: tuple[Paragraph, ...], settled: frozenset[int]) -> tuple[Paragraph, ...]:
    """Turn the paragraphs that stated metadata into asides."""
    return tuple(
        Paragraph(Span(*p.span), p.text, Kind.ASIDE) if at in settled and p.kind is Kind.BODY else p
        for at, p in enumerate(found)
    )
