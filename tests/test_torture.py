"""The torture of the index in small: every trial of ``torture.py``, sized for every run of the tests."""

import pytest
from torture import TRIALS, Trial, failures
from torture_disk import Disk, File
from torture_output import banned_in

# Trials of more than some seconds.
HEAVY = {
    "a call of index.files fails",
    "commands on hostile texts",
    "damage, large files",
    "damage, small files",
    "power loss at every operation",
    "power loss, then an update",
    "random bits flipped",
    "random bits, large files",
    "random histories",
    "rendered texts",
}


@pytest.mark.parametrize(
    "trial",
    [pytest.param(one, id=one.name, marks=[pytest.mark.heavy] if one.name in HEAVY else []) for one in TRIALS],
)
def test_trial(trial: Trial) -> None:
    counts = trial.small()
    assert failures(trial, counts) == [], counts


def test_failures_are_found() -> None:
    trial = Trial("any", dict, dict, lambda counts: counts["tried"] > 0)
    assert failures(trial, {"tried": 1, "lost": 0}) == []
    assert failures(trial, {"tried": 1, "lost": 2}) == ["lost 2"]
    assert failures(trial, {"tried": 0}) == ["did not do what it set out to do"]


def test_model_of_the_disk_loses_what_was_not_synced() -> None:
    disk = Disk({"/w": None}, {"/w": None})
    for op in (("create", "/w/a"), ("write", "/w/a", b"ab")):
        disk.do(op)
    contents = {dict(state).get("/w/a", "absent") for state in disk.states()}
    assert contents == {"absent", b"", b"a", b"ab", b"\0\0"}
    disk.do(("sync", "/w/a"))
    assert {dict(state).get("/w/a", "absent") for state in disk.states()} == {"absent", b"ab"}
    disk.do(("sync folder", "/w"))
    assert [dict(state)["/w/a"] for state in disk.states()] == [b"ab"]
    assert File(b"a", b"b").variants() == [b"a", b"ab", b"a", b"a\0"]


def test_banned_code_points_are_known_without_the_sanitiser() -> None:
    text = "a\tb\n\x1b\x9b\u202e\u200b\ud800\U000e0041\u2028 é\u00a0中"
    assert banned_in(text) == {"U+001B", "U+009B", "U+202E", "U+200B", "U+D800", "U+E0041", "U+2028"}
