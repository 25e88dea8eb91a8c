"""From text to the terms that lexical search counts: the only module that knows what a word is.

Owns folding, tokens, stems, the bigrams of scripts without spaces, and what of a question is searched for:
its terms and the phrases it puts in quotes. Counting and scoring are the work of ``lexical``.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

TERM_RULE = "terms-1"
"""Names this way of reading words: a part of ``split.PASSAGE_RULE``."""

FUNCTION_WORDS = frozenset(
    """a about after all also am an and any are aren't as at be because been before being between both but by can
    can't could couldn't did didn't do does doesn't doing don't during each else ever for from had has have having
    he her here hers him his how i if in into is isn't it its just may me might more most much must my no nor not of
    off on once only or other our out over own please same shall she should so some such tell than that the their
    them then there these they this those through to too under until up upon us very was wasn't we were weren't
    what when where whether which while who whom whose why will with within without won't would wouldn't you
    your""".split()
)
"""Words that carry the grammar of a question, not its matter."""

_CJK = (
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_TOKEN = re.compile(r"[^\W_]+(?:['.,&+/-][^\W_]+)*[+#]*")
_HAS_CJK = re.compile(f"[{_CJK}]")
_PIECE = re.compile(f"[{_CJK}]+|[^{_CJK}]+")
_JOINTS = re.compile(r"['.,&+/#-]+")
_PARTS = re.compile(r"['.,&+/#-]+|[^'.,&+/#-]+")
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_QUOTED = re.compile('["\u201c\u201d\u201e\u00ab]([^"\u201c\u201d\u201e\u00ab\u00bb]{0,1000})["\u201c\u201d\u00bb]')
_ALIKE = {
    **dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff")),
    **dict.fromkeys(map(ord, "\u2018\u2019\u201b\u02bc\u2032\u00b4`"), "'"),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2212"), "-"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """One term that a question is searched by."""

    term: str
    word: str
    """As the question has it, folded; what a misspelling is mended from."""
    joined: bool = False
    """Whether its parts are terms of their own, so that nothing is missing where it occurs nowhere as a whole."""


def terms(text: str) -> list[str]:
    """Return the terms of a text in order, repeats included.

    A word gives its stem; one that is joined of several ("Chang'e-4", "1.5") gives itself and each of them. A run
    of Chinese, Japanese or Korean gives its pairs of neighbouring characters.
    """
    return [term for token in _tokens(text) for term in _terms_of(token)]


def wanted_terms(question: str) -> tuple[Wanted, ...]:
    """Return the different terms a question is searched by; function words only where it has nothing else."""
    tokens = list(_tokens(question))
    telling = [token for token in tokens if token not in FUNCTION_WORDS] or tokens
    found: dict[str, Wanted] = {}
    for token in telling:
        several = _terms_of(token)
        joined = len(several) > 1 and not _HAS_CJK.match(token)
        for number, term in enumerate(several):
            found.setdefault(term, Wanted(term, token if len(several) == 1 else term, joined and number == 0))
    return tuple(found.values())


def phrases(question: str) -> tuple[str, ...]:
    """Return what a question puts in double quotes, as ``run_of_words`` gives it."""
    runs = (run_of_words(found[1]) for found in _QUOTED.finditer(question))
    return tuple(dict.fromkeys(run for run in runs if run.strip()))


def run_of_words(text: str) -> str:
    """Return the words of a text, folded but not stemmed, with a space around each: a phrase is a piece of it.

    In Chinese, Japanese and Korean every character stands as a word.
    """
    words = (word for token in _tokens(text) for word in _JOINTS.split(token.casefold()) if word)
    return f" {' '.join(' '.join(word) if _HAS_CJK.match(word) else word for word in words)} "


def stem(word: str) -> str:
    """Return the term of a plain word in lower case: its stem."""
    return _stemmer()(word)


@lru_cache(maxsize=1024)
def fold(text: str) -> str:
    """Return a text without what readers do not see as a difference: form, accents, kinds of quotes and hyphens."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKD", text.translate(_ALIKE))
    return unicodedata.normalize("NFKC", _ACCENTS.sub("", plain)).translate(_ALIKE)


def _tokens(text: str) -> Iterator[str]:
    """Yield the words of a text in lower case, but for names such as US and WHO that would be taken for a pronoun."""
    shouted = text.isupper()
    for token in _TOKEN.findall(fold(text)):
        if not token.isascii() and _HAS_CJK.search(token):
            yield from filter(None, (piece.strip("'.,&+/-").casefold() for piece in _PIECE.findall(token)))
            continue
        yield token.casefold() if shouted else _cased(token)


def _cased(token: str) -> str:
    """Return a word in lower case but for the names in it that would be taken for a pronoun: US, U.S., US-led."""
    name = token.replace(".", "")
    if len(name) > 1 and name.isupper() and name.casefold() in FUNCTION_WORDS:
        return name
    parts = _PARTS.findall(token)
    kept = (len(part) > 1 and part.isupper() and part.casefold() in FUNCTION_WORDS for part in parts)
    return "".join(part if keep else part.casefold() for part, keep in zip(parts, kept, strict=True))


@cache
def _stemmer() -> Callable[[str], str]:
    """Return the English stemmer of Snowball (Porter, 2001), loaded when it is first needed."""
    import Stemmer

    found: Callable[[str], str] = Stemmer.Stemmer("english", 0).stemWord
    return found


@lru_cache(maxsize=1 << 16)
def _terms_of(token: str) -> tuple[str, ...]:
    if _HAS_CJK.match(token):
        return tuple(first + second for first, second in pairwise(token)) or (token,)
    word = token.removesuffix("'s")
    if word.isalpha():
        return (word if word.isupper() else stem(word),)
    if _NUMBER.fullmatch(word):
        return (word.replace(",", ""),)
    parts = [part for part in _JOINTS.split(word) if part]
    if parts == [word]:
        return (word,)
    if len(parts) > 1 and all(len(part) == 1 and part.isalpha() for part in parts):
        return ("".join(parts),)
    return (word.casefold(), *(part if part.isupper() else stem(part) for part in parts))
