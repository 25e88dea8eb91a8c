"""BEIR sets: a miniature read by hand, names that lose nothing, and every error of the three files at once."""

import json
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from eval.beir import file_names, parse
from eval.question_sets import Gold, Question, QuestionSet
from eval.reading import Source
from index.errors import BadQuestions

CORPUS = (
    {"_id": "d/1", "title": "The Moon", "text": "It orbits.\n", "metadata": {}},
    {"_id": "d2", "title": "", "text": "No title here."},
    {"_id": "D2", "text": "Nor here."},
    {"_id": ".d4", "title": None, "text": " "},
    {"_id": "5", "title": "Only a title", "text": ""},
)
QUERIES = (
    {"_id": "q1", "text": "What orbits?"},
    {"_id": "q2", "text": "What has no title?"},
    {"_id": "q3", "text": "Who judged this?"},
    {"_id": "q4", "text": "What is nowhere?"},
)
JUDGED = "query-id\tcorpus-id\tscore\nq2\tD2\t2\nq1\td/1\t1\nq1\td2\t0\nq2\td2\t1\nq4\td2\t0\nq2\t5\t-1\n"


def jsonl(name: str, *records: object) -> Source:
    return Source(name, "".join(json.dumps(record) + "\n" for record in records).encode())


def read(judged: str | bytes = JUDGED) -> QuestionSet:
    content = judged.encode() if isinstance(judged, str) else judged
    return parse(jsonl("corpus.jsonl", *CORPUS), jsonl("queries.jsonl", *QUERIES), Source("test.tsv", content))


def question(name: str, text: str, *gold: str) -> Question:
    return Question(name, text, (), tuple(Gold(document, None) for document in gold), "", ())


def test_parse_reads_documents_judged_queries_and_their_gold() -> None:
    """q3 was not judged. Nothing judged for q4 is right, so the documents do not say."""
    assert read() == QuestionSet(
        questions=(
            question("q1", "What orbits?", "d%2F1.txt"),
            question("q2", "What has no title?", "%442.txt", "d2.txt"),
            question("q4", "What is nowhere?"),
        ),
        texts={
            "d%2F1.txt": "The Moon\n\nIt orbits.\n",
            "d2.txt": "No title here.",
            "%442.txt": "Nor here.",
            "%2Ed4.txt": "",
            "5.txt": "Only a title",
        },
    )


@pytest.mark.parametrize(
    "judged",
    [
        JUDGED.replace("\n", "\r\n"),
        JUDGED.partition("\n")[2],
        JUDGED + "\n \n" + JUDGED.partition("\n")[2],
        JUDGED.removesuffix("\n"),
    ],
    ids=["CRLF", "no header", "said twice", "no last newline"],
)
def test_judgements_may_be_written_in_other_ways(judged: str) -> None:
    assert read(judged) == read()


def test_gold_that_the_corpus_lacks_still_counts() -> None:
    """As in ArguAna: a judgement of a document that is nowhere stays in the ideal ranking."""
    found = read(JUDGED + "q1\tgone\t1\n")
    assert found.questions[0].gold == (Gold("d%2F1.txt", None), Gold("gone.txt", None))
    assert found.texts == read().texts


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1) | st.text("aAbB.%4", min_size=1)))
@example(["a", "A", "%41", "%2541", ".a", ".A", "%2Ea", ".", ".."])
def test_file_names_stand_for_one_id_each_on_any_file_system(ids: list[str]) -> None:
    names = file_names(ids)
    assert list(names) == list(dict.fromkeys(ids))
    assert [unquote(name.removesuffix(".txt")) for name in names.values()] == list(names)
    assert len({name.lower() for name in names.values()}) == len(names)
    assert all(name.isascii() and not name.startswith(".") and "/" not in name for name in names.values())


def test_parse_tells_all_errors_of_the_three_files_at_once() -> None:
    corpus = jsonl("corpus.jsonl", *CORPUS, {"_id": "d2", "text": 1}, {"title": 2}, {"_id": "é" * 41, "text": ""}, [])
    queries = jsonl("queries.jsonl", *QUERIES, {"_id": 7, "text": "?"}, {"_id": "q1", "text": ""})
    judged = JUDGED.encode() + b"q1 0 d2 1\nq1\td2\tx\nq9\td2\t1\nq1\t\t1\nq1\td\xff\t1\nq1\td/1\t2\nq1\td2\t0.5\n"
    judged += b"query-id\tcorpus-id\tscore\n"
    with pytest.raises(BadQuestions, match="is not in queries") as caught:
        parse(corpus, queries, Source("test.tsv", judged))
    assert str(caught.value).splitlines() == [
        "corpus.jsonl:6: _id 'd2' is that of line 2; expected its own",
        "corpus.jsonl:6: text is not text; expected a string in quotes",
        "corpus.jsonl:7: _id is missing; expected text",
        "corpus.jsonl:7: title is not text; expected a string in quotes",
        "corpus.jsonl:7: text is missing; expected text",
        "corpus.jsonl:8: _id is too long for a file name; expected at most 240 bytes, percent-encoded",
        "corpus.jsonl:9: not a JSON object; expected one with _id and text",
        "queries.jsonl:5: _id is not text; expected a string in quotes",
        "queries.jsonl:6: _id 'q1' is that of line 1; expected its own",
        "queries.jsonl:6: text is blank; expected text",
        "test.tsv:8: 1 columns; expected query-id, corpus-id and score, parted by tabs",
        "test.tsv:9: score 'x' is not a whole number; expected 1 or more where the document is right, else 0",
        "test.tsv:10: query-id 'q9' is not in queries.jsonl; expected the _id of a query",
        "test.tsv:11: corpus-id is blank; expected the _id of a document",
        "test.tsv:12: an id is not UTF-8; expected UTF-8 text",
        "test.tsv:13: 'd/1' was judged 1 for 'q1'; expected one judgement",
        "test.tsv:14: score '0.5' is not a whole number; expected 1 or more where the document is right, else 0",
        "test.tsv:15: query-id 'query-id' is not in queries.jsonl; expected the _id of a query",
    ]


def test_parse_refuses_empty_files() -> None:
    with pytest.raises(BadQuestions, match="the file is empty") as caught:
        parse(jsonl("corpus.jsonl"), jsonl("queries.jsonl"), Source("test.tsv", b"query-id\tcorpus-id\tscore\r\n"))
    assert str(caught.value).splitlines() == [
        "corpus.jsonl:1: the file is empty; expected one JSON object a line",
        "queries.jsonl:1: the file is empty; expected one JSON object a line",
        "test.tsv:1: the file holds no judgement; expected query-id, corpus-id and score a line",
    ]


def test_a_file_of_nothing_but_errors_is_not_called_empty() -> None:
    with pytest.raises(BadQuestions, match="not a JSON object") as caught:
        parse(jsonl("corpus.jsonl", []), jsonl("queries.jsonl", []), Source("test.tsv", b"q1\td2"))
    assert str(caught.value).splitlines() == [
        "corpus.jsonl:1: not a JSON object; expected one with _id and text",
        "queries.jsonl:1: not a JSON object; expected one with _id and text",
        "test.tsv:1: 2 columns; expected query-id, corpus-id and score, parted by tabs",
    ]


def test_parse_refuses_judgements_of_another_corpus() -> None:
    with pytest.raises(BadQuestions, match=r"^test\.tsv:1: no document judged right is in corpus\.jsonl; expected "):
        read("q1\tS197\t1\nq2\td2\t0\n")
