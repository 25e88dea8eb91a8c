"""Fidelity: rankings and differences by hand, and one run of the real peer on a few texts."""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import FakeEmbedder

from eval.bench.stand import Ran, run_module
from eval.fidelity import command as fidelity
from eval.fidelity import ranks
from eval.fidelity.command import compare, difference, gains, table
from eval.fidelity.ranks import Spent, by_bm25s, by_meaning, by_peer, by_words, embed, readable
from eval.question_sets import Gold, Question
from index.embed import OnnxEmbedder

TEXTS = {
    "comet.txt": "A comet is a small body of ice and dust that grows a tail near the sun.",
    "river.txt": "Rivers carry water and sand to the sea, and floods leave the sand on fields.",
    "bread.txt": "Bread is baked from flour, water and salt; yeast lets the dough rise.",
    "train.txt": "The night train to the coast leaves at eleven and arrives after breakfast.",
}
ASKED = {
    "1": ("What is a comet made of?", "comet.txt"),
    "2": ("What do rivers carry to the sea?", "river.txt"),
    "3": ("What lets dough rise?", "bread.txt"),
}
QUESTIONS = [Question(name, text, (), (Gold(gold, None),), "", ()) for name, (text, gold) in ASKED.items()]


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    """The texts and questions above as a BEIR folder."""
    folder = tmp_path / "small"
    (folder / "qrels").mkdir(parents=True)
    texts = ({"_id": name.removesuffix(".txt"), "text": text} for name, text in TEXTS.items())
    asked = ({"_id": name, "text": text} for name, (text, _) in ASKED.items())
    for name, records in (("corpus", texts), ("queries", asked)):
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    judged = "".join(f"{name}\t{gold.removesuffix('.txt')}\t1\n" for name, (_, gold) in ASKED.items())
    (folder / "qrels" / "test.tsv").write_text(f"query-id\tcorpus-id\tscore\n{judged}", encoding="utf-8")
    return folder


def fake_peer(arguments: Sequence[str], stdin: str) -> Ran:
    """Embeds as the fake model does, ranks texts as they stand, and claims to have taken 9 s."""
    assert arguments[:2] == ["eval.bench.peer", "rank"]
    assert arguments[5] == "--vectors"
    texts, asked = (
        [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()] for path in arguments[2:4]
    )
    best = [{"id": text["id"], "score": 1.0} for text in texts]
    found = [json.dumps({"id": question["id"], "best": best}) for question in asked]
    Path(arguments[4]).write_text("\n".join(found), encoding="utf-8")
    np.save(arguments[6], np.stack([FakeEmbedder().embed_question(text["text"]) for text in texts]))
    return Ran(json.dumps({"texts": len(texts), "seconds": 9.0, "processor_s": 18.0}), 20.0, 1.0, 1)


def test_longest_beginning_that_the_model_reads() -> None:
    fake = FakeEmbedder()  # two marks and a piece for each word, 120 at most
    words = [f"w{number:03}" for number in range(200)]
    assert readable(" ".join(words), fake).split()[:-1] == words[:117]
    assert fake.count_tokens(readable(" ".join(words), fake)) == 120
    assert readable(" ".join(words[:118]), fake) == " ".join(words[:118])
    assert readable("", fake) == ""


def test_cut_text_is_embedded_as_the_model_would_cut_it(embedder: OnnxEmbedder) -> None:
    texts = [" ".join([text] * 12) for text in TEXTS.values()]
    assert all(embedder.count_tokens(text) <= 256 for text in (readable(text, embedder) for text in texts))
    vectors, spent = embed(texts, embedder)
    assert min(spent.seconds, spent.processor_s) > 0
    exact = np.stack([embedder.embed_question(text) for text in texts])  # cuts after so many pieces
    assert (vectors * exact).sum(axis=1).min() > 0.999


def test_by_meaning_by_hand() -> None:
    vectors = np.array([[0, 1], [1, 0], [0.6, 0.8], [1, 0]], np.float32)
    asked = [np.array([1, 0], np.float32), np.array([0, 1], np.float32)]
    assert by_meaning("abcd", vectors, asked) == [["b", "d", "c", "a"], ["a", "c", "b", "d"]]


def test_by_words_leaves_out_what_shares_no_word() -> None:
    names, texts = list(TEXTS), list(TEXTS.values())
    # Salt stands in one text, water in two; the river's is the longer.
    assert by_words(names, texts, ["salt water", "Who?"]) == [["bread.txt", "river.txt"], []]


def test_by_words_ten_at_most() -> None:
    assert len(by_words([str(number) for number in range(30)], ["sand"] * 30, ["sand"])[0]) == 10


def test_bm25s_ranks_the_texts_that_share_a_word() -> None:
    names, texts = list(TEXTS), list(TEXTS.values())
    questions = ["salt and water", "zzyzx tail", "the of and", "zzyzx"]
    # It knows no stems and leaves out function words; water stands in two texts, salt in one.
    assert by_bm25s(names, texts, questions) == [["bread.txt", "river.txt"], ["comet.txt"], [], []]


def test_bm25s_that_is_missing_is_left_out(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "bm25s", None)
    assert by_bm25s(["a"], ["text"], ["text"]) is None
    assert "pip install" in capsys.readouterr().err


def test_gains_by_hand() -> None:
    both = replace(QUESTIONS[0], gold=(Gold("a", None), Gold("b", None)))
    lost = replace(QUESTIONS[0], gold=(Gold("nowhere", None),))
    found = gains([both, both, lost], [["a", "x", "b"], ["x"], ["a"]])
    assert found.tolist() == pytest.approx([(1 + 1 / np.log2(4)) / (1 + 1 / np.log2(3)), 0, 0])


def test_difference_is_paired() -> None:
    ours, theirs = np.array([1.0, 0.5, 0.2, 0.7]), np.array([0.9, 0.4, 0.1, 0.6])
    apart = difference(ours, theirs)
    # Each question differs by the same, however much the questions differ: the interval has no width.
    assert (apart.mean, apart.low, apart.high) == pytest.approx((0.1, 0.1, 0.1))


def test_comparison_adds_up(beir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = compare(beir, FakeEmbedder(), fake_peer)
    assert (result.name, result.texts, result.questions, result.peer_spent) == ("small", 4, 3, Spent(9.0, 18.0))
    assert (result.cosine_mean, result.cosine_least) == pytest.approx((1, 1))
    # The fake peer's gold stands at ranks 1, 2 and 3; every question shares a rare word with its text alone.
    assert result.ndcg["peer_dense"] == pytest.approx((1 + 1 / np.log2(3) + 1 / np.log2(4)) / 3)
    assert (result.ndcg["words"], result.ndcg["bm25s"]) == (1, 1)
    assert result.differences["dense"].mean == pytest.approx(result.ndcg["dense"] - result.ndcg["peer_dense"])
    assert result.differences["words"].mean == 0


def test_table_fits_and_shows_what_is_missing(beir: Path) -> None:
    result = compare(beir, FakeEmbedder(), fake_peer)
    long = replace(
        result, texts=1_000_000, questions=100_000, spent=Spent(12345.678, 1000.0), peer_spent=Spent(98765.432, 2500.0)
    )
    assert max(map(len, table(long).splitlines())) <= 80
    assert "peer/qa 8.00" in table(long)
    assert "peer/qa 2.50" in table(long)
    without = replace(result, ndcg={k: v for k, v in result.ndcg.items() if k != "bm25s"}, differences={})
    without = replace(without, differences={"dense": result.differences["dense"]})
    assert table(without).splitlines()[-1].split() == ["nDCG@10", "by", "words", "1.0000", "-"]


def test_set_without_texts_is_a_usage_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_model: None, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fidelity, "load_embedder", lambda card: FakeEmbedder())
    path = tmp_path / "own.jsonl"
    path.write_text('{"id": "1", "question": "What is it?", "gold": []}\n', encoding="utf-8")
    assert fidelity.main([str(path)]) == 2
    assert "brings no texts" in capsys.readouterr().err


def test_results_are_kept_as_json(
    beir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_model: None, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fidelity, "load_embedder", lambda card: FakeEmbedder())
    monkeypatch.setattr(fidelity, "compare", lambda path, embedder: compare(path, embedder, fake_peer))
    assert fidelity.main([str(beir), "--json", str(tmp_path / "out.json")]) == 0
    stored = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in stored] == ["small"]
    assert stored[0]["differences"]["words"] == {"mean": 0, "low": 0, "high": 0}
    assert "small: 4 texts, 3 questions" in capsys.readouterr().out


@pytest.mark.heavy
def test_the_real_peer_agrees(embedder: OnnxEmbedder) -> None:
    texts = {**TEXTS, "long.txt": " ".join([TEXTS["comet.txt"], *[TEXTS["train.txt"]] * 20])}
    rankings, vectors, spent = by_peer(texts, QUESTIONS, run_module)
    ours, _ = embed(list(texts.values()), embedder)
    assert min(spent.seconds, spent.processor_s) > 0
    assert (ours * vectors).sum(axis=1).min() > 0.98
    asked = [embedder.embed_question(question.text) for question in QUESTIONS]
    assert [ranking[0] for ranking in rankings] == [ranking[0] for ranking in by_meaning(list(texts), ours, asked)]
    assert all(len(ranking) == len(texts) <= ranks.DEPTH for ranking in rankings)
