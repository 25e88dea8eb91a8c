"""Follow-ups, held against conversations read by hand; what they find, against the articles themselves."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.embed import OnnxEmbedder
from index.store import open_index
from qa.ask import Asker
from qa.followup.complete import MOST, readings
from qa.followup.leaning import Leaning, bare, leaning, opened
from qa.followup.mentions import WEIGHTS, evidence, mentions
from qa.followup.phrases import Sort, phrases
from qa.reader.form import in_context
from qa.reader.model import OnnxReader, Read
from qa.records import Earlier
from qa.rerank import MOST_READ


def named(text: str) -> list[str]:
    return [phrase.text for phrase in phrases(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Who leads the Lunar Exploration Center?", ["Lunar Exploration Center"]),
        ("What are lung cancer's symptoms?", ["lung cancer", "symptoms"]),
        ("How does a 529 plan work?", ["529 plan"]),
        ("Why did the US leave in 2018?", ["US", "2018"]),
        ("When did Chang'e-4 land on the far side?", ["Chang'e-4", "far side"]),
        ("Tell me more about it.", []),
        ("Is there anything else interesting?", []),
        ("", []),
    ],
)
def test_phrases_are_what_a_reader_would_underline(text: str, expected: list[str]) -> None:
    assert named(text) == expected


def test_phrases_know_names_from_things_and_numbers() -> None:
    assert [one.sort for one in phrases("What did Mars rovers find near the crater in 2012?")] == [
        Sort.NAME,
        Sort.THING,
        Sort.NUMBER,
    ]


@given(st.text(max_size=200))
def test_phrases_stand_in_the_text_where_they_say(text: str) -> None:
    found = phrases(text)
    assert all(text[one.start : one.start + len(one.text)] == one.text != "" for one in found)
    ends = [one.start + len(one.text) for one in found]
    assert all(end <= later.start for end, later in zip(ends, found[1:], strict=False))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("When is it due?", Leaning(person=False, several=False)),
        ("Where do they live?", Leaning(person=False, several=True)),
        ("What is her name?", Leaning(person=True, several=False)),
        ("Who told him that?", Leaning(person=True, several=False)),
        ("Why is that?", Leaning(person=False, several=False)),
        ("Does it help?", Leaning(person=False, several=False)),
        ("Who wrote that book?", None),
        ("Which of these articles is the longest?", None),
        ("Is it true that Mars has ice?", None),
        ("Who leads NASA?", None),
    ],
)
def test_pronouns_point_back_and_words_before_nouns_do_not(question: str, expected: Leaning | None) -> None:
    assert leaning(question) == expected


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Why?", "Why"),
        ("And how many?", "how many"),
        ("When exactly?", "When"),
        ("Who leads it?", None),
        ("Moon?", None),
    ],
)
def test_bare_question_words_are_told(question: str, word: str | None) -> None:
    assert bare(question) == word


@pytest.mark.parametrize(
    ("question", "rest"),
    [
        ("What about Europe?", "Europe?"),
        ("And in 2020?", "in 2020?"),
        ("OK, and what is its budget?", None),
        ("Andorra?", None),
        ("How about them?", None),
    ],
)
def test_openings_leave_what_is_new(question: str, rest: str | None) -> None:
    assert opened(question) == rest


@pytest.fixture(scope="module")
def asker(seed_index: Path, embedder: OnnxEmbedder) -> Asker:
    return Asker(open_index(seed_index), embedder)


STUDY = Earlier("What will Chang'e-7 study?")
HEAD = Earlier("Who is the head of the centre?", "Liu Mei")
LANDED = Earlier("When did Chang'e-4 land on the far side?", "January 3")


@pytest.mark.parametrize(
    ("question", "earlier", "expected"),
    [
        ("When is it due to launch?", [STUDY], "When is Chang'e-7 due to launch?"),
        ("and what is its budget", [STUDY], "What is Chang'e-7's budget"),
        ("How old is she?", [HEAD], "How old is Liu Mei (head, centre)?"),
        (
            "What did he say about CNSA?",
            [Earlier("Who is Pei Zhaoyu?", "deputy director of NASA")],
            "What did Pei Zhaoyu say about CNSA?",
        ),
        (
            "What did he say?",
            [Earlier("Who is Pei Zhaoyu?", "an engineer of NASA and Chang'e-4")],
            "What did Pei Zhaoyu say?",
        ),
        ("Why?", [LANDED], "Why did Chang'e-4 land on the far side?"),
        ("And Chang'e-8?", [STUDY], "What will Chang'e-8 study?"),
        ("And in 2020?", [Earlier("What was launched in 2018?")], "What was launched in 2020?"),
        (
            "What are the main themes?",
            [Earlier("Tell me about the Neverending Story film.")],
            "What are the main themes (Neverending Story film)?",
        ),
        (
            "How long did it last?",
            [Earlier("Where was the Space Conference held?", "Beijing")],
            "How long did the Space Conference last?",
        ),
        ("Who leads NASA in Washington?", [STUDY], "Who leads NASA in Washington?"),
    ],
)
def test_a_follow_up_stands_alone_as_a_person_would_say_it(
    question: str, earlier: list[Earlier], expected: str
) -> None:
    assert readings(question, earlier)[0].text == expected


def test_what_was_meant_is_still_meant_two_questions_later() -> None:
    second = readings("When is it due to launch?", [STUDY])[0]
    third = readings("Who builds it?", [STUDY, Earlier(second.text, "2026", second.meant)])[0]
    assert third.text == "Who builds Chang'e-7?"
    assert third.meant == "Chang'e-7"


def test_brackets_of_earlier_questions_do_not_pile_up() -> None:
    turns = [Earlier("Tell me about the Neverending Story film.")]
    for question in ("What are the main themes?", "And the characters?", "What about music?", "Any awards?"):
        chosen = readings(question, turns)[0]
        assert chosen.text.count("(") <= 1
        assert len(chosen.text) < 200
        turns.append(Earlier(chosen.text, "", chosen.meant))


def test_a_first_question_is_left_alone() -> None:
    assert [one.text for one in readings("When is it due?", [])] == ["When is it due?"]


TURNS = st.builds(Earlier, st.text(max_size=60), st.text(max_size=40), st.text(max_size=20))


@given(st.text(min_size=1, max_size=80), st.lists(TURNS, max_size=4))
def test_any_conversation_gives_one_to_three_different_readings(question: str, earlier: list[Earlier]) -> None:
    found = readings(question, earlier)
    assert 1 <= len(found) <= MOST
    assert len({one.text for one in found}) == len(found)
    assert all(one.text for one in found)


def test_every_piece_of_evidence_has_a_weight() -> None:
    (mention, *_) = mentions("When is it due?", [STUDY])
    assert len(evidence(mention, Leaning(person=False, several=False))) == len(WEIGHTS)


def test_a_follow_up_finds_what_its_full_question_finds(asker: Asker) -> None:
    first = asker.ask("What will Chang'e-7 study?")
    follow_up = asker.ask("When is it due to launch?", after=[first])
    full = asker.ask("When is Chang'e-7 due to launch?")
    assert follow_up.standalone == full.question
    assert follow_up.question == "When is it due to launch?"
    assert follow_up.ranked == full.ranked
    assert follow_up.made == "It was taken to mean Chang'e-7."
    assert (full.made, full.meant) == ("", "")


def test_a_new_matter_is_asked_as_it_stands(asker: Asker) -> None:
    first = asker.ask("What will Chang'e-7 study?")
    shift = asker.ask("What does Benjamin Cavender do for a living?", after=[first])
    alone = asker.ask("What does Benjamin Cavender do for a living?")
    assert shift.standalone == shift.question
    assert shift.ranked == alone.ranked


def test_the_reader_reads_each_passage_once_and_with_what_was_asked_before(asker: Asker, reader: OnnxReader) -> None:
    read: list[tuple[str, str]] = []

    class Watched:
        fingerprint = reader.fingerprint

        def read_all(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Read]:
            read.extend((question, text) for _, text in passages)
            return reader.read_all(question, passages)

    watched = replace(asker, reader=cast(OnnxReader, Watched()))
    first = watched.ask("What will Chang'e-7 study?")
    assert {question for question, _ in read} == {first.question}
    read.clear()
    second = watched.ask("What are the costs?", after=[first])
    assert len(readings("What are the costs?", [Earlier(first.standalone, "", first.meant)])) > 1
    assert {question for question, _ in read} == {f"What are the costs? | {first.question} {first.answers[0].text}"}
    assert len(set(read)) == len(read) <= MOST_READ
    read.clear()
    watched.ask("Who leads the Lunar Explration Center?", after=[first, second])
    (asked,) = {question for question, _ in read}
    assert asked.startswith("Who leads the Lunar exploration Center? | What are the costs?")
    assert asked.endswith(f" | {first.question}")


@pytest.mark.parametrize(
    ("earlier", "given"),
    [
        ([], "Why?"),
        ([("Who?", "")], "Why? | Who?"),
        ([("Who?", "Anna")], "Why? | Who? Anna"),
        ([("Who?", "Anna " * 12 + "A")], "Why? | Who?"),
        ([("Where?", "Rome"), ("Who?", "Anna")], "Why? | Who? Anna | Where?"),
        ([("First?", "1"), ("Second?", "2"), ("Third?", "3"), ("Last?", "4")], "Why? | Last? 4 | Third? | First?"),
    ],
)
def test_the_reader_is_told_the_last_two_questions_and_the_first(earlier: list[tuple[str, str]], given: str) -> None:
    assert in_context("Why?", earlier) == given


def test_what_came_near_is_counted_once_however_many_readings_brought_it(asker: Asker, reader: OnnxReader) -> None:
    reading = replace(asker, reader=reader)
    first = reading.ask("What will Chang'e-7 study?")
    second = reading.ask("What are the costs?", explained=True, after=[first])
    assert second.explanation is not None
    assert second.explanation.candidates <= asker.index.manifest.passages


def test_first_questions_are_not_changed_by_conversations(asker: Asker) -> None:
    asked = "Who is the deputy head of CNSA?"
    assert replace(asker.ask(asked, after=()), timing_ms={}) == replace(asker.ask(asked), timing_ms={})
