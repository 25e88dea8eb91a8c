"""What was found for each way to understand a question, and which of these ways counts.

Owns the choice among readings: by likeness alone the one that is answered best; where the reader looks, the one that
brought what it puts first. How they are made is the work of ``followup``, what is found for them that of ``ask``.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index.records import ArticleKey
from index.store import Found
from qa.answer import answers, group
from qa.confidence import Scale
from qa.records import Finding, Reading

LATER = 0.5
"""What a less likely reading must find better, in retrieval's score, to count as much (docs/followups.md)."""


@dataclass(frozen=True, slots=True)
class Search:
    """What was found for one way to understand a question."""

    reading: Reading
    asked: str
    """The question as it was asked, its slips put right."""
    groups: list[list[Finding]]
    found: Found
    phrases: tuple[str, ...]
    timing_ms: Mapping[str, float]


def together(searches: Sequence[Search]) -> list[list[Finding]]:
    """Return what all searches found, each passage once; what a less likely reading brought stands further back."""
    if len(searches) == 1:
        return searches[0].groups
    found: dict[tuple[ArticleKey, int], Finding] = {}
    for place, search in enumerate(searches):
        for finding in (one for some in search.groups for one in some):
            moved = replace(finding, score=finding.score - LATER * place)
            known = found.get(_key(finding), moved)
            found[_key(finding)] = max(known, moved, key=lambda one: one.score)
    return group(list(found.values()))


def chosen(searches: Sequence[Search], groups: list[list[Finding]], scale: Scale) -> Search:
    """Return the search that brought the first of the groups, which were made of all, with these groups for its own.

    What stands alone is not read otherwise without an answer to show for. ``scale`` is the one that is built in: what
    is found does not change with how sure an answer is wanted to be.
    """
    candidates = dict.fromkeys(one for search in searches for one in search.found.candidates)
    best = _brought(searches, groups[0][0]) if groups and _counts(searches, groups, scale) else searches[0]
    return replace(best, groups=groups, found=replace(best.found, candidates=tuple(candidates)))


def likeliest(searches: Sequence[Search], scale: Scale) -> Search:
    """Return the search that answers best, with what it found alone; otherwise like ``chosen``."""
    firsts = [search.groups[0][0].score if search.groups else -math.inf for search in searches]
    best = searches[max(range(len(searches)), key=lambda place: firsts[place] - LATER * place)]
    return best if _counts(searches, best.groups, scale) else searches[0]


def _counts(searches: Sequence[Search], groups: Sequence[Sequence[Finding]], scale: Scale) -> bool:
    """Tell whether a less likely reading may count: where the likeliest leans on something too, or with an answer."""
    first = answers(groups[:1], scale)
    return bool(searches[0].reading.meant) or (bool(first) and first[0].confidence >= scale.threshold)


def _brought(searches: Sequence[Search], finding: Finding) -> Search:
    """Return the search for whose sake a passage stands where it does."""

    def score(place: int) -> float:
        every = (one for some in searches[place].groups for one in some)
        return max((one.score for one in every if _key(one) == _key(finding)), default=-math.inf) - LATER * place

    return searches[max(range(len(searches)), key=score)]


def _key(finding: Finding) -> tuple[ArticleKey, int]:
    return finding.hit.article.key, finding.hit.passage.start
