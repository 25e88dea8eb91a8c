"""Telling the forms of question sets apart by what is in them, and finding the files of a BEIR folder."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.formats import load_set
from eval.question_sets import Gold, Question, QuestionSet
from index.errors import BadQuestions, UsageError

LINE = {"id": "q", "question": "Who?", "gold": [{"article": "Moon-0001.txt"}]}
PARAGRAPH = {"context": "Ann did.", "qas": [{"id": "q", "question": "Who?", "answers": [{"text": "Ann"}]}]}
SQUAD = {"version": "1.1", "data": [{"title": "Moon", "paragraphs": [PARAGRAPH]}]}
BEIR = {
    "corpus.jsonl": '{"_id": "d", "text": "Ann did."}\n',
    "queries.jsonl": '{"_id": "q", "text": "Who?"}\n',
    "qrels/test.tsv": "query-id\tcorpus-id\tscore\nq\td\t1\n",
}


def question(article: str, *answers: str) -> Question:
    return Question("q", "Who?", answers, (Gold(article, None),), "", ())


LINES_FOUND = QuestionSet((question("Moon-0001.txt"),), None)
SQUAD_FOUND = QuestionSet(
    (replace(question("Moon-0001.txt", "Ann"), about="Moon-0001.txt"),), {"Moon-0001.txt": "Ann did."}
)
BEIR_FOUND = QuestionSet((question("d.txt"),), {"d.txt": "Ann did."})


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(content.encode()) if name.endswith(".gz") else content.encode("utf-8-sig"))
    return folder


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["bare", "BOM"])
@pytest.mark.parametrize("zipped", [False, True], ids=["plain", "gz"])
@pytest.mark.parametrize(
    ("content", "found"),
    [
        (json.dumps(LINE), LINES_FOUND),
        (json.dumps(SQUAD), SQUAD_FOUND),
        (json.dumps(SQUAD, indent=2).replace("\n", "\r\n"), SQUAD_FOUND),
    ],
    ids=["lines", "squad", "squad over many lines"],
)
def test_a_file_is_told_by_its_content(
    tmp_path: Path, content: str, found: QuestionSet, zipped: bool, mark: bytes
) -> None:
    path = tmp_path / "any.name"
    path.write_bytes(gzip.compress(mark + content.encode()) if zipped else mark + content.encode())
    assert load_set(path) == found


def test_a_beir_folder_may_be_zipped_and_marked(tmp_path: Path) -> None:
    zipped = {f"{name}.gz": content for name, content in BEIR.items() if name.endswith(".jsonl")}
    assert load_set(write(tmp_path / "plain", BEIR)) == BEIR_FOUND
    assert load_set(write(tmp_path / "zipped", zipped | {"qrels/test.tsv": BEIR["qrels/test.tsv"]})) == BEIR_FOUND


def test_the_judgements_are_those_of_the_test_or_the_only_ones(tmp_path: Path) -> None:
    others = {"qrels/dev.tsv": "x", "qrels/train.tsv": "x"}
    only = {name.replace("test", "dev"): content for name, content in BEIR.items()}
    assert load_set(write(tmp_path / "all", BEIR | others)) == BEIR_FOUND
    assert load_set(write(tmp_path / "only", only)) == BEIR_FOUND


def test_a_beir_folder_that_lacks_files_is_told_all_it_lacks(tmp_path: Path) -> None:
    folder = write(tmp_path, {"queries.jsonl": "", "qrels/dev.tsv": "", "qrels/train.tsv": ""})
    with pytest.raises(BadQuestions, match="no such file") as caught:
        load_set(folder)
    assert str(caught.value).splitlines() == [
        f"{folder}/corpus.jsonl: no such file, nor corpus.jsonl.gz; expected one of them",
        f"{folder}/qrels: dev.tsv, train.tsv; expected test.tsv, or a single .tsv",
    ]
    (folder / "corpus.jsonl").touch()
    for table in folder.glob("qrels/*"):
        table.unlink()
    with pytest.raises(BadQuestions, match=r"^\S+/qrels: no \.tsv; expected test\.tsv, or a single \.tsv$"):
        load_set(folder)


def test_another_folder_or_nothing_is_refused_with_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"is no question set\. Give one with corpus\.jsonl"):
        load_set(write(tmp_path, {"notes.txt": "Hello."}))
    with pytest.raises(UsageError, match=r"cannot be read \(No such file or directory\)\. Give the path"):
        load_set(tmp_path / "none.json")


def test_errors_name_the_file(tmp_path: Path) -> None:
    path = tmp_path / "set.json"
    path.write_text('{"data": [{"paragraphs": [{"context": "Ann did."}]}]}')
    with pytest.raises(BadQuestions, match=r"set\.json:data\[0\]\.paragraphs\[0\]: qas is missing; expected a list"):
        load_set(path)
    path.write_text('{"data": [{"paragraphs": [')
    with pytest.raises(BadQuestions, match=r"set\.json:1: not JSON .*; expected one JSON object with data"):
        load_set(path)
    folder = write(tmp_path / "beir", BEIR | {"queries.jsonl": "{}\n"})
    with pytest.raises(BadQuestions, match=r"beir/queries\.jsonl:1: _id is missing; expected text"):
        load_set(folder)
