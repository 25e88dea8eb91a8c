"""Which form of words a question waits for: tables judged by hand."""

import pytest

from qa.expect import expected_form

TIMES = [
    "It landed on January 3.",
    "They met on Thursday.",
    "It was founded in 1958.",
    "Doors open at 18:30.",
    "They left at 7 p.m. sharp.",
    "It came back last week.",
    "The next launch is in the early summer.",
    "That was decades ago.",
    "2025年05月03日",
]
NO_TIMES = ["The rover carries four cameras.", "It weighs 140 kilograms.", "Nobody knows.", "Room 12 is free."]
NUMBERS = [
    "It weighs 140 kilograms.",
    "The rover carries four cameras.",
    "Dozens of countries signed.",
    "Once is enough.",
]
NO_NUMBERS = ["Nobody knows.", "The rover carries cameras.", "Someone opened the door."]


@pytest.mark.parametrize(
    "question",
    [
        "When did it land?",
        "when was that",
        "What year did it land?",
        "In which month is the launch?",
        "What is the exact date of the landing?",
        "Tell me the day it landed",
        "How long ago did it land?",
        "Since when do they work together?",
    ],
)
def test_time_questions_wait_for_a_time(question: str) -> None:
    has_form = expected_form(question)
    assert has_form is not None
    assert [sentence for sentence in TIMES if not has_form(sentence)] == []
    assert [sentence for sentence in NO_TIMES if has_form(sentence)] == []


@pytest.mark.parametrize(
    "question",
    [
        "How many cameras does it carry?",
        "How much does it weigh?",
        "how old is the crater",
        "How far away is the Moon?",
        "What percentage of the samples is shared?",
        "What is the weight of the probe?",
        "Give the number of countries.",
    ],
)
def test_number_questions_wait_for_a_number(question: str) -> None:
    has_form = expected_form(question)
    assert has_form is not None
    assert [sentence for sentence in NUMBERS if not has_form(sentence)] == []
    assert [sentence for sentence in NO_NUMBERS if has_form(sentence)] == []


@pytest.mark.parametrize(
    "question",
    [
        "Who designed the probe?",
        "Where did it land?",
        "Why is it called that?",
        "How does the rover move?",
        "What is a year-round base?",
        "Is it whenever-ready?",
        "月球背面有什么？",
        "",
    ],
)
def test_other_questions_wait_for_nothing(question: str) -> None:
    assert expected_form(question) is None
