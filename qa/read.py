"""From a passage that was found to the words that are shown: the best sentence, and whole sentences around it.

Owns what is marked and what a snippet holds. Order and confidence are the work of ``answer``.
"""

from collections.abc import Sequence
from dataclasses import replace

from index.records import Hit, Span
from index.terms import run_of_words
from qa.expect import HasForm
from qa.records import Finding
from qa.retrieve import relevance

FORM_PENALTY = 0.15
"""Taken from the cosine of a sentence that lacks the form of words the question waits for (docs/retrieval.md)."""
LONGEST_SNIPPET = 500
"""Characters; a single sentence may be longer."""


def read(hit: Hit, has_form: HasForm | None, phrases: Sequence[str] = ()) -> Finding:
    """Return what a passage says to the question: ``has_form`` tells which sentences have the form it waits for.

    Where the passage holds the ``phrases`` that were asked for in quotes, a sentence that holds one is preferred.
    """
    scores = [
        score - (FORM_PENALTY if has_form and not has_form(hit.article.text[start:end]) else 0.0)
        for score, (start, end) in zip(hit.evidence.sentences, hit.passage.sentences, strict=True)
    ]
    quoted = [hit.evidence.phrased and _holds(hit, span, phrases) for span in hit.passage.sentences]
    best = max(range(len(scores)), key=lambda number: (quoted[number], scores[number]))
    return Finding(
        hit=hit,
        best=hit.passage.sentences[best],
        snippet=whole_sentences(hit.passage.sentences, best, LONGEST_SNIPPET),
        sentence_score=scores[best],
        score=relevance(hit.evidence, scores[best]),
    )


def _holds(hit: Hit, span: Span, phrases: Sequence[str]) -> bool:
    words = run_of_words(hit.article.text[span.start : span.end])
    return any(phrase in words for phrase in phrases)


def marked(finding: Finding, span: Span, *, whole: bool) -> Finding:
    """Return a finding with other words marked: ``span`` of its passage, or with ``whole`` the sentences it stands in.

    So with words that hold no letter and no number. The snippet is made anew around them.
    """
    shift = finding.hit.passage.start
    sentences = finding.hit.passage.sentences
    words = Span(span.start + shift, span.end + shift)
    inside = [at for at, one in enumerate(sentences) if one.start < words.end and words.start < one.end]
    if not inside:
        return finding
    first, last = inside[0], inside[-1]
    words = Span(max(words.start, sentences[first].start), min(words.end, sentences[last].end))
    whole = whole or not any(map(str.isalnum, finding.hit.article.text[words.start : words.end]))
    return replace(
        finding,
        best=Span(sentences[first].start, sentences[last].end) if whole else words,
        snippet=whole_sentences(sentences, first, LONGEST_SNIPPET, last),
    )


def whole_sentences(sentences: Sequence[Span], best: int, limit: int, until: int | None = None) -> Span:
    """Return the widest run of sentences around ``best`` within ``limit`` characters, growing forward first.

    With ``until`` around all from ``best`` to that one, these always included.
    """
    first, last = best, best if until is None else until
    grew = True
    while grew:
        grew = False
        if last + 1 < len(sentences) and sentences[last + 1].end - sentences[first].start <= limit:
            last, grew = last + 1, True
        if first > 0 and sentences[last].end - sentences[first - 1].start <= limit:
            first, grew = first - 1, True
    return Span(sentences[first].start, sentences[last].end)
