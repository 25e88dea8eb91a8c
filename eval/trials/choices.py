"""The choices that are tried: the product as it is, and one thing changed at a time.

Owns the list, and giving the product's own constants other values for a while, so that what is tried is the
product's code and not a copy of it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType

from eval.trials.memory import Count, Cut
from eval.trials.searches import Search, by_min_max, by_product, by_ranks, fed_by_vectors, fed_by_words
from index import lexical, terms
from index.exports import Precision
from index.segment_files import words_of
from qa import read, retrieve

Change = tuple[ModuleType, str, object]
"""A module, a name in it, and the value it has while a choice is tried."""

ALL = 10**9


@dataclass(frozen=True, slots=True)
class Choice:
    """One way of retrieving; the defaults are the product's."""

    name: str
    changes: Sequence[Change] = ()
    search: Search = by_product
    count: Count | None = None
    """How words are counted where they must be counted anew."""
    cut: Cut = field(default_factory=Cut)


@contextmanager
def changed(changes: Sequence[Change]) -> Iterator[None]:
    """Give names of the product other values for a while; what its modules remember of the old ones is forgotten."""
    before = [(module, name, getattr(module, name)) for module, name, _ in changes]
    _set(changes)
    try:
        yield
    finally:
        _set(before)


def _set(changes: Sequence[Change]) -> None:
    for module, name, value in changes:
        setattr(module, name, value)
        for member in list(vars(module).values()):
            if hasattr(member, "cache_clear"):
                member.cache_clear()


def _weights(**weights: float) -> tuple[Change, ...]:
    return tuple((retrieve, name, weight) for name, weight in weights.items())


def _unchanged(word: str) -> str:
    return word


NO_MEANING = _weights(PASSAGE=0.0, SENTENCE=0.0, ARTICLE=0.0)
ALL_AGREE = _weights(CHANCE=-float(ALL))
"""However little of a question's words a passage covers, they count in full."""
UNSTEMMED: tuple[Change, ...] = ((terms, "stem", _unchanged), (lexical, "stem", _unchanged))
SIZES = (48, 64, 128, 192, 256)

CHOICES = (
    Choice("the product"),
    Choice("every passage a candidate", ((retrieve, "DEPTH", ALL),)),
    Choice("meaning alone", _weights(WORDS=0.0)),
    Choice("words alone (BM25)", NO_MEANING + ALL_AGREE),
    Choice("half and half after min-max", search=by_min_max),
    Choice("reciprocal rank fusion", search=by_ranks),
    *(Choice(f"words weigh {weight:g}", _weights(WORDS=weight)) for weight in (retrieve.WORDS / 2, retrieve.WORDS * 2)),
    Choice("words by chance: 0", _weights(CHANCE=0.0)),
    Choice("words by chance: 0.4", _weights(CHANCE=0.4)),
    Choice("words whatever they cover", ALL_AGREE),
    Choice("BM25 with K1 1.2, B 0.75", ((lexical, "K1", 1.2), (lexical, "B", 0.75))),
    Choice("words not stemmed", UNSTEMMED, count=words_of),
    Choice("title not among the words", count=lambda _, passage: terms.terms(passage.text)),
    Choice("misspellings not mended", ((lexical, "LEAST_MENDED", ALL),)),
    Choice("article 0", _weights(ARTICLE=0.0)),
    Choice("passage 1, sentence 0", _weights(PASSAGE=1.0, SENTENCE=0.0)),
    Choice("passage 0.5, sentence 0.5", _weights(PASSAGE=0.5, SENTENCE=0.5)),
    Choice("passage 0, sentence 1", _weights(PASSAGE=0.0, SENTENCE=1.0)),
    Choice("no regard for the form asked", ((read, "FORM_PENALTY", 0.0),)),
    Choice("asides like the rest", _weights(ASIDE=0.0)),
    Choice("asides less by 0.5", _weights(ASIDE=0.5)),
    Choice("fed back by vectors", search=fed_by_vectors),
    Choice("fed back by words", search=fed_by_words),
    *(Choice(f"passages of {size} word pieces", cut=Cut(target=size)) for size in SIZES),
    Choice("title embedded with a passage", cut=Cut(titled=True)),
    Choice("full precision", cut=Cut(precision=Precision.FP32)),
)
"""Those that share a cut stand together: their passages are embedded once."""
