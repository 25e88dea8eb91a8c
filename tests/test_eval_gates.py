"""Gates: what passes and what does not, in both directions."""

import pytest
from runs_by_hand import RIGHT, SILENT, WRONG, run

from eval.compare import compare
from eval.gates import Gate, failures, gates
from index.errors import UsageError

MEASURES = run([RIGHT, RIGHT, RIGHT, WRONG]).report.measures


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("hit@1=0.75", None),  # three of four: exactly what is asked for
        ("hit@1=0.7501", "hit@1 is 0.75; at least 0.7501 was wanted."),
        (" hit@5 = .8", "hit@5 is 0.75; at least 0.8 was wanted."),
        ("latency_p95=12", None),
        ("latency_p95=11.5", "latency_p95 is 12; at most 11.5 was wanted."),
        ("abstain_auroc=0.1", "abstain_auroc is undefined for these questions; at least 0.1 was wanted."),
    ],
)
def test_a_gate_passes_what_reaches_it(written: str, sentence: str | None) -> None:
    assert failures(gates([written]), MEASURES, None) == ([sentence] if sentence else [])


def test_what_is_no_gate_is_refused() -> None:
    with pytest.raises(UsageError, match=r"no measure 'hits' to gate by. Choose one of: hit@1, hit@3"):
        gates(["hits=1"])
    with pytest.raises(UsageError, match=r"'hit@1' needs a number, as in --fail-under hit@5=0\.85"):
        gates(["hit@1"])
    with pytest.raises(UsageError, match=r"'hit@1=nan' needs a number"):
        gates(["hit@1=nan"])
    assert gates(()) == ()
    assert gates(["hit@1=1"]) == (Gate("hit@1", 1.0),)


def test_what_got_surely_worse_is_named_with_its_values() -> None:
    silent = [SILENT] * 20
    found = compare(run([RIGHT] * 60 + silent), run([RIGHT] * 30 + [WRONG] * 30 + silent))
    sentences = failures((), found.run.report.measures, found)
    assert "hit@1 fell from 1.000 to 0.500" in " ".join(sentences)
    assert failures((), found.run.report.measures, None) == []
    better = compare(run([RIGHT] * 30 + [WRONG] * 30 + silent), run([RIGHT] * 60 + silent))
    assert failures((), better.run.report.measures, better) == []
