"""What each command of the prompt does to a conversation: more, only, why, fresh, undo, save, open, resume."""

import json
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from index.build import Wish, update
from index.embed import OnnxEmbedder
from index.errors import UsageError
from index.store import Index, open_index
from qa.ask import Asker
from qa.chat.chat import Chat
from qa.chat.conversations import Shelf
from qa.records import Reply

QUESTION = "When did Chang'e-4 land on the far side of the Moon?"
SEVEN = "What will Chang'e-7 study?"
FIRST = "000_c708b5ca41c84679.txt"
TITLE = "China's deep space exploration: China seeks international partners in space"


@dataclass
class Recording:
    """An asker that remembers what it was asked, and completes a question that says "it"."""

    asker: Asker
    asked: list[tuple[str, str | None, tuple[str, ...]]] = field(default_factory=list)

    @property
    def index(self) -> Index:
        return self.asker.index

    def ask(self, question: str, k: int = 1, *, only: str | None = None, after: Sequence[Reply] = ()) -> Reply:
        self.asked.append((question, only, tuple(reply.question for reply in after)))
        if after and "it" in question.split():
            whole = question.replace("it", "Chang'e-4")
            return replace(self.asker.ask(whole, k, only=only), question=question, made='"it" is Chang\'e-4.\x1b[2J')
        return self.asker.ask(question, k, only=only)


@pytest.fixture(scope="module")
def asker(seed_index: Path, embedder: OnnxEmbedder) -> Asker:
    return Asker(open_index(seed_index), embedder)


@pytest.fixture
def recording(asker: Asker) -> Recording:
    return Recording(asker)


@pytest.fixture
def chat(recording: Recording) -> Chat:
    return Chat(recording)


def said(chat: Chat, line: str) -> str:
    text = chat.respond(line)
    assert text is not None
    return text


def numbers(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("[")]


@pytest.mark.parametrize("line", ["/sources", "/open 1", "/more", "/why", "/undo", "/save out.md", "/save"])
def test_what_is_about_the_last_question_needs_one(line: str, chat: Chat) -> None:
    assert said(chat, line) == "Nothing has been asked yet.\n"


# What a question follows on.


def test_a_question_follows_on_all_before_it(chat: Chat, recording: Recording) -> None:
    for question in ("Who was it?", "When was it?", "Where?"):
        chat.respond(question)
    assert [after for _, _, after in recording.asked] == [(), ("Who was it?",), ("Who was it?", "When was it?")]


def test_fresh_forgets_what_was_said(chat: Chat, recording: Recording) -> None:
    chat.respond("Who was it?")
    assert said(chat, "/fresh") == "What was said is forgotten; the next question stands alone.\n"
    chat.respond("When was it?")
    chat.respond("Where?")
    assert [after for _, _, after in recording.asked] == [(), (), ("When was it?",)]
    assert [reply.question for reply in chat.history] == ["Who was it?", "When was it?", "Where?"]


def test_undo_takes_questions_back_one_by_one(chat: Chat, recording: Recording) -> None:
    for question in (QUESTION, SEVEN):
        chat.respond(question)
    assert said(chat, "/undo") == f'Taken back: "{SEVEN}".\n'
    assert FIRST in said(chat, "/sources")
    chat.respond("Where?")
    assert recording.asked[-1] == ("Where?", None, (QUESTION,))
    chat.respond("/undo")
    chat.respond("/undo")
    assert said(chat, "/undo") == "Nothing has been asked yet.\n"


def test_why_says_how_the_question_was_made(chat: Chat) -> None:
    chat.respond(QUESTION)
    assert said(chat, "/why") == "The question was asked as it stands.\n"
    chat.respond("Where did it land?")
    first, second = said(chat, "/why").splitlines()
    assert first == f"Asked as: {chat.history[-1].standalone}" != "Asked as: Where did it land?"
    assert second == '"it" is Chang\'e-4.\\u{1b}[2J'


# More of the last answers.


def test_more_goes_on_where_the_answers_stopped(chat: Chat) -> None:
    assert numbers(said(chat, QUESTION)) == []
    assert numbers(said(chat, "/more")) == ["[2]", "[3]", "[4]"]
    assert numbers(said(chat, "/more")) == ["[5]", "[6]", "[7]"]
    assert [turn.shown for turn in chat.conversation.turns] == [7]
    assert len(numbers(said(chat, "/sources"))) >= 7


def test_more_shows_as_many_as_a_question_does(asker: Asker) -> None:
    chat = Chat(asker, shown=4)
    assert numbers(said(chat, QUESTION)) == ["[1]", "[2]", "[3]", "[4]"]
    assert numbers(said(chat, "/more")) == ["[5]", "[6]", "[7]", "[8]"]


def test_more_comes_to_an_end_with_every_answer_shown_once(chat: Chat, asker: Asker) -> None:
    chat.respond(QUESTION)
    shown = ["[1]"]
    while following := numbers(said(chat, "/more")):
        shown += following
    assert shown == [f"[{answer.rank}]" for answer in asker.ask(QUESTION, 100).ranked]
    assert said(chat, "/more") == "There is nothing more to show for this question.\n"


def test_more_looks_with_what_the_question_followed_on(chat: Chat, recording: Recording) -> None:
    chat.respond(QUESTION)
    chat.respond(f"/only {FIRST}")
    chat.respond("Where did it land?")
    chat.respond("/only")
    chat.respond("/more")
    chat.respond("/more")
    assert set(recording.asked[1:]) == {("Where did it land?", FIRST, (QUESTION,))}
    assert chat.history[-1].made
    assert len(chat.history) == 2


def test_more_after_fresh_is_still_about_the_question_as_it_was_asked(chat: Chat, recording: Recording) -> None:
    chat.respond(QUESTION)
    chat.respond("Where did it land?")
    chat.respond("/fresh")
    chat.respond("/more")
    chat.respond("/more")
    assert recording.asked[-1] == ("Where did it land?", None, (QUESTION,))


def test_a_label_knows_what_its_question_followed_on_and_nothing_else(chat: Chat, tmp_path: Path) -> None:
    chat.respond(f"/label {tmp_path / 'labels.jsonl'}")
    for line in (QUESTION, "/fresh", SEVEN, "Where did it land?", "/fresh", "/good 1"):
        chat.respond(line)
    (label,) = map(json.loads, lines(tmp_path / "labels.jsonl"))
    assert (label["question"], label["history"]) == ("Where did it land?", [SEVEN])


# One article.


@pytest.mark.parametrize("named", [FIRST, FIRST.upper(), "000", "c708b5", TITLE, "china's  deep", "partners in"])
def test_only_asks_one_article_by_title_or_path(named: str, chat: Chat) -> None:
    assert said(chat, f"/only {named}") == f"Only {TITLE} ({FIRST}) is asked now; /only alone asks all again.\n"
    chat.respond(SEVEN)
    assert {answer.citation.article for answer in chat.history[-1].ranked} == {FIRST}
    assert said(chat, "/only") == "All articles are asked again.\n"
    assert said(chat, "/only") == "All articles are asked.\n"
    chat.respond(SEVEN)
    assert len({answer.citation.article for answer in chat.history[-1].ranked}) > 1


def test_only_refuses_what_is_several_articles_or_none(chat: Chat) -> None:
    several = said(chat, "/only space")
    assert several.startswith("Several articles fit; type more of one:\n  China's deep space exploration")
    assert f"({FIRST})\n" in several
    assert said(chat, "/only cook\x1b[2J") == (
        'No article has "cook\\u{1b}[2J" in its title or path. Press Tab after /only to see them.\n'
    )
    assert chat.only is None


# Labels of what is taken back.


def lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()


def test_undo_withdraws_the_labels_of_the_question(chat: Chat, tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    chat.respond(f"/label {file}")
    chat.respond(QUESTION)
    chat.respond("/good")
    kept = file.read_bytes()
    chat.respond(SEVEN)
    chat.respond("/good 1")
    assert said(chat, "/undo") == f'Taken back: "{SEVEN}". Its label is withdrawn too.\n'
    assert file.read_bytes() == kept
    chat.respond(SEVEN)
    chat.respond("/good 1")
    chat.respond("/good 2")
    assert said(chat, "/undo").endswith(" Its labels are withdrawn too.\n")
    assert file.read_bytes() == kept


def test_undo_leaves_a_label_that_was_there_before(chat: Chat, tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    chat.respond(f"/label {file}")
    for _ in range(2):
        chat.respond(f"{QUESTION}")
        chat.respond("/fresh")
    chat.respond("/undo")
    chat.respond("/good")
    kept = file.read_bytes()
    chat.respond("/good")
    chat.labels.begin_anew()
    chat.respond("/good")
    assert said(chat, "/undo") == f'Taken back: "{QUESTION}".\n'
    assert file.read_bytes() == kept


@pytest.mark.parametrize("harm", ["added to", "emptied", "removed"])
def test_undo_leaves_a_file_that_was_changed_since(harm: str, chat: Chat, tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    chat.respond(f"/label {file}")
    chat.respond(QUESTION)
    chat.respond("/good")
    if harm == "added to":
        file.write_text(file.read_text() + '{"question": "Mine?", "gold": []}\n')
    elif harm == "emptied":
        file.write_text("")
    else:
        file.unlink()
    before = file.read_text() if file.exists() else None
    assert said(chat, "/undo").endswith(f"Its label stays in {file}, which was changed since.\n")
    assert (file.read_text() if file.exists() else None) == before


# A transcript.


def test_save_writes_the_conversation_and_overwrites_nothing_unasked(chat: Chat, tmp_path: Path) -> None:
    file = tmp_path / "talk.md"
    chat.respond(QUESTION)
    assert said(chat, "/save") == "Name the file to write, as in: /save answers.md\n"
    assert said(chat, f"/save {file}") == f"1 question with its answers was written to {file}.\n"
    first = file.read_text()
    assert f"## {QUESTION}\n" in first
    chat.respond(SEVEN)
    assert said(chat, "/save") == f"2 questions with their answers were written to {file}.\n"
    assert file.read_text().startswith(first)
    other = Chat(chat.asker)
    other.respond("Who was it?")
    with pytest.raises(UsageError, match=r"already\. Overwrite it: /save! .*talk\.md$"):
        other.respond(f"/save {file}")
    assert file.read_text().startswith(first)
    assert said(other, f"/save! {file}") == f"1 question with its answers was written to {file}.\n"
    assert "## Who was it?\n" in file.read_text()
    assert sorted(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("named", ["missing/talk.md", ".", "a\0b", "x" * 300])
def test_save_says_what_cannot_be_written(named: str, chat: Chat, tmp_path: Path) -> None:
    chat.respond(QUESTION)
    for command in ("/save", "/save!"):
        with pytest.raises(UsageError, match=r"cannot be written|already"):
            chat.respond(f"{command} {tmp_path}/{named}")
    assert list(tmp_path.iterdir()) == []


# The place of an answer, in the person's own programs.


@pytest.fixture
def program(tmp_path: Path) -> tuple[Path, Path]:
    """A program that writes down what it was called with and given, and the file where."""
    seen = tmp_path / "seen.json"
    code = f"import json, sys; json.dump([sys.argv[1:], sys.stdin.read()], open({str(seen)!r}, 'w'))"
    script = tmp_path / "less"
    script.write_text(f'#!/bin/sh\nexec python3 -c "{code}" "$@"\n')
    script.chmod(stat.S_IRWXU)
    return script, seen


def test_open_shows_the_whole_article_in_the_pager_at_the_place(
    program: tuple[Path, Path], asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    pager, seen = program
    monkeypatch.setenv("PAGER", str(pager))
    chat = Chat(asker, on_terminal=True)
    chat.respond(QUESTION)
    assert said(chat, "/open 1") == ""
    arguments, given = json.loads(seen.read_text())
    rows = given.splitlines()
    place = int(arguments[1].removeprefix("+"))
    assert arguments[0] == "-R"
    cited = [number for number, row in enumerate(rows, start=1) if row.startswith(">")]
    assert place == cited[0] - 3
    assert any("On January 3" in rows[number - 1] for number in cited)
    assert len(rows) > len((Path(chat.history[0].ranked[0].citation.path)).read_text().splitlines())


def test_open_prints_the_passage_where_there_is_no_pager(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGER", "/nowhere/less --quiet")
    chat = Chat(asker, on_terminal=True)
    chat.respond(QUESTION)
    assert said(chat, "/open 1") == said(Chat(asker, conversation=chat.conversation), "/open 1")


@pytest.mark.parametrize(
    ("editor", "expected"),
    [("code", ["-g", "PATH:LINE"]), ("hx", ["PATH:LINE"]), ("vi -n", ["-n", "+LINE", "PATH"])],
)
@pytest.mark.parametrize("variable", ["EDITOR", "VISUAL"])
def test_open_edit_opens_the_file_at_the_line(
    editor: str,
    expected: list[str],
    variable: str,
    program: tuple[Path, Path],
    asker: Asker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    script, seen = program
    script.rename(script.with_name(editor.split()[0]))
    monkeypatch.setenv("EDITOR", "/nowhere/vi")
    monkeypatch.setenv(variable, str(script.with_name(editor)))
    chat = Chat(asker, on_terminal=True)
    chat.respond(QUESTION)
    cited = chat.history[0].ranked[0].citation
    assert said(chat, "/open 1 edit") == ""
    place = [part.replace("PATH", cited.path).replace("LINE", str(cited.lines[0])) for part in expected]
    assert json.loads(seen.read_text())[0] == place


def test_open_edit_says_what_is_missing(asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = Chat(asker, on_terminal=True)
    chat.respond(QUESTION)
    with pytest.raises(UsageError, match=r"^No editor is chosen\. Name yours before you start qa"):
        chat.respond("/open 1 edit")
    monkeypatch.setenv("EDITOR", "/nowhere/vi")
    with pytest.raises(UsageError, match=r"^The editor /nowhere/vi cannot be started \(No such file"):
        chat.respond("/open 1 edit")
    with pytest.raises(UsageError, match=r"^An editor is opened at a terminal only\."):
        Chat(asker, conversation=chat.conversation).respond("/open 1 edit")


# Conversations taken up again, and an index that went on without them.


@pytest.fixture
def own(tmp_path: Path, embedder: OnnxEmbedder) -> tuple[Path, Asker]:
    """An article of one's own, and an asker of it."""
    article = tmp_path / "articles" / "kite.txt"
    article.parent.mkdir()
    article.write_text("Kites\n\nThe red kite was seen over Bern on May 5.\n")
    update(tmp_path / "index", Wish(paths=(article.parent,)), lambda _: embedder)
    return article, Asker(open_index(tmp_path / "index"), embedder)


def talk(asker: Asker) -> Chat:
    chat = Chat(asker, shelf=Shelf(asker.index.folder, pytest.fail))
    assert chat.shelf is not None
    chat.conversation = chat.shelf.begin()
    return chat


def test_resume_lists_and_goes_on_in_another_conversation(own: tuple[Path, Asker]) -> None:
    _, asker = own
    first, second = talk(asker), talk(asker)
    first.respond("Where was the red kite seen?")
    assert first.shelf is not None
    first.shelf.begin()
    second.respond("Who saw it?")
    second.respond(f"/save {asker.index.folder.parent / 'second.md'}")
    rows = said(second, "/resume").splitlines()
    assert len(rows) == 2
    other = next(row.split()[0] for row in rows if "red kite" in row)
    assert said(second, f"/resume {other}").startswith("Taken up again after 1 question; the last: ")
    assert "kite.txt:3" in said(second, "/sources")
    assert said(second, "/save") == "Name the file to write, as in: /save answers.md\n"
    second.respond("/undo")
    assert said(second, "/resume").count("\n") == 1


def test_resume_needs_a_shelf(chat: Chat) -> None:
    assert said(chat, "/resume").endswith("To go on in one here: qa chat --resume.\n")


def test_place_in_an_article_that_the_index_lost_is_said(own: tuple[Path, Asker], embedder: OnnxEmbedder) -> None:
    article, asker = own
    talk(asker).respond("Where was the red kite seen?")
    article.write_text("Kites\n\nThe red kite was not seen.\n")
    update(asker.index.folder, Wish(), lambda _: embedder)
    later = Chat(Asker(open_index(asker.index.folder), embedder))
    later.conversation = Shelf(asker.index.folder, pytest.fail, False).take_up("last")
    assert "kite.txt:3" in said(later, "/sources")
    with pytest.raises(UsageError, match=r"^kite\.txt is not in the index any more as it was then\. Ask the"):
        later.respond("/open 1")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("/onyl x", " Did you mean /only?"), ("/Sorces", " Did you mean /sources?"), ("/xyzzy", "")],
)
def test_a_mistyped_command_is_answered_with_the_nearest(chat: Chat, typed: str, offered: str) -> None:
    command = typed.split()[0]
    assert said(chat, typed) == f"There is no {command}.{offered} /help lists the commands.\n"
