"""What the reader sees in one pass: pairs as they are, cut short, without their answer, with a near miss, with a rival.

Owns how often each kind is seen, and how questions are typed. Chance depends on a seed and the pair alone, so that a
pass can be made again.
"""

import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from eval.slips import keywords, slipped
from eval.training import swaps
from eval.training.cuts import cut, in_company, without_answer
from eval.training.pairs import Pair
from eval.training.talks import TALK
from eval.training.written import SOURCE
from index.records import Span
from qa.reader.form import in_context

DEV_SHARE = 0.03
"""Of the groups of each source, kept away from training."""


@dataclass(frozen=True, slots=True)
class Example:
    """What is read at once, and what is right: ``text[answer.start:answer.end]``, or None where it is not there."""

    question: str
    title: str
    text: str
    answer: Span | None
    kind: str
    pair: int = -1
    """The number of the pair it was made of."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many examples of each kind a pair of one source gives on average."""

    whole: float
    cut: float
    rival: float
    swap: float
    without: float
    consistent: float


SHARES: Mapping[str, Share] = {
    "squad": Share(whole=0.9, cut=0.7, rival=0.45, swap=0.45, without=0.25, consistent=0.1),
    "reddit": Share(whole=0.5, cut=0.5, rival=0.35, swap=0.25, without=0.2, consistent=0.05),
    "amazon": Share(whole=0.5, cut=0.5, rival=0.35, swap=0.25, without=0.2, consistent=0.05),
    "policy": Share(whole=0.4, cut=0.3, rival=0.0, swap=0.0, without=0.2, consistent=0.0),
    "qamr": Share(whole=0.25, cut=0.0, rival=0.08, swap=0.1, without=0.0, consistent=0.02),
    SOURCE: Share(whole=0.2, cut=0.5, rival=0.4, swap=0.1, without=0.15, consistent=0.0),
    TALK: Share(whole=0.4, cut=0.8, rival=0.9, swap=0.0, without=0.2, consistent=0.0),
}
RIVALS = 2
"""Texts shown, at most, where a question is shown with rivals."""
TITLED = 0.7
"""How often a text is read under its title where it has one."""
KEYWORDS, SLIPPED = 0.1, 0.15
"""How often a question is typed in keywords, and with slips of the fingers."""
ASIDE = 0.05
"""How often a question that has nothing to do with it is taken to have been asked before."""
NEAR_MISSES = ("swap", "near")
"""Never cut down to keywords: these may leave out the word that it lies in."""
LONGEST_TEXT = 1400
"""Characters; a longer text is read cut."""


def split(pairs: Sequence[Pair]) -> tuple[list[int], list[int]]:
    """Return the numbers of the pairs to train on and of those to look at, no group on both sides."""
    dev = [at for at, pair in enumerate(pairs) if _drawn("split", pair.group) < DEV_SHARE]
    chosen = set(dev)
    return [at for at in range(len(pairs)) if at not in chosen], dev


def examples(
    pairs: Sequence[Pair], numbers: Sequence[int], rivals: Mapping[int, Sequence[str]], seed: str
) -> Iterator[Example]:
    """Yield the examples of one pass over these pairs; ``rivals`` are the mined texts of a pair, where it has any."""
    names = _names(pairs, numbers)
    neighbours = _neighbours(pairs, numbers)
    for number in numbers:
        pair = pairs[number]
        chance = random.Random(f"{seed} {pair.source} {number}")
        others = chance.sample(names[pair.source], min(40, len(names[pair.source])))
        if pair.source == "qamr":
            pair = in_company(pair, neighbours[pair.group], chance)
        before = pairs[chance.choice(numbers)].question if chance.random() < ASIDE else ""
        for example in _of(pair, SHARES[pair.source], rivals.get(number, ()), others, chance):
            titled = example.title and chance.random() < TITLED
            asked = typed(replace(example, pair=number, title=example.title if titled else ""), chance, pair.source)
            aside = before and pair.source != TALK
            yield replace(asked, question=in_context(asked.question, [(before, "")])) if aside else asked


def typed(example: Example, chance: random.Random, source: str = "") -> Example:
    """Return an example with its question as people may type it: in keywords, or with slips of the fingers."""
    drawn = chance.random()
    if drawn < KEYWORDS and example.kind not in NEAR_MISSES and source != TALK:
        return replace(example, question=keywords(example.question) or example.question)
    if drawn < KEYWORDS + SLIPPED:
        return replace(example, question=slipped(example.question, chance))
    return example


def part(pairs: Sequence[Pair], numbers: Sequence[int], share: float, seed: str) -> list[int]:
    """Return about this share of the numbers of pairs, which, the seed decides, and all that were written for it."""
    return [at for at in numbers if pairs[at].source in (SOURCE, TALK) or _drawn("part", seed, str(at)) < share]


def _of(
    pair: Pair, share: Share, rivals: Sequence[str], others: Sequence[str], chance: random.Random
) -> Iterator[Example]:
    short = cut(pair, chance)
    if chance.random() < share.whole:
        yield _told(pair if len(pair.text) <= LONGEST_TEXT else short, "whole")
    if chance.random() < share.cut:
        yield _told(short, "cut")
    if pair.answered:
        yield from _changed(pair, short, share, rivals, others, chance)


def _changed(
    pair: Pair, short: Pair, share: Share, rivals: Sequence[str], others: Sequence[str], chance: random.Random
) -> Iterator[Example]:
    """Yield what is made of a pair that has an answer: mostly texts and questions that have none."""
    if rivals and chance.random() < share.rival:
        drawn = {int(len(rivals) * chance.random() ** 1.7) for _ in range(RIVALS)}
        yield from (Example(pair.question, pair.title, rivals[at], None, "rival") for at in sorted(drawn))
    told = short if chance.random() < 0.7 or len(pair.text) > LONGEST_TEXT else pair
    if chance.random() < share.swap:
        missed = swaps.near_miss(told, others, chance)
        if missed is not None:
            yield Example(missed[0], pair.title, missed[1], None, "swap")
    if chance.random() < share.without:
        rest = without_answer(pair, chance)
        if rest:
            yield Example(pair.question, pair.title, rest, None, "without")
    if chance.random() < share.consistent:
        renamed = swaps.consistent(told, others, chance)
        if renamed is not None:
            question, text, start = renamed
            yield Example(question, "", text, Span(start, start + len(pair.said)), "consistent")


def _told(pair: Pair, kind: str) -> Example:
    if pair.answered:
        return Example(pair.question, pair.title, pair.text, pair.answer, kind)
    return Example(pair.question, pair.title, pair.text, None, "near")


def _names(pairs: Sequence[Pair], numbers: Sequence[int]) -> dict[str, list[str]]:
    """Return the names that stand in the questions of each source."""
    found: dict[str, dict[str, None]] = {pair.source: {} for pair in pairs}
    for number in numbers:
        found[pairs[number].source].update(dict.fromkeys(swaps.names_in(pairs[number].question)))
    return {source: list(names) for source, names in found.items()}


def _neighbours(pairs: Sequence[Pair], numbers: Sequence[int]) -> dict[str, list[str]]:
    found: dict[str, dict[str, None]] = {}
    for number in numbers:
        if pairs[number].source == "qamr":
            found.setdefault(pairs[number].group, {})[pairs[number].text] = None
    return {group: list(texts) for group, texts in found.items()}


def _drawn(*parts: str) -> float:
    """Return a number from 0 to 1 that the parts alone decide."""
    return int.from_bytes(hashlib.sha256(" ".join(parts).encode()).digest()[:6]) / 2**48
