"""Roots and scopes, the walk, and reading files that may be anything."""

import hashlib
import os
import socket
from pathlib import Path

import pytest

from index import sources
from index.articles import NotAnArticle
from index.errors import UsageError
from index.records import ArticleKey
from index.sources import Scope, Unreadable, choose_scopes, location, read_bytes, walk


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """a/one.txt, a/b/two.md and a/c.txt, below a folder that is no link."""
    place = tmp_path.resolve() / "a"
    (place / "b").mkdir(parents=True)
    for name in ("one.txt", "b/two.md", "c.txt"):
        (place / name).write_text(name)
    return place


def paths(scope: Scope) -> list[str]:
    return [key.path for key in walk(scope)]


def test_new_folder_becomes_a_root(folder: Path) -> None:
    assert choose_scopes((folder,), (), prune=False) == ((Scope(str(folder)),), (str(folder),))


def test_path_below_a_root_is_a_part_of_it(folder: Path) -> None:
    root = str(folder)
    assert choose_scopes((folder / "b",), (root,), prune=False) == ((Scope(root, "b"),), (root,))
    assert choose_scopes((folder / "b" / "two.md",), (root,), prune=False) == ((Scope(root, "b/two.md"),), (root,))


def test_path_above_roots_takes_their_place(folder: Path) -> None:
    _, roots = choose_scopes((folder,), (str(folder / "b"), str(folder / "c.txt"), "/elsewhere"), prune=False)
    assert roots == ("/elsewhere", str(folder))


def test_folder_whose_name_begins_alike_is_another_root(folder: Path) -> None:
    beside = folder.with_name("ab")
    beside.mkdir()
    _, roots = choose_scopes((beside,), (str(folder),), prune=False)
    assert roots == (str(folder), str(beside))


def test_no_path_means_all_roots(folder: Path) -> None:
    roots = (str(folder), "/zgone")
    assert choose_scopes((), roots, prune=False) == ((Scope(str(folder)), Scope("/zgone")), roots)


def test_single_file_is_a_root_and_its_own_article(folder: Path) -> None:
    (scope,), roots = choose_scopes((folder / "one.txt",), (), prune=False)
    (key,) = walk(scope)
    assert roots == (str(folder / "one.txt"),)
    assert (key.path, location(key)) == ("one.txt", folder / "one.txt")


def test_link_and_dots_in_a_path_are_resolved(folder: Path) -> None:
    (folder.parent / "link").symlink_to(folder)
    for path in (folder.parent / "link", folder / "b" / "..", folder / "."):
        assert choose_scopes((path,), (), prune=False)[1] == (str(folder),)


def test_path_that_does_not_exist_is_refused_unless_pruned(folder: Path) -> None:
    gone = folder / "gone"
    for roots in ((), (str(folder),), (str(gone),)):
        with pytest.raises(UsageError, match=r"does not exist. Give a folder of articles"):
            choose_scopes((gone,), roots, prune=False)
    assert choose_scopes((gone,), (str(folder),), prune=True)[0] == (Scope(str(folder), "gone"),)
    with pytest.raises(UsageError, match=r"does not exist"):
        choose_scopes((gone,), (), prune=True)


def test_home_of_a_user_that_is_not_there_is_a_path_that_does_not_exist() -> None:
    with pytest.raises(UsageError, match=r"does not exist"):
        choose_scopes((Path("~no-such-user-at-all"),), (), prune=False)


def test_scope_holds_what_lies_in_it() -> None:
    scope = Scope("/a", "b")
    assert scope.holds(ArticleKey("/a", "b/c.txt"))
    assert scope.holds(ArticleKey("/a", "b"))
    assert not scope.holds(ArticleKey("/a", "bc.txt"))
    assert not scope.holds(ArticleKey("/x", "b/c.txt"))
    assert Scope("/a").holds(ArticleKey("/a", "anything.txt"))


def test_walk_yields_articles_in_order_and_nothing_else(folder: Path) -> None:
    for name in (".hidden.txt", "image.png", "noending", "UPPER.TXT", "b/x.markdown", "b/y.txt~"):
        (folder / name).write_text("x")
    (folder / ".git").mkdir()
    (folder / ".git" / "d.txt").write_text("x")
    (folder / "link.txt").symlink_to(folder / "one.txt")
    (folder / "linked").symlink_to(folder / "b")
    (folder / "folder.txt").mkdir()
    assert paths(Scope(str(folder))) == ["UPPER.TXT", "c.txt", "one.txt", "b/two.md", "b/x.markdown"]


def test_walk_of_a_part_counts_paths_from_the_root(folder: Path) -> None:
    assert paths(Scope(str(folder), "b")) == ["b/two.md"]
    assert paths(Scope(str(folder), "c.txt")) == ["c.txt"]
    assert paths(Scope(str(folder), "gone")) == []


def test_name_that_is_not_utf8_is_found_and_read(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.txt")).write_bytes(b"odd")
    (key,) = (key for key in walk(Scope(str(folder))) if key.path == "\udcff.txt")
    assert read_bytes(location(key)) == b"odd"


def test_bytes_are_read_as_they_are(folder: Path) -> None:
    (folder / "one.txt").write_bytes(b"\xff\r\n\0")
    assert read_bytes(folder / "one.txt") == b"\xff\r\n\0"


def test_pipe_is_refused_without_waiting_for_a_writer(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    with pytest.raises(NotAnArticle, match=r"not a regular file"):
        read_bytes(folder / "pipe.txt")


def test_folder_and_link_and_other_kinds_are_no_articles(folder: Path) -> None:
    (folder / "folder.txt").mkdir()
    (folder / "link.txt").symlink_to(folder / "one.txt")
    for name, reason in (("folder.txt", "not a regular file"), ("link.txt", "symbolic link"), ("b", "kind")):
        with pytest.raises(NotAnArticle, match=reason):
            read_bytes(folder / name)


def test_socket_with_an_articles_name_is_never_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.txt")
        with pytest.raises((NotAnArticle, Unreadable), match=r"regular|device|address"):
            read_bytes(Path("socket.txt"))


def test_file_over_the_limit_is_no_article(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "LARGEST", 2**20)
    with (folder / "one.txt").open("wb") as file:
        file.truncate(2**20)
        assert len(read_bytes(folder / "one.txt")) == 2**20
        file.truncate(2**20 + 1)
    with pytest.raises(NotAnArticle, match=r"larger than 1 MiB"):
        read_bytes(folder / "one.txt")


def test_file_that_is_gone_is_unreadable_for_now(folder: Path) -> None:
    with pytest.raises(Unreadable, match=r"No such file"):
        read_bytes(folder / "gone.txt")


def test_digest_of_a_file_is_sha256_or_nothing(folder: Path) -> None:
    assert sources.sha256_of(folder / "one.txt") == hashlib.sha256(b"one.txt").hexdigest()
    assert sources.sha256_of(folder / "gone.txt") is None
