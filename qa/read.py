"""From a passage that was found to the words that are shown: the best sentence, and whole sentences around it.

Owns what is marked and what a snippet holds. Order and confidence are the work of ``answer``.
"""

from collections.abc import Sequence

from index.records import Hit, Span
from qa.expect import HasForm
from qa.records import Finding

FORM_PENALTY = 0.15
"""Taken from the cosine of a sentence that lacks the form of words the question waits for (docs/retrieval.md)."""
LONGEST_SNIPPET = 500
"""Characters; a single sentence may be longer."""


def read(hit: Hit, has_form: HasForm | None) -> Finding:
    """Return what a passage says to the question: ``has_form`` tells which sentences have the form it waits for."""
    scores = [
        score - (FORM_PENALTY if has_form and not has_form(hit.article.text[start:end]) else 0.0)
        for score, (start, end) in zip(hit.sentence_scores, hit.passage.sentences, strict=True)
    ]
    best = max(range(len(scores)), key=scores.__getitem__)
    return Finding(
        hit=hit,
        sentence_score=scores[best],
        best=hit.passage.sentences[best],
        snippet=whole_sentences(hit.passage.sentences, best, LONGEST_SNIPPET),
    )


def whole_sentences(sentences: Sequence[Span], best: int, limit: int) -> Span:
    """Return the widest run of sentences around ``best`` within ``limit`` characters, growing forward first."""
    first = last = best
    grew = True
    while grew:
        grew = False
        if last + 1 < len(sentences) and sentences[last + 1].end - sentences[first].start <= limit:
            last, grew = last + 1, True
        if first > 0 and sentences[last].end - sentences[first - 1].start <= limit:
            first, grew = first - 1, True
    return Span(sentences[first].start, sentences[last].end)
