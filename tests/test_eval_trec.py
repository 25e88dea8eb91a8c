"""The TREC form: ir-measures, reading the files, finds what `qa eval` says."""

from dataclasses import replace
from pathlib import Path

import ir_measures
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ir_measures import AP, RR, R, nDCG
from runs_by_hand import RIGHT, SILENT, WRONG, run

from eval.metrics import average_precision, ndcg, recall_at, reciprocal_rank
from eval.rows import Ranked
from eval.trec import judgement_lines, run_lines


def test_lines_by_hand() -> None:
    made = run([RIGHT, WRONG, SILENT]).report
    assert list(run_lines(made)) == [
        "q1 Q0 gold-1 1 1.000000 qa\n",
        "q1 Q0 b.txt:5-30 2 0.500000 qa\n",
        "q2 Q0 b.txt:5-30 1 1.000000 qa\n",
        "q2 Q0 c%20d.txt:0-9 2 0.500000 qa\n",
    ]
    assert list(judgement_lines(made)) == ["q1 0 gold-1 1\n", "q2 0 gold-1 1\n"]


@settings(derandomize=True, deadline=None, max_examples=100)
@given(
    ranking=st.lists(st.one_of(st.none(), st.integers(0, 4)), max_size=10),
    alternatives=st.integers(5, 7),
)
def test_ir_measures_finds_our_measures_in_the_files(
    ranking: list[int | None], alternatives: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    hits = [() if number is None else (number,) for number in ranking]
    ranked = tuple(Ranked("a b.txt", 10 * rank, 10 * rank + 5, hit) for rank, hit in enumerate(hits))
    report = run([replace(RIGHT, alternatives=alternatives, ranking=ranked)]).report
    folder: Path = tmp_path_factory.mktemp("trec")
    (folder / "run").write_text("".join(run_lines(report)) or "q1 Q0 none 1 1.0 qa\n")
    (folder / "qrels").write_text("".join(judgement_lines(report)))
    published = {
        str(measure): value
        for measure, value in ir_measures.calc_aggregate(
            [RR @ 10, nDCG @ 10, AP @ 10, R @ 10],
            ir_measures.read_trec_qrels(str(folder / "qrels")),
            ir_measures.read_trec_run(str(folder / "run")),
        ).items()
    }
    assert published == pytest.approx(
        {
            "RR@10": reciprocal_rank(hits, 10),
            "nDCG@10": ndcg(hits, alternatives, 10),
            "AP@10": average_precision(hits, alternatives, 10),
            "R@10": recall_at(hits, alternatives, 10),
        }
    )
