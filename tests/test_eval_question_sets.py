"""The sets that ship: held against the articles themselves, and against being known beforehand."""

from pathlib import Path
from statistics import median

import pytest
import Stemmer

from eval.gold import gold_spans, missing_gold
from eval.metrics import answer_within, words
from eval.question_sets import Question, alone, default_set, load

ROOT = Path(__file__).resolve().parent.parent
ARTICLES = {path.name: path.read_bytes().decode("utf-8") for path in sorted((ROOT / "seeds").glob("*.txt"))}
SETS = {name: load(default_set(name)) for name in ("heldout", "dev")}
KINDS = frozenset(
    "who what when where why number quote paraphrase keywords typo two-articles disagree biography "
    "near-miss off-topic first follow-up shift".split()
)
SHORT = 6  # words: a follow-up no longer than that is said by chance
NEIGHBOURHOOD = 200  # about a sentence on either side
STEM = Stemmer.Stemmer("english").stemWord
STOP = frozenset(
    "about after all also and any are as at be been by can could did do does for from had has have how i in "
    "into is it its many me more much my of on or say says so tell than that their them there they this to "
    "was were what when where which who whom whose why will with would you".split()
)

every_set = pytest.mark.parametrize("questions", SETS.values(), ids=SETS.keys())


@pytest.mark.parametrize(("name", "least", "least_unanswerable"), [("heldout", 160, 40), ("dev", 80, 25)])
def test_sets_are_large_enough(name: str, least: int, least_unanswerable: int) -> None:
    assert len(SETS[name]) >= least
    assert sum(not question.answerable for question in SETS[name]) >= least_unanswerable


@every_set
def test_every_kind_is_present_and_two_are_unanswerable(
    questions: tuple[Question, ...],
) -> None:
    assert {question.kind for question in questions} == KINDS
    unanswerable = {question.kind for question in questions if not question.answerable}
    assert {"near-miss", "off-topic", "follow-up"} <= unanswerable <= {"near-miss", "off-topic", "follow-up", "shift"}


@every_set
def test_every_turn_of_a_conversation_follows_the_turns_before_it(questions: tuple[Question, ...]) -> None:
    turns = [question for question in questions if question.kind in {"first", "follow-up", "shift"}]
    assert len({question.id.split("-")[0] for question in turns}) >= 7
    asked: dict[str, tuple[str, ...]] = {}
    for question in turns:
        conversation = question.id.split("-")[0]
        assert question.history == asked.get(conversation, ())
        assert (question.kind == "first") is (not question.history)
        asked[conversation] = (*question.history, question.text)
    assert all(2 <= len(questions) <= 4 for questions in asked.values())


@every_set
def test_every_quote_stands_in_its_article(questions: tuple[Question, ...]) -> None:
    assert missing_gold(questions, ARTICLES) == ()


@every_set
def test_every_accepted_answer_stands_in_or_near_a_gold_quote(questions: tuple[Question, ...]) -> None:
    absent = [
        (question.id, answer)
        for question in questions
        for answer in question.answers
        if not any(answer_within(near, [answer]) for near in surroundings(question))
    ]
    assert absent == []


@every_set
def test_answerable_questions_come_with_accepted_answers_and_quotes(questions: tuple[Question, ...]) -> None:
    bare = [question.id for question in questions if question.answerable and not question.answers]
    assert bare == []
    assert all(gold.quote for question in questions for gold in question.gold)


def test_no_question_is_in_both_sets_or_twice_in_one() -> None:
    asked = [words(question.text) for questions in SETS.values() for question in questions]
    assert len(asked) == len(set(asked))


def test_ids_are_unique_across_the_sets() -> None:
    ids = [question.id for questions in SETS.values() for question in questions]
    assert len(ids) == len(set(ids))


def test_no_held_out_question_is_shown_where_people_or_programs_could_learn_it() -> None:
    visible = [
        path for path in ROOT.rglob("*.py") if not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
    ]
    texts = {path: spaced(path) for path in [*visible, *ROOT.glob("*.md")]}
    assert len(texts) > 5
    shown = [
        (question.id, path.name)
        for question in SETS["heldout"]
        if not question.history or len(question.text.split()) > SHORT
        for path, text in texts.items()
        if " ".join(question.text.split()).casefold() in text
    ]
    assert shown == []


@every_set
def test_questions_do_not_merely_repeat_the_words_of_their_quotes(questions: tuple[Question, ...]) -> None:
    shares = [
        max(share(question.text, gold.quote or "") for gold in question.gold)
        for question in questions
        if question.answerable and stems(question.text)
    ]
    assert median(shares) <= 0.6


def test_share_counts_stems_and_passes_over_small_words() -> None:
    assert share("Who were the landing sites of the probes?", "The probe landed there.") == pytest.approx(2 / 3)


def surroundings(question: Question) -> list[str]:
    """Return each gold quote with a stretch of its article on either side."""
    return [
        ARTICLES[article][max(0, span.start - NEIGHBOURHOOD) : span.end + NEIGHBOURHOOD]
        for article, spans in gold_spans(question, ARTICLES)
        for span in spans
    ]


def spaced(path: Path) -> str:
    return " ".join(path.read_text(encoding="utf-8").split()).casefold()


def stems(text: str) -> set[str]:
    return {STEM(word) for word in words(text) if word not in STOP}


def share(question: str, quote: str) -> float:
    return len(stems(question) & stems(quote)) / len(stems(question))


def test_questions_of_conversations_are_told_from_those_that_stand_alone() -> None:
    said = [("a", ()), ("b", ("a",)), ("c", ("a", "b")), ("d", ()), ("e", ("x",))]
    questions = [Question(text, text, (), (), "", history) for text, history in said]
    assert [one.id for one in alone(questions)] == ["d"]


def test_development_questions_without_conversations_are_the_first_130() -> None:
    assert [one.id for one in alone(load(default_set("dev")))] == [f"d{number:03}" for number in range(1, 131)]
