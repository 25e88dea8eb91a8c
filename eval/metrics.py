"""What one question scores: pure formulas over ranks and words, each with its source.

A ranking is given as ``hits``: for each rank, best first, the numbers of the gold alternatives its snippet
hits. What a whole set scores, and how sure that is, belongs to ``estimates``.
"""

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from math import log2

EM_DASH = "\u2014"
POSSESSIVE = re.compile(r"['\u2019]s\b", re.IGNORECASE)


def hit_at(hits: Sequence[Collection[int]], k: int) -> float:
    """Return 1.0 if one of the first k snippets hits any alternative, else 0.0.

    Source: Success@k, Craswell and Hawking, Overview of the TREC-2004 Web Track (success at n).
    """
    return float(any(hits[:k]))


def reciprocal_rank(hits: Sequence[Collection[int]], k: int = 10) -> float:
    """Return 1 / rank of the first hit among the first k, 0.0 without one.

    Source: Voorhees, The TREC-8 Question Answering Track Report, 1999; cut off at k as MS MARCO does.
    """
    return next((1 / rank for rank, hit in enumerate(hits[:k], start=1) if hit), 0.0)


def ndcg(hits: Sequence[Collection[int]], alternatives: int, k: int = 10) -> float:
    """Return the discounted gain of the first k over the ideal one, 0 to 1.

    A rank gains 1 if it hits an alternative that no earlier rank hit, discounted by log2(rank + 1); the ideal
    ranking hits a new alternative at each of the first min(alternatives, k) ranks.
    Source: Järvelin and Kekäläinen, Cumulated gain-based evaluation, 2002; discount as in trec_eval.
    """
    seen: set[int] = set()
    gained = 0.0
    for rank, hit in enumerate(hits[:k], start=1):
        if not seen.issuperset(hit):
            gained += 1 / log2(rank + 1)
        seen.update(hit)
    ideal = sum(1 / log2(rank + 1) for rank in range(1, min(alternatives, k) + 1))
    return gained / ideal if ideal else 0.0


def recall_at(hits: Sequence[Collection[int]], alternatives: int, k: int) -> float:
    """Return the share of the alternatives that the first k snippets hit, 0 to 1; 0.0 without alternatives.

    Source: Manning, Raghavan and Schütze, Introduction to Information Retrieval, 2008, section 8.3.
    """
    found = set().union(*hits[:k])
    return len(found) / alternatives if alternatives else 0.0


def average_precision(hits: Sequence[Collection[int]], alternatives: int, k: int = 10) -> float:
    """Return the mean, over all alternatives, of the precision at the rank where each is first hit, 0 to 1.

    As in ``ndcg``, a rank counts once however many it hits; an alternative outside the first k counts 0.
    Source: Buckley and Voorhees, Evaluating evaluation measure stability, 2000; as trec_eval's map_cut.
    """
    seen: set[int] = set()
    found = 0
    total = 0.0
    for rank, hit in enumerate(hits[:k], start=1):
        if not seen.issuperset(hit):
            found += 1
            total += found / rank
        seen.update(hit)
    return total / alternatives if alternatives else 0.0


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text as SQuAD compares them: lower case, no punctuation, no a, an, the.

    Source: normalize_answer of the SQuAD evaluation script (Rajpurkar et al., 2016); beyond ASCII, every
    Unicode punctuation mark counts as such, as in MLQA (Lewis et al., 2020), but an em dash parts two words.
    """
    kept = "".join(mark for mark in text.lower().replace(EM_DASH, " ") if not _is_punctuation(mark))
    return tuple(re.sub(r"\b(a|an|the)\b", " ", kept).split())


def exact_match(prediction: str | None, answers: Collection[str]) -> float:
    """Return 1.0 if the prediction is an accepted answer word for word, else 0.0; None abstains.

    Without answers the question has none, and only abstaining is right.
    Source: Rajpurkar et al., Know What You Don't Know (SQuAD 2.0), 2018.
    """
    if prediction is None or not answers:
        return float(prediction is None and not answers)
    given = words(prediction)
    return float(bool(given) and any(given == words(answer) for answer in answers))


def f1(prediction: str | None, answers: Collection[str]) -> float:
    """Return the harmonic mean of word precision and recall, 0 to 1, for the best answer; None abstains.

    Without answers the question has none, and only abstaining is right.
    Source: as ``exact_match``.
    """
    if prediction is None or not answers:
        return float(prediction is None and not answers)
    given = Counter(words(prediction))
    return max(_f1(given, Counter(words(answer))) for answer in answers)


def answer_within(snippet: str, answers: Collection[str]) -> bool:
    """Return whether the words of an accepted answer stand in the snippet, whole, in order and side by side.

    Source: the containment test of Chen et al., Reading Wikipedia (DrQA), 2017, over SQuAD's words. These
    make one word of "Rome's", so the snippet is also read without its possessive endings.
    """
    held = f" {' '.join(words(snippet))} | {' '.join(words(POSSESSIVE.sub('', snippet)))} "
    return any(f" {' '.join(wanted)} " in held for wanted in map(words, answers) if wanted)


def _f1(given: Counter[str], wanted: Counter[str]) -> float:
    shared = (given & wanted).total()
    return 2 * shared / (given.total() + wanted.total()) if shared else 0.0


def _is_punctuation(mark: str) -> bool:
    return mark in string.punctuation or unicodedata.category(mark).startswith("P")
