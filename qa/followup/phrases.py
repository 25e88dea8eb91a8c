"""What a text is about: its names and noun phrases, found by rule, without a tagger.

Owns what counts as a phrase, and of which sort it is. Which phrase a later question means is told by ``mentions``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto

from index.terms import FUNCTION_WORDS, fold

WORD = re.compile(r"[^\W_]+(?:['’.&+/-][^\W_]+)*")

_VERBS = frozenset(
    """abolish accept accuse achieve act add affect agree aim allow announce appear apply argue arrest arrive ask
    attack attend avoid ban beat become began begin begun believe belong bought bring brought build built buy call
    came carry catch caught cause celebrate change choose chose claim collect come commission compare complete
    conceive confirm connect consider consist contain continue contribute cost create criticise criticize cure cut
    deal decide define deny depend describe design develop die died differ discover discuss do drink earn eat
    elect enable end endanger evaluate exist expect explain explore face fail feature feel felt fight find fire
    focus follow forbid form found gain gave get getting give given go goes going gone got grew grow happen
    happening hear held help hire hit hold host impact improve include increase influence injure inspire intend
    invent involve join keep kept kill know known land launch launched lead learn leave led left let like limit
    list live lived lose lost love made make making marry mean meant measure meet mention met miss move need offer
    open operate orbit own pay plan planned play please prefer prepare prevent produce promise propose protect
    prove provide publish punish put quit raise reach react read receive recommend reduce refer relate release
    remain remember remove replace reply report represent require rescue resign respond restrict retire return run
    said sang saw say search see seen sell send sent serve set share shoot shot show sign sing sold spend spent
    sponsor spread stand start started state stay step stop study sue suggest sung support survive take taken talk
    taught teach tell think thought told took tour travel treat treatable tried try turn understand use used using
    visit vote wait want warn watch wear went win won work worked write written wrote""".split()
)
"""Verbs that questions are made of: they end a phrase. Forms in -s, -ed and -ing are told by ``_is_verb``."""
_VAGUE = frozenset(
    """anything anyone aspect aspects bit detail details different else enough everything example examples fact facts
    general good idea important info information instance interest interesting kind kinds less lot lots main many
    more name names new number other others overall part people person place possible reason reasons recent
    recently role significant some someone something sort sorts specific stuff terms thing things time times topic
    type types various way ways well yes okay ok sure thanks thank hi hello also first last best worst biggest
    largest most major still yet ago later many year years month months day days today now
    currently already again together never ever always besides aside addition versus against despite instead
    really actually mostly even much dangerous common famous true exactly about good bad legal reliable able one
    ones""".split()
)
"""Words that say little by themselves: a phrase made of them alone is none."""
_LOOSE = frozenset(
    """already again together never ever always besides aside versus against despite instead really actually mostly
    even later ago still yet also now currently today first due near around across along behind inside outside
    toward towards since via per within beyond except among""".split()
)
"""Words that end a phrase of names as verbs do."""
_ARTICLES = frozenset("a an the".split())
_BEFORE_NOUNS = frozenset("a an the this that these those its their his my your our of main first second new".split())


class Sort(Enum):
    """What a phrase looks like."""

    NAME = auto()
    """Capitalised, or with a figure among its letters."""
    NUMBER = auto()
    """Made of figures: a year, an amount."""
    THING = auto()
    """Other words."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A name or noun phrase as it stands in a text."""

    text: str
    start: int
    sort: Sort
    led: str = ""
    """The word before it but for articles, in lower case."""
    articled: bool = False
    """Whether an article stands before it."""

    @property
    def said(self) -> str:
        """The phrase under its article: how a later sentence names it."""
        return ("the " if self.articled else "") + self.text

    @property
    def words(self) -> tuple[str, ...]:
        """Its words in lower case."""
        return tuple(word.casefold() for word in WORD.findall(fold(self.text)))


def phrases(text: str, *, within: bool = False) -> list[Phrase]:
    """Return the names and noun phrases of a text, in order; ``within`` where it is taken from within a sentence."""
    lead = "x, " if within else ""
    text = lead + text
    found = [phrase for run in _runs(text) if (phrase := _phrase(text, run)) is not None]
    return [replace(one, start=one.start - len(lead)) for one in found if one.start >= len(lead)]


def _runs(text: str) -> Iterator[list[re.Match[str]]]:
    """Yield runs of words that carry matter, side by side with nothing but spaces between them."""
    run: list[re.Match[str]] = []
    for match in WORD.finditer(text):
        if run and text[run[-1].end() : match.start()].strip(" "):
            yield run
            run = []
        if _ends(match.group(), named=_is_name(text, match), begun=bool(run), noun=_is_noun(text, match)):
            if run:
                yield run
            run = []
            continue
        run.append(match)
        if match.group().casefold().endswith(("'s", "’s")):
            yield run
            run = []
    if run:
        yield run


def _is_noun(text: str, match: re.Match[str]) -> bool:
    """Tell whether a word that may be a verb follows what only a noun can follow."""
    before = WORD.findall(text[: match.start()])[-1:] if text[: match.start()].endswith(" ") else []
    return bool(before) and (before[0].casefold() in _BEFORE_NOUNS or before[0].isdigit())


def _ends(word: str, *, named: bool, begun: bool, noun: bool) -> bool:
    """Tell whether a word stands outside all phrases."""
    plain = fold(word).removesuffix("'s")
    if named and ((len(plain) > 1 and plain.isupper()) or plain.casefold() not in FUNCTION_WORDS):
        return False
    plain = plain.casefold()
    return plain in FUNCTION_WORDS or plain in _LOOSE or (not noun and _is_verb(plain, begun=begun))


def _is_verb(plain: str, *, begun: bool) -> bool:
    if plain in _VERBS:
        return True
    for ending in ("s", "es", "ed", "d", "ing"):
        stem = plain.removesuffix(ending)
        if stem != plain and (stem in _VERBS or stem + "e" in _VERBS):
            return begun or ending != "ing"
    return len(plain) > 5 and plain.endswith("ed")


def _is_name(text: str, match: re.Match[str]) -> bool:
    word = match.group()
    if any(mark.isdigit() for mark in word) and any(mark.isalpha() for mark in word):
        return True
    if not word[0].isupper():
        return False
    before = text[: match.start()].rstrip(" \"'“‘(")
    return word[1:].lower() != word[1:] or (bool(before) and before[-1] not in ".!?:\n")


def _phrase(text: str, run: list[re.Match[str]]) -> Phrase | None:
    """Return what a run of words names; None where it says nothing by itself."""
    while run and not _is_name(text, run[0]) and run[0].group().casefold() in _VAGUE:
        run = run[1:]
    telling = [match for match in run if match.group().casefold() not in _VAGUE]
    if not telling:
        return None
    said = text[run[0].start() : run[-1].end()]
    for ending in ("'s", "’s"):
        said = said.removesuffix(ending)
    before = [word.casefold() for word in WORD.findall(text[: run[0].start()])]
    articled = bool(before) and before[-1] in _ARTICLES
    led = next((word for word in reversed(before) if word not in _ARTICLES), "")
    sort = Sort.THING
    if any(_is_name(text, match) for match in run):
        sort = Sort.NAME
    elif all(any(mark.isdigit() for mark in match.group()) for match in telling):
        sort = Sort.NUMBER
    return Phrase(said, run[0].start(), sort, led, articled)
