"""What was typed, kept across runs: in order, of one's own alone, never too much, and never in the way."""

import json
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.chat.history import REMEMBERED, Typed


def remembered(file: Path) -> list[str]:
    """Return what a new run remembers, the newest first."""
    return list(Typed(file, writing=False).load_history_strings())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.text(max_size=10), max_size=6))
def test_the_next_run_has_what_was_typed_newest_first(lines: list[str], tmp_path: Path) -> None:
    file = tmp_path / "state" / "typed.jsonl"
    file.unlink(missing_ok=True)
    typed = Typed(file, writing=True)
    for line in lines:
        typed.append_string(line)
    assert remembered(file) == lines[::-1]
    assert typed.get_strings() == lines


def test_it_is_of_one_s_own_alone(tmp_path: Path) -> None:
    file = tmp_path / "state" / "typed.jsonl"
    Typed(file, writing=True).append_string("Who?")
    assert [stat.S_IMODE(one.stat().st_mode) for one in (file, file.parent)] == [0o600, 0o700]


def test_it_does_not_grow_for_ever(tmp_path: Path) -> None:
    file = tmp_path / "typed.jsonl"
    file.write_text("".join(f"{json.dumps(str(number))}\n" for number in range(2 * REMEMBERED + 1)))
    newest = [str(number) for number in range(2 * REMEMBERED, REMEMBERED, -1)]
    assert remembered(file) == newest
    assert len(file.read_text().splitlines()) == 2 * REMEMBERED + 1
    assert list(Typed(file, writing=True).load_history_strings()) == newest
    assert len(file.read_text().splitlines()) == REMEMBERED
    assert remembered(file) == newest
    assert list(tmp_path.iterdir()) == [file]


def test_torn_and_foreign_lines_are_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "typed.jsonl"
    file.write_bytes(b'"one"\n{"a": 1}\n\xff\n"two"\n"thr')
    Typed(file, writing=True).append_string("four")
    assert remembered(file) == ["four", "two", "one"]


@pytest.mark.parametrize("harm", ["a folder in its place", "a file in the folder's place"])
def test_what_cannot_be_kept_is_still_there_for_this_run(harm: str, tmp_path: Path) -> None:
    file = tmp_path / "state" / "typed.jsonl"
    if harm == "a folder in its place":
        file.mkdir(parents=True)
    else:
        file.parent.write_text("in the way")
    typed = Typed(file, writing=True)
    typed.append_string("Who?")
    assert typed.get_strings() == ["Who?"]
    assert list(typed.load_history_strings()) == []


def test_nothing_is_written_where_that_is_not_wanted(tmp_path: Path) -> None:
    Typed(tmp_path / "typed.jsonl", writing=False).append_string("Who?")
    assert list(tmp_path.iterdir()) == []
