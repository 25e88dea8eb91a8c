"""What is printed, against golden files written by hand; ESC stands in them as ␛."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.records import Span
from qa.records import Answer, Citation, IndexState, Reply
from qa.render import NO_ANSWER, citation_line, passage_in_place, reply_text, shown_path
from qa.sanitise import sanitise

GOLDEN = Path(__file__).parent / "golden"

CITED = Citation(
    article="moon.txt",
    path="/articles/moon.txt",
    title="The far side",
    date="2019-01-03",
    source="Moon Weekly",
    start=10,
    end=60,
    lines=(5, 6),
    sha256="0" * 64,
    extracted=False,
    changed=False,
)
STATE = IndexState(1, 2, 3, "model", False)


def answer(rank: int, snippet: str, text: str, confidence: float = 0.5, citation: Citation = CITED) -> Answer:
    start = snippet.index(text)
    return Answer(rank, text, confidence, snippet, Span(start, start + len(text)), citation)


def reply(answered: bool, *ranked: Answer) -> Reply:
    return Reply("Q?", "Q?", answered, ranked[0].confidence if ranked else 0.0, ranked, STATE)


LANDED = answer(1, "It flew for weeks.\nOn January 3 it landed. Nobody saw it.", "On January 3 it landed.", 0.756)
WHOLE = answer(2, "The crater is old.", "The crater is old.", 0.3, replace(CITED, date=None, source=None, lines=(9, 9)))
AWKWARD = Answer(
    rank=1,
    text="嫦娥四号 👩🏽 [/bold] landed\non \x1b[31mred\u202e dust.",
    confidence=1.0,
    snippet="\tBefore\u00a0it. 嫦娥四号 👩🏽 [/bold] landed\non \x1b[31mred\u202e dust.",
    highlight=Span(12, 53),
    citation=replace(CITED, title="A \x1b]0;evil\x07 title\non two\tlines", source="\u200bSource", changed=True),
    also=(replace(CITED, article="b.txt", path="/articles/b\x1b.txt", title="Also", date=None, lines=(1, 1)),),
)
SHOWN = {
    "one": reply(True, LANDED),
    "several": reply(True, LANDED, WHOLE),
    "unanswered": reply(False, WHOLE),
    "awkward": reply(True, AWKWARD),
}


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.parametrize("styled", [False, True])
def test_reply_is_printed_as_in_the_golden_file(name: str, styled: bool) -> None:
    golden = GOLDEN / f"{name}{'-styled' if styled else ''}.txt"
    assert reply_text(SHOWN[name], styled=styled).replace("\x1b", "␛") == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SHOWN)
def test_plain_text_holds_every_snippet_and_no_escape(name: str) -> None:
    text = reply_text(SHOWN[name], styled=False)
    assert all(sanitise(shown.snippet) in text for shown in SHOWN[name].ranked)
    assert "\x1b" not in text


@pytest.mark.parametrize("name", SHOWN)
def test_styled_text_without_its_marks_holds_the_snippet(name: str) -> None:
    bare = reply_text(SHOWN[name], styled=True).replace("\x1b[1;4m", "").replace("\x1b[0m", "")
    assert all(sanitise(shown.snippet) in bare for shown in SHOWN[name].ranked)
    assert "\x1b" not in bare


def test_awkward_highlight_is_counted_right() -> None:
    assert AWKWARD.snippet[AWKWARD.highlight.start : AWKWARD.highlight.end] == AWKWARD.text


def test_reply_with_nothing_found_is_one_line() -> None:
    assert reply_text(reply(False), styled=True) == f"{NO_ANSWER}\n"


@settings(derandomize=True, deadline=None)
@given(st.text(st.characters(exclude_categories=())), st.booleans())
def test_any_article_text_stays_off_the_terminal(text: str, styled: bool) -> None:
    hostile = replace(CITED, title=text or "-", source=text, path=f"/articles/{text}")
    shown = Answer(1, text, 0.5, f"x{text}y", Span(1, 1 + len(text)), hostile, (hostile,))
    printed = reply_text(reply(False, shown), styled=styled).replace("\x1b[1;4m", "").replace("\x1b[0m", "")
    assert sanitise(printed) == printed
    assert sanitise(f"x{text}y") in printed


LINES = "one\ntwo\r\nthree\x1b[2J\nfour\nfive\nsix\nseven\n\nnine\nten"


@pytest.mark.parametrize(
    ("lines", "around", "shown"),
    [
        ((3, 4), 1, "  2  two\n> 3  three\\u{1b}[2J\n> 4  four\n  5  five\n"),
        ((1, 1), 2, "> 1  one\n  2  two\n  3  three\\u{1b}[2J\n"),
        ((10, 10), 2, "   8\n   9  nine\n> 10  ten\n"),
        ((5, 5), 0, "> 5  five\n"),
    ],
)
def test_passage_in_place_by_hand(lines: tuple[int, int], around: int, shown: str) -> None:
    printed = passage_in_place(LINES, replace(CITED, lines=lines), around=around, styled=False)
    assert printed == "/articles/moon.txt\n\n" + shown


def test_passage_in_place_marks_only_the_cited_lines() -> None:
    printed = passage_in_place("a\nb\nc", replace(CITED, lines=(2, 2)), around=1, styled=True)
    assert printed.splitlines()[2:] == ["  1  a", "> 2  \x1b[1;4mb\x1b[0m", "  3  c"]


@pytest.mark.parametrize(
    ("path", "shown"),
    [("below/a.txt", "below/a.txt"), ("a.txt", "a.txt"), ("../a.txt", None), ("../here-too/a.txt", None)],
)
def test_shown_path_is_relative_only_below_here(
    path: str, shown: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    full = str((tmp_path / "here" / path).resolve())
    assert shown_path(full) == (shown or full)


def test_shown_path_survives_a_removed_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert shown_path("/articles/a.txt") == "/articles/a.txt"


def test_citation_line_by_hand() -> None:
    assert citation_line(CITED, confidence=0.756) == (
        "The far side · 2019-01-03 · Moon Weekly · /articles/moon.txt:5-6 · confidence 0.76"
    )
    assert citation_line(replace(CITED, date=None, source=None, lines=(7, 7), changed=True)) == (
        "The far side · /articles/moon.txt:7 · changed since it was indexed"
    )


def test_citation_line_names_a_path_that_opens() -> None:
    spaced = replace(CITED, path="/articles/two  spaces\u00a0and one.txt")
    assert "/articles/two  spaces\u00a0and one.txt:5-6" in citation_line(spaced)
