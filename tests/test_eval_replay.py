"""Conversations of a question set, asked anew: held against asking the same by hand."""

from dataclasses import replace
from pathlib import Path

import pytest

from eval.followups import recall, well_chosen
from eval.question_sets import Question
from eval.replay import Replay
from eval.run import score
from index.embed import OnnxEmbedder
from index.store import open_index
from qa.ask import Asker
from qa.records import Reply

FIRST, SECOND, THIRD = "What will Chang'e-7 study?", "When is it due to launch?", "And Chang'e-8?"


@pytest.fixture(scope="module")
def asker(seed_index: Path, embedder: OnnxEmbedder) -> Asker:
    return Asker(open_index(seed_index), embedder)


def turn(number: int, text: str, *history: str) -> Question:
    return Question(f"c-{number}", text, (), (), "", history)


def still(reply: Reply) -> Reply:
    return replace(reply, timing_ms={})


def test_a_history_is_asked_as_a_person_would_ask_it(asker: Asker) -> None:
    first = asker.ask(FIRST)
    second = asker.ask(SECOND, after=[first])
    found = Replay(asker).before(turn(3, THIRD, FIRST, SECOND))
    assert list(map(still, found)) == [still(first), still(second)]


def test_a_question_without_a_history_comes_after_nothing(asker: Asker) -> None:
    assert Replay(asker).before(turn(1, FIRST)) == ()


def test_each_conversation_is_gone_through_once() -> None:
    asked = []

    class Counting:
        def ask(self, question: str, k: int = 1, *, after: tuple[str, ...] = ()) -> str:
            asked.append((question, after))
            return question.upper()

    replay = Replay(Counting())  # type: ignore[arg-type]
    replay.before(turn(2, "b", "a"))
    replay.before(turn(3, "c", "a", "b"))
    replay.before(turn(3, "d", "a", "b"))
    replay.before(turn(2, "e", "x"))
    assert asked == [("a", ()), ("b", ("A",)), ("x", ())]


def test_scoring_completes_a_question_from_its_history_and_leaves_the_others(asker: Asker) -> None:
    seen = []

    def ask(question: str, k: int, **known: object) -> Reply:
        reply = asker.ask(question, k, **known)  # type: ignore[arg-type]
        seen.append(reply.standalone)
        return reply

    questions = [turn(1, FIRST), turn(2, SECOND, FIRST)]
    score(questions, ask, {}, before=Replay(asker).before)
    score(questions, ask, {})
    assert seen == [FIRST, "When is Chang'e-7 due to launch?", FIRST, SECOND]


@pytest.mark.parametrize(
    ("said", "right", "share"),
    [
        ("Is it treatable?", "Is throat cancer treatable?", 2 / 4),
        ("is throat cancer treatable", "Is throat cancer treatable?", 1),
        ("the the", "the cat and the dog", 2 / 5),
        ("the", "the cat and the dog", 1 / 5),
        ("", "the cat", 0),
        ("anything", "", 0),
    ],
)
def test_recall_of_words_by_hand(said: str, right: str, share: float) -> None:
    assert recall(said, right) == pytest.approx(share)


@pytest.mark.parametrize(
    ("asked", "right", "history", "expected"),
    [
        ("Is it treatable?", "Is throat cancer treatable?", ("What is throat cancer?",), "(throat cancer)"),
        ("Is it treatable?", "Is throat cancer treatable?", ("What are cancers?",), "(cancer)"),
        ("Is it treatable?", "Is throat cancer treatable?", (), ""),
        ("Is cancer treatable?", "Is cancer treatable?", ("What is cancer?",), ""),
        (
            "Why?",
            "Why is cancer, throat cancer treatable?",
            ("Is throat cancer treatable?",),
            "(is cancer, throat cancer treatable?)",
        ),
    ],
)
def test_words_are_well_chosen_that_a_person_took_from_earlier_questions(
    asked: str, right: str, history: tuple[str, ...], expected: str
) -> None:
    assert well_chosen(turn(2, asked, *history), right) == f"{asked} {expected}".strip()
