"""How an index is searched for a question, and how much each piece of evidence counts in the order.

Owns the weights and where they come from (docs/retrieval.md). Finding candidates and reading them is the index's
work, choosing the sentence that is marked that of ``read``.
"""

from index.records import Evidence, Hit
from index.store import Candidate, Found, Index, Query
from index.terms import phrases, wanted_terms
from index.vectors import Vectors

DEPTH = 100
"""Candidates taken from the search by meaning, and as many from the search by words."""
READ = 100
"""Candidates read for every question; more where less than half of them say different things."""
PASSAGE, SENTENCE, ARTICLE = 0.25, 0.75, 0.2
"""What the cosines of the passage, of its best sentence and of its article count."""
WORDS = 1.6
"""What BM25 counts in a passage that covers all of the question's words; less where it covers fewer."""
CHANCE = 0.2
"""A passage that covers no more than this share of the question's words holds them by chance: they count nothing."""
ASIDE = 0.05
"""Taken from what surrounds an article (biographies, bylines): its own words answer where both could."""


def query(question: str, vector: Vectors) -> Query:
    """Return a question and its vector as the index is searched for it."""
    return Query(vector, wanted_terms(question), phrases(question))


def relevance(evidence: Evidence, sentence: float) -> float:
    """Return how well a passage answers, given the score of its best sentence: about 0 to 2."""
    meaning = PASSAGE * evidence.cosine + SENTENCE * sentence + ARTICLE * evidence.article
    return meaning + WORDS * evidence.share * agreement(evidence) - ASIDE * evidence.aside


def agreement(evidence: Evidence) -> float:
    """Return what share of their worth a passage's words are given, 0 to 1."""
    return max(0.0, evidence.cover - CHANCE) / (1 - CHANCE)


def retrieve(index: Index, asked: Query, wanted: int = READ, only: str | None = None) -> tuple[list[Hit], Found]:
    """Return the ``wanted`` best candidates with their texts, the most relevant first, and what both searches gave.

    With ``only``, candidates are the passages of the articles at that path below any root.
    """
    found = index.find(asked, max(DEPTH, wanted), only)
    return index.read(sorted(found.candidates, key=_rough, reverse=True)[:wanted]), found


def _rough(candidate: Candidate) -> tuple[bool, float]:
    """Return what candidates are ordered by before they are read: a quoted phrase before everything else."""
    return candidate.evidence.phrased, relevance(candidate.evidence, max(candidate.evidence.sentences))
