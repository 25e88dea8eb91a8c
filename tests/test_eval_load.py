"""Reading question sets: what is accepted, and that every error of a file is told at once with its line."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.question_sets import Gold, Question, default_set, load
from index.errors import BadQuestions, UsageError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(str.strip)
GOLD = st.builds(Gold, TEXT, st.none() | TEXT)
QUESTION = st.builds(
    Question,
    TEXT,
    TEXT,
    st.lists(TEXT, unique=True).map(tuple),
    st.lists(GOLD, min_size=1, unique=True).map(tuple),
    st.just(""),
    st.lists(TEXT, unique=True).map(tuple),
)


def line(**changed: object) -> str:
    record = {"id": "s1", "question": "Who?", "gold": [{"article": "a.txt", "quote": "Zhang"}]} | changed
    return json.dumps({key: value for key, value in record.items() if value is not ...}) + "\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "set.jsonl"


def test_load_reads_every_field_and_passes_over_blank_lines_and_unknown_keys(file: Path) -> None:
    full = line(answers=["Zhang", "Zhang"], kind="who", history=["When?"], note={"by": "me"})
    whole = line(id="s2", gold=[{"article": "b.txt"}, {"article": "b.txt", "quote": None}])
    file.write_text(f"\n{full}  \r\n{whole}{line(id='s3', gold=[])}", encoding="utf-8")
    first, second, third = load(file)
    assert first == Question("s1", "Who?", ("Zhang",), (Gold("a.txt", "Zhang"),), "who", ("When?",))
    assert second == Question("s2", "Who?", (), (Gold("b.txt", None),), "", ())
    assert (first.answerable, second.answerable, third.answerable) == (True, True, False)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    questions=st.lists(QUESTION, min_size=1, max_size=4, unique_by=lambda question: question.id),
    ascii_only=st.booleans(),
    zipped=st.booleans(),
    mark=st.booleans(),
)
def test_load_gives_back_what_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    questions: list[Question],
    ascii_only: bool,
    zipped: bool,
    mark: bool,
) -> None:
    records = [
        {
            "id": question.id,
            "question": question.text,
            "answers": question.answers,
            "gold": [{"article": gold.article, "quote": gold.quote} for gold in question.gold or ()],
            "history": question.history,
        }
        for question in questions
    ]
    content = "\n".join(json.dumps(record, ensure_ascii=ascii_only) for record in records)
    encoded = content.encode("utf-8-sig" if mark else "utf-8")
    path = tmp_path_factory.mktemp("sets") / "any.name"
    path.write_bytes(gzip.compress(encoded) if zipped else encoded)
    assert load(path) == tuple(questions)


def test_load_tells_all_errors_at_once_each_with_its_line(file: Path) -> None:
    file.write_bytes(
        line().encode()
        + b"{not json\n"
        + b'{"id": "\xff"}\n'
        + b"[1]\n"
        + b"\n"
        + line(id=7, question=" \t", gold=...).encode()
        + line(answers=["Zhang"], gold=[]).encode()
        + line(id="s2", answers="Zhang", kind=1, history=[3]).encode()
        + line(id="s3", gold=["a.txt", {"quote": ""}], kind="a\u001b[31m").encode()
        + line(id="s4", question="\ud800?").encode()
    )
    with pytest.raises(BadQuestions, match="not JSON") as caught:
        load(file)
    assert str(caught.value).splitlines() == [
        f"{file}:{fault}"
        for fault in (
            "2: not JSON (Expecting property name enclosed in double quotes at column 2); "
            "expected one JSON object a line",
            "3: byte 9 is not UTF-8; expected UTF-8 text",
            "4: not a JSON object; expected one with id, question and gold",
            "6: id is not text; expected a string in quotes",
            "6: question is blank; expected text",
            "6: gold is missing; expected a list of places, [] where the articles do not say, or answers",
            "7: answers are given but gold is empty; expected the place they stand in, or no answers",
            "7: id 's1' is that of line 1; expected its own",
            "8: answers is not a list; expected a list of texts",
            "8: kind is not text; expected a string in quotes",
            "8: history[0] is not text; expected a string in quotes",
            "9: gold[0] is not an object; expected one with article and quote",
            "9: gold[1].quote is blank; expected text",
            "9: gold[1].article is missing; expected text",
            "9: kind holds a control character; expected a plain word",
            "10: question holds half a surrogate pair; expected whole characters",
        )
    ]


@pytest.mark.parametrize("content", [b"", b" \n\n\r\n", gzip.compress(b"\n", mtime=0), b"\xef\xbb\xbf"])
def test_load_refuses_an_empty_file(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(BadQuestions, match=r"set\.jsonl:1: the file holds no question; expected "):
        load(file)


@pytest.mark.parametrize("content", [b"[" * 200_000, b'{"id": ' + b"9" * 9_999 + b"}"])
def test_load_survives_json_that_is_too_large(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(BadQuestions, match=r"set\.jsonl:1: JSON too large to read; expected ") as caught:
        load(file)
    assert len(str(caught.value).splitlines()) == 1


def test_load_refuses_damaged_gzip(file: Path) -> None:
    whole = gzip.compress(line().encode())
    for damaged in (whole[:-9], whole[:12], whole[:10] + b"\xff" * 20, whole[:-6] + b"??" + whole[-4:]):
        file.write_bytes(damaged)
        with pytest.raises(BadQuestions, match=r"set\.jsonl:1: damaged gzip data .*; expected a whole "):
            load(file)


def test_load_says_what_to_do_about_a_file_it_cannot_read(file: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be read \(No such file or directory\)\. Give the path"):
        load(file)
    with pytest.raises(UsageError, match=r"cannot be read \(Is a directory\)\. Give the path"):
        load(file.parent)


def test_default_set_names_the_sets_there_are() -> None:
    with pytest.raises(UsageError, match=r"set named 'test' ships\. Choose one of: dev, heldout, plain, reworded\."):
        default_set("test")
