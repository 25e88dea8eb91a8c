"""What is printed, against golden files written by hand; ESC stands in them as ␛."""

import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from screen_by_hand import ISOLATES, SENT, Screen

from index.records import Span
from qa.confidence import in_words
from qa.records import Answer, Citation, IndexState, Reply
from qa.sanitise import name, sanitise
from qa.show.look import Look
from qa.show.places import citation_line, cited, shown_path
from qa.show.render import NO_ANSWER, passage_in_place, question_text, reply_text, sources_text

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
HEBREW = Answer(
    rank=1,
    text="ב-3 בינואר",
    confidence=0.9,
    snippet="החללית נחתה ב-3 בינואר בצד הרחוק של הירח, לראשונה.",
    highlight=Span(12, 22),
    citation=replace(CITED, title="הצד הרחוק של הירח", source="ירח", path="/articles/2019/ירח.txt"),
    also=(
        replace(CITED, title="嫦娥四号在月球背面着陆，这是历史上的第一次软着陆", path="/articles/嫦娥四号/着陆.txt"),
    ),
)
FOLLOWED = replace(reply(True, LANDED), question="When?", standalone="When did\x1b[2J\nthe probe Chang'e-4 land?")
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
    assert reply_text(SHOWN[name], Look(marked=styled)).replace("\x1b", "␛") == golden.read_text(encoding="utf-8")


TERMINAL = Look(marked=True, faint=True, links=True, host="desk", width=60)
NARROW = replace(TERMINAL, links=False, width=40)
PLAIN = Look(plain=True, width=50)


@pytest.mark.parametrize(
    ("name", "reply", "look"),
    [
        ("followed", FOLLOWED, Look()),
        ("followed-60", FOLLOWED, TERMINAL),
        ("followed-no-color-60", FOLLOWED, Look(width=60)),
        ("several-120", SHOWN["several"], replace(NARROW, width=120)),
        ("awkward-40", SHOWN["awkward"], NARROW),
        ("hebrew-60", reply(True, HEBREW), TERMINAL),
        ("hebrew-40", reply(True, HEBREW), NARROW),
        ("several-plain", SHOWN["several"], PLAIN),
        ("unanswered-plain", SHOWN["unanswered"], PLAIN),
        ("awkward-plain", SHOWN["awkward"], PLAIN),
        ("followed-plain-piped", FOLLOWED, Look(plain=True)),
    ],
)
def test_reply_on_a_terminal_is_as_in_the_golden_file(name: str, reply: Reply, look: Look) -> None:
    golden = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
    assert visible(reply_text(reply, look)) == golden


def visible(text: str) -> str:
    return text.replace("\x1b", "␛").replace("\u2068", "⟨").replace("\u2069", "⟩")


@pytest.mark.parametrize("name", SHOWN)
def test_plain_text_holds_every_snippet_and_no_escape(name: str) -> None:
    text = reply_text(SHOWN[name])
    assert all(sanitise(shown.snippet) in text for shown in SHOWN[name].ranked)
    assert "\x1b" not in text


@pytest.mark.parametrize("name", SHOWN)
def test_styled_text_without_its_marks_holds_the_snippet(name: str) -> None:
    bare = reply_text(SHOWN[name], Look(marked=True)).replace("\x1b[1;4m", "").replace("\x1b[0m", "")
    assert all(sanitise(shown.snippet) in bare for shown in SHOWN[name].ranked)
    assert "\x1b" not in bare


def test_awkward_highlight_is_counted_right() -> None:
    assert AWKWARD.snippet[AWKWARD.highlight.start : AWKWARD.highlight.end] == AWKWARD.text


def test_reply_with_nothing_found_is_one_line() -> None:
    assert reply_text(reply(False), Look(marked=True)) == f"{NO_ANSWER}\n"


@settings(derandomize=True, deadline=None)
@given(st.text(st.characters(exclude_categories=())), st.booleans())
def test_any_article_text_stays_off_the_terminal(text: str, styled: bool) -> None:
    hostile = replace(CITED, title=text or "-", source=text, path=f"/articles/{text}")
    shown = Answer(1, text, 0.5, f"x{text}y", Span(1, 1 + len(text)), hostile, (hostile,))
    printed = reply_text(reply(False, shown), Look(marked=styled)).replace("\x1b[1;4m", "").replace("\x1b[0m", "")
    assert sanitise(printed) == printed
    assert sanitise(f"x{text}y") in printed


PIECES = [
    "moon",
    "嫦娥四号，",
    "שלום",
    "مرحبا",
    "e\u0301",
    "👩🏽",
    "❤\ufe0f",
    "x" * 70,
    "/",
    " ",
    "\n",
    "\x1b[1m",
    "\u2069",
]
words = st.lists(st.sampled_from(PIECES)).map("".join)
looks = st.builds(
    Look,
    marked=st.booleans(),
    faint=st.booleans(),
    links=st.booleans(),
    line_links=st.booleans(),
    host=st.just("desk"),
    width=st.integers(40, 200),
    plain=st.booleans(),
)


@settings(derandomize=True, deadline=None)
@given(words | st.text(st.characters(exclude_categories=())), words, words, looks, st.booleans())
def test_any_text_fits_any_terminal_and_cannot_act_on_it(
    snippet: str, title: str, path: str, look: Look, joins: bool
) -> None:
    hostile = replace(CITED, title=title or "-", source=title, path=f"/articles/{path}.txt", changed=look.links)
    shown = Answer(1, snippet, 0.5, f"x{snippet}y", Span(1, 1 + len(snippet)), hostile, (hostile,))
    asked = replace(reply(look.faint, shown, replace(shown, rank=2)), standalone=title)
    printed = [
        question_text(title, look),
        reply_text(asked, look),
        sources_text(asked.ranked, look),
        passage_in_place(f"a\n{snippet}\nb", replace(hostile, lines=(2, 2)), around=1, look=look),
    ]
    for text in printed:
        assert look.width is not None
        Screen(look.width, joins).write(text)
        bare = SENT.sub("", text).translate(dict.fromkeys(map(ord, ISOLATES)))
        assert sanitise(bare) == bare


@settings(derandomize=True, deadline=None)
@given(words, words, st.integers(40, 200), st.floats(0, 1))
def test_place_and_confidence_are_never_lost(title: str, path: str, width: int, confidence: float) -> None:
    citation = replace(CITED, title=title or "-", path=f"/articles/{path}.txt")
    rows = cited(citation, Look(width=width), "    ", confidence=confidence)
    assert all(row.startswith("    ") for row in rows)
    assert name(f"/articles/{path}.txt") + ":5-6" in "".join(row[4:] for row in rows)
    assert rows[-1].endswith(f" · {confidence:.2f}")


@settings(derandomize=True, deadline=None)
@given(
    st.lists(st.sampled_from(["الصين", "ירח", "Moon", "2019", " ", "\u2069", "-"])).map("".join), st.integers(40, 200)
)
def test_words_from_right_to_left_in_a_title_stand_in_isolates(title: str, width: int) -> None:
    rows = cited(replace(CITED, title=title or "-", source=title), Look(width=width), "    ", confidence=0.5)
    for row in rows:
        outside = re.sub("\u2068[^\u2068\u2069]*\u2069", "", row)
        assert not {unicodedata.bidirectional(character) for character in outside} & {"R", "AL", "AN", "FSI", "PDI"}


def test_sources_are_listed_under_their_numbers() -> None:
    ranked = SHOWN["several"].ranked
    assert sources_text(ranked) == (
        "[1] The far side · 2019-01-03 · Moon Weekly · /articles/moon.txt:5-6 · confidence 0.76\n"
        "[2] The far side · /articles/moon.txt:9 · confidence 0.30\n"
    )
    assert sources_text(ranked, Look(width=60)) == (
        "[1] The far side · 2019-01-03 · Moon Weekly\n"
        "    /articles/moon.txt:5-6 · likely · 0.76\n"
        "[2] The far side · /articles/moon.txt:9 · unlikely · 0.30\n"
    )
    assert sources_text(ranked, PLAIN).splitlines()[:3] == ["Source 1:", "Title: The far side", "Date: 2019-01-03"]


@pytest.mark.parametrize(
    ("confidence", "word"),
    [
        (1.0, "very likely"),
        (0.9, "very likely"),
        (0.897, "very likely"),  # shown as 0.90
        (0.894, "likely"),
        (0.66, "likely"),
        (0.65, "uncertain"),
        (0.33, "uncertain"),
        (0.32, "unlikely"),
        (0.1, "unlikely"),
        (0.09, "very unlikely"),
        (0.0, "very unlikely"),
    ],
)
def test_word_for_a_confidence(confidence: float, word: str) -> None:
    assert in_words(confidence) == word


def test_passage_in_place_on_a_terminal_keeps_its_numbers_apart() -> None:
    text = "one\n" + "The probe landed on the far side of the Moon."
    printed = passage_in_place(text, replace(CITED, lines=(2, 2)), around=1, look=NARROW)
    assert printed.splitlines()[2:] == [
        "  1  one",
        "> 2  \x1b[1;4mThe probe landed on the far side of\x1b[0m",
        "     \x1b[1;4mthe Moon.\x1b[0m",
    ]
    spoken = passage_in_place(text, replace(CITED, lines=(2, 2)), around=1, look=PLAIN)
    assert spoken.splitlines()[2:] == ["Line 1: one", "Line 2, cited: The probe landed on the far side of", "the Moon."]


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
    printed = passage_in_place(LINES, replace(CITED, lines=lines), around=around)
    assert printed == "/articles/moon.txt\n\n" + shown


def test_passage_in_place_marks_only_the_cited_lines() -> None:
    printed = passage_in_place("a\nb\nc", replace(CITED, lines=(2, 2)), around=1, look=Look(marked=True))
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
