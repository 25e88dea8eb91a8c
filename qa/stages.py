"""How far the right place came on its way to the screen, and at which stage a question lost it.

Owns the stages, their names and what may be done about each. Whether an answer is right is decided by who asks:
an evaluation knows it, and a person who asks "why not that article?" says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from index.records import Span
from index.standing import Standing, standings
from qa.ask import Asker
from qa.records import Answer, Citation, Reply
from qa.retrieve import query

AT = 10
"""A search found what is among its first so many."""


class Loss(StrEnum):
    """Where a question lost what is right; in the order of the stages."""

    ARTICLE_ABSENT = "article absent"
    PASSAGE_ABSENT = "passage absent"
    NOT_RETRIEVED = "not retrieved by either"
    NOT_BY_DENSE = "not retrieved by dense"
    NOT_BY_LEXICAL = "not retrieved by lexical"
    NOT_BY_FUSION = "not retrieved by fusion"
    RANKING = "lost in ranking"
    SPAN = "wrong span"
    ABSTENTION = "wrong abstention"
    ANSWERED = "answered, not said"


MEANINGS: Mapping[Loss, str] = {
    Loss.ARTICLE_ABSENT: "the article is not in the index",
    Loss.PASSAGE_ABSENT: "the article is indexed, but no passage of it holds the place",
    Loss.NOT_RETRIEVED: f"neither search has it among its first {AT}",
    Loss.NOT_BY_DENSE: f"found by its words, but not by meaning, and not in the first {AT} of both",
    Loss.NOT_BY_LEXICAL: f"found by meaning, but not by its words, and not in the first {AT} of both",
    Loss.NOT_BY_FUSION: f"both searches found it, together they dropped it from the first {AT}",
    Loss.RANKING: f"it is among the first {AT} answers, but not the first",
    Loss.SPAN: "the right snippet, but the words marked in it are not the answer",
    Loss.ABSTENTION: "the right answer stood first and was held back as not sure enough",
    Loss.ANSWERED: "the articles do not say, and it answered all the same",
}

HINTS: Mapping[Loss, str] = {
    Loss.ARTICLE_ABSENT: "Index it with `qa index FOLDER`; `qa status` names files that were left out.",
    Loss.PASSAGE_ABSENT: "Compare the place with the article: menus, banners and repeats are not searched.",
    Loss.NOT_RETRIEVED: "Ask with a word from the article, or try another model: `qa index --rebuild --model M`.",
    Loss.NOT_BY_DENSE: "Put the telling words in double quotes: an answer then has to hold them.",
    Loss.NOT_BY_LEXICAL: "Use one of the article's own words in the question; a synonym counts by meaning only.",
    Loss.NOT_BY_FUSION: "Look with `qa ask --explain` at what stands before it; near copies may fill the first places.",
    Loss.RANKING: "Show more answers with -k 3, or make the question more particular.",
    Loss.SPAN: "Read the whole snippet: it holds the answer in another sentence than the one marked.",
    Loss.ABSTENTION: "Fit confidence to questions like these: `qa eval QUESTIONS --calibrate precision=0.9`.",
    Loss.ANSWERED: "Ask for more certainty: `qa eval QUESTIONS --calibrate precision=0.9`.",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something right stands: any of ``spans`` in the article at ``path``; None means all of it."""

    path: str
    spans: tuple[Span, ...] | None = None


@dataclass(frozen=True, slots=True)
class Stages:
    """How far the best of some places came for one question. Ranks count from 1."""

    articles: int
    """Indexed articles that hold such a place."""
    passages: int
    """Indexed passages that do."""
    by_meaning: int | None
    """The best rank of one of them among all passages; None without passages."""
    by_words: int | None
    """As ``by_meaning``; None also where none shares a word with the question."""
    rank: int | None
    """Of the first answer that cites such a place; None where none of those looked at does."""


def stages(asker: Asker, reply: Reply, places: Sequence[Place]) -> Stages:
    """Return how far ``places`` came in ``reply``. Searches again, for ranks far below the first hundred."""
    asked = query(reply.standalone, asker.embedder.embed_question(reply.standalone))
    by_path = {place.path: standings(asker.index, asked, place.path) for place in places}
    standing = [one for place in places for one in by_path[place.path] if _holds(place, one)]
    words = [one.by_words for one in standing if one.by_words is not None]
    return Stages(
        articles=sum(path in asker.index.numbers for path in by_path),
        passages=len({(one.article.key, one.passage.start) for one in standing}),
        by_meaning=min((one.by_meaning for one in standing), default=None),
        by_words=min(words, default=None),
        rank=next((answer.rank for answer in reply.ranked if _cites_any(answer, places)), None),
    )


def lost(found: Stages) -> Loss | None:
    """Return at which stage the places were lost; None where one of them is the first answer."""
    if not found.articles:
        return Loss.ARTICLE_ABSENT
    if not found.passages:
        return Loss.PASSAGE_ABSENT
    if found.rank is not None and found.rank <= AT:
        return None if found.rank == 1 else Loss.RANKING
    match _found(found.by_meaning), _found(found.by_words):
        case False, False:
            return Loss.NOT_RETRIEVED
        case False, True:
            return Loss.NOT_BY_DENSE
        case True, False:
            return Loss.NOT_BY_LEXICAL
    return Loss.NOT_BY_FUSION


def _cites_any(answer: Answer, places: Sequence[Place]) -> bool:
    return any(cites(cited_by(answer), place) for place in places)


def cited_by(answer: Answer) -> tuple[Citation, ...]:
    """Return all places an answer cites: its own, and those of the same answer elsewhere."""
    return (answer.citation, *answer.also)


def cites(cited: Sequence[Citation], place: Place) -> bool:
    """Tell whether one of the citations is of a place: they share half of the shorter of the two."""
    return any(one.article == place.path and _overlap(place, Span(one.start, one.end)) for one in cited)


def _holds(place: Place, standing: Standing) -> bool:
    return _overlap(place, Span(standing.passage.start, standing.passage.end))


def _overlap(place: Place, span: Span) -> bool:
    return place.spans is None or any(overlaps(span, wanted) for wanted in place.spans)


def overlaps(one: Span, other: Span) -> bool:
    """Return whether two spans of one article share at least half of the shorter one.

    Source: this project's contract. Half of the shorter, so that the size of passages cannot buy hits.
    """
    shared = min(one.end, other.end) - max(one.start, other.start)
    shorter = min(one.end - one.start, other.end - other.start)
    return shared > 0 and 2 * shared >= shorter


def _found(rank: int | None) -> bool:
    return rank is not None and rank <= AT
