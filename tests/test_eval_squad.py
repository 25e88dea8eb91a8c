"""SQuAD files: a miniature read by hand, the two versions, and every error of a file told with its place."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eval.question_sets import Gold, Question, QuestionSet
from eval.reading import Source
from eval.squad import parse, recognises
from index.errors import BadQuestions

MOON = " The Moon orbits\r\nthe Earth.\u00a0\n"
MARS = "Mars has two moons."


def qa(name: str, *answers: str, **more: object) -> dict[str, object]:
    given = [{"text": answer, "answer_start": 0} for answer in answers]
    return {"id": name, "question": f"What is {name}?", "answers": given} | more


def article(title: object, *paragraphs: tuple[str, list[dict[str, object]]]) -> dict[str, object]:
    return {"title": title, "paragraphs": [{"context": context, "qas": qas} for context, qas in paragraphs]}


def source(*data: object) -> Source:
    return Source("set.json", json.dumps({"version": "v2.0", "data": data}).encode())


def question(name: str, about: str, answers: tuple[str, ...] = ()) -> Question:
    return Question(name, f"What is {name}?", answers, (Gold(about, None),) if answers else (), "", (), about)


def test_parse_makes_an_article_of_every_distinct_paragraph() -> None:
    found = parse(
        source(
            article(
                "The_Moon/Луна: Ünïted",
                (MOON, [qa("a", "the Earth", "Earth", "the Earth"), qa("b", is_impossible=True)]),
                (MARS, [qa("c", "two", is_impossible=False)]),
            ),
            article("Again", (MOON, [qa("d")]), (MOON.strip(), [qa("e", "Moon")])),
        )
    )
    assert found == QuestionSet(
        questions=(
            question("a", "The_Moon_United-0001.txt", ("the Earth", "Earth")),
            question("b", "The_Moon_United-0001.txt"),
            question("c", "The_Moon_United-0002.txt", ("two",)),
            question("d", "The_Moon_United-0001.txt"),
            question("e", "Again-0003.txt", ("Moon",)),
        ),
        texts={"The_Moon_United-0001.txt": MOON, "The_Moon_United-0002.txt": MARS, "Again-0003.txt": MOON.strip()},
    )


def test_parse_takes_what_published_sets_leave_out_or_write_otherwise() -> None:
    """Titles of null, ids of numbers, no answers or mere plausible ones where it is said that there are none."""
    bare = {"id": 12, "question": "What is 12?", "is_impossible": True}
    vain = qa("13", "Luna", is_impossible=True, plausible_answers=[{"text": "Luna"}])
    found = parse(source(article(None, (MARS, [bare, vain])), article("月球", (MOON, []))))
    assert found.questions == (question("12", "untitled-0001.txt"), question("13", "untitled-0001.txt"))
    assert found.texts == {"untitled-0001.txt": MARS, "untitled-0002.txt": MOON}


@settings(derandomize=True, deadline=None, max_examples=100)
@given(title=st.text(max_size=300), contexts=st.lists(st.text("ab\r\n ", min_size=1).filter(str.strip), min_size=1))
@example(title="A long title " * 30, contexts=["a", "b", "a"])
def test_file_names_are_safe_and_the_texts_are_the_contexts(title: str, contexts: list[str]) -> None:
    found = parse(source(article(title, *((context, [qa(str(at), "a")]) for at, context in enumerate(contexts)))))
    texts = found.texts or {}
    assert list(texts.values()) == list(dict.fromkeys(contexts))
    assert all(name[0].isalnum() and len(name) < 80 for name in texts)
    assert all(set(name) <= set("_-." + "abcdefghijklmnopqrstuvwxyz0123456789") for name in map(str.lower, texts))
    assert len(set(map(str.lower, texts))) == len(texts)
    assert [texts[asked.gold[0].article] for asked in found.questions] == contexts


def without(record: Mapping[str, object], key: str) -> dict[str, object]:
    return {name: value for name, value in record.items() if name != key}


def test_parse_tells_all_errors_at_once_each_with_its_place() -> None:
    flawed = [
        without(qa("a", "two"), "id"),
        qa("b", "two", question=" "),
        without(qa("c"), "answers"),
        qa("b", "two", is_impossible="no"),
        "d",
        qa("e", " ", answers_too=1) | {"id": True},
    ]
    data = [
        article("One", (MARS, [qa("z")])),
        article("Two", (MOON, []), ("\ud800", flawed)) | {"title": 2},
        {"title": "Three"},
        {"paragraphs": [{"qas": {}}, 7]},
    ]
    with pytest.raises(BadQuestions, match="is missing") as caught:
        parse(source(*data))
    at = "set.json:data[1].paragraphs[1]"
    assert str(caught.value).splitlines() == [
        f"{at}: context holds half a surrogate pair; expected whole characters",
        f"{at}.qas[0]: id is missing; expected text",
        f"{at}.qas[1]: question is blank; expected text",
        f"{at}.qas[2]: answers is missing; expected a list of objects",
        f"{at}.qas[3]: is_impossible is neither true nor false; expected one of the two, or neither",
        f"{at}.qas[3]: id 'b' is that of data[1].paragraphs[1].qas[1]; expected its own",
        f"{at}.qas[4]: not an object; expected one in braces",
        f"{at}.qas[5].answers[0]: text is blank; expected text",
        f"{at}.qas[5]: id is not text; expected a string in quotes",
        "set.json:data[2]: paragraphs is missing; expected a list of objects",
        "set.json:data[3].paragraphs[0]: context is missing; expected text",
        "set.json:data[3].paragraphs[0]: qas is not a list; expected a list of objects",
        "set.json:data[3].paragraphs[1]: not an object; expected one in braces",
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b'{"data": 3}', r"^set\.json: data is not a list; expected a list of objects$"),
        (b'{"data": []}', r"^set\.json:data: it holds no question; expected paragraphs with qas$"),
        (
            b'{"data": [\n{"title": }]}',
            r"^set\.json:2: not JSON \(.* at column 11\); expected one JSON object with data$",
        ),
        (b'{"data": [\n\n  "\xff"]}', r"^set\.json:3: byte 4 is not UTF-8; expected UTF-8 text$"),
        (b'{"data": ' + b"[" * 200_000, r"^set\.json:1: JSON too large to read; expected one JSON object with data$"),
        (b"[]", r"^set\.json:1: not a JSON object; expected one JSON object with data$"),
    ],
)
def test_parse_refuses_what_holds_no_questions(content: bytes, fault: str) -> None:
    with pytest.raises(BadQuestions, match=fault):
        parse(Source("set.json", content))


@pytest.mark.parametrize(
    ("content", "is_squad"),
    [
        (b'{"data": []}', True),
        (b'\n{"length": 3,\n "data": {}}\n', True),
        (b'{ "version" : "1.1", "data": [{"title": "broken', True),
        (b'{"data": [\n"\xff"]}', True),
        (b'{"id": "s1", "question": "Who?", "gold": []}', False),
        (b'{"id": "s1"}\n{"data": []}', False),
        (b'{"version": 1, "id": "s1"}\n{"id": "s2"}', False),
        (b'["data"]', False),
        (b"", False),
    ],
)
def test_recognises_an_object_with_data_also_where_it_is_damaged(content: bytes, is_squad: bool) -> None:
    assert recognises(content) is is_squad
