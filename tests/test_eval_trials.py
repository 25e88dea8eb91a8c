"""The trials: the product's line is the product, one thing changes at a time, and nothing stays changed."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from conftest import FakeEmbedder

from eval.question_sets import default_set, load
from eval.trials import command as trials
from eval.trials import searches
from eval.trials.choices import CHOICES, UNSTEMMED, Choice, changed, words_of
from eval.trials.memory import Cut, Memory, lay_out
from eval.trials.searches import by_min_max, by_place, by_ranks, fed_by_vectors, fed_by_words, stretched
from index import lexical
from index.articles import Reading
from index.articles import read as read_article
from index.embed import OnnxEmbedder
from index.errors import ModelUnavailable
from index.records import ArticleKey
from index.store import Query, open_index
from index.terms import stem, terms
from index.vectors import Embedder
from qa import retrieve
from qa.ask import Asker
from qa.records import Finding

DEV = default_set("dev")
PRODUCT = CHOICES[0]
PHRASED = 'Who spoke of "the far side of the Moon" first?'
Both = tuple[Asker, trials.Ask, Memory]
SQUAD = {
    "data": [
        {
            "title": "Sky",
            "paragraphs": [
                {
                    "context": "A comet is a body of ice and dust.",
                    "qas": [
                        {"id": "1", "question": "What is a comet?", "answers": [{"text": "ice", "answer_start": 21}]}
                    ],
                },
                {"context": "Rivers carry water to the sea every day.", "qas": []},
            ],
        }
    ]
}


def reading(name: str, text: str) -> Reading:
    return read_article(ArticleKey("-", name), text.encode())


@pytest.fixture
def fake() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def sky(fake: FakeEmbedder) -> Memory:
    """Three passages, an article each, whose titles are their file names."""
    texts = ("dust dust dust comet.", "The moon has a comet.", "moon and dust.")
    return lay_out([reading(f"{number}.txt", text) for number, text in enumerate(texts)], Cut(), fake)


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    path = tmp_path / "sky.json"
    path.write_text(json.dumps(SQUAD), encoding="utf-8")
    return path


@pytest.fixture
def faked(monkeypatch: pytest.MonkeyPatch, fake_model: None) -> None:
    """The product's model is the fake one."""
    monkeypatch.setattr(trials, "load_embedder", lambda card: FakeEmbedder())


def query(text: str, embedder: Embedder) -> Query:
    return retrieve.query(text, embedder.embed_question(text))


@pytest.fixture(scope="module")
def both(seed_articles: Path, seed_index: Path, embedder: OnnxEmbedder) -> Both:
    """The product over an index of the seeds, its line in the trials, and what that searches."""
    given = trials.load_pair(str(seed_articles), DEV)
    memory = lay_out(given.readings, PRODUCT.cut, embedder)
    asked = trials.asker(PRODUCT, memory, embedder.embed_question, embedder.card)
    return Asker(open_index(seed_index), embedder), asked, memory


@pytest.mark.heavy
def test_the_products_line_is_the_product(both: Both) -> None:
    product, tried, _ = both
    for question in [*(one.text for one in load(DEV)), PHRASED]:
        real = product.ask(question, 10)
        line = tried(real.standalone, 10)  # misspelt questions are put right by the product alone
        assert [one.snippet for one in line.ranked] == [one.snippet for one in real.ranked], question
        assert [one.citation for one in line.ranked] == [one.citation for one in real.ranked]
        assert line.confidence == pytest.approx(real.confidence, abs=1e-6)


@pytest.mark.parametrize("depth", [1, 4, 100])
def test_the_same_is_found_with_the_same_evidence(both: Both, depth: int) -> None:
    product, _, memory = both
    for question in [*(one.text for one in load(DEV)[::3]), PHRASED]:
        asked = query(question, product.embedder)
        real, tried = (
            {
                (hit.article.key, hit.passage.start): hit.evidence
                for hit in index.read(index.find(asked, depth).candidates)
            }
            for index in (product.index, memory)
        )
        assert real.keys() == tried.keys(), question
        for place, evidence in real.items():
            wanted, given = asdict(evidence), asdict(tried[place])
            assert given.pop("sentences") == pytest.approx(wanted.pop("sentences"), abs=1e-6)
            assert given == pytest.approx(wanted, abs=1e-6)


def test_first_choice_changes_nothing() -> None:
    assert Choice(PRODUCT.name) == PRODUCT


@pytest.mark.parametrize("choice", CHOICES[1:], ids=lambda choice: choice.name)
def test_every_other_choice_changes_something(choice: Choice) -> None:
    assert all(getattr(module, name) != value for module, name, value in choice.changes)
    assert choice != Choice(choice.name)
    assert len(choice.name) < 33


def test_names_and_order_of_choices() -> None:
    assert len({choice.name for choice in CHOICES}) == len(CHOICES)
    cuts = [choice.cut for choice in CHOICES]
    groups = [cut for at, cut in enumerate(cuts) if at == 0 or cuts[at - 1] != cut]
    assert len(groups) == len(set(groups))


def test_changes_last_as_long_as_the_block_and_no_longer() -> None:
    def fail() -> None:
        assert (retrieve.WORDS, retrieve.CHANCE) == (7.0, 0.5)
        raise KeyError("within the block")

    before = retrieve.WORDS, retrieve.CHANCE
    with (
        pytest.raises(KeyError, match="within the block"),
        changed(((retrieve, "WORDS", 7.0), (retrieve, "CHANCE", 0.5))),
    ):
        fail()
    assert (retrieve.WORDS, retrieve.CHANCE) == before


def test_change_of_a_name_that_is_not_there_changes_nothing() -> None:
    before = retrieve.WORDS
    with pytest.raises(AttributeError, match="WORTH"), changed(((retrieve, "WORDS", 7.0), (retrieve, "WORTH", 1.0))):
        pass
    assert retrieve.WORDS == before


def test_stems_that_were_remembered_are_forgotten() -> None:
    assert terms("landed landing") == ["land", "land"]
    with changed(UNSTEMMED):
        assert terms("landed landing") == ["landed", "landing"]
    assert terms("landed landing") == ["land", "land"]


def test_stretched_by_hand() -> None:
    assert stretched(np.array([1.0, 3.0, 2.0])).tolist() == [0, 1, 0.5]
    assert stretched(np.array([2.0, 2.0])).tolist() == [0, 0]
    assert stretched(np.array([])).tolist() == []


def test_places_by_hand() -> None:
    assert by_place(np.array([0.2, 0.0, 0.5, 0.2])).tolist() == [61 / 62, 0, 1, 61 / 62]
    assert by_place(np.array([])).tolist() == []


@pytest.mark.parametrize("search", [by_min_max, by_ranks])
def test_first_by_meaning_and_by_words_scores_1(search: searches.Search, sky: Memory, fake: FakeEmbedder) -> None:
    found = {one.hit.passage.text: one.score for one in search(sky, query("The moon has a comet.", fake), None)}
    assert found.pop("The moon has a comet.") == 1
    assert len(found) == 2
    assert max(found.values()) < 1


@pytest.mark.parametrize("search", [by_min_max, by_ranks])
def test_first_by_meaning_that_shares_no_word_scores_half(
    search: searches.Search, sky: Memory, fake: FakeEmbedder
) -> None:
    asked = replace(query("moon", fake), vector=sky.whole[0])
    found = {one.hit.passage.text: one.score for one in search(sky, asked, None)}
    assert found["dust dust dust comet."] == 0.5


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Memory, Query]]:
    """What a second search is given."""
    given: list[tuple[Memory, Query]] = []

    def by_product(memory: Memory, asked: Query, has_form: object) -> list[Finding]:
        given.append((memory, asked))
        return []

    monkeypatch.setattr(searches, "by_product", by_product)
    return given


def test_question_moves_toward_the_first_three(
    sky: Memory, fake: FakeEmbedder, seen: list[tuple[Memory, Query]]
) -> None:
    asked = query("moon", fake)
    fed_by_vectors(sky, asked, None)
    wanted = 0.7 * asked.vector + 0.3 * (sky.whole[0] + sky.whole[1] + sky.whole[2]) / 3
    assert np.allclose(seen[0][1].vector, wanted / np.linalg.norm(wanted), atol=1e-6)
    assert seen[0][1].wanted == asked.wanted


def test_question_takes_up_the_strongest_terms(
    sky: Memory, fake: FakeEmbedder, seen: list[tuple[Memory, Query]]
) -> None:
    fed_by_words(sky, query("moon", fake), None)
    added = seen[0][0].added
    # Both in 2 of 3 passages, so both weigh ln(1 + 1.5 / 2.5); the dust stands there four times, the comet twice.
    assert [one.term for one in added] == [stem("dust"), stem("comet")]
    assert [one.weight for one in added] == pytest.approx([np.log(1.6) / 2] * 2)


def test_added_terms_count_in_the_second_search(sky: Memory, fake: FakeEmbedder) -> None:
    asked = query("moon", fake)
    plain = {one.row: one.evidence.share for one in sky.find(asked, 9).candidates}
    found = {one.hit.passage.text: one.hit.evidence.share for one in fed_by_words(sky, asked, None)}
    assert plain[0] == 0 < found["dust dust dust comet."]


def test_title_is_embedded_before_a_passage(fake: FakeEmbedder) -> None:
    text = "On comets\n\nA comet is ice. It has a tail.\n"
    plain = lay_out([reading("a.txt", text)], Cut(), fake)
    fake.asked.clear()
    titled = lay_out([reading("a.txt", text)], Cut(titled=True), fake)
    assert titled.passages == plain.passages
    body = fake.asked[-1]
    assert body.text == "On comets\nA comet is ice. It has a tail."
    assert [body.text[start:end] for start, end in body.sentences] == ["A comet is ice.", "It has a tail."]


def test_title_that_makes_a_passage_too_long_is_left_out(fake: FakeEmbedder) -> None:
    long = " ".join(["word"] * 117) + "."
    lay_out([reading("a.txt", f"On comets\n\n{long}\n")], Cut(titled=True), fake)
    assert fake.asked[-1].text == long


def test_equal_texts_are_embedded_once(fake: FakeEmbedder) -> None:
    memory = lay_out([reading(name, "The same words stand here.") for name in ("a.txt", "b.txt")], Cut(), fake)
    assert len(fake.asked) == 1
    assert len(memory.passages) == 2


def test_smaller_target_makes_more_passages(fake: FakeEmbedder) -> None:
    text = " ".join(f"Sentence number {number} has six words." for number in range(12))
    few, many = (lay_out([reading("a.txt", text)], Cut(target=target), fake) for target in (96, 20))
    assert len(few.passages) < len(many.passages)


def test_table_of_a_set_with_its_own_texts(squad: Path, faked: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert trials.main(["-", str(squad), "--quick"]) == 0
    head, names, *lines = capsys.readouterr().out.splitlines()
    assert head == "sky.json on -: 1 questions, 2 articles"
    assert names.split() == list(trials.SHOWN)
    quick = [choice.name for choice in CHOICES if choice.cut == Cut()]
    assert [line[:33].rstrip() for line in lines] == [*quick, ""]
    assert lines[0].removeprefix("the product").split() == ["1.000", "1.000", "1.000", "1.000", "-"]
    assert max(map(len, (head, names, *lines))) <= 80


def test_choice_is_at_work_while_its_line_is_made(squad: Path, fake: FakeEmbedder) -> None:
    given = trials.load_pair("-", squad)
    seen: list[float] = []

    def search(memory: Memory, asked: Query, has_form: object) -> list[Finding]:
        seen.append(retrieve.WORDS)
        return []

    choice = Choice("seven", ((retrieve, "WORDS", 7.0),), search=search)
    for line in trials.lines(given, (choice,), lambda cut: fake):
        assert line.split() == ["seven", "0.000", "0.000", "0.000", "0.000", "-"]
        assert retrieve.WORDS != 7.0
    assert seen == [7.0]


def test_words_are_counted_as_a_choice_wants_them(squad: Path, fake: FakeEmbedder) -> None:
    held: list[bool] = []

    def search(memory: Memory, asked: Query, has_form: object) -> list[Finding]:
        held.append(len(memory.words.of("carry")[0]) == 1)
        return []

    choices = (Choice("stemmed", search=search), Choice("not", UNSTEMMED, search, count=words_of))
    assert len(list(trials.lines(trials.load_pair("-", squad), choices, lambda cut: fake))) == 2
    assert stem("carry") == "carri"
    assert held == [False, True]
    assert lexical.stem("carry") == "carri"


def test_choice_whose_model_cannot_be_had_is_left_out(
    squad: Path, fake: FakeEmbedder, capsys: pytest.CaptureFixture[str]
) -> None:
    def embedder_of(cut: Cut) -> Embedder:
        if cut.precision is None:
            return fake
        raise ModelUnavailable("It is not here. Fetch it.")

    chosen = (PRODUCT, CHOICES[-1])
    found = list(trials.lines(trials.load_pair("-", squad), chosen, embedder_of))
    assert [line[:33].rstrip() for line in found] == ["the product"]
    assert "full precision: left out. It is not here." in capsys.readouterr().err


def _wrong(tmp_path: Path) -> Iterator[tuple[list[str], str]]:
    own = tmp_path / "own.jsonl"
    own.write_text('{"id": "1", "question": "What is it?", "gold": []}\n', encoding="utf-8")
    yield ["seeds", str(default_set())], "held-out"
    yield ["-", str(own)], "brings no texts"
    yield [str(tmp_path / "none"), str(own)], "no folder"


@pytest.mark.parametrize("which", range(3))
def test_what_cannot_be_tried_is_a_usage_error(which: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments, said = list(_wrong(tmp_path))[which]
    assert trials.main(arguments) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert told.out == ""


def test_articles_without_questions_are_a_usage_error() -> None:
    with pytest.raises(SystemExit, match="2"):
        trials.main(["seeds"])


def test_file_that_is_no_article_is_left_out_and_said(
    tmp_path: Path, fake: FakeEmbedder, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text("An article stands here.", encoding="utf-8")
    (tmp_path / "b.txt").write_bytes(b"\xff\xfe\x00")
    assert list(trials.load_pair(str(tmp_path), DEV).texts) == ["a.txt"]
    assert "Left out b.txt" in capsys.readouterr().err


def test_named_sets_come_in_pairs(monkeypatch: pytest.MonkeyPatch, squad: Path, faked: None) -> None:
    asked: list[tuple[str, Path]] = []
    real: Callable[[str, Path], trials.Pair] = trials.load_pair
    monkeypatch.setattr(trials, "load_pair", lambda *given: (asked.append(given), real(*given))[1])
    assert trials.main(["-", str(squad), "-", str(squad), "--quick"]) == 0
    assert asked == [("-", squad)] * 2
