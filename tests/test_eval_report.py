"""Reports: the contract's shape as strict JSON, and a table that fits and says what was counted by hand."""

import json
from dataclasses import replace
from math import nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.report import payload, table
from eval.run import OF_PLACES, OF_WORDS, Row, summarise

NAMES = OF_PLACES + OF_WORDS
RIGHT = Row("s1", "Who?", "who", True, True, 0.9, "Zhang", "Zhang said so.", True, dict.fromkeys(NAMES, 1.0), 12.0)
WRONG = replace(RIGHT, id="s2", answered=False, right=False, measures=dict.fromkeys(NAMES, 0.0))
SILENT = replace(
    RIGHT,
    id="s3",
    kind="near-miss",
    answerable=False,
    answered=False,
    confidence=0.0,
    text=None,
    snippet=None,
    right=False,
    measures=dict.fromkeys(NAMES) | {"em": 1.0, "f1": 1.0},
)


def test_payload_is_strict_json_of_the_contract() -> None:
    data = json.loads(json.dumps(payload(summarise([RIGHT, WRONG, SILENT])), allow_nan=False))
    assert (data["version"], data["questions"]) == (1, 3)
    names = "hit@1 hit@3 hit@5 hit@10 mrr@10 ndcg@10 answer@1 em f1"
    names += " abstain_auroc coverage answered_precision calibration_error latency_ms"
    assert list(data["measures"]) == names.split()
    assert all(list(measure) == ["mean", "low", "high"] for measure in data["measures"].values())
    assert data["measures"]["hit@1"] == {"mean": 0.5, "low": 0.0, "high": 1.0}
    assert [question["id"] for question in data["per_question"]] == ["s1", "s2", "s3"]
    assert data["per_question"][2] == {
        "id": "s3",
        "question": "Who?",
        "kind": "near-miss",
        "answerable": False,
        "answered": False,
        "confidence": 0.0,
        "text": None,
        "snippet": None,
        "right": False,
        "latency_ms": 12.0,
        "measures": dict.fromkeys(OF_PLACES) | {"answer@1": None, "em": 1.0, "f1": 1.0},
    }


def test_payload_gives_null_where_nothing_can_be_measured() -> None:
    data = json.loads(json.dumps(payload(summarise([SILENT])), allow_nan=False))
    for name in ("hit@1", "answer@1", "abstain_auroc", "coverage", "answered_precision"):
        assert data["measures"][name] == {"mean": None, "low": None, "high": None}


def test_table_shows_measures_with_their_intervals_then_kinds_with_counts() -> None:
    lines = table(summarise([RIGHT, SILENT, WRONG])).splitlines()
    assert lines[0] == "3 questions, 2 of them answerable from the articles"
    shown = {line.split()[0]: line.split()[1:] for line in lines[3:17]}
    assert shown["hit@1"][:4] == ["0.500", "0.000", "-", "1.000"]
    assert shown["hit@1"][4:] == "the first snippet is the right place".split()
    assert shown["answered_precision"][:4] == ["1.000", "1.000", "-", "1.000"]
    assert shown["latency_ms"][:4] == ["12", "12", "-", "12"]
    assert [line.split() for line in lines[18:]] == [
        ["kind", "questions", "hit@1", "answer@1", "answered"],
        ["who", "2", "1/2", "1/2", "1/2"],
        ["near-miss", "1", "-", "-", "0/1"],
    ]


def test_table_explains_the_dash_it_shows_for_what_cannot_be_measured() -> None:
    text = table(summarise([replace(SILENT, kind="")]))
    assert [line.split()[:3] for line in text.splitlines() if line.startswith("coverage")] == [["coverage", "-", "-"]]
    assert "\n-: nothing in this set, or in the answers, to measure it by\n" in text
    assert text.splitlines()[-1].split() == ["(no", "kind)", "1", "-", "-", "0/1"]
    assert "-: nothing" not in table(summarise([RIGHT, SILENT]))


@settings(derandomize=True, deadline=None, max_examples=30)
@given(
    kinds=st.lists(st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=90), max_size=4),
    latency=st.floats(0, 1e6),
)
def test_table_fits_eighty_columns(kinds: list[str], latency: float) -> None:
    rows = [replace(row, kind=kind, latency_ms=latency) for kind in kinds for row in (RIGHT, WRONG, SILENT)]
    text = table(summarise(rows))
    assert max(map(len, text.splitlines())) <= 80
    assert text.isascii()


def test_payload_would_fail_on_a_number_that_is_none() -> None:
    """The strictness that the tests above lean on is real."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        json.dumps(payload(summarise([replace(RIGHT, latency_ms=nan)])), allow_nan=False)


def test_table_cuts_a_kind_too_long_for_its_column() -> None:
    text = table(summarise([replace(RIGHT, kind="k" * 16), replace(RIGHT, kind="k" * 17)]))
    assert [line.split()[0] for line in text.splitlines()[-2:]] == ["k" * 16, "k" * 13 + "..."]
