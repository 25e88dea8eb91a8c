"""How alike two wordings are: questions that are nearly the same, and questions copied from what answers them.

Owns the measures of likeness and where they begin to matter. What a word is belongs to ``metrics``.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from eval.check.corpus import row
from index.terms import FUNCTION_WORDS, stem

NEAR = 85
"""Two questions that share this percentage of all their words are nearly the same."""
RUN, RUN_CONTENT = 6, 3
"""A question is copied that has so many words in a row from its gold, so many of them not function words."""
SHARE, SHARE_CONTENT = 0.9, 4
"""And one whose gold holds such a share of its content words, where it has at least so many."""

_FUNCTION = frozenset(word.replace("'", "") for word in FUNCTION_WORDS)


def near_copies(wordings: Sequence[frozenset[str]]) -> Mapping[int, int]:
    """Return, for each set of words that is nearly one before it, the number of such a one: Jaccard >= NEAR / 100.

    Exact, and without comparing all pairs: two such sets share one of their rarest words, so only those are
    looked up. Source of the filter: Chaudhuri, Ganti and Kaushik, A primitive operator for similarity joins in
    data cleaning, 2006; of the measure: Jaccard, 1901.
    """
    common = Counter(word for wording in wordings for word in wording)
    by_word: dict[str, list[int]] = {}
    found = {}
    for number, wording in enumerate(wordings):
        rarest_first = sorted(wording, key=lambda word: (common[word], word))
        telling = rarest_first[: len(wording) - -(-NEAR * len(wording) // 100) + 1]
        candidates = (other for word in telling for other in by_word.get(word, ()))
        alike = next((other for other in candidates if _alike(wording, wordings[other])), None)
        if alike is not None:
            found[number] = alike
        for word in telling:
            by_word.setdefault(word, []).append(number)
    return found


def copied_run(question: Sequence[str], held: str) -> tuple[str, ...]:
    """Return the longest run of the question's words that is copied from a place, () where none is.

    ``held`` is the place as ``Corpus.held`` gives it.
    """
    longest: tuple[str, ...] = ()
    end = 0
    for start in range(len(question)):
        end = max(end, start)
        while end < len(question) and row(question[start : end + 1]) in held:
            end += 1
        run = tuple(question[start:end])
        if len(run) > max(RUN - 1, len(longest)) and len(_content(run)) >= RUN_CONTENT:
            longest = run
    return longest


def shares_content(question: Sequence[str], quote: Sequence[str]) -> bool:
    """Tell whether a quote holds nearly all content words of a question, whatever their endings and order."""
    wanted = {stem(word) for word in _content(question)}
    if len(wanted) < SHARE_CONTENT:
        return False
    return len(wanted & {stem(word) for word in quote}) >= SHARE * len(wanted)


def _content(wording: Sequence[str]) -> list[str]:
    return [word for word in wording if word not in _FUNCTION]


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return 100 * len(one & other) >= NEAR * len(one | other)
