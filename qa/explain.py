"""How an order came about: what a question was searched by, and where each answer stood in either search.

Owns the account that ``qa ask --explain`` gives. Nothing here changes an answer.
"""

from collections.abc import Callable, Sequence

from index.lexical import Weighed
from index.records import Evidence
from index.store import Found
from qa.records import Explanation, Finding, Place, Term
from qa.retrieve import agreement
from qa.sanitise import one_line


def explain(found: Found, phrases: Sequence[str], findings: Sequence[Finding]) -> Explanation:
    """Return how the answers, whose best findings are given, came to their places."""
    every = [candidate.evidence for candidate in found.candidates]
    meaning = _ranks(every, lambda evidence: evidence.cosine)
    words = _ranks([one for one in every if one.share], lambda evidence: evidence.share * evidence.cover)
    return Explanation(
        terms=tuple(map(_term, found.weighed)),
        phrases=tuple(phrase.strip() for phrase in phrases),
        candidates=len({(candidate.segment, candidate.row) for candidate in found.candidates}),
        places=tuple(
            Place(
                by_meaning=meaning[finding.hit.evidence],
                by_words=words.get(finding.hit.evidence),
                evidence=finding.hit.evidence,
                sentence=finding.sentence_score,
                agreement=agreement(finding.hit.evidence),
                score=finding.score,
                margin=finding.margin,
            )
            for finding in findings
        ),
    )


def explanation_text(explanation: Explanation) -> str:
    """Return the account as it is printed below the answers."""
    terms = [f"{one_line(term.word)}{_mended(term)} ({term.passages}, {term.weight:.1f})" for term in explanation.terms]
    lines = [
        "How the order came about",
        f"    words, with the passages that hold them and their weight: {' · '.join(terms) or 'none'}",
        *(f'    in quotes: "{one_line(phrase)}"' for phrase in explanation.phrases),
        f"    {explanation.candidates} passages came near; in the columns, the rank in each search and what counted:",
        "      #  meaning  words  passage  sentence  article  words x agreement  score  reader",
    ]
    for number, place in enumerate(explanation.places, start=1):
        seen, words = place.evidence, place.by_words or "-"
        lines.append(
            f"    {number:3}  {place.by_meaning:7}  {words:>5}  {seen.cosine:7.3f}  {place.sentence:8.3f}  "
            f"{seen.article:7.3f}  {seen.share:7.3f} x {place.agreement:7.3f}  {place.score:5.3f}"
            f"  {_margin(place.margin):>6}"
        )
    return "\n".join(lines) + "\n"


def _margin(margin: float | None) -> str:
    return "-" if margin is None else f"{margin:+.1f}"


def _mended(term: Term) -> str:
    return f" taken for {one_line(term.looked_up)}" if term.mended else ""


def _term(weighed: Weighed) -> Term:
    return Term(weighed.wanted.word, weighed.term, weighed.passages, weighed.weight, weighed.mended)


def _ranks(every: Sequence[Evidence], score: Callable[[Evidence], float]) -> dict[Evidence, int]:
    """Return the rank, from 1, of each piece of evidence; equal ones share the best."""
    ranks: dict[Evidence, int] = {}
    for number, one in enumerate(sorted(every, key=score, reverse=True), start=1):
        ranks.setdefault(one, number)
    return ranks
