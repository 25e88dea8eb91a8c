"""From findings to answers: best first, equal answers joined, each with its citation and its confidence.

Owns order, the joining of repeats, and citations. What is right at the threshold is decided in ``ask``.
"""

from collections.abc import Sequence

from index.records import Article, Span
from index.sources import location, sha256_of
from qa.confidence import confidence
from qa.records import Answer, Citation, Finding


def rank(findings: Sequence[Finding], k: int) -> tuple[Answer, ...]:
    """Return the ``k`` best answers. A sentence that several articles hold stands once, the others under ``also``."""
    ordered = sorted(findings, key=lambda f: (-round(f.score, 5), f.hit.article.key, f.hit.passage.start))
    groups: dict[str, list[Finding]] = {}
    for finding in ordered:
        groups.setdefault(" ".join(_text(finding, finding.best).split()).casefold(), []).append(finding)
    chosen = list(groups.values())[:k]
    return tuple(_answer(number, group) for number, group in enumerate(chosen, start=1))


def _answer(number: int, group: list[Finding]) -> Answer:
    first = group[0]
    elsewhere: dict[object, Finding] = {}
    for finding in group[1:]:
        if finding.hit.article.key != first.hit.article.key:
            elsewhere.setdefault(finding.hit.article.key, finding)
    return Answer(
        rank=number,
        text=_text(first, first.best),
        confidence=confidence(first.score),
        snippet=_text(first, first.snippet),
        highlight=Span(first.best.start - first.snippet.start, first.best.end - first.snippet.start),
        citation=cite(first.hit.article, first.snippet),
        also=tuple(cite(finding.hit.article, finding.snippet) for finding in elsewhere.values()),
    )


def cite(article: Article, span: Span) -> Citation:
    """Return the citation of a piece of an article, compared with the file as it is now."""
    path = location(article.key)
    first = article.text.count("\n", 0, span.start) + 1
    return Citation(
        article=article.key.path,
        path=str(path),
        title=article.title,
        date=article.date,
        source=article.source,
        start=span.start,
        end=span.end,
        lines=(first, first + article.text.count("\n", span.start, span.end)),
        sha256=article.sha256,
        extracted=article.extracted,
        changed=sha256_of(path) != article.sha256,
    )


def _text(finding: Finding, span: Span) -> str:
    return finding.hit.article.text[span.start : span.end]
