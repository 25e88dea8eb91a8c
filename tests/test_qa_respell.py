"""Misspelt questions as the articles spell them: by hand, against every question that ships, and asked for real."""

import re
from pathlib import Path

import pytest

from eval.question_sets import default_set, load
from index.embed import OnnxEmbedder
from index.lexical import Weighed, one_letter_away
from index.store import open_index
from index.terms import FUNCTION_WORDS, stem, wanted_terms
from qa.ask import Asker
from qa.respell import respelt

TEXTS = ["Several European countries and a University sent payloads.", "the european Space Agency and other countries"]
KNOWN = frozenset("which universities hive buildings work".split())


def is_word(word: str) -> bool:
    return word in KNOWN


def weighed(question: str, **mended: str) -> list[Weighed]:
    """Return the terms of a question; those of ``mended`` were looked up as other terms, the rest stand somewhere."""
    return [
        Weighed(one, stem(mended.get(one.word, one.word)), int(one.word in mended or one.word in "land moon"), 1.0)
        for one in wanted_terms(question)
    ]


@pytest.mark.parametrize(
    ("question", "mended", "expected"),
    [
        ("Which contries land?", {"contries": "countries"}, "Which countries land?"),
        ("Europaen moon", {"europaen": "european"}, "european moon"),
        ("univercity land", {"univercity": "university"}, "University land"),
        ("unversities land", {"unversities": "universities"}, "universities land"),
        ("wich moon", {"wich": "wish"}, "which moon"),
        ("Wich moon", {"wich": "wish"}, "Wich moon"),
        ("mutch land", {}, "much land"),
        ("hive land", {"hive": "live"}, "hive land"),
        ("contries, contries!", {"contries": "countries"}, "countries, countries!"),
        ("Chang'e-77 moon", {}, "Chang'e-77 moon"),
        ("qqzzt land", {}, "qqzzt land"),
        ('"contries" land', {"contries": "countries"}, '"contries" land'),
        ("Swedez land", {"swedez": "sweden"}, "Swedez land"),
        ("Europaens land", {"europaens": "european"}, "Europaens land"),
        ("countrys moon", {"countrys": "country"}, "countrys moon"),
        ("universitie land", {"universitie": "university"}, "universitie land"),
    ],
)
def test_questions_by_hand(question: str, mended: dict[str, str], expected: str) -> None:
    assert respelt(question, weighed(question, **mended), TEXTS, is_word) == expected


STANDING = frozenset(word for text in TEXTS for word in re.findall("[a-z]{5,}", text.casefold()))


@pytest.mark.parametrize("word", sorted(STANDING))
def test_every_slip_inside_a_word_is_undone_and_nothing_else_changes(word: str) -> None:
    slips = {one for one in one_letter_away(word) if one[-1] == word[-1] and stem(one) != stem(word)}
    for slip in slips - STANDING - KNOWN:
        question = f"moon {slip} land"
        before, mended, after = respelt(question, weighed(question, **{slip: word}), TEXTS, is_word).split()
        assert (before, after) == ("moon", "land")
        assert slip in one_letter_away(mended.casefold())
        assert mended.casefold() in STANDING | FUNCTION_WORDS


@pytest.fixture(scope="module")
def asker(seed_index: Path, embedder: OnnxEmbedder) -> Asker:
    return Asker(open_index(seed_index), embedder)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who is the cheif of the Europaen Space Agency?", "Who is the chief of the European Space Agency?"),
        ("are chinese vistors alowed at nasa buildngs", "are chinese visitors alowed at nasa buildings"),
        ("wich rover did China send?", "which rover did China send?"),
        ("What did the whale eat on the Moon?", "What did the whale eat on the Moon?"),
        ("Who is Karl Lang?", "Who is Karl Lang?"),
    ],
)
def test_a_question_is_asked_as_the_articles_spell_it(question: str, expected: str, asker: Asker) -> None:
    reply = asker.ask(question)
    assert (reply.question, reply.standalone) == (question, expected)
    assert reply.made == ("" if question == expected else "It was spelt as the articles spell it.")


def test_what_is_found_is_what_the_right_spelling_finds(asker: Asker) -> None:
    misspelt, right = asker.ask("When will Chang'e-7 be launhced?", 5), asker.ask("When will Chang'e-7 be launched?", 5)
    assert [one.snippet for one in misspelt.ranked] == [one.snippet for one in right.ranked]
    assert misspelt.confidence == right.confidence


def test_no_question_that_ships_is_spelt_otherwise_but_where_it_is_misspelt(asker: Asker) -> None:
    for question in (*load(default_set("dev")), *load(default_set("heldout"))):
        reply = asker.ask(question.text)
        changed = [
            (old, new) for old, new in zip(question.text.split(), reply.standalone.split(), strict=True) if old != new
        ]
        if question.kind != "typo":
            assert changed == []
        assert all(new.strip("?").casefold() in one_letter_away(old.strip("?").casefold()) for old, new in changed)
