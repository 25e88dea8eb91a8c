"""Conversations that are kept: whatever happened in them, read back from their files, also after a kill."""

import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import UsageError
from index.records import Span
from qa.chat.conversation import Conversation, Event, Turn
from qa.chat.conversations import LAST, Shelf, listing, listing_payload, taken_up
from qa.chat.kept import KEPT, let_go, read
from qa.chat.state import keeping, state_folder
from qa.records import Answer, Citation, IndexState, Reply

INDEX = Path("/articles/.qa")
STATE = IndexState(1, 2, 3, "model", False)
CITED = Citation("moon.txt", "/articles/moon.txt", "The Moon", None, None, 0, 10, (1, 1), "0" * 64, False, False)
ANSWER = Answer(1, "It landed.", 0.5, "It landed.", Span(0, 10), CITED)


def turn(question: str, shown: int = 1) -> Turn:
    return Turn(Reply(question, question, True, 0.5, (ANSWER,), STATE, {"total": 1.5}), shown)


def test_the_thread_of_the_last_question_is_what_it_followed_on() -> None:
    conversation = Conversation()
    assert conversation.thread == ()
    for question, follows in (("a", 0), ("b", 1), ("c", 2)):
        conversation.happens(Event("said", replace(turn(question), follows=follows)))
    assert "".join(reply.question for reply in conversation.thread) == "abc"
    conversation.happens(Event("fresh"))
    assert "".join(reply.question for reply in conversation.thread) == "abc"
    conversation.happens(Event("said", turn("d")))
    assert "".join(reply.question for reply in conversation.thread) == "d"
    conversation.happens(Event("undo"))
    assert "".join(reply.question for reply in conversation.thread) == "abc"


SAID = st.builds(lambda question: Event("said", turn(question)), st.text(min_size=1, max_size=5))
EVENTS = st.lists(st.one_of(SAID, st.just(Event("fresh")), st.just(Event("undo")), st.just("more")), max_size=12)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(INDEX, pytest.fail, folder=tmp_path / "conversations")


def again(shelf: Shelf, *, writing: bool = True) -> Shelf:
    """Return the shelf as another program has it."""
    return Shelf(INDEX, pytest.fail, writing, shelf.folder)


def speak(conversation: Conversation, *questions: str) -> None:
    for question in questions:
        conversation.happens(Event("said", turn(question)))


def release(shelf: Shelf) -> None:
    """Leave the conversation of a shelf, as the end of its program does."""
    assert shelf._keeper is not None
    shelf._keeper.close()


def test_what_a_question_follows_on() -> None:
    conversation = Conversation()
    speak(conversation, "a", "b")
    assert [reply.question for reply in conversation.after] == ["a", "b"]
    conversation.happens(Event("fresh"))
    assert conversation.after == ()
    speak(conversation, "c")
    assert [reply.question for reply in conversation.after] == ["c"]
    conversation.happens(Event("more", turn("c", 2)))
    assert [(one.reply.question, one.shown) for one in conversation.turns] == [("a", 1), ("b", 1), ("c", 2)]
    for left in ("ab", "a", "", ""):
        conversation.happens(Event("undo"))
        assert "".join(reply.question for reply in conversation.replies) == left
        assert conversation.after == ()
    speak(conversation, "d")
    assert [reply.question for reply in conversation.after] == ["d"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS)
def test_a_conversation_is_read_back_as_it_was(events: list[Event | str], shelf: Shelf) -> None:
    conversation = shelf.begin()
    for event in events:
        if isinstance(event, Event):
            conversation.happens(event)
        elif conversation.turns:
            last = conversation.turns[-1]
            conversation.happens(Event("more", replace(last, shown=last.shown + 1)))
    release(shelf)
    (file,) = [shelf._keeper.file] if shelf._keeper else []
    kept = read(file)
    assert (kept.turns, kept.remembered_from) == (conversation.turns, conversation.remembered_from)
    assert kept.after == conversation.after


def test_nothing_is_written_before_something_is_said(shelf: Shelf) -> None:
    conversation = shelf.begin()
    assert not shelf.folder.exists()
    speak(conversation, "Who?")
    (file,) = shelf.folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(shelf.folder.stat().st_mode) == 0o700
    assert all(json.loads(line) for line in file.read_text(encoding="ascii").splitlines())


def test_a_kill_loses_nothing_that_was_said_and_a_torn_line_nothing_else(shelf: Shelf) -> None:
    speak(shelf.begin(), "Who?", "When?")
    (file,) = shelf.folder.iterdir()
    whole = file.read_bytes()
    release(shelf)
    for end in (len(whole) - 1, len(whole) - 9, whole.rindex(b"\n", 0, -1) + 1):
        file.write_bytes(whole[:end])
        other = again(shelf)
        conversation = other.take_up(LAST)
        speak(conversation, "Where?")
        release(other)
        expected = ["Who?", "When?", "Where?"] if end == len(whole) - 1 else ["Who?", "Where?"]
        assert [reply.question for reply in read(file).replies] == expected


def test_taking_up_goes_on_in_the_same_file(shelf: Shelf) -> None:
    speak(shelf.begin(), "Who?")
    release(shelf)
    other = again(shelf)
    conversation = other.take_up(LAST)
    assert [reply.question for reply in conversation.after] == ["Who?"]
    assert taken_up(conversation) == 'Taken up again after 1 question; the last: "Who?". /sources shows its answers.'
    conversation.happens(Event("undo"))
    speak(conversation, "When?", "Where?")
    release(other)
    assert [reply.question for reply in again(shelf).take_up("1").replies] == ["When?", "Where?"]
    assert len(list(shelf.folder.iterdir())) == 1


def numbered(shelf: Shelf, count: int) -> list[str]:
    """Keep some conversations, a minute apart, and return their ids, the newest first."""
    ids = []
    for number in range(count):
        speak(shelf.begin(), f"Question {number}?")
        assert shelf._keeper is not None
        os.utime(shelf._keeper.file, ns=(0, number * 60 * 10**9))
        ids.append(shelf._keeper.file.stem)
    release(shelf)
    return ids[::-1]


def test_conversations_are_listed_newest_first_and_named_by_number_or_id(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = numbered(shelf, 3)
    kept = again(shelf).kept()
    assert [one.id for one in kept] == ids
    rows = listing(kept).splitlines()
    assert [row[:3] for row in rows] == ["  1", "  2", "  3"]
    assert [row[23:] for row in rows] == [f"1 question    Question {number}?" for number in (2, 1, 0)]
    assert [one["questions"] for one in listing_payload(kept)["conversations"]] == [
        ["Question 2?"],
        ["Question 1?"],
        ["Question 0?"],
    ]
    for which, question in (("2", "Question 1?"), (ids[2], "Question 0?"), (LAST, "Question 2?")):
        assert again(shelf, writing=False).take_up(which).replies[0].question == question


def test_one_that_was_all_taken_back_is_not_listed(shelf: Shelf) -> None:
    conversation = shelf.begin()
    speak(conversation, "Who?")
    conversation.happens(Event("undo"))
    assert again(shelf).kept() == []
    assert listing([]) == "No conversation with this index is kept yet.\n"


@pytest.mark.parametrize("which", ["0", "2", "-1", "x", "../1", "\x1b[2J", ""])
def test_what_is_not_kept_is_said(which: str, shelf: Shelf) -> None:
    speak(shelf.begin(), "Who?")
    with pytest.raises(UsageError, match=r"^No conversation [^\x1b]*is kept\. See them all: qa chat --resume list\.$"):
        again(shelf).take_up(which)


def test_nothing_kept_is_said(shelf: Shelf) -> None:
    with pytest.raises(UsageError, match=r"^No conversation with this index is kept yet\. Begin one: qa chat\.$"):
        shelf.take_up(LAST)


def test_conversations_with_another_index_are_not_listed(shelf: Shelf) -> None:
    speak(shelf.begin(), "Who?")
    assert Shelf(Path("/other/.qa"), pytest.fail, folder=shelf.folder).kept() == []


def test_a_conversation_has_one_program_at_a_time(shelf: Shelf) -> None:
    speak(shelf.begin(), "Who?")
    with pytest.raises(UsageError, match=r"goes on in another qa chat\. Leave that one first\."):
        again(shelf).take_up(LAST)
    with pytest.raises(UsageError, match="This is the conversation that you are in"):
        shelf.take_up(LAST)
    speak(shelf.begin(), "When?")
    assert [reply.question for reply in again(shelf).take_up("2").replies] == ["Who?"]


def test_only_the_newest_stay(shelf: Shelf) -> None:
    ids = numbered(shelf, KEPT + 3)
    assert [one.id for one in again(shelf).kept()] == ids[:KEPT]
    assert len(list(shelf.folder.iterdir())) == KEPT


def test_nothing_is_kept_where_that_is_not_wanted(shelf: Shelf) -> None:
    speak(shelf.begin(), "Who?")
    release(shelf)
    (file,) = shelf.folder.iterdir()
    before = file.read_bytes()
    other = again(shelf, writing=False)
    speak(other.take_up(LAST), "When?")
    speak(other.begin(), "Where?")
    assert [one.read_bytes() for one in shelf.folder.iterdir()] == [before]


def test_a_conversation_that_cannot_be_kept_goes_on_and_says_so_once(tmp_path: Path) -> None:
    (tmp_path / "conversations").write_text("in the way")
    told: list[str] = []
    conversation = Shelf(INDEX, told.append, folder=tmp_path / "conversations").begin()
    speak(conversation, "Who?", "When?")
    assert len(conversation.turns) == 2
    (sentence,) = told
    assert sentence.startswith(f"This conversation is not kept: {tmp_path / 'conversations'} cannot be written (")
    assert sentence.endswith(" Set QA_STATE to a folder of yours, or start with --no-keep.")


@pytest.mark.parametrize(
    "junk", [b"", b"\xff\xfe", b"[]\n", b'{"version": 2, "index": "/articles/.qa"}\n', b"[" * 100000]
)
def test_a_file_that_is_no_conversation_is_passed_over(junk: bytes, shelf: Shelf) -> None:
    speak(shelf.begin(), "Who?")
    (shelf.folder / "junk.jsonl").write_bytes(junk)
    (shelf.folder / "notes.txt").write_bytes(junk)
    assert [one.conversation.replies[0].question for one in again(shelf).kept()] == ["Who?"]


def test_lines_that_are_no_events_are_passed_over(shelf: Shelf) -> None:
    speak(shelf.begin(), "Who?")
    release(shelf)
    (file,) = shelf.folder.iterdir()
    with file.open("a") as lines:
        lines.write('{"what": "said", "turn": {"reply": 1, "shown": 1}}\n{"what": "exec", "turn": "x"}\n7\n')
    assert [reply.question for reply in read(file).replies] == ["Who?"]


@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        ({"QA_STATE": "/s"}, "/s"),
        ({"QA_STATE": "~/s"}, "/home/me/s"),
        ({"QA_STATE": "/s", "XDG_STATE_HOME": "/x"}, "/s"),
        ({"XDG_STATE_HOME": "/x"}, "/x/qa"),
        ({"XDG_STATE_HOME": "relative"}, "/home/me/.local/state/qa"),
        ({}, "/home/me/.local/state/qa"),
    ],
)
def test_where_the_person_s_own_things_are(
    variables: dict[str, str], folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("QA_STATE", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/me")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert str(state_folder()) == folder


@pytest.mark.parametrize(("value", "kept"), [(None, True), ("", True), ("1", True), ("0", False)])
def test_qa_keep_decides(value: str | None, kept: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if value is not None:
        monkeypatch.setenv("QA_KEEP", value)
    assert keeping() is kept


def test_the_conversation_that_is_going_on_is_never_let_go(shelf: Shelf) -> None:
    own = shelf.folder / f"{numbered(shelf, KEPT)[-1]}.jsonl"
    os.utime(own, (1, 1))  # as old as can be, as where a clock was put back
    (shelf.folder / "another.jsonl").touch()
    let_go(own)
    assert own.exists()
    assert len(list(shelf.folder.iterdir())) == KEPT
