"""What a conversation has spoken of, and how likely a later question means it.

Owns what speaks for a phrase and how much. The weights come from two public sets of conversations (docs/followups.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.followup.leaning import Leaning
from qa.followup.phrases import Phrase, Sort, phrases
from qa.records import Earlier

ANSWER_NAMES = 4
"""Names of an answer that a later question may mean."""
LONGEST_NAME = 5
"""Words."""
_PLACED = frozenset("in on at from to by with".split())
_ABOUT = frozenset("of about".split())


@dataclass(frozen=True, slots=True)
class Mention:
    """A phrase of a conversation, and how it came up."""

    phrase: Phrase
    place: int
    """Among the phrases of the question that named it last, from 0."""
    again: int = 0
    """Earlier questions that named it too."""
    fresh: bool = False
    """Whether the last question named it by itself, without leaning on another."""
    meant: bool = False
    """Whether the last question was taken to mean it."""
    answer: bool = False
    """Whether the last answer names it."""


WEIGHTS = (1.3, 1.5, -2.0, -0.7, -1.0, 1.1, 2.0, 1.9, 0.5, 0.3, 0.5, -2.0)
"""In logits, for what ``evidence`` gives (docs/followups.md)."""


def evidence(mention: Mention, how: Leaning) -> tuple[float, ...]:
    """Return what speaks for a later question meaning a phrase, each 0 to 1, in the order of WEIGHTS."""
    phrase = mention.phrase
    name = phrase.sort is Sort.NAME
    several = phrase.text.endswith("s") and not phrase.text.endswith("ss") and not name
    return (
        name,
        name and how.person,
        min(len(phrase.words), 4) / 4,
        min(mention.place, 4) / 4,
        phrase.led in _PLACED,
        phrase.led in _ABOUT,
        min(mention.again, 3) / 3,
        mention.fresh,
        mention.meant,
        mention.answer,
        several and how.several,
        several and not how.several and not how.person,
    )


def likely(mention: Mention, how: Leaning) -> float:
    """Return how likely a later question means a phrase, in logits but for a constant."""
    return sum(weight * one for weight, one in zip(WEIGHTS, evidence(mention, how), strict=True))


def focus(question: str, earlier: Sequence[Earlier], how: Leaning) -> list[Phrase]:
    """Return what a conversation spoke of, by how likely a later question means it; for a person, only what may be one.

    Where the conversation names nobody, a thing is better than nothing.
    """
    found = sorted(mentions(question, earlier), key=lambda one: -likely(one, how))
    people = [one.phrase for one in found if _may_be_somebody(one.phrase)]
    return people if how.person and people else [one.phrase for one in found]


def _may_be_somebody(phrase: Phrase) -> bool:
    """Tell whether a phrase is a name, and neither an abbreviation nor one with figures."""
    figures = any(mark.isdigit() for mark in phrase.text)
    return phrase.sort is Sort.NAME and not figures and not phrase.text.isupper()


def mentions(question: str, earlier: Sequence[Earlier]) -> list[Mention]:
    """Return the phrases of a conversation that a question does not name itself, the newest first."""
    own = {word for one in phrases(question) for word in one.words}
    last = earlier[-1]
    found: dict[tuple[str, ...], Mention] = {}
    for turn in reversed(earlier):
        fresh = turn is last and not turn.meant
        newer = dict(found)
        for place, one in enumerate([*phrases(turn.question), *phrases(turn.meant, within=True)]):
            if one.words in newer:
                found[one.words] = replace(newer[one.words], again=newer[one.words].again + 1)
            elif one.words not in found:
                found[one.words] = Mention(one, place, fresh=fresh, meant=one.text in last.meant)
    for one in phrases(last.answer, within=True)[:ANSWER_NAMES]:
        if one.sort is Sort.NAME and len(one.words) <= LONGEST_NAME:
            found[one.words] = replace(found.get(one.words, Mention(one, 0)), answer=True)
    return [one for words, one in found.items() if not set(words) <= own]
