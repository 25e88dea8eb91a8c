"""Each search alone and both: the orders answer to evidence made by hand, and "both" to the product itself."""

from pathlib import Path

import pytest

from eval.question_sets import default_set, load
from eval.searches import ORDERS, SHOWN, asking, main
from index.embed import OnnxEmbedder
from index.records import Evidence
from index.store import open_index
from qa.ask import Asker


def test_orders_by_hand() -> None:
    seen = Evidence(cosine=0.4, sentences=(0.5, 0.3), article=0.2, share=0.5, cover=1.0)
    assert ORDERS["meaning"](seen, 0.5) == pytest.approx(0.25 * 0.4 + 0.75 * 0.5 + 0.2 * 0.2)
    assert ORDERS["words"](seen, 0.5) == 0.5
    assert ORDERS["both"](seen, 0.5) == pytest.approx(0.25 * 0.4 + 0.75 * 0.5 + 0.2 * 0.2 + 1.6 * 0.5)


@pytest.mark.heavy
def test_both_is_the_product(seed_index: Path, embedder: OnnxEmbedder) -> None:
    asker = Asker(open_index(seed_index), embedder)
    both = asking(asker, ORDERS["both"])
    for question in load(default_set("dev")):
        product = asker.ask(question.text, 5)
        told = both(product.standalone, 5).ranked  # misspelt questions are put right by the product alone
        assert [(one.snippet, one.text) for one in told] == [(one.snippet, one.text) for one in product.ranked]


def test_table_has_a_line_for_each_order(seed_index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    questions = tmp_path / "few.jsonl"
    questions.write_text("\n".join(default_set("dev").read_text(encoding="utf-8").split("\n")[:12]), encoding="utf-8")
    main([str(questions), str(seed_index)])
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["order", "by", *SHOWN]
    assert [line.split()[0] for line in lines] == ["meaning", "words", "both"]
    assert all(len(line) == len(head) for line in lines)


def test_a_set_that_is_not_there_is_told_in_a_sentence(
    seed_index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "none.jsonl"), str(seed_index)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "none.jsonl cannot be read (No such file or directory)" in printed.err
