"""Where the gold of a question stands in the articles.

Owns finding gold. How a quote is found in a text is the work of ``qa.quotes``.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from eval.question_sets import Gold, Question
from index.records import Span
from qa.quotes import locate


class Alternative(NamedTuple):
    """One gold place, found: any of ``spans`` in ``article`` is right. No spans: nothing can hit it."""

    article: str
    spans: tuple[Span, ...]


def gold_spans(question: Question, articles: Mapping[str, str]) -> tuple[Alternative, ...]:
    """Return where each gold alternative stands, in the question's order; ``articles`` maps path to text.

    None where the question names no place: see ``answer_spans``.
    """
    return tuple(_alternative(gold, articles) for gold in question.gold or ())


def answer_spans(question: Question, articles: Mapping[str, str]) -> tuple[Alternative, ...]:
    """Return where the accepted answers stand word for word, an alternative for each article that holds one."""
    found = (
        Alternative(path, tuple(span for answer in question.answers for span in locate(answer, text)))
        for path, text in articles.items()
    )
    return tuple(one for one in found if one.spans)


def missing_gold(questions: Iterable[Question], articles: Mapping[str, str]) -> tuple[str, ...]:
    """Return one sentence for every gold place that is not in the articles; empty when all are."""
    return tuple(
        f"Question {question.id!r}: {_what_is_missing(gold, articles)}."
        for question in questions
        for gold, found in zip(question.gold or (), gold_spans(question, articles), strict=True)
        if not found.spans
    )


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
