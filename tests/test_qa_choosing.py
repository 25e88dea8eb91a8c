"""Choosing an article by what is typed of it, and what Tab offers, against hand-worked lists."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.records import Article, ArticleKey
from qa.chat.choosing import Entry, chosen, entries, matching
from qa.chat.commands import COMMANDS, NAMES
from qa.chat.completion import Choice, choices

MOON = Entry("2019/moon.txt", "The Moon")
LANDING = Entry("2019/landing.txt", "Moon landing")
MOONS = Entry("moons.txt", "The Moon and others")
ALL = (LANDING, MOON, MOONS)


def article(path: str, title: str, root: str = "/a") -> Article:
    return Article(ArticleKey(root, path), title, None, None, None, "0", "")


def test_articles_are_listed_by_title_on_one_line_and_each_path_once() -> None:
    found = entries([article("z.txt", "b"), article("a.txt", "C\n\x1b[2J d"), article("z.txt", "b", "/other")])
    assert found == (Entry("z.txt", "b"), Entry("a.txt", "C \\u{1b}[2J d"))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("The Moon", [MOON]),
        ("the  MOON", [MOON]),
        ("2019/moon.txt", [MOON]),
        ("the moon a", [MOONS]),
        ("moon", [LANDING, MOONS]),
        ("2019", [LANDING, MOON]),
        ("oon.t", [MOON]),
        ("and", [LANDING, MOONS]),
        ("sun", []),
        ("", list(ALL)),
    ],
)
def test_an_equal_name_comes_before_a_beginning_and_that_before_a_part(typed: str, expected: list[Entry]) -> None:
    assert matching(typed, ALL) == expected


def test_one_article_is_chosen_and_several_are_named() -> None:
    assert chosen("the moon", ALL) == MOON
    assert chosen("moon", ALL) == (
        "Several articles fit; type more of one:\n"
        "  Moon landing (2019/landing.txt)\n  The Moon and others (moons.txt)\n"
    )
    many = [Entry(f"{number}.txt", "Same") for number in range(7)]
    text = chosen("same", many)
    assert isinstance(text, str)
    assert text.splitlines()[-2:] == ["  Same (4.txt)", "  and 2 more"]


def offered(line: str, articles: tuple[Entry, ...] = ALL) -> list[Choice]:
    return list(choices(line, lambda: articles))


def completed(line: str) -> list[str]:
    """Return the line as each completion leaves it."""
    return [line[: len(line) - choice.replaces] + choice.text for choice in offered(line)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("/so", ["/sources"]),
        ("/O", ["/open ", "/only "]),
        ("  /he", ["  /help"]),
        ("/x", []),
        ("/only the moon", ["/only The Moon", "/only The Moon and others"]),
        ("/only landing", ["/only Moon landing"]),
        ("/open 1 e", ["/open 1 edit"]),
        ("/open 1 ", ["/open 1 edit"]),
        ("/open 1", []),
        ("/open x e", []),
        ("/why ", []),
        ("When did", []),
        ("", []),
    ],
)
def test_what_tab_makes_of_a_line(line: str, expected: list[str]) -> None:
    assert completed(line) == expected


def test_every_command_is_offered_with_what_help_says_of_it() -> None:
    found = offered("/")
    assert [choice.text.strip() for choice in found] == list(NAMES)
    assert {choice.aside for choice in found} <= {says for _, says in COMMANDS}


def test_articles_of_the_same_title_are_offered_by_path() -> None:
    same = (Entry("a.txt", "Same"), Entry("b.txt", "Same"))
    assert [tuple(choice) for choice in offered("/only sa", same)] == [("a.txt", 2, "Same"), ("b.txt", 2, "Same")]


@pytest.mark.parametrize("command", ["/save", "/save!", "/label", "/LABEL"])
def test_files_are_offered_after_what_takes_one(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("talk.md", "tall order.md", ".hidden", "od\x1bd.md"):
        (tmp_path / name).touch()
    (tmp_path / "tales").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert completed(f"{command} tal") == [f"{command} {name}" for name in ("tales/", "talk.md", "tall order.md")]
    assert completed(f"{command} ~/tall o") == [f"{command} ~/tall order.md"]
    assert completed(f"{command} {tmp_path}/.h") == [f"{command} {tmp_path}/.hidden"]
    assert completed(f"{command} od") == []
    assert completed(f"{command} nowhere/") == []


@given(st.text(max_size=20), st.lists(st.builds(Entry, st.text(max_size=5), st.text(max_size=5)), max_size=3))
def test_whatever_is_typed_completion_replaces_only_what_was_typed(line: str, articles: list[Entry]) -> None:
    for prefix in ("", "/", "/only "):
        typed = prefix + line
        assert all(0 <= choice.replaces <= len(typed) for choice in choices(typed, lambda: articles))
