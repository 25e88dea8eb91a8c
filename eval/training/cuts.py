"""Parts of the texts of pairs: a few sentences around the answer, those without it, one among its neighbours.

Owns where texts are cut. How often they are is the work of ``mixture``.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from eval.training.pairs import Pair
from index.records import Span
from index.sentences import sentences

LEAST_CUT, MOST_CUT = 200, 650
"""Characters that a text is cut to; a sentence may be longer."""


def cut(pair: Pair, chance: random.Random) -> Pair:
    """Return the pair with its text cut to a few whole sentences around the answer."""
    found = _sentences(pair.text)
    inside = [at for at, (start, end) in enumerate(found) if start < pair.answer.end and pair.answer.start < end]
    if not inside:
        return pair
    first, last, most = inside[0], inside[-1], chance.randint(LEAST_CUT, MOST_CUT)
    while True:
        sides = [at for at in (first - 1, last + 1) if 0 <= at < len(found)]
        sides = [at for at in sides if found[max(at, last)].end - found[min(at, first)].start <= most]
        if not sides:
            break
        chosen = chance.choice(sides)
        first, last = min(first, chosen), max(last, chosen)
    start, end = min(found[first].start, pair.answer.start), max(found[last].end, pair.answer.end)
    answer = Span(pair.answer.start - start, pair.answer.end - start)
    return replace(pair, text=pair.text[start:end], answer=answer)


def without_answer(pair: Pair, chance: random.Random) -> str | None:
    """Return whole sentences of the text that do not hold the words of the answer, side by side or around a gap."""
    kept = [pair.text[start:end] for start, end in _sentences(pair.text)]
    kept = [sentence for sentence in kept if not _holds(sentence, pair)]
    if not kept:
        return None
    most, first = chance.randint(LEAST_CUT, MOST_CUT), chance.randrange(len(kept))
    text = kept[first]
    for sentence in kept[first + 1 :]:
        if len(text) + len(sentence) > most:
            break
        text += " " + sentence
    return text


def in_company(pair: Pair, neighbours: Sequence[str], chance: random.Random) -> Pair:
    """Return a pair of one sentence among others of its document that do not hold the words of its answer."""
    others = [text for text in neighbours if text != pair.text and not _holds(text, pair)]
    chosen = chance.sample(others, min(len(others), chance.randint(0, 3)))
    at = chance.randint(0, len(chosen))
    before = "".join(text + " " for text in chosen[:at])
    text = " ".join([before + pair.text, *chosen[at:]])
    answer = Span(pair.answer.start + len(before), pair.answer.end + len(before))
    return replace(pair, text=text, answer=answer)


def _holds(text: str, pair: Pair) -> bool:
    return pair.said.casefold() in text.casefold()


@cache
def _sentences(text: str) -> tuple[Span, ...]:
    return tuple(sentences(text, 0, len(text)))
