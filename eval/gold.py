"""Where the gold of a question stands in the articles.

Owns finding quotes. What counts as hitting a place is ``metrics``'s to say.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from eval.question_sets import Gold, Question
from index.records import Span

# Editors and copying change the shape of a quote mark, never its meaning.
SINGLE_QUOTES = "'\u2018\u2019\u201a\u201b"
DOUBLE_QUOTES = '"\u201c\u201d\u201e\u201f'


class Alternative(NamedTuple):
    """One gold place, found: any of ``spans`` in ``article`` is right. No spans: nothing can hit it."""

    article: str
    spans: tuple[Span, ...]


def locate(quote: str, text: str) -> tuple[Span, ...]:
    """Return every occurrence of the quote in the text, as offsets in the text, overlapping ones included.

    Runs of white space (no-break spaces and newlines too) equal one space, curly quote marks straight ones;
    white space around the quote does not count. A blank quote occurs nowhere.
    """
    words = quote.split()
    if not words:
        return ()
    pattern = r"\s+".join("".join(map(_same, word)) for word in words)
    # A lookahead consumes nothing, so that an occurrence may begin inside another.
    return tuple(Span(*match.span(1)) for match in re.finditer(f"(?=({pattern}))", text))


def gold_spans(question: Question, articles: Mapping[str, str]) -> tuple[Alternative, ...]:
    """Return where each gold alternative stands, in the question's order; ``articles`` maps path to text."""
    return tuple(_alternative(gold, articles) for gold in question.gold)


def missing_gold(questions: Iterable[Question], articles: Mapping[str, str]) -> tuple[str, ...]:
    """Return one sentence for every gold place that is not in the articles; empty when all are."""
    return tuple(
        f"Question {question.id!r}: {_what_is_missing(gold, articles)}."
        for question in questions
        for gold, found in zip(question.gold, gold_spans(question, articles), strict=True)
        if not found.spans
    )


def _same(character: str) -> str:
    for marks in (SINGLE_QUOTES, DOUBLE_QUOTES):
        if character in marks:
            return f"[{marks}]"
    return re.escape(character)


def _alternative(gold: Gold, articles: Mapping[str, str]) -> Alternative:
    text = articles.get(gold.article, "")
    if gold.quote is not None:
        return Alternative(gold.article, locate(gold.quote, text))
    return Alternative(gold.article, (Span(0, len(text)),) if text else ())


def _what_is_missing(gold: Gold, articles: Mapping[str, str]) -> str:
    if gold.article not in articles:
        return f"the article {gold.article!r} is not among the articles"
    if gold.quote is None:
        return f"the article {gold.article!r} is empty"
    return f"the article {gold.article!r} does not hold the quote {gold.quote!r}"
