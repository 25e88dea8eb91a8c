"""What one question gave and scored: from a reply and what is right to one row.

Owns which measure applies to which question, and what it ranks: snippets; but where the gold is whole articles,
``OF_RANKS`` rank articles, each at its best snippet. The formulas are those of ``metrics``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.gold import Alternative
from eval.metrics import (
    answer_within,
    average_precision,
    exact_match,
    f1,
    hit_at,
    ndcg,
    recall_at,
    reciprocal_rank,
)
from eval.question_sets import GoldBy, Question
from qa.records import Answer, Citation, Reply
from qa.stages import Loss, Place, Stages, cited_by, cites

DEPTH = 10  # as deep as the deepest measure looks

OF_RANKS = ("recall@5", "recall@10", "map@10", "mrr@10", "ndcg@10")
OF_PLACES = ("hit@1", "hit@3", "hit@5", "hit@10", *OF_RANKS)
OF_WORDS = ("answer@1", "em", "f1")


@dataclass(frozen=True, slots=True)
class Ranked:
    """What stood at one rank of the ranking that is judged: a snippet, or an article at its best snippet."""

    article: str
    start: int
    end: int
    hits: tuple[int, ...]
    """Numbers of the gold alternatives that it hits; empty where it is wrong."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one question gave and scored."""

    id: str
    question: str
    kind: str
    gold_by: GoldBy
    """What was right was known by."""
    alternatives: int
    """How many places are right; 0 where the articles do not say."""
    answered: bool
    confidence: float
    """Of the first answer, 0 to 1, whether or not the question counts as answered; 0.0 without one."""
    text: str | None
    """The first answer, sure enough or not; None without one."""
    snippet: str | None
    right: bool
    """Whether the first snippet hits gold or holds an accepted answer; never for an unanswerable question."""
    text_right: bool | None
    """Whether the words of the first answer hold an accepted one; None where there is none to compare with."""
    citations: int
    """Citations that were given: of the first answer, where the question counts as answered."""
    citations_right: int
    """Those of them that cite a gold place, or words that hold an accepted answer."""
    measures: Mapping[str, float | None]
    """``OF_PLACES`` and ``OF_WORDS``, 0 to 1; None where a measure does not apply to this question."""
    latency_ms: float
    """Of the whole reply; where articles are ranked it holds up to MOST answers, some 1 ms more than ten."""
    ranking: tuple[Ranked, ...]
    """The first ``DEPTH`` ranks, best first."""
    loss: Loss | None = None
    """At which stage the question was lost; None where nothing was, or where it was not looked for."""
    stages: Stages | None = None
    """How far what is right came; None where nothing is, or where it was not looked for."""

    @property
    def answerable(self) -> bool:
        """Whether the articles say."""
        return self.alternatives > 0


def row(
    question: Question, reply: Reply, gold: Sequence[Alternative], articles: Mapping[str, str], latency_ms: float
) -> Row:
    """Return the row of a reply; ``articles`` maps path below the root to text."""
    first = reply.ranked[0] if reply.ranked else None
    hits = [alternatives_hit(cited_by(one), one.snippet, gold, question) for one in reply.ranked]
    ranking = list(zip(reply.ranked, hits, strict=True))
    if question.gold_by is GoldBy.ARTICLE:
        ranking = _articles_best(ranking)
    holds_answer = first is not None and answer_within(first.snippet, question.answers)
    cited = cited_by(first) if first is not None and reply.answered else ()
    return Row(
        id=question.id,
        question=question.text,
        kind=question.kind,
        gold_by=question.gold_by,
        alternatives=question.alternatives,
        answered=reply.answered,
        confidence=reply.confidence,
        text=first.text if first else None,
        snippet=first.snippet if first else None,
        right=bool(hit_at(hits, 1)) or holds_answer,
        text_right=answer_within(first.text, question.answers) if first and question.answers else None,
        citations=len(cited),
        citations_right=sum(_bears_out(one, question, gold, articles) for one in cited),
        measures=_places(question, hits, [hit for _, hit in ranking]) | _words(question, reply, holds_answer),
        latency_ms=latency_ms,
        ranking=tuple(_ranked(answer, hit) for answer, hit in ranking[:DEPTH]),
    )


def places(gold: Sequence[Alternative]) -> list[Place]:
    """Return gold as places that can be looked for stage by stage."""
    return [Place(article, spans) for article, spans in gold if spans]


def alternatives_hit(
    cited: Sequence[Citation], said: str, gold: Sequence[Alternative], question: Question
) -> frozenset[int]:
    """Return the numbers of the gold alternatives that one of the places cited for what was said overlaps."""
    if question.gold_by is GoldBy.ANSWER:
        return frozenset({0} if answer_within(said, question.answers) else ())
    return frozenset(number for number, (path, spans) in enumerate(gold) if cites(cited, Place(path, spans)))


def _articles_best(ranking: Sequence[tuple[Answer, frozenset[int]]]) -> list[tuple[Answer, frozenset[int]]]:
    """Return each article at its best snippet. Articles that say the same there share a rank."""
    seen: set[str] = set()
    best = []
    for answer, hit in ranking:
        articles = {place.article for place in cited_by(answer)}
        if not articles <= seen:
            best.append((answer, hit))
        seen |= articles
    return best


def _ranked(answer: Answer, hit: frozenset[int]) -> Ranked:
    return Ranked(answer.citation.article, answer.citation.start, answer.citation.end, tuple(sorted(hit)))


def _bears_out(cited: Citation, question: Question, gold: Sequence[Alternative], articles: Mapping[str, str]) -> bool:
    """Tell whether a citation bears an answer out: it is of a gold place, or its words hold an accepted answer."""
    said = articles.get(cited.article, "")[cited.start : cited.end]
    return bool(alternatives_hit([cited], said, gold, question)) or answer_within(said, question.answers)


def _places(
    question: Question, hits: Sequence[frozenset[int]], ranking: Sequence[frozenset[int]]
) -> dict[str, float | None]:
    """Score where the snippets stand; only an answerable question has a right place."""
    if not question.answerable:
        return dict.fromkeys(OF_PLACES)
    return {
        **{f"hit@{k}": hit_at(hits, k) for k in (1, 3, 5, 10)},
        **{f"recall@{k}": recall_at(ranking, question.alternatives, k) for k in (5, 10)},
        "map@10": average_precision(ranking, question.alternatives, 10),
        "mrr@10": reciprocal_rank(ranking, 10),
        "ndcg@10": ndcg(ranking, question.alternatives, 10),
    }


def _words(question: Question, reply: Reply, holds_answer: bool) -> dict[str, float | None]:
    """Score what was said. An answerable question without accepted answers cannot be scored so."""
    if question.answerable and not question.answers:
        return dict.fromkeys(OF_WORDS)
    said = reply.answers[0].text if reply.answers else None
    return {
        "answer@1": float(holds_answer) if question.answerable else None,
        "em": exact_match(said, question.answers),
        "f1": f1(said, question.answers),
    }
