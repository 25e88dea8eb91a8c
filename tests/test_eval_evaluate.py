"""Public sets end to end: their own texts indexed by the real model, asked, and scored."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from squad_by_hand import PARAGRAPHS, squad

from eval.evaluate import Exam, evaluate, prepared
from eval.question_sets import load
from eval.run import Report
from index.errors import UsageError
from qa.session import Setting, throwaway_asker

DOCUMENTS = {
    "doc/bees": ("Bees", "Honey bees dance to tell where the flowers are. The angle of the dance shows the direction."),
    "doc/tea": ("Tea", "Green tea is steamed soon after picking. Black tea is left to wither and oxidise first."),
    "doc/glass": ("Glass", "Glass is made by melting sand with soda and lime. It is blown while it is hot and soft."),
}
ASKED = {
    "q1": ("How do bees tell each other where flowers are?", "doc/bees"),
    "q2": ("What is glass made of?", "doc/glass"),
    "q3": ("Why is black tea left to wither?", "doc/tea"),
}


def score(path: Path, folder: Path) -> tuple[Report, list[str]]:
    told: list[str] = []
    with prepared(path, folder, told.append) as exam:
        return evaluate(exam).report, told


def right(report: Report) -> dict[str, float | None]:
    return {name: report.measures[name].mean for name in ("hit@1", "hit@10", "mrr@10", "ndcg@10")}


@pytest.mark.usefixtures("embedder")
def test_a_squad_file_is_scored_on_an_index_of_its_own_paragraphs(tmp_path: Path) -> None:
    path = tmp_path / "set.json"
    path.write_text(squad(PARAGRAPHS))
    report, told = score(path, tmp_path / "never-made")
    assert told == [f"{path} brings its own texts; a throw-away index of these 2 is used."]
    assert right(report) == dict.fromkeys(right(report), 1.0)
    assert report.measures["answer@1"].mean == 1.0
    assert [row.answerable for row in report.rows] == [True, True, True, False]
    assert not (tmp_path / "never-made").exists()


@pytest.mark.usefixtures("embedder", "reader")
def test_each_question_can_be_asked_of_its_own_article(tmp_path: Path) -> None:
    (tmp_path / "set.json").write_text(squad(PARAGRAPHS))
    with prepared(tmp_path / "set.json", tmp_path / "never-made", lambda _: None, Setting(least=0.0)) as exam:
        rows = evaluate(replace(exam, own_article=True)).report.rows
        own = {question.id: question.about for question in exam.questions}
    assert {row.id: {one.article for one in row.ranking} for row in rows} == {name: {own[name]} for name in own}
    assert [row.measures["em"] for row in rows] == [1.0, 1.0, 0.0, 0.0]


@pytest.mark.usefixtures("embedder")
def test_a_question_that_names_no_article_cannot_be_asked_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "tea.txt").write_text(DOCUMENTS["doc/tea"][1])
    (tmp_path / "q.jsonl").write_text('{"id": "t", "question": "What is tea?", "answers": ["Green tea"]}\n')
    with throwaway_asker(tmp_path / "articles", Setting(read=False)) as asker:
        exam = Exam("t", load(tmp_path / "q.jsonl"), asker, {}, throwaway=True, own_article=True)
        with pytest.raises(UsageError, match=r"Question t names no article.*Leave out --own-article"):
            evaluate(exam)


@pytest.mark.usefixtures("embedder")
def test_a_beir_folder_is_scored_on_an_index_of_its_own_documents(tmp_path: Path) -> None:
    """One judged document is missing from the corpus: it is told, and keeps its query from the ideal ranking."""
    corpus = [{"_id": name, "title": title, "text": text} for name, (title, text) in DOCUMENTS.items()]
    queries = [{"_id": name, "text": asked} for name, (asked, _) in ASKED.items()]
    for name, records in (("corpus", corpus), ("queries", queries)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    judged = ["query-id\tcorpus-id\tscore", *(f"{name}\t{document}\t1" for name, (_, document) in ASKED.items())]
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text("\r\n".join([*judged, "q3\tdoc/gone\t1"]))
    report, told = score(tmp_path, tmp_path / "never-made")
    assert told == [
        f"{tmp_path} brings its own texts; a throw-away index of these 3 is used.",
        "Question 'q3': the article 'doc%2Fgone.txt' is not among the articles.",
    ]
    ideal = 1 + 0.6309
    assert right(report) == pytest.approx(
        {"hit@1": 1, "hit@10": 1, "mrr@10": 1, "ndcg@10": (2 + 1 / ideal) / 3}, abs=1e-4
    )
    assert report.measures["em"].mean is None
