"""Checking question sets: hand-made mistakes, slow twins of every fast search, and the sets that ship."""

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eval.check import Finding, Severity, check, findings_payload, findings_text, likeness
from eval.check.corpus import Corpus, row
from eval.check.likeness import copied_run, near_copies, shares_content
from eval.metrics import answer_within, words
from eval.question_sets import Gold, Question, default_set, load
from index.records import Span

ARTICLES = {
    "moon.txt": "The probe set off in May.\nIt landed on the far side of the Moon on January 3, and sent pictures.\n",
    "mars.txt": "A rover is planned for Mars.\n\nIts wheels were made in Ankara. The rover sleeps at night.\n",
    "said.txt": "He said so. " * 4,
}
LETTERS = "aAbt the\u2019's .,-\u2014|\u00a0\n\u3000é"
WORDS = ["probe", "moon", "land", "the", "of", "far", "side", "on", "rover", "it"]


def asked(
    name: str,
    text: str,
    *gold: Gold,
    answers: tuple[str, ...] = (),
    by_answer: bool = False,
    kind: str = "",
    history: tuple[str, ...] = (),
) -> Question:
    return Question(name, text, answers, None if by_answer else gold, kind, history)


def found(questions: Sequence[Question], articles: Mapping[str, str] = ARTICLES) -> list[tuple[str, str, str]]:
    """What is found about single questions, without what is said about the whole set."""
    return [(one.severity.value, one.about, one.id) for one in check(questions, articles) if one.id]


def about(*questions: Question) -> list[tuple[str, str]]:
    return [(kind, name) for _, kind, name in found(questions)]


def whole_set(questions: Sequence[Question]) -> dict[str, list[str]]:
    said: dict[str, list[str]] = {}
    for finding in check(questions, ARTICLES):
        if not finding.id:
            said.setdefault(finding.about, []).append(finding.message)
    return said


LANDED = Gold("moon.txt", "It landed on the far side of the Moon on January 3")


def test_sound_question_has_nothing_to_find() -> None:
    assert found([asked("q1", "When did the spacecraft touch down?", LANDED, answers=("January 3",))]) == []


def test_gold_that_is_not_there_is_a_fault_for_every_place() -> None:
    question = asked("q1", "When?", Gold("sun.txt", "It shone all day."), Gold("mars.txt", "It shone all day."), LANDED)
    assert found([question]) == [("fault", "gold missing", "q1")] * 2
    absent, wrong = check([question], ARTICLES)[:2]
    assert absent.message.startswith("The article 'sun.txt' is not among the articles; index the article")
    assert wrong.message.startswith("The article 'mars.txt' does not hold the quote 'It shone all day.'; index")


def test_gold_that_is_a_whole_article_must_be_there() -> None:
    questions = [asked("q1", "When?", Gold("moon.txt", None)), asked("q2", "Where?", Gold("sun.txt", None))]
    assert found(questions) == [("fault", "gold missing", "q2")]


@pytest.mark.parametrize(
    ("answers", "missing"),
    [
        (("January 3",), False),
        (("january 3",), False),
        (("February 3", "the far side"), False),
        (("3 January",), True),
        (("Januar",), True),
        (("far side. Moon",), True),
        (("...",), True),
    ],
)
def test_some_article_must_hold_an_accepted_answer_where_no_place_is_named(
    answers: tuple[str, ...], missing: bool
) -> None:
    question = asked("q1", "When was it?", answers=answers, by_answer=True)
    assert about(question) == [("answer missing", "q1")] * missing


@pytest.mark.parametrize(
    ("gold", "answer", "wrong"),
    [
        (LANDED, "the Moon", False),
        (LANDED, "pictures", False),  # in the paragraph around the quote
        (Gold("mars.txt", "rover is planned"), "Ankara", True),  # in the next paragraph
        (Gold("mars.txt", None), "Ankara", False),
        (Gold("mars.txt", None), "the Moon", True),
        (Gold("moon.txt", "side of the Moon"), "Moo", True),
    ],
)
def test_answer_stands_in_its_gold_or_around_it(gold: Gold, answer: str, wrong: bool) -> None:
    assert about(asked("q1", "What?", gold, answers=(answer,))) == [("answer not in gold", "q1")] * wrong


def test_one_accepted_answer_in_the_gold_is_enough() -> None:
    assert about(asked("q1", "What?", LANDED, answers=("Jan. 3", "January 3"))) == []


@pytest.mark.parametrize("text", ["Was it January 3?", "was it on JANUARY 3, or later"])
def test_answer_in_the_question_leaks(text: str) -> None:
    assert about(asked("q1", text, LANDED, answers=("January 3",))) == [("leaks answer", "q1")]


@pytest.mark.parametrize(
    ("text", "copied"),
    [
        ("What landed on the far side of the Moon?", True),  # landed on far side of moon: 6 words, 4 of them content
        ("What craft came down on the far side of the Moon?", False),  # on far side of moon: 5 words
        ("Which side of the Moon was it to land on, far from us?", True),  # land, far, side and moon
        ("Where is the far side?", False),
        ("Moon pictures sent: January landing?", False),  # its content words stand around the quote, not in it
        ("January landing, far Moon side?", True),  # all five stems, in another order
    ],
)
def test_question_in_the_words_of_its_gold_leaks(text: str, copied: bool) -> None:
    assert about(asked("q1", text, LANDED)) == [("leaks wording", "q1")] * copied


def test_copy_of_a_whole_article_leaks_although_no_quote_is_named() -> None:
    question = asked("q1", "Which wheels were made in Ankara? The rover sleeps where?", Gold("mars.txt", None))
    assert about(question) == [("leaks wording", "q1")]


@pytest.mark.parametrize(
    ("quote", "finding"),
    [
        ("He said so.", "quote everywhere"),
        ("said so.", "quote everywhere"),
        ("in Ankara", "quote short"),
        ("The rover sleeps", ""),
        ("rover is planned", ""),
    ],
)
def test_quote_that_could_stand_anywhere(quote: str, finding: str) -> None:
    path = next(path for path, text in ARTICLES.items() if quote in text)
    assert about(asked("q1", "What?", Gold(path, quote))) == [(finding, "q1")] * bool(finding)


def test_quote_that_many_articles_hold_is_everywhere() -> None:
    articles = {f"{number}.txt": "The rover sleeps\u00a0at night." for number in range(4)}
    question = asked("q1", "What?", Gold("0.txt", "rover sleeps at night"))
    assert found([question], articles) == [("warning", "quote everywhere", "q1")]
    del articles["3.txt"]
    assert found([question], articles) == []


MARS = Gold("mars.txt", "A rover is planned for Mars.")


@pytest.mark.parametrize(
    ("one", "other", "finding"),
    [
        (asked("q1", "Who came?"), asked("q2", "the WHO came"), "duplicate"),
        (asked("q1", "Who came?"), asked("q2", "Who went?"), ""),
        (asked("q1", "Who came?", LANDED), asked("q2", "Who came?", LANDED), "duplicate"),
        (asked("q1", "Who came?", LANDED), asked("q2", "Who came?", LANDED, answers=("Moon",)), "duplicate"),
        (asked("q1", "Who came?", LANDED), asked("q2", "Who came?", MARS, LANDED), "duplicate"),
        (
            asked("q1", "Who came?", LANDED),
            asked("q2", "Who came?", Gold("moon.txt", "on January 3, and sent pictures")),
            "duplicate",
        ),
        (
            asked("q1", "Who came?", LANDED),
            asked("q2", "Who came?", Gold("moon.txt", ", and sent pictures")),
            "contradiction",
        ),
        (asked("q1", "Who came?", MARS), asked("q2", "Who came?", Gold("mars.txt", None)), "duplicate"),
        (asked("q1", "Who came?", LANDED), asked("q2", "Who came?"), "contradiction"),
        (asked("q1", "Who came?", LANDED), asked("q2", "Who came?", MARS), "contradiction"),
        (
            asked("q1", "Who?", LANDED, answers=("Moon", "far")),
            asked("q2", "Who?", LANDED, answers=("January",)),
            "contradiction",
        ),
        (
            asked("q1", "Who?", LANDED, answers=("Moon", "far")),
            asked("q2", "Who?", LANDED, answers=("the moon",)),
            "duplicate",
        ),
        (asked("q1", "And who?", history=("It?",)), asked("q2", "And who?", history=("He?",)), ""),
        (asked("q1", "And who?", history=("It?",)), asked("q2", "And who?", history=("it",)), "duplicate"),
        (asked("q1", "And who?", history=("It?",)), asked("q2", "And who?"), ""),
        (asked("q1", "?"), asked("q2", "!"), ""),
    ],
)
def test_same_question_twice(one: Question, other: Question, finding: str) -> None:
    severity = "fault" if finding == "contradiction" else "warning"
    assert found([one, other]) == [(severity, finding, "q2")] * bool(finding)


def test_same_question_with_the_same_missing_place_contradicts_nothing() -> None:
    twice = [asked(name, "Who came?", Gold("sun.txt", "It shone all day.")) for name in ("q1", "q2")]
    assert sorted(kind for _, kind, _ in found(twice)) == ["duplicate", "gold missing", "gold missing"]


def test_nearly_the_same_question_is_named_with_its_twin() -> None:
    long = "Which of the seven new probes of last year flew to the planet"
    questions = [asked("q1", f"{long} Mars?"), asked("q2", f"{long} Venus?"), asked("q3", "Which one?")]
    # 10 of 12 different words are shared (articles do not count): .83; with three more, 13 of 15: .87.
    assert about(*questions) == []
    long = long.replace("new", "bright new white twin")
    questions = [asked("q1", f"{long} Mars?"), asked("q2", f"{long} Venus?"), asked("q3", "Which one?")]
    (finding,) = [one for one in check(questions, ARTICLES) if one.id]
    assert (finding.about, finding.id) == ("near duplicate", "q2")
    assert "'q1', 'Which of the seven bright new white" in finding.message


@pytest.mark.parametrize(
    ("questions", "said"), [(0, "gives nothing"), (1, "+/-0.50"), (4, "+/-0.49"), (25, "+/-0.20"), (49, "+/-0.14")]
)
def test_few_questions_are_told_with_the_interval_they_give(questions: int, said: str) -> None:
    (message,) = whole_set([asked(str(number), f"Number {number}?") for number in range(questions)])["few questions"]
    assert said in message


def test_enough_questions_of_every_sort_are_not_few() -> None:
    answerable = [asked(f"a{number}", f"Who is number {number}?", LANDED, kind="who") for number in range(30)]
    unanswerable = [asked(f"u{number}", f"Where is {number}?", kind="where") for number in range(20)]
    assert whole_set(answerable + unanswerable) == {}
    assert whole_set(answerable + unanswerable[1:]).keys() == {"few questions", "few unanswerable"}
    few = whole_set(answerable + unanswerable + [asked(f"n{n}", f"Why {n}?", kind="why") for n in range(9)])
    assert few.keys() == {"few of a kind"}
    assert few["few of a kind"][0].startswith("9 of the kind 'why'")
    unnamed = [asked(f"n{n}", f"Why {n}?") for n in range(9)]
    assert whole_set(answerable + unanswerable + unnamed) == {}


@pytest.mark.parametrize("name", ["heldout", "dev"])
def test_sets_that_ship_have_no_fault_and_copy_nothing(name: str, seeds: Path) -> None:
    texts = {path.name: path.read_bytes().decode("utf-8") for path in seeds.glob("*.txt")}
    findings = check(load(default_set(name)), texts)
    assert {finding.about for finding in findings} == {"few of a kind", "leaks answer"}


def copies(seeds: Path) -> tuple[list[Question], dict[str, str]]:
    """The held-out questions, each made of its own gold with the answer cut out."""
    texts = {path.name: path.read_bytes().decode("utf-8") for path in seeds.glob("*.txt")}
    made = []
    for question in load(default_set("heldout")):
        for gold in (question.gold or ())[:1]:
            assert gold.quote is not None
            rest = max((gold.quote.replace(answer, "what") for answer in question.answers), key=len, default="")
            if len(rest.split()) >= 12:
                made.append(asked(question.id, f"{rest.rstrip('.')}?", gold, kind="copied"))
    return made, texts


def test_questions_made_of_their_gold_are_found(seeds: Path) -> None:
    questions, texts = copies(seeds)
    leaking = {name for _, kind, name in found(questions, texts) if kind == "leaks wording"}
    assert len(questions) > 50
    assert leaking == {question.id for question in questions}


@settings(derandomize=True, deadline=None, max_examples=300)
@given(text=st.text(LETTERS, max_size=40), answer=st.text(LETTERS, max_size=6))
@example(text="Rome's fall", answer="Rome")
@example(text="a | b", answer="b")
def test_corpus_reads_words_as_the_measures_do(text: str, answer: str) -> None:
    corpus = Corpus({})
    assert corpus.words(text) == words(text)
    if words(answer):
        assert (row(corpus.words(answer)) in corpus.held(text)) == answer_within(text, [answer])


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    texts=st.lists(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), max_size=5),
    wanted=st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
)
def test_corpus_finds_words_in_a_row_as_looking_everywhere_does(texts: list[str], wanted: list[str]) -> None:
    corpus = Corpus({str(number): text for number, text in enumerate(texts)})
    sought = words(" ".join(wanted))
    held = [f" {' '.join(words(text))} " for text in texts]
    assert corpus.anywhere(sought) == (bool(sought) and any(f" {' '.join(sought)} " in one for one in held))
    if sought:
        assert corpus.times(sought, 10**6) == sum(one.count(f" {' '.join(sought)} ") for one in held)


@pytest.mark.parametrize(
    ("text", "quote", "paragraph"),
    [
        ("One.\n\nTwo\nand three.\n\nFour.", "three", "Two\nand three."),
        ("One.\r\n \t\r\nTwo.", "Two", "Two."),
        ("One.\n\nTwo.", "One", "One."),
        ("One.\n\nTwo.\n\nThree.", "e.\n\nTwo.\n\nTh", "One.\n\nTwo.\n\nThree."),
        ("One.\nTwo.\n" + "Three. " * 400, "Two", "Two."),
        ("One.\nTwo.\n" + "x" * 2500, "xx", "x" * 2500),
        ("x" * 2500 + "\nOne\nTwo", "e\nT", "One\nTwo"),
    ],
)
def test_paragraph_is_between_blank_lines_or_a_line_of_a_long_one(text: str, quote: str, paragraph: str) -> None:
    start = text.index(quote)
    assert Corpus({"a": text}).paragraph("a", Span(start, start + len(quote))).strip() == paragraph


def jaccard(one: frozenset[str], other: frozenset[str]) -> Fraction:
    return Fraction(len(one & other), len(one | other)) if one | other else Fraction(0)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    wordings=st.lists(
        st.one_of(
            st.frozensets(st.sampled_from("abcdefghij"), max_size=10),
            st.frozensets(st.integers(0, 7), max_size=4).map(
                lambda left: frozenset(f"w{number}" for number in range(24) if number not in left)
            ),
        ),
        max_size=12,
    )
)
@example(wordings=[frozenset("abcdefghijklmnopqrst"), frozenset("abcdefghijklmnopq")])
def test_near_copies_are_those_that_comparing_all_pairs_finds(wordings: list[frozenset[str]]) -> None:
    pairs = {
        (later, earlier)
        for earlier, later in combinations(range(len(wordings)), 2)
        if jaccard(wordings[earlier], wordings[later]) >= Fraction(85, 100)
    }
    near = near_copies(wordings)
    assert set(near.items()) <= pairs
    assert near.keys() == {later for later, _ in pairs}


@pytest.mark.parametrize("varied", [1, 3])
def test_near_copies_compares_few_of_many_pairs(varied: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions of one pattern, alike (one word differs) or not (three do), are where comparing all would be worst."""
    compared = 0
    alike = likeness._alike

    def counting(one: frozenset[str], other: frozenset[str]) -> bool:
        nonlocal compared
        compared += 1
        return alike(one, other)

    monkeypatch.setattr(likeness, "_alike", counting)
    pattern = [f"word{number}" for number in range(12)]
    wordings = [frozenset([*pattern, *(f"own{number}-{own}" for own in range(varied))]) for number in range(1000)]
    assert len(near_copies(wordings)) == (999 if varied == 1 else 0)
    assert compared <= 3000


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    question=st.lists(st.sampled_from(WORDS), max_size=14),
    place=st.lists(st.sampled_from(WORDS), max_size=30),
    cut=st.integers(0, 10),
)
def test_copied_run_is_the_longest_that_looking_at_all_finds(question: list[str], place: list[str], cut: int) -> None:
    place = place[:cut] + question[cut:] + place[cut:]
    held = row(place)
    runs = [question[start:end] for start in range(len(question)) for end in range(start + 6, len(question) + 1)]
    fitting = [
        run for run in runs if row(run) in held and sum(word not in {"the", "of", "on", "it"} for word in run) >= 3
    ]
    assert copied_run(question, held) == tuple(max(fitting, key=len, default=()))


@pytest.mark.parametrize(
    ("question", "quote", "shared"),
    [
        ("probes landing moon rovers", "moon rover landed probe", True),
        ("probes landing moon", "moon rover landed probe", False),
        ("probes landing moon rovers sun", "moon rover landed probe", False),  # 4 of 5
        ("a1 a2 a3 a4 a5 a6 a7 a8 a9 sun", "a1 a2 a3 a4 a5 a6 a7 a8 a9", True),  # 9 of 10
        ("where did it from the when", "where did it from the when", False),
    ],
)
def test_content_is_shared_by_stems_from_four_words_on(question: str, quote: str, shared: bool) -> None:
    assert shares_content(question.split(), quote.split()) == shared


FINDINGS = (
    *(Finding(f"q{number}", Severity.FAULT, "gold missing", f"Number {number} is gone.") for number in range(13)),
    Finding("", Severity.WARNING, "few questions", "A set of 13 is small; add some."),
    Finding("q" * 40, Severity.WARNING, "duplicate", "word " * 30 + "end."),
)


def test_text_shows_faults_first_ten_examples_each_in_80_columns() -> None:
    assert findings_text(FINDINGS, 13) == (
        "13 questions: 13 faults, 2 warnings\n"
        "\n"
        "fault: gold missing (13)\n"
        + "".join(f"  q{number}  Number {number} is gone.\n" for number in range(10))
        + "  and 3 more\n"
        "\n"
        "warning: few questions (1)\n"
        "  A set of 13 is small; add some.\n"
        "\n"
        "warning: duplicate (1)\n"
        "  qqqqqqqqqqqqqqqqqqqqq...  word word word word word word word word word word\n"
        + ("                            " + "word " * 10).rstrip()
        * 0
        + "                            word word word word word word word word word word\n"
        "                            word word word word word word word word word word\n"
        "                            end.\n"
        "\n"
        "A fault makes scores wrong, a warning makes them flatter or less certain.\n"
    )


def test_text_of_a_sound_set_is_one_line() -> None:
    assert findings_text((), 217) == "217 questions: 0 faults, 0 warnings\n"


def test_check_tells_faults_before_warnings() -> None:
    findings = check([asked("q1", "When?"), asked("q2", "When?", LANDED), asked("q3", "When")], ARTICLES)
    severities = [finding.severity for finding in findings]
    assert severities == sorted(severities)
    assert severities[:2] == [Severity.FAULT, Severity.WARNING]


def test_payload_has_the_form_of_the_contract() -> None:
    payload = findings_payload(FINDINGS, 13)
    assert json.loads(json.dumps(payload)) == payload
    assert {key: payload[key] for key in ("version", "questions", "faults", "warnings")} == {
        "version": 1,
        "questions": 13,
        "faults": 13,
        "warnings": 2,
    }
    assert len(payload["findings"]) == 15
    assert payload["findings"][13] == {
        "id": "",
        "severity": "warning",
        "about": "few questions",
        "message": "A set of 13 is small; add some.",
    }
