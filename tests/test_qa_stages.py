"""At which stage something right was lost: ranks against brute force, and planted questions of every class."""

import json
from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
import pytest

from eval.evaluate import evaluate, prepared
from eval.question_sets import default_set
from index.embed import OnnxEmbedder
from index.lexical import K1, B
from index.standing import standings
from index.store import Index, open_index
from index.terms import terms
from qa.ask import Asker
from qa.retrieve import query
from qa.session import Setting
from qa.stages import HINTS, MEANINGS, Loss, Place, Stages, lost, stages

ASKED = "When did Chang'e-4 land on the far side of the Moon?"
FIRST = "000_c708b5ca41c84679.txt"
PLANTED = {
    # the article was never indexed
    "absent-1": (Loss.ARTICLE_ABSENT, ASKED, "missing.txt", "On January 3"),
    "absent-2": (Loss.ARTICLE_ABSENT, "Who leads the centre?", "005_gone.txt", "Liu Jizhong"),
    # the article is indexed, but no longer holds these words
    "edited-1": (Loss.PASSAGE_ABSENT, ASKED, "000_c708b5ca41c84679.txt", "On February 30"),
    "edited-2": (Loss.PASSAGE_ABSENT, "Who leads the centre?", "002_47dff1a686762f21.txt", "said Nobody, director"),
    # a place that has nothing to do with the question
    "other-1": (
        Loss.NOT_RETRIEVED,
        "Do pigeons sleep?",
        "001_df72d8db8fd6d88c.txt",
        "200 kilograms of payload capacity",
    ),
    "other-2": (
        Loss.NOT_RETRIEVED,
        "How many countries have joined China's planned moon research base so far?",
        "001_df72d8db8fd6d88c.txt",
        "has already signed cooperation documents with over 10 countries",
    ),
    # ranks seen with a search of its own over every passage: 27 by meaning and 7 by words, 14 and 10
    "words-1": (
        Loss.NOT_BY_DENSE,
        "Who is the deputy chief of China's space agency, CNSA?",
        "001_df72d8db8fd6d88c.txt",
        "This commitment comes on the heels of a successful Chang'e-6 mission",
    ),
    "words-2": (
        Loss.NOT_BY_DENSE,
        "Who is director of the Chinese centre for lunar engineering?",
        "001_df72d8db8fd6d88c.txt",
        "The China National Space Administration (CNSA) has already signed",
    ),
    # 9 by meaning and 12 by words, 8 and none
    "meaning-1": (
        Loss.NOT_BY_LEXICAL,
        "Who designed Chang'e-6?",
        "000_c708b5ca41c84679.txt",
        "The successful landing of the Chang'e-4 probe on the far side of the Moon opened a new chapter",
    ),
    "meaning-2": (
        Loss.NOT_BY_LEXICAL,
        "Who is director of the Chinese centre for lunar engineering?",
        "000_c708b5ca41c84679.txt",
        "The landing of the Chang'e-4 probe on the far side of the Moon was China's latest milestone",
    ),
    # 10 by meaning and 7 by words, 8 and 5
    "both-1": (
        Loss.NOT_BY_FUSION,
        "By what year could an international moon base be ready?",
        "000_c708b5ca41c84679.txt",
        "The landing of the Chang'e-4 probe on the far side of the Moon was China's latest milestone",
    ),
    "both-2": (
        Loss.NOT_BY_FUSION,
        "Where near the moon's south pole is Chang'e-8 going to touch down?",
        "003_5970731f5ab703b6.txt",
        "In an announcement issued by the China National Space Administration, the country invited",
    ),
}
"""By id: where it is lost, the question, and the place that is said to be right."""
SHIPPED = {
    "d003": Loss.RANKING,  # the director is named by the second answer
    "d028": Loss.RANKING,
    "d026": Loss.SPAN,  # the right snippet; the sentence before is marked
    "d083": Loss.SPAN,
    "d032": Loss.ABSTENTION,  # the right sentence, held back
    "d048": Loss.ABSTENTION,
    "d109": Loss.ANSWERED,  # the articles name no American university
    "d120": Loss.ANSWERED,  # nor what Chang'e-5 carried for others
    "d010": None,  # answered rightly
}
"""Development questions and what became of them, read off their answers."""


@pytest.fixture(scope="module")
def asker(seed_index: Path, embedder: OnnxEmbedder) -> Asker:
    return Asker(open_index(seed_index), embedder)


def test_every_loss_is_explained_and_has_a_hint() -> None:
    assert list(MEANINGS) == list(HINTS) == list(Loss)


@pytest.mark.parametrize("question", [ASKED, "probe landing", "When did pigeons arrive?"])
def test_ranks_are_those_of_ranking_every_passage(asker: Asker, question: str) -> None:
    """By cosine with each stored vector; by bm25s times the share of the question's weight that a passage holds."""
    asked = query(question, asker.embedder.embed_question(question))
    found = [one for path in sorted(asker.index.numbers) for one in standings(asker.index, asked, path)]
    assert len(found) == asker.index.manifest.passages
    cosines = np.array([by_vector(asker.index, asked.vector, one.article.key.path, one.passage.start) for one in found])
    words = by_words([f"{one.article.title} {one.passage.text}" for one in found], [one.term for one in asked.wanted])
    for number, one in enumerate(found):
        assert one.by_meaning == pytest.approx(1 + int((cosines > cosines[number]).sum()), abs=1)  # a tie
        if words[number] == 0:
            assert one.by_words is None
        else:
            assert one.by_words == pytest.approx(1 + int((words > words[number] + 1e-5).sum()), abs=1)


def by_vector(index: Index, vector: np.ndarray, path: str, start: int) -> float:
    for segment in index.segments:
        for number in segment.living():
            for row in segment.rows_of(number):
                if segment.article(number).key.path == path and int(segment.passages[row]["start"]) == start:
                    return segment.cosine(vector, row)
    raise AssertionError("no such passage")


def by_words(texts: Sequence[str], asked: Sequence[str]) -> np.ndarray:
    passages = [terms(text) for text in texts]
    model = bm25s.BM25(k1=K1, b=B, method="lucene")
    model.index(passages, show_progress=False)
    held = np.array([[term in passage for term in asked] for passage in map(set, passages)], dtype=float)
    weights = np.log(1 + (len(texts) - held.sum(axis=0) + 0.5) / (held.sum(axis=0) + 0.5))
    return np.asarray(model.get_scores(list(asked))) * (held @ weights / weights.sum())


def test_planted_questions_of_every_class_are_named_rightly(
    seed_index: Path, tmp_path: Path, embedder: OnnxEmbedder
) -> None:
    lines = [
        {"id": name, "question": question, "gold": [{"article": article, "quote": quote}]}
        for name, (_, question, article, quote) in PLANTED.items()
    ]
    shipped = default_set("dev").read_text(encoding="utf-8").splitlines()
    lines += [line for line in map(json.loads, shipped) if line["id"] in SHIPPED]
    (tmp_path / "planted.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    with prepared(tmp_path / "planted.jsonl", seed_index, lambda _: None, Setting(read=False)) as exam:
        rows = evaluate(exam).report.rows
    assert {row.id: row.loss for row in rows} == {name: loss for name, (loss, *_) in PLANTED.items()} | SHIPPED
    assert {row.loss for row in rows} == {*Loss, None}


@pytest.mark.parametrize(
    ("found", "loss"),
    [
        (Stages(0, 0, None, None, None), Loss.ARTICLE_ABSENT),
        (Stages(1, 0, None, None, None), Loss.PASSAGE_ABSENT),
        (Stages(1, 1, 11, 11, None), Loss.NOT_RETRIEVED),
        (Stages(1, 1, 11, None, None), Loss.NOT_RETRIEVED),
        (Stages(1, 2, 11, 10, 11), Loss.NOT_BY_DENSE),
        (Stages(1, 2, 10, 11, None), Loss.NOT_BY_LEXICAL),
        (Stages(1, 2, 1, None, 11), Loss.NOT_BY_LEXICAL),
        (Stages(2, 2, 10, 10, 11), Loss.NOT_BY_FUSION),
        (Stages(2, 2, 99, None, 10), Loss.RANKING),
        (Stages(2, 2, 1, 1, 2), Loss.RANKING),
        (Stages(2, 2, 50, None, 1), None),
    ],
)
def test_the_first_stage_that_fails_is_named(found: Stages, loss: Loss | None) -> None:
    assert lost(found) is loss


def test_stages_of_a_whole_article_are_those_of_its_best_passage(asker: Asker) -> None:
    reply = asker.ask(ASKED, 100)
    found = stages(asker, reply, [Place(FIRST), Place("gone.txt")])
    assert (found.articles, found.by_meaning, found.rank) == (1, 1, 1)
    assert found.passages == len(standings(asker.index, query(ASKED, asker.embedder.embed_question(ASKED)), FIRST))
    assert stages(asker, reply, [Place("gone.txt")]) == Stages(0, 0, None, None, None)
