"""Labels: the words around a quote, the file they are added to, and what the evaluation makes of it."""

import json
import os
import re
import resource
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from eval.gold import missing_gold
from eval.question_sets import Gold, Question, load
from index.embed import OnnxEmbedder
from index.errors import UsageError, UserError
from index.records import Article, ArticleKey, Span
from index.store import open_index
from qa.ask import Asker
from qa.chat.chat import Chat
from qa.chat.labels import Kept, Label, Place, add, expanded, places_cited, places_holding, questions_in
from qa.quotes import LONGEST, around, locate
from qa.records import Answer, Citation

PIECES = ["Moon", "“far\u00a0side”", "U.S.", "x" * 350, "a", "月" * 40, ".", "landed!", "Chang’e-4", "\n", "\r\n", "  "]
LABEL = Label("Who came?", ("And then?",), (Place("moon.txt", "The Moon’s “far side”"),), ("far\u2028side",))


def article(path: str, text: str) -> Article:
    return Article(ArticleKey("/articles", path), path, None, None, None, f"digest of {text}", text)


def citation(path: str, text: str, start: int, end: int) -> Citation:
    return Citation(path, f"/articles/{path}", path, None, None, start, end, (1, 1), f"digest of {text}", False, False)


def answer(text: str, *cited: Citation) -> Answer:
    return Answer(1, text, 0.9, text, Span(0, len(text)), cited[0], cited[1:])


@settings(derandomize=True, deadline=None, max_examples=400)
@given(
    pieces=st.lists(st.sampled_from(PIECES), min_size=1, max_size=60),
    cut=st.integers(0, 2000),
    length=st.integers(1, 400),
    glued=st.booleans(),
)
@example(pieces=["a", "Moon"], cut=0, length=6, glued=False)
def test_words_around_hold_the_span_and_are_found_where_they_were_cut(
    pieces: list[str], cut: int, length: int, glued: bool
) -> None:
    text = ("" if glued else " ").join(pieces)
    cut %= len(text)
    said = text[cut : cut + length].strip()
    assume(said)
    for span in locate(said, text)[:5]:
        quote = around(text, span)
        found = locate(quote, text)
        assert any(place.start <= span.start and span.end <= place.end for place in found)
        assert locate(said, quote)
        assert len(quote) <= max(LONGEST, span.end - span.start)


@pytest.mark.parametrize(
    ("text", "said", "quote"),
    [
        ("One line.\nThe kite was seen over Bern.\nLast.", "Bern", "The kite was seen over Bern."),
        ("He came. The kite was seen over Bern. She left.", "kite", "The kite was seen over Bern."),
        ("He said: “The kite was over Bern.” She left him there.", "kite", "He said: “The kite was over Bern.”"),
        ("He left the U.S. in May with his two kites. He is back.", "May", "in May with his two kites."),
        ("Mr. Bean came. He left.", "Bean", "Mr. Bean came. He left."),  # its sentence alone could stand anywhere
        ("He came here. The kite was seen.\u00a0The end is near now.", "kite", "The kite was seen."),
        ("A kite", "kite", "A kite"),
        ("The kite flew over\nBern and\r\nThun.", "over Bern", "The kite flew over Bern and"),
        ("w " * 300 + "kite" + " w" * 300, "kite", "w " * 74 + "kite" + " w" * 74),
        ("w " * 300 + "kite", "kite", "w " * 148 + "kite"),
        ("x" * 400 + "kite" + "y" * 400, "kite", "x" * 148 + "kite" + "y" * 148),
        ("kite" + "y" * 400, "kite", "kite" + "y" * 296),
        ("b " * 400, "b " * 200, "b " * 199 + "b"),
    ],
)
def test_words_around_are_the_sentence_or_as_much_as_fits(text: str, said: str, quote: str) -> None:
    assert around(text, locate(said, text)[0]) == quote


FAR = "The craft landed on the far side."
NEAR_COPY = "News: the craft landed on the far side!"


def test_answer_is_right_in_its_own_article_and_in_the_others_that_hold_it() -> None:
    other = f"Yes. {FAR}  It was."
    cited = (citation("a.txt", FAR, 0, 33), citation("b.txt", other, 5, 38), citation("c.txt", NEAR_COPY, 6, 39))
    assert places_cited(answer("The craft\nlanded on the far side.", *cited), [other, NEAR_COPY]) == (
        Place("a.txt", FAR),
        Place("b.txt", FAR),
        Place("c.txt", "the craft landed on the far side!"),
    )


def test_typed_words_are_right_in_the_nearest_places_first() -> None:
    texts = {
        "far.txt": "Red kite number one here.\nRed kite number two here.",
        "cited.txt": "Red kite number three here.\nRed kite number four here.\nRed kite number four here.",
        "also.txt": "Red kite number five here.",
        "none.txt": "Nothing of the sort.",
    }
    articles = [article(path, text) for path, text in texts.items()]
    near = [citation("also.txt", texts["also.txt"], 0, 5), citation("cited.txt", texts["cited.txt"], 30, 40)]
    places, times = places_holding("Red  kite", articles, near)
    assert [place.quote.split()[3] for place in places] == ["five", "four", "three", "one", "two"]
    assert [place.article for place in places] == ["also.txt", "cited.txt", "cited.txt", "far.txt", "far.txt"]
    assert times == 6
    assert places_holding("red kite", articles, near) == ((), 0)


def test_typed_words_are_right_in_five_places_at_most() -> None:
    articles = [article(f"{n}.txt", f"The kite is number {n}." + " One kite more." * n) for n in range(40)]
    places, times = places_holding("kite", articles, [citation("7.txt", articles[7].text, 0, 5)])
    assert (len(places), times) == (5, 40 + sum(range(40)))
    assert places[0] == Place("7.txt", "The kite is number 7.")


def test_label_loads_as_the_question_it_is(tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    assert add(file, LABEL) == Kept(True, 1, False)
    assert load(file) == (
        Question(
            LABEL.id,
            "Who came?",
            ("far\u2028side",),
            (Gold("moon.txt", "The Moon’s “far side”"),),
            "chat",
            ("And then?",),
        ),
    )
    unanswerable = Label("Who?", (), ())
    assert add(file, unanswerable) == Kept(True, 2, False)
    assert load(file)[1] == Question(unanswerable.id, "Who?", (), (), "chat", ())


def test_labels_are_told_apart_by_all_that_they_say() -> None:
    labels = [
        LABEL,
        Label("Who left?", LABEL.history, LABEL.places, LABEL.answers),
        Label(LABEL.question, (), LABEL.places, LABEL.answers),
        Label(LABEL.question, LABEL.history, (), ()),
        Label(LABEL.question, LABEL.history, LABEL.places),
        Label("And then?", ("Who came?",), LABEL.places, LABEL.answers),
    ]
    ids = {label.id for label in labels}
    assert len(ids) == len(labels)
    assert all(re.fullmatch("chat-[0-9a-f]{12}", one) for one in ids)
    assert Label("Who came?", ("And then?",), LABEL.places, LABEL.answers).id == LABEL.id


def test_same_label_is_not_written_twice_and_another_of_its_question_is_told(tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    add(file, LABEL)
    before = file.read_bytes()
    assert add(file, LABEL) == Kept(False, 1, False)
    assert file.read_bytes() == before
    assert add(file, Label(LABEL.question, LABEL.history, ())) == Kept(True, 2, True)
    assert add(file, LABEL) == Kept(False, 2, True)
    assert add(file, Label(LABEL.question, (), ())) == Kept(True, 3, False)


@pytest.mark.parametrize(
    ("before", "questions"),
    [
        ('{"id": "q1", "question": "Who?", "gold": []}', 1),
        ('{"id": "q1", "question": "Who?", "gold": []}\n', 1),
        ('\ufeff\n\n{"id": "q1", "question": "Who?", "gold": []}\r\n\r\n', 1),
        ('{"id": "q1", "question": "Line\u2028break?", "gold": []}\n{"id": "q2", "question": "Who?", "gold": []}', 2),
        ("", 0),
        ("\n", 0),
    ],
)
def test_file_keeps_every_byte_and_gains_one_line(before: str, questions: int, tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    file.write_bytes(before.encode())
    assert questions_in(file) == questions
    assert add(file, LABEL) == Kept(True, questions + 1, False)
    added = file.read_bytes().removeprefix(before.encode())
    assert added.startswith(b"\n") == (bool(before) and not before.endswith("\n"))
    assert added.count(b"\n") == 1 + added.startswith(b"\n")
    assert json.loads(added)["id"] == LABEL.id
    assert load(file)[-1].id == LABEL.id
    assert len(load(file)) == questions + 1


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        (b"Dear diary,\n", "is not a question set of JSON Lines"),
        (b'[{"question": "Who?"}]\n', "is not a question set of JSON Lines"),
        (b'{"version": "1.1", "data": []}\n', "is not a question set of JSON Lines"),
        (b'{\n  "question": "Who?"\n}\n', "is not a question set of JSON Lines"),
        (b"[" * 100_000, "is not a question set of JSON Lines"),
        (b"\x1f\x8b\x08\x00", "it is not UTF-8 text"),
        (b'{"id": "q1", "question": "Who?", "gold": []}\n\xff', "it is not UTF-8 text"),
    ],
    ids=["prose", "list", "squad", "indented", "deep", "gzip", "bytes"],
)
def test_file_that_is_no_question_set_is_left_alone(content: bytes, wrong: str, tmp_path: Path) -> None:
    file = tmp_path / "precious"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=f"precious.*{wrong}.*Choose another file with /label FILE"):
        questions_in(file)
    with pytest.raises(UsageError, match=wrong):
        add(file, LABEL)
    assert file.read_bytes() == content


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").touch()
    for named, wrong in {
        tmp_path: "is not a file that labels can be added to",
        tmp_path / "pipe": "is not a file that labels can be added to",
        Path("/dev/null"): "is not a file that labels can be added to",
        tmp_path / "missing" / "labels.jsonl": "There is no folder .*missing. Make it",
        tmp_path / "file" / "labels.jsonl": "There is no folder .*file. Make it",
        tmp_path / ("x" * 300): "File name too long",
    }.items():
        with pytest.raises(UsageError, match=wrong):
            add(named, LABEL)
    with pytest.raises(UserError, match="null"):
        add(tmp_path / "a\0b", LABEL)


def test_file_that_cannot_take_all_of_a_label_is_left_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl"
    add(file, LABEL)
    before = file.read_bytes()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 20, limits[1]))
    try:
        with pytest.raises(UserError, match=r"labels.jsonl cannot be written \(No space left on device\)"):
            add(file, Label("Who else?", (), ()))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert file.read_bytes() == before
    assert add(file, Label("Who else?", (), ())) == Kept(True, 2, False)


def test_label_is_flushed_to_the_disk_before_it_counts_as_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "labels.jsonl"

    def refuse(handle: int) -> None:
        assert json.loads(file.read_bytes())["id"] == LABEL.id
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(UserError, match=r"cannot be written \(Input/output error\)"):
        add(file, LABEL)


def test_half_characters_cannot_be_kept(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="half a character"):
        add(tmp_path / "labels.jsonl", Label("Who?", (), (Place("odd\udc80.txt", "words"),)))
    assert list(tmp_path.iterdir()) == []


def test_home_folder_is_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somebody")
    assert expanded("~/a b.jsonl") == Path("/somebody/a b.jsonl")
    assert expanded("a~b") == Path("a~b")
    with pytest.raises(UsageError, match="home folder of nobody"):
        expanded("~nobody-of-that-name/labels.jsonl")


@pytest.fixture(scope="module")
def asker(seed_index: Path, embedder: OnnxEmbedder) -> Asker:
    return Asker(open_index(seed_index), embedder)


def test_what_a_conversation_writes_is_a_question_set_whose_gold_is_found(
    asker: Asker, seeds: Path, tmp_path: Path
) -> None:
    file = tmp_path / "labels.jsonl"
    chat = Chat(asker)
    lines = [
        f"/label {file}",
        "Who designed Chang'e-6?",
        "/good",
        "When did Chang'e-4 land on the far side of the Moon?",
        "/wrong",
        "/good 2",
        "What law keeps NASA and China apart?",
        "/answer Wolf\u00a0 Amendment",
        "When is Chang'e-8 planned?",
        "/answer lunar",
        "What is a good recipe for cookies?",
        "/good",
        "How much did Chang'e-4 cost?",
        "/answer none",
    ]
    for line in lines:
        assert chat.respond(line) is not None
    questions = load(file)
    texts = {path.name: path.read_bytes().decode() for path in seeds.glob("*.txt")}
    assert missing_gold(questions, texts) == ()
    asked = [line for line in lines if not line.startswith("/")]
    assert [(one.text, one.kind) for one in questions] == [(line, "chat") for line in asked]
    assert [one.history for one in questions] == [tuple(asked[:number]) for number in range(len(asked))]
    assert [one.answers for one in questions] == [(), (), ("Wolf Amendment",), ("lunar",), (), ()]
    assert [one.answerable for one in questions] == [True, True, True, True, False, False]
    second = chat.history[1].ranked[1]
    assert questions[0].gold is not None
    assert "Hu Hao, chief designer" in str(questions[0].gold[0].quote)
    assert questions[1].gold is not None
    assert questions[1].gold[0] == Gold(second.citation.article, " ".join(second.text.split()))
    for question in questions[2:4]:
        for gold in question.gold or ():
            assert gold.quote is not None
            assert locate(question.answers[0], gold.quote)
            assert len(gold.quote) <= LONGEST
    assert len(questions[3].gold or ()) == 5
