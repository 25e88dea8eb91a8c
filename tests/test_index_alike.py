"""What is offered to a person who mistyped: the nearest that is there, or nothing where none is near."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.alike import alike, alike_path, offer, offer_path

COMMANDS = ["ask", "chat", "index", "status", "verify", "eval", "doctor"]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("aks", ("ask",)),
        ("indx", ("index",)),
        ("STATUS", ("status",)),
        ("docter", ("doctor",)),
        ("xyzzy", ()),
        ("", ()),
    ],
)
def test_the_nearest_name_is_found_and_none_where_none_is_near(given: str, found: tuple[str, ...]) -> None:
    assert alike(given, COMMANDS) == found


WORDS = st.text("abcdefghijklmnopqrstuvwxyz-_.", min_size=5, max_size=30)


@given(WORDS, st.data())
def test_one_slip_of_the_finger_is_always_mended(name: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(name) - 2))
    left_out = name[:place] + name[place + 1 :]
    swapped = name[:place] + name[place + 1] + name[place] + name[place + 2 :]
    doubled = name[: place + 1] + name[place:]
    for slip in (left_out, swapped, doubled):
        assert alike(slip, [name]) == (name,)


@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=8), st.integers(1, 4))
def test_only_names_that_there_are_get_offered(given: str, names: list[str], most: int) -> None:
    found = alike(given, names, most)
    assert len(found) <= most
    assert set(found) <= set(names)


def test_each_misspelt_part_of_a_path_is_mended(tmp_path: Path) -> None:
    (tmp_path / "articles" / "interviews").mkdir(parents=True)
    assert alike_path(tmp_path / "artcles" / "interviws") == tmp_path / "articles" / "interviews"
    assert alike_path(tmp_path / "artcles" / "interviews") == tmp_path / "articles" / "interviews"
    assert alike_path(tmp_path / "articles" / "photographs") is None
    assert alike_path(tmp_path / "articles") is None


def test_hidden_names_are_offered_for_hidden_ones_only(tmp_path: Path) -> None:
    (tmp_path / ".articles").mkdir()
    assert alike_path(tmp_path / "articles") is None
    assert alike_path(tmp_path / ".artcles") == tmp_path / ".articles"


def test_a_folder_that_is_none_offers_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert alike_path(tmp_path / "file" / "below") is None
    assert offer_path(tmp_path / "file" / "below") == ""


def test_a_path_stays_relative_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "articles").mkdir()
    monkeypatch.chdir(tmp_path)
    assert offer_path(Path("artcles")) == " Did you mean articles?"


def test_an_offer_is_a_question() -> None:
    assert offer([]) == ""
    assert offer(["ask"]) == " Did you mean ask?"
    assert offer([Path("a"), "b"]) == f" Did you mean {os.fspath(Path('a'))} or b?"
