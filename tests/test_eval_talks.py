"""The conversations written for the reader: found again by their texts, and each turn as the reader is given it."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from eval.question_sets import default_set, load
from eval.training.mixture import ASIDE, SHARES, Share, examples, part
from eval.training.pairs import Pair
from eval.training.talks import TALKS, load_talks
from eval.training.written import digest
from index.errors import UsageError
from index.records import Span

BUILT = "Anna Meyer built the bridge in 1908. Her brother Karl Lang paid for it."
FLOOD = "In 1954 a flood from Bregenz washed two arches of it away."
PUBLIC = [
    Pair("squad", "bridges", "Bridges", "Who built it?", BUILT, Span(0, 10)),
    Pair("squad", "bridges", "Bridges", "What came in 1954?", FLOOD, Span(8, 15)),
]
TURNS = [
    ["Who built the bridge?", "Who built the bridge?", 0, 0, 10, True],
    ["How much was she paid?", "How much was Anna Meyer paid?", 0, 49, 58, False],
    ["What damaged it?", "What damaged the bridge?", 1, 8, 28, True],
]


def talks(folder: Path, *texts: str) -> Path:
    file = folder / "talks.jsonl"
    file.write_text(json.dumps({"texts": [digest(text) for text in texts], "turns": TURNS}) + "\n")
    return file


def test_turns_find_their_texts_and_follow_one_another(tmp_path: Path) -> None:
    first, second, third = load_talks(PUBLIC, talks(tmp_path, BUILT, FLOOD))
    assert first == Pair("talk", "bridges", "Bridges", "Who built the bridge?", BUILT, Span(0, 10))
    assert second.question == "How much was she paid? | Who built the bridge? Anna Meyer"
    assert (second.answered, second.said) == (False, "Karl Lang")
    # What was not answered leaves no words to lean on.
    assert third.question == "What damaged it? | How much was she paid? | Who built the bridge?"
    assert (third.text, third.said) == (FLOOD, "a flood from Bregenz")


def test_a_text_that_is_missing_among_the_sets_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"1 of the texts that talks\.jsonl talks about are not among the public sets"):
        load_talks(PUBLIC, talks(tmp_path, BUILT, FLOOD + " "))


def test_a_turn_is_never_cut_to_keywords_and_always_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SHARES, "talk", Share(whole=1, cut=1, rival=1, swap=0, without=0, consistent=0))
    turns = load_talks(PUBLIC, talks(tmp_path, BUILT, FLOOD))[2:] * 400
    assert part(turns, range(400), 0.1, "1") == list(range(400))
    found = list(examples(turns, range(400), {at: ["A rival.", "Another."] for at in range(400)}, "1"))
    assert {len(one.question.split()) for one in found} == {len(turns[0].question.split())}
    kinds = Counter((one.kind, one.pair) for one in found)
    assert {kinds[(kind, at)] for kind in ("whole", "cut") for at in range(400)} == {1}
    assert {kinds[("rival", at)] for at in range(400)} == {1, 2}


def test_now_and_then_something_else_was_asked_before() -> None:
    pairs = [Pair("squad", f"g{at}", "", f"Who built bridge {at}?", BUILT, Span(0, 10)) for at in range(3000)]
    asked = {one.pair: one.question for one in examples(pairs, range(3000), {}, "1")}
    before = {at: question.partition(" | ")[2] for at, question in asked.items()}
    assert abs(sum(map(bool, before.values())) / len(asked) - ASIDE) < 0.015
    assert all(said in {one.question for one in pairs} for said in before.values() if said)


def shipped() -> list[dict[str, Any]]:
    return [json.loads(line) for line in TALKS.read_text(encoding="utf-8").splitlines()]


def test_what_ships_is_of_one_form() -> None:
    for record in shipped():
        assert record.keys() == {"texts", "turns"}
        assert len({bytes.fromhex(name) for name in record["texts"]}) == 4
        assert len(record["turns"]) == 5
        assert [turn[5] for turn in record["turns"]].count(False) == 1
        assert record["turns"][0][5]
        for question, standing_alone, number, start, end, _ in record["turns"]:
            assert question.strip()
            assert standing_alone.strip()
            assert 0 <= number < 4
            assert 0 <= start < end


def test_no_question_that_scores_are_reported_on_is_trained_on() -> None:
    trained = {
        asked.casefold() for one in shipped() for turn in one["turns"] for asked in turn[:2] if len(asked.split()) > 5
    }
    sets = sorted(default_set().parent.glob("*.jsonl"))
    assert len(sets) >= 4
    assert not trained & {one.text.casefold() for file in sets for one in load(file)}
