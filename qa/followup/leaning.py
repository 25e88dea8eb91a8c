"""What in a question points back to something said before: pronouns, openings, bare question words.

Owns the words that do. What they point to is found by ``mentions``, put in their place by ``complete``.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

_AFTER_PRONOUN = (
    r"(?=['’](?:s|re|ve|ll|d)\b|\s+(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must|"
    r"be|been|being|to|in|on|at|for|of|from|with|by|and|or|not|so|too|also|as|about|after|before|than|against|into|over|"
    r"under|during|when|where|if|because|out|up|down|back)\b|\s*[?.,!;:]|\s*$)"
)
"""What may follow a word that stands for a noun and not before one."""
_THING = re.compile(r"\b(?:it|they|them)\b", re.IGNORECASE)
_POINTED = re.compile(rf"\b(?:this|these|those|that){_AFTER_PRONOUN}", re.IGNORECASE)
_PERSON = re.compile(rf"\b(?:he|she|him)\b|\bher{_AFTER_PRONOUN}", re.IGNORECASE)
_ITS = re.compile(r"\b(?:its|their)\b", re.IGNORECASE)
_HIS = re.compile(r"\b(?:his|her)\b", re.IGNORECASE)
_SEVERAL = re.compile(r"\b(?:they|them|their|these|those)\b", re.IGNORECASE)
_IDLE_IT = re.compile(r"\b(?:is|was|does|did)\s+it\s+(?:true|possible|likely|rain|snow)\b", re.IGNORECASE)
_LEAD = re.compile(r"^\s*(?:(?:ok|okay|and|but|so|or|well|then|thanks|interesting)[,.!]?\s+)+", re.IGNORECASE)
_OPENING = re.compile(
    r"^\s*(?:(?:ok|okay|but|so|or|also|then|now|well|and)[,.!]?\s+)*(?:(?:what|how)\s+about|and)\b[\s,]*", re.IGNORECASE
)
_ASKS = re.compile(
    r"^\s*(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have|had|can|could|will|would|"
    r"should|may|might|must|tell|describe|explain|name|list)\b",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"^\s*(?:(?:and|but|so|ok|okay)[,\s]+)*"
    r"(why|how|when|where|who|how many|how much|since when|why not|by whom|with whom)"
    r"\s*(?:is that|was that|that|not|so|exactly|then|else)?\s*[?.!]*\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Leaning:
    """What in a question points back."""

    person: bool
    """Whether it is somebody, as by "she"."""
    several: bool
    """Whether they are several, as by "they"."""


def leaning(question: str) -> Leaning | None:
    """Return what the pronouns of a question point to; None where it has none that points back."""
    asked = _IDLE_IT.sub("", question)
    person = bool(_PERSON.search(asked) or _HIS.search(asked))
    if not (person or _THING.search(asked) or _ITS.search(asked) or _POINTED.search(asked)):
        return None
    return Leaning(person, bool(_SEVERAL.search(asked)))


def put(question: str, meant: str, how: Leaning) -> str:
    """Return a question with what is meant in the place of its pronouns, those of persons or those of things."""
    ends = meant.endswith("s")
    owner = meant + ("'" if ends else "'s")
    rules = [(_PERSON, meant), (_HIS, owner)] if how.person else [(_THING, meant), (_ITS, owner)]
    text = _LEAD.sub("", question)
    for pattern, words in rules:
        text = pattern.sub(_always(words), text)
    if text == _LEAD.sub("", question):
        text = _POINTED.sub(_always(meant), text, count=1)
    return capital(text)


def opened(question: str) -> str | None:
    """Return what follows "and" or "what about" where that is no question by itself; None for other questions."""
    opening = _OPENING.match(question)
    rest = question[opening.end() :].strip() if opening else ""
    return rest if rest and not _ASKS.match(rest) and leaning(rest) is None else None


def bare(question: str) -> str | None:
    """Return the question word of a question that has nothing else; None for other questions."""
    match = _BARE.match(question)
    return match[1] if match else None


def capital(text: str) -> str:
    """Return a text that begins with a capital letter."""
    text = text.strip()
    return text[:1].upper() + text[1:]


def _always(words: str) -> Callable[[re.Match[str]], str]:
    return lambda _: words
