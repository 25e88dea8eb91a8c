"""Ways from a question to findings, for the trials: the product's, and others that were tried beside it.

Owns how two rankings are joined into one, and searching again with what a first search brought.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import cast

import numpy as np
import numpy.typing as npt

from eval.trials.memory import Memory
from index.records import Hit
from index.store import Index, Query
from index.terms import FUNCTION_WORDS, Wanted, terms
from qa import retrieve
from qa.expect import HasForm
from qa.read import read
from qa.records import Finding

Search = Callable[[Memory, Query, HasForm | None], list[Finding]]
"""Returns what was found, in no order."""
Floats = npt.NDArray[np.float64]

RANK_CONSTANT = 60
"""Of reciprocal rank fusion: Cormack, Clarke and Büttcher, 2009."""
FED = 3
"""Passages of the first search that the second one learns from."""
QUESTION_PART, FED_PART = 0.7, 0.3
"""What the question's vector and the mean of the first passages' count: Rocchio, 1971."""
FED_TERMS, FED_WEIGHT = 5, 0.5
"""How many terms the first passages add, and what their weight is multiplied with."""


def by_product(memory: Memory, asked: Query, has_form: HasForm | None) -> list[Finding]:
    """Return what the product finds."""
    return [read(hit, has_form) for hit in _hits(memory, asked)]


def by_min_max(memory: Memory, asked: Query, has_form: HasForm | None) -> list[Finding]:
    """Return the product's candidates by meaning and words, half and half, each stretched to 0 to 1 per question."""
    return _joined(memory, asked, has_form, stretched)


def by_ranks(memory: Memory, asked: Query, has_form: HasForm | None) -> list[Finding]:
    """Return the product's candidates by their ranks alone: reciprocal rank fusion."""
    return _joined(memory, asked, has_form, by_place)


def fed_by_vectors(memory: Memory, asked: Query, has_form: HasForm | None) -> list[Finding]:
    """Return what the product finds when the question moves toward the first passages it found."""
    first = _hits(memory, asked)[:FED]
    if not first:
        return []
    mean = np.mean([memory.vector(hit.article.key, hit.passage.start) for hit in first], axis=0)
    moved = QUESTION_PART * asked.vector + FED_PART * mean
    vector = (moved / np.linalg.norm(moved)).astype(np.float32)
    return by_product(memory, replace(asked, vector=vector), has_form)


def fed_by_words(memory: Memory, asked: Query, has_form: HasForm | None) -> list[Finding]:
    """Return what the product finds when the question takes up the strongest terms of the first passages.

    The strongest are those of the highest weight times how often they stand there (Robertson, 1990).
    """
    said = Counter(term for hit in _hits(memory, asked)[:FED] for term in terms(hit.passage.text))
    known = {one.term for one in memory.weigh(asked)} | FUNCTION_WORDS
    wanted = tuple(Wanted(term, term) for term in said if term not in known)
    weighed = memory.weigh(replace(asked, wanted=wanted))
    strongest = sorted(weighed, key=lambda one: (-one.weight * said[one.term], one.term))[:FED_TERMS]
    added = tuple(replace(one, weight=one.weight * FED_WEIGHT) for one in strongest)
    return by_product(replace(memory, added=added), asked, has_form)


def stretched(values: Floats) -> Floats:
    """Return values moved to where the least is 0 and the greatest 1; all 0 where they are equal."""
    least, most = values.min(initial=np.inf), values.max(initial=-np.inf)
    return (values - least) / (most - least) if most > least else np.zeros_like(values)


def by_place(values: Floats) -> Floats:
    """Return for each value what its rank counts, 1 for the first; one that is not above 0 has no rank and counts 0."""
    place = 1 + (values[:, None] < values[None, :]).sum(axis=1)
    return np.where(values > 0, (RANK_CONSTANT + 1) / (RANK_CONSTANT + place), 0.0)


def _joined(memory: Memory, asked: Query, has_form: HasForm | None, even: Callable[[Floats], Floats]) -> list[Finding]:
    """Return every candidate, its score half what it means and half its words, both evened out by ``even``."""
    hits = memory.read(memory.find(asked, retrieve.DEPTH).candidates)
    found = [read(hit, has_form) for hit in hits]
    wordless = [replace(hit, evidence=replace(hit.evidence, share=0.0)) for hit in hits]
    meaning = np.array([read(hit, has_form).score for hit in wordless])
    words = np.array([finding.score for finding in found]) - meaning
    scores = (even(meaning) + even(words)) / 2
    return [replace(finding, score=float(score)) for finding, score in zip(found, scores, strict=True)]


def _hits(memory: Memory, asked: Query) -> list[Hit]:
    return retrieve.retrieve(cast(Index, memory), asked)[0]
