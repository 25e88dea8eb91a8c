"""Questions typed in a hurry: slips of one letter, keywords, and a set that is the same but for its wording."""

import json
import random
import subprocess
import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from eval.slips import LEAST, SLIPPED, keywords, slipped

QUESTION = "When did the mayor of Konstanz open the Rhine bridge?"


def edits(left: str, right: str) -> int:
    """Return how many letters left out, put in or changed lead from one word to the other (Levenshtein, 1966)."""
    row = list(range(len(right) + 1))
    for at, one in enumerate(left, 1):
        row, above = [at], row
        for column, other in enumerate(right, 1):
            row.append(min(above[column] + 1, row[-1] + 1, above[column - 1] + (one != other)))
    return row[-1]


@given(st.integers())
@settings(derandomize=True, deadline=None)
def test_up_to_two_long_words_slip_and_nothing_else(seed: int) -> None:
    before, after = QUESTION.split(), slipped(QUESTION, random.Random(seed)).split()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert 0 < len(changed) <= SLIPPED
    for old, new in changed:
        assert len(old.strip("?")) >= LEAST
        assert old[0] == new[0]
        assert edits(old, new) <= 2  # two letters swapped are two edits


@given(st.text(max_size=80), st.integers())
@settings(derandomize=True, deadline=None)
def test_any_text_may_slip(text: str, seed: int) -> None:
    assert edits(text, slipped(text, random.Random(seed))) <= 2 * SLIPPED


def test_keywords_by_hand() -> None:
    assert keywords(QUESTION) == "mayor Konstanz open Rhine bridge"
    assert keywords("Who is he?") == ""
    assert keywords("“Moon” landing: which year?") == "Moon landing year"


def test_a_set_is_printed_with_other_words_and_nothing_else(tmp_path: Path) -> None:
    records = [
        {"id": "1", "question": QUESTION, "answers": ["May 1957"]},
        {"id": "2", "question": "Who paid for the Überbrückung?", "unanswerable": True},
    ]
    file = tmp_path / "set.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")

    def printed(*options: str) -> list[dict[str, object]]:
        command = [sys.executable, "-P", "-m", "eval.slips", str(file), *options]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    assert printed() == printed()
    for options, asked in (((), None), (("--keywords",), "mayor Konstanz open Rhine bridge")):
        found = printed(*options)
        assert [one | {"question": ""} for one in found] == [one | {"question": ""} for one in records]
        assert found[0]["question"] != QUESTION
        assert asked in (None, found[0]["question"])


def test_a_line_that_is_no_question_is_named_and_nothing_is_printed(tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text('{"id": "1", "question": "When?"}\n{"id": "2"}\nnot json\n')
    done = subprocess.run(
        [sys.executable, "-P", "-m", "eval.slips", str(file)], capture_output=True, encoding="utf-8", check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{file}:2: no question; expected a text" in done.stderr
    assert f"{file}:3: " in done.stderr
    assert "Traceback" not in done.stderr
