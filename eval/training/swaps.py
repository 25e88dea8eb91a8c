"""Questions and texts changed by rule, so that what was asked is no longer said: near misses made from pairs.

Owns the rules. Each takes a pair and chance, and gives a changed (question, text), or None where it does not apply. A
change of the question leaves the text as it was, so that everything but the one thing still speaks for an answer; a
change of the text leaves the question as natural as somebody wrote it.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence

from eval.training.pairs import Pair

NAME = re.compile(r"\b[A-Z][\w'’.-]*(?:\s+(?:of|de|van|the|and)\s+(?=[A-Z])|\s+)?(?:[A-Z][\w'’-]*\s?)*")
NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_COUNTS = "two three four five six seven eight nine ten eleven twelve".split()
_ORDINALS = "first second third fourth fifth sixth".split()
SERIES = tuple(re.compile(rf"\b(?:{'|'.join(words)})\b") for words in (_MONTHS, _DAYS, _COUNTS, _ORDINALS))
_MEMBERS = (_MONTHS, _DAYS, _COUNTS, _ORDINALS)
OPPOSITES = {
    left: right
    for pair in (
        "first last|largest smallest|biggest smallest|highest lowest|oldest youngest|longest shortest|earliest latest|"
        "most least|more fewer|more less|best worst|before after|north south|east west|northern southern|"
        "eastern western|win lose|won lost|winner loser|increase decrease|increased decreased|rise fall|rose fell|"
        "begin end|began ended|start stop|started stopped|open close|opened closed|buy sell|bought sold|born dead|"
        "arrive leave|arrived left|enter leave|support oppose|supported opposed|supporter opponent|allow forbid|"
        "allowed banned|accept reject|accepted rejected|agree disagree|approve reject|approved rejected|"
        "remember forget|love hate|like dislike|good bad|strong weak|strength weakness|rich poor|new old|early late|"
        "high low|above below|inside outside|public private|male female|men women|man woman|father mother|"
        "son daughter|brother sister|husband wife|king queen|teacher student|attack defend|attacked defended|"
        "advantage disadvantage|positive negative|maximum minimum|upper lower|left right|up down|import export|"
        "join leave|joined left|create destroy|created destroyed|build demolish|built demolished|include exclude|"
        "included excluded|gain lose|gained lost|success failure|succeed fail|succeeded failed|major minor|"
        "majority minority|always never|often rarely|same different|similar different|hot cold|fast slow|"
        "previous next|former current|ancient modern|rural urban|domestic foreign|hire fire|hired fired|"
        "appointed dismissed|praised criticized|friend enemy|ally enemy|victory defeat|predecessor successor"
    ).split("|")
    for left, right in (tuple(pair.split()), tuple(reversed(pair.split())))
}
_OPPOSITE = re.compile(rf"\b(?:{'|'.join(OPPOSITES)})\b", re.IGNORECASE)
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|did|does|do|has|have|had|can|could|will|would|should|must|may|might)\b", re.IGNORECASE
)
_NEGATED = re.compile(r"\s+(?:not|never)\b|n['’]t\b", re.IGNORECASE)
_ASKED = {
    "who": ("when", "where", "why"),
    "when": ("where", "why", "how"),
    "where": ("when", "why", "how"),
    "how many": ("which",),
    "how much": ("why",),
}
_ASKING = re.compile(r"^(?:who|when|where|how many|how much)\b", re.IGNORECASE)

Changed = tuple[str, str]
"""Question and text."""
Rule = Callable[[Pair, Sequence[str], random.Random], Changed | None]
"""Pair, names of other places, chance."""


def names_in(text: str) -> list[str]:
    """Return the names of a text, roughly: runs of capitalised words that do not begin a sentence."""
    found = []
    for match in NAME.finditer(text):
        name = match.group().strip(" .'’-")
        before = text[: match.start()].rstrip()
        if len(name) > 2 and before and before[-1] not in '.!?"“”:' and name.casefold() not in _NO_NAMES:
            found.append(name)
    return list(dict.fromkeys(found))


_NO_NAMES = set("i the it he she they in on a an but and this that what who when where why how".split()) | {
    word.casefold() for word in (*_MONTHS, *_DAYS)
}


def another_name(pair: Pair, others: Sequence[str], chance: random.Random) -> Changed | None:
    """Ask about somebody or something else."""
    asked = [name for name in names_in(pair.question) if name in pair.text]
    return _renamed(pair, asked, others, chance, lambda old, new: (_put(pair.question, old, new), pair.text))


def renamed_text(pair: Pair, others: Sequence[str], chance: random.Random) -> Changed | None:
    """Let the text speak of somebody or something else than is asked about."""
    asked = [name for name in names_in(pair.question) if name in pair.text and name not in pair.said]
    return _renamed(pair, asked, others, chance, lambda old, new: (pair.question, _put(pair.text, old, new)))


def another_number(pair: Pair, others: Sequence[str], chance: random.Random) -> Changed | None:
    """Ask about another year, amount, month, day or place in a row."""
    found: list[tuple[str, str]] = []
    for match in NUMBER.finditer(pair.question):
        old = match.group()
        alike = [one for one in NUMBER.findall(pair.text) if len(one) == len(old) and one not in (old, pair.said)]
        found.append((old, chance.choice(alike) if alike else _shifted(old, chance)))
    for series, members in zip(SERIES, _MEMBERS, strict=True):
        found += [(word, chance.choice(members)) for word in series.findall(pair.question)]
    found = [(old, new) for old, new in found if old.casefold() != new.casefold()]
    if not found:
        return None
    old, new = chance.choice(found)
    return _put(pair.question, old, new.capitalize() if old[0].isupper() else new), pair.text


def opposite(pair: Pair, others: Sequence[str], chance: random.Random) -> Changed | None:
    """Ask for the opposite."""
    found = _OPPOSITE.findall(pair.question)
    if not found:
        return None
    old = chance.choice(found)
    new = OPPOSITES[old.casefold()]
    return _put(pair.question, old, new.capitalize() if old[0].isupper() else new), pair.text


def negated(pair: Pair, others: Sequence[str], chance: random.Random) -> Changed | None:
    """Ask for what is not so, or no longer for it."""
    bare = _NEGATED.sub("", pair.question, count=1)
    if bare != pair.question:
        return bare, pair.text
    match = _AUXILIARY.search(pair.question)
    if match is None:
        return None
    said = chance.choice((" not", "n't", " never"))
    return pair.question[: match.end()] + said + pair.question[match.end() :], pair.text


def asked_otherwise(pair: Pair, others: Sequence[str], chance: random.Random) -> Changed | None:
    """Ask when instead of who, and the like."""
    match = _ASKING.match(pair.question)
    if match is None:
        return None
    new = chance.choice(_ASKED[match.group().casefold()])
    return new.capitalize() + pair.question[match.end() :], pair.text


RULES: Mapping[str, tuple[Rule, float]] = {
    "name": (another_name, 3.0),
    "text": (renamed_text, 3.0),
    "number": (another_number, 3.0),
    "opposite": (opposite, 3.0),
    "negated": (negated, 0.5),
    "asked": (asked_otherwise, 0.5),
}
"""Each rule, and how often it is tried in proportion to the others."""


def near_miss(pair: Pair, others: Sequence[str], chance: random.Random) -> Changed | None:
    """Return a changed question and text by one of the rules that apply; None where none does."""
    order = sorted(RULES.values(), key=lambda rule: chance.random() ** (1 / rule[1]), reverse=True)
    for rule, _ in order:
        changed = rule(pair, others, chance)
        if changed is not None and changed != (pair.question, pair.text):
            return changed
    return None


def consistent(pair: Pair, others: Sequence[str], chance: random.Random) -> tuple[str, str, int] | None:
    """Rename something in question and text alike, so that the answer stands: question, text, where it begins now.

    The counterpart of ``renamed_text``: without it a strange name would be a mark of what is not said.
    """
    asked = [name for name in names_in(pair.question) if name in pair.text and name not in pair.said]
    done = _renamed(pair, asked, others, chance, lambda old, new: (old, new))
    if done is None:
        return None
    old, new = done
    before = _put(pair.text[: pair.answer.start], old, new)
    text = before + pair.said + _put(pair.text[pair.answer.end :], old, new)
    return _put(pair.question, old, new), text, len(before)


def _renamed(
    pair: Pair,
    asked: Sequence[str],
    others: Sequence[str],
    chance: random.Random,
    change: Callable[[str, str], Changed],
) -> Changed | None:
    """Choose a name and what takes its place: at best another of the same text and of as many words."""
    if not asked:
        return None
    old = chance.choice(asked)
    near = [name for name in names_in(pair.text) if _fits(name, old, pair)]
    far = [name for name in others if _fits(name, old, pair)]
    choices = near if near and (not far or chance.random() < 0.6) else far
    return change(old, chance.choice(choices)) if choices else None


def _fits(name: str, old: str, pair: Pair) -> bool:
    return (
        name not in pair.question
        and name not in pair.said
        and pair.said not in name
        and old not in name
        and len(name.split()) == len(old.split())
    )


def _put(text: str, old: str, new: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", lambda _: new, text)


def _shifted(number: str, chance: random.Random) -> str:
    plain = number.replace(",", "")
    if not plain.isdigit():
        return number
    most = 12 if len(plain) == 4 else max(3, int(plain) // 2)
    return str(max(1, int(plain) + chance.choice((-1, 1)) * chance.randint(1, most)))
