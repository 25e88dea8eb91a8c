"""A transcript, against a golden file and as a Markdown program reads it: every word, and nothing that acts."""

import os
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from index.errors import UsageError
from index.records import Span
from qa.chat.conversation import Turn
from qa.chat.transcripts import transcript, write
from qa.records import Answer, Citation, IndexState, Reply
from qa.sanitise import sanitise

GOLDEN = Path(__file__).parent / "golden" / "transcript.md"
STATE = IndexState(1, 2, 3, "model", False)
CITED = Citation(
    "moon_1.txt", "/articles/moon_1.txt", "The *far* side", "2019-01-03", "Moon Weekly", 0, 10, (5, 6), "0" * 64, False,
    False,
)  # fmt: skip


def answer(before: str, text: str, after: str, rank: int = 1, *also: Citation) -> Answer:
    span = Span(len(before), len(before) + len(text))
    return Answer(rank, text, 0.756, before + text + after, span, CITED, also)


def turn(question: str, *answers: Answer, answered: bool = True, **given: str) -> Turn:
    reply = Reply(question, given.get("standalone", question), answered, 0.756, answers, STATE)
    return Turn(reply, 1, given.get("only"))


LANDED = answer("It flew for weeks.\nOn ", "January 3", " it landed.\n", 1, replace(CITED, lines=(9, 9), changed=True))
TALK = [
    turn("When did it land?", LANDED, answer("", "Never shown.", "", 2), standalone="When did Chang'e-4 land?"),
    turn("What does <b>it</b> cost?", answer("1. ", "# Nothing", ""), answered=False, only="moon_1.txt"),
    turn("Who?", answered=False),
]


def test_transcript_is_as_in_the_golden_file() -> None:
    assert transcript(TALK) == GOLDEN.read_text(encoding="utf-8")


class Seen(HTMLParser):
    """The text of a page, and its tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.bold, self.tags = "", "", set[str]()
        self._within: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        if tag != "br":
            self._within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag != "br":
            self._within.pop()

    def handle_data(self, data: str) -> None:
        if "blockquote" in self._within:
            self.text += data
            self.bold += data if {"strong", "b"} & set(self._within) else ""


PIECES = st.text(st.sampled_from(list("ab1 .)-+=*_`~<>[]()#|&$!\\\n\t")) | st.characters(codec="utf-8"), max_size=12)


@given(PIECES, PIECES.filter(lambda text: text.strip()), PIECES)
def test_a_markdown_program_shows_the_words_of_the_snippet_and_nothing_else(before: str, text: str, after: str) -> None:
    page = MarkdownIt("commonmark").render(transcript([turn("Who?", answer(before, text, after))]))
    seen = Seen(page)
    assert "".join(seen.text.split()) == "".join(sanitise(before + text + after).split())
    assert "".join(seen.bold.split()) == "".join(sanitise(text).split())
    assert seen.tags <= {"h1", "h2", "p", "blockquote", "strong", "b", "br"}


@given(PIECES, PIECES)
def test_no_question_and_no_title_acts(question: str, title: str) -> None:
    asked = Reply(f"x{question}", f"x{question}", True, 0.5, (answer("", "a", ""),), STATE)
    cited = replace(asked.ranked[0], citation=replace(CITED, title=f"x{title}"))
    page = MarkdownIt("commonmark").render(transcript([Turn(replace(asked, ranked=(cited,)), 1)]))
    assert Seen(page).tags <= {"h1", "h2", "p", "blockquote", "strong"}
    assert " ".join(sanitise(" ".join(title.split())).split()) in " ".join(unescape(page).split())


def test_a_transcript_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "talk.md"
    file.write_text("mine")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match=r"cannot be written \(No space left on device\)\. Choose another file"):
        write(file, TALK, over=True)
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("talk.md", "mine")]
