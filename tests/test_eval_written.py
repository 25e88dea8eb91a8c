"""The questions written for the reader: found again by the digests of their texts, and fit to be trained on."""

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from eval.question_sets import default_set, load
from eval.training.mixture import SHARES, Share, examples
from eval.training.pairs import Pair
from eval.training.written import WRITTEN, load_written
from index.errors import UsageError
from index.records import Span

TEXT = "Anna Meyer built the bridge in 1908. Her brother Karl Lang paid for it."
PUBLIC = [
    Pair("squad", "bridges", "Bridges", "Who built it?", TEXT, Span(0, 10)),
    Pair("qamr", "#doc", "", "What sank?", "The ship sank.", Span(0, 8)),
    Pair("qamr", "#doc", "", "Where?", "It lay near Oslo.", Span(12, 16)),
    Pair("qamr", "#doc", "", "What lay there?", "It lay near Oslo.", Span(0, 2)),
]


def written(folder: Path, *asked: tuple[str, str, str, bool]) -> Path:
    """A file of written questions: text, question, the words meant, and whether they answer it."""
    lines: dict[str, dict[str, list[list[str | int]]]] = {}
    for text, question, words, answered in asked:
        start = text.index(words)
        kinds = lines.setdefault(text, {"answered": [], "missed": []})
        kinds["answered" if answered else "missed"].append([question, start, start + len(words)])
    file = folder / "written.jsonl"
    names = {text: hashlib.sha256(text.encode()).hexdigest()[:16] for text in lines}
    file.write_text("".join(json.dumps({"text": names[text], **kinds}) + "\n" for text, kinds in lines.items()))
    return file


def test_questions_find_their_texts_and_join_their_groups(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        (TEXT, "Who met the cost?", "Karl Lang", True),
        ("The ship sank. It lay near Oslo.", "When did it sink?", "near Oslo", False),
    )
    first, second = load_written(PUBLIC, file)
    assert first == Pair("written", "bridges", "Bridges", "Who met the cost?", TEXT, Span(53 - 4, 58))
    assert (second.group, second.said, second.answered) == ("#doc", "near Oslo", False)


def test_a_text_that_is_missing_among_the_sets_is_told(tmp_path: Path) -> None:
    file = written(tmp_path, (TEXT + " ", "Who?", "Anna Meyer", True))
    with pytest.raises(
        UsageError, match=r"1 of the texts that written\.jsonl asks about are not among the public sets"
    ):
        load_written(PUBLIC, file)


def test_a_near_miss_is_never_answered_nor_cut_to_keywords(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SHARES, "written", Share(whole=1, cut=1, rival=1, swap=1, without=1, consistent=1))
    file = written(tmp_path, *[(TEXT, f"Who paid for the bridge {at}?", "Anna Meyer", False) for at in range(300)])
    found = list(examples(load_written(PUBLIC, file), range(300), {}, "1"))
    assert Counter((one.kind, one.answer) for one in found) == {("near", None): 600}
    assert all("Anna Meyer" in one.text for one in found)
    assert all(one.question.startswith("Who paid for the ") for one in found)


def shipped() -> list[dict[str, Any]]:
    return [json.loads(line) for line in WRITTEN.read_text(encoding="utf-8").splitlines()]


def test_what_ships_is_of_one_form_and_asked_once() -> None:
    records = shipped()
    assert all(record.keys() == {"text", "answered", "missed"} for record in records)
    assert all(len(bytes.fromhex(record["text"])) == 8 for record in records)
    assert len({record["text"] for record in records}) == len(records)
    for record in records:
        asked = [*record["answered"], *record["missed"]]
        assert len({question.casefold() for question, *_ in asked}) == len(asked)
        assert all(0 <= start < end for _, start, end in asked)
        assert record["answered"]
        assert record["missed"]


def test_no_question_that_scores_are_reported_on_is_trained_on() -> None:
    trained = {asked[0].casefold() for one in shipped() for asked in (*one["answered"], *one["missed"])}
    sets = sorted(default_set().parent.glob("*.jsonl"))
    assert len(sets) >= 4
    assert not trained & {one.text.casefold() for file in sets for one in load(file)}
