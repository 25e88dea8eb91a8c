"""A question as the articles spell it: words that no article holds, one letter away from one that they do hold.

Owns which word is put in the place of a misspelt one. Which term that is for the search is known to ``index.lexical``,
which words are none to the model that is asked with.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from index.lexical import LEAST_MENDED, Weighed, one_letter_away
from index.terms import FUNCTION_WORDS, phrases, stem

LEAST_NAME = 7
"""Letters of a word with a capital that may be misspelt; in shorter names a letter makes another name."""
_WORD = re.compile(r"[^\W\d_]+")


def respelt(question: str, weighed: Iterable[Weighed], texts: Sequence[str], is_word: Callable[[str], bool]) -> str:
    """Return the question with its misspelt words as they stand in ``texts``; as it is where nothing is misspelt.

    A word in small letters that is one letter away from a function word was meant as that. What ``is_word`` is right as
    it is: that the articles do not hold it may be all that tells a question that they do not answer. So is a question
    with a quotation, which asks for the very words.
    """
    if phrases(question):
        return question
    unknown = {one.wanted.word: one for one in weighed if one.mended or not one.passages}
    spelt = {
        word: _function_word(word) or (_spelling(word, one.term, texts, is_word) if one.mended else "")
        for word, one in unknown.items()
        if len(word) >= LEAST_MENDED and word.isascii() and word.isalpha() and not is_word(word)
    }
    return _WORD.sub(lambda match: _put(match.group(), spelt), question) if spelt else question


def _put(word: str, spelt: Mapping[str, str]) -> str:
    meant = spelt.get(word.casefold(), "")
    if word != word.casefold() and (len(word) < LEAST_NAME or meant in FUNCTION_WORDS):
        return word
    return meant or word


def _function_word(word: str) -> str:
    return min(FUNCTION_WORDS & _slips(word), default="")


def _spelling(word: str, term: str, texts: Sequence[str], is_word: Callable[[str], bool]) -> str:
    """Return the spelling of a term that ``word`` slipped from: one of the texts, else one that is a word."""
    near = {one for one in _slips(word) if stem(one) == term}
    found: Counter[str] = Counter(one for text in texts for one in _WORD.findall(text) if one.casefold() in near)
    if found:
        return max(found, key=lambda one: (one.islower(), found[one], one))
    return min(filter(is_word, near), default="")


def _slips(word: str) -> set[str]:
    """Return what is one letter away and ends alike: what ends otherwise may be another word, as charge and charger."""
    return {one for one in one_letter_away(word) if one.endswith(word[-1])}
