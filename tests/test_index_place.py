"""Where an index is: the rules of DESIGN section 2, one by one."""

from pathlib import Path

import pytest

from index import place
from index.place import find_index


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder with .qa above it, and home/work/deep as the current folder."""
    above = tmp_path.resolve() / "above"
    deep = above / "home" / "work" / "deep"
    deep.mkdir(parents=True)
    (above / ".qa").mkdir()
    monkeypatch.setenv("HOME", str(above / "home"))
    monkeypatch.chdir(deep)
    return above / "home"


def test_named_folder_comes_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_INDEX", str(home / "other"))
    assert find_index(Path("mine")) == home / "work" / "deep" / "mine"
    assert find_index(Path("~/mine")) == home / "mine"


def test_environment_comes_second(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "work" / ".qa").mkdir()
    monkeypatch.setenv("QA_INDEX", "~/other")
    assert find_index() == home / "other"
    monkeypatch.setenv("QA_INDEX", "")
    assert find_index() == home / "work" / ".qa"


def test_nearest_folder_upward_is_found(home: Path) -> None:
    (home / ".qa").mkdir()
    assert find_index() == home / ".qa"
    (home / "work" / ".qa").mkdir()
    assert find_index() == home / "work" / ".qa"
    (home / "work" / "deep" / ".qa").mkdir()
    assert find_index() == home / "work" / "deep" / ".qa"


def test_search_stops_at_home(home: Path) -> None:
    assert find_index() == home / "work" / "deep" / ".qa"


def test_search_stops_at_a_home_that_is_a_link(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home.parent / "link").symlink_to(home)
    monkeypatch.setenv("HOME", str(home.parent / "link"))
    assert find_index() == home / "work" / "deep" / ".qa"


@pytest.mark.parametrize("worktree", [False, True])
def test_search_stops_at_a_folder_with_git(home: Path, worktree: bool) -> None:
    (home / ".qa").mkdir()
    mark = home / "work" / ".git"
    mark.write_text("gitdir: elsewhere") if worktree else mark.mkdir()
    assert find_index() == home / "work" / "deep" / ".qa"
    (home / "work" / ".qa").mkdir()
    assert find_index() == home / "work" / ".qa"


def test_file_called_like_an_index_is_passed_over(home: Path) -> None:
    (home / "work" / ".qa").write_text("a file")
    (home / ".qa").mkdir()
    assert find_index() == home / ".qa"


def test_index_of_another_user_is_passed_over(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "work" / ".qa").mkdir()
    mine = place.os.getuid()
    monkeypatch.setattr(place.os, "getuid", lambda: mine + 1)
    assert find_index() == home / "work" / "deep" / ".qa"
