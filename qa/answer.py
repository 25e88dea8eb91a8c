"""From findings to answers: best first, equal answers joined, each with its citation and its confidence.

Owns order, the joining of repeats, and citations. What is right at the threshold is decided in ``ask``.
"""

from collections.abc import Sequence

from index.records import Article, ArticleKey, Span
from index.sources import location, sha256_of
from qa.confidence import Scale
from qa.records import Answer, Citation, Finding

ALIKE = 0.8
"""Two snippets that share this much of their words, and all numbers, say the same in other articles' dress."""
COMPARED = 10
"""So many of the first answers are kept apart from near copies of one another."""


def group(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Return the findings by what they say, best first: those whose sentence is the same, or nearly all of the snippet.

    Passages with a quoted phrase come before all others. The words of a snippet are compared as sets: shared
    words / all words (Jaccard, 1901).
    """
    ordered = sorted(findings, key=_place)
    groups: dict[str, list[Finding]] = {}
    first: list[tuple[frozenset[str], str]] = []
    for finding in ordered:
        said = " ".join(_text(finding, finding.best).split()).casefold()
        words = frozenset(_text(finding, finding.snippet).casefold().split())
        if said not in groups:
            said = next((other for known, other in first if _alike(words, known)), said)
        if said not in groups and len(first) < COMPARED:
            first.append((words, said))
        groups.setdefault(said, []).append(finding)
    return list(groups.values())


def answers(groups: Sequence[Sequence[Finding]], scale: Scale) -> tuple[Answer, ...]:
    """Return one answer for each group: its best finding, the other articles of the group under ``also``."""
    return tuple(_answer(number, findings, scale) for number, findings in enumerate(groups, start=1))


def _place(finding: Finding) -> tuple[bool, float, ArticleKey, int]:
    hit = finding.hit
    return not hit.evidence.phrased, -round(finding.score, 5), hit.article.key, hit.passage.start


def _alike(words: frozenset[str], others: frozenset[str]) -> bool:
    few, many = sorted((len(words), len(others)))
    if few < ALIKE * many or len(words & others) < ALIKE * len(words | others):
        return False
    return not any(character.isdigit() for word in words ^ others for character in word)


def _answer(number: int, findings: Sequence[Finding], scale: Scale) -> Answer:
    first = findings[0]
    elsewhere: dict[object, Finding] = {}
    for finding in findings[1:]:
        if finding.hit.article.key != first.hit.article.key:
            elsewhere.setdefault(finding.hit.article.key, finding)
    return Answer(
        rank=number,
        text=_text(first, first.best),
        confidence=scale.confidence(first.sentence_score if first.sure is None else first.sure),
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
