"""What is found for a question, and in what order: the weights by hand, and little collections that try each search."""

import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import FakeEmbedder
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build import Wish, update
from index.embed import OnnxEmbedder
from index.records import Evidence, Hit, ModelCard
from index.store import open_index
from index.vectors import Embedder, Vectors
from qa import retrieve
from qa.ask import Asker
from qa.records import Place, Reply
from qa.retrieve import agreement, query, relevance

# The names of the files say nothing, since a title that is missing falls back to them, and titles are searched.
COUNCIL = (
    "The council met for six hours on Monday and argued about parking fees, tree roots and noise from the fair. "
    "Near the end it heard a report by Gundolf Achterberg on drains, and went home.\n"
)
WEBER = (
    "The engineer Paul Weber reports on drains and sewers to the town council every year. "
    "His report on drains was praised by the council.\n"
)
DRAINS = "A report on drains was read to the council by its engineer. Drains are old in this town, said the report.\n"
PHYSICIAN = "The physician recommended that her patient give up cigarettes. He threw the last packet into the river.\n"
CHIMNEY = (
    "The crew of the ship was told to stop the engine at the next island. The chimney went on smoking until noon.\n"
)
MAYOR = "The mayor of the island stepped down after the vote. His deputy took over the next morning.\n"
MUSEUM = "The new museum opened its doors in May. It shows ships, sails and ropes.\n"
CHANGE_4 = "嫦娥四号探测器于2019年1月3日在月球背面成功着陆。这是人类探测器首次在月球背面软着陆。\n"
DUCK = "北京烤鸭是一道著名的菜肴。厨师把鸭子放进炉子里烤制。\n"
HAYABUSA = "はやぶさ2は2020年12月に小惑星リュウグウの試料を地球に持ち帰った。カプセルは砂漠に着地した。\n"
CHERRIES = "東京の桜は三月の終わりに満開になった。多くの人が公園に集まった。\n"
TOWN = (COUNCIL, WEBER, DRAINS, PHYSICIAN, CHIMNEY, MAYOR, MUSEUM, CHANGE_4, DUCK, HAYABUSA, CHERRIES)

QUOTES = ['"{}"', "“{}”", "„{}“", "«{}»", "“{}“", '„{}"']


class WordEmbedder(FakeEmbedder):
    """The fake model in the dress of the real one: texts are near where they share words."""

    def __init__(self, card: ModelCard) -> None:
        super().__init__()
        self.card = card

    def embed_question(self, text: str) -> Vectors:
        row = np.full(self.card.dim, 1e-3, np.float32)
        for word in text.split():
            row[zlib.crc32(word.encode()) % self.card.dim] += 1
        return row / np.float32(np.linalg.norm(row))


def build(folder: Path, embedder: Embedder, texts: Sequence[str]) -> Asker:
    articles = folder / "articles"
    articles.mkdir()
    for number, text in enumerate(texts):
        (articles / f"n{number:03}.txt").write_bytes(text.encode())
    update(folder / "index", Wish(paths=(articles,)), lambda _: embedder)
    return Asker(open_index(folder / "index"), embedder)


@pytest.fixture(scope="module")
def town(embedder: OnnxEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Asker:
    return build(tmp_path_factory.mktemp("town"), embedder, TOWN)


def first(asker: Asker, question: str) -> tuple[str, list[Place]]:
    """Return the article of the first answer, as it was written, and how all answers came to their places."""
    reply = asker.ask(question, 50, explained=True)
    assert reply.explanation is not None
    with open(reply.ranked[0].citation.path, encoding="utf-8", newline="") as file:
        return file.read(), list(reply.explanation.places)


# The weights.


@pytest.fixture
def weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights that do not move when the real ones are tuned."""
    named = {"PASSAGE": 0.25, "SENTENCE": 0.75, "ARTICLE": 0.2, "WORDS": 1.3, "CHANCE": 0.15, "ASIDE": 0.05}
    for name, weight in named.items():
        monkeypatch.setattr(retrieve, name, weight)


@pytest.mark.parametrize(
    ("evidence", "sentence", "expected"),
    [
        (Evidence(0.4, (), 0.5), 0.9, 0.1 + 0.675 + 0.1),
        (Evidence(-0.2, (), -0.1), -0.3, -0.05 - 0.225 - 0.02),
        (Evidence(0.4, (), 0.5, share=0.5, cover=1.0), 0.9, 0.875 + 0.65),
        (Evidence(0.4, (), 0.5, share=0.5, cover=0.575), 0.9, 0.875 + 0.325),
        (Evidence(0.4, (), 0.5, share=0.5, cover=0.15), 0.9, 0.875),
        (Evidence(0.4, (), 0.5, share=0.5, cover=0.1), 0.9, 0.875),
        (Evidence(0.4, (), 0.5, aside=True), 0.9, 0.875 - 0.05),
        (Evidence(0.0, (), 0.0, share=0.5, cover=1.0, aside=True), 0.0, 0.65 - 0.05),
        (Evidence(1.0, (), 1.0, share=1.0, cover=1.0), 1.0, 2.5),
    ],
)
@pytest.mark.usefixtures("weights")
def test_relevance_by_hand(evidence: Evidence, sentence: float, expected: float) -> None:
    assert relevance(evidence, sentence) == pytest.approx(expected)


@pytest.mark.parametrize(("cover", "expected"), [(0, 0), (0.15, 0), (0.32, 0.2), (0.575, 0.5), (0.83, 0.8), (1, 1)])
@pytest.mark.usefixtures("weights")
def test_agreement_by_hand(cover: float, expected: float) -> None:
    assert agreement(Evidence(0.9, (0.9,), 0.9, share=0.3, cover=cover)) == pytest.approx(expected)


cosines, shares = st.floats(-1, 1), st.floats(0, 1)
pieces = st.builds(
    Evidence, cosines, st.just(()), cosines, share=shares, cover=shares, aside=st.booleans(), phrased=st.booleans()
)


@settings(derandomize=True, deadline=None)
@given(pieces, cosines, st.sampled_from(["cosine", "article", "share", "cover"]), shares)
def test_relevance_never_falls_where_a_piece_of_evidence_rises(
    evidence: Evidence, sentence: float, piece: str, more: float
) -> None:
    stronger = replace(evidence, **{piece: min(1.0, getattr(evidence, piece) + more)})
    assert relevance(stronger, sentence) >= relevance(evidence, sentence) - 1e-12
    assert 0 <= agreement(evidence) <= agreement(replace(evidence, cover=1.0)) == 1


@settings(derandomize=True, deadline=None)
@given(pieces, cosines, cosines)
def test_relevance_rises_with_the_sentence_and_falls_with_an_aside(
    evidence: Evidence, sentence: float, other: float
) -> None:
    low, high = sorted((sentence, other))
    assert relevance(evidence, low) <= relevance(evidence, high)
    assert relevance(replace(evidence, aside=True), low) < relevance(replace(evidence, aside=False), low)


# Finding by meaning and by words, each where the other fails.


def test_rare_name_is_found_by_words_where_meaning_fails(town: Asker) -> None:
    found, places = first(town, "What did Achterberg report on?")
    assert found == COUNCIL
    assert (places[0].by_meaning > 2, places[0].by_words) == (True, 1)


def test_paraphrase_is_found_by_meaning_where_words_fail(town: Asker) -> None:
    found, places = first(town, "Was somebody told to quit tobacco?")
    assert found == PHYSICIAN
    assert (places[0].by_meaning, places[0].by_words) == (1, None)
    assert any(place.by_words == 1 for place in places[1:])  # another passage does hold a word of the question


def test_paraphrase_without_one_word_of_any_article_is_found(town: Asker) -> None:
    found, places = first(town, "Which politician resigned?")
    assert found == MAYOR
    assert {place.by_words for place in places} == {None}


@pytest.mark.parametrize("name", ["Achtreberg", "Achterburg", "Achtrberg", "Achterrberg", "achterbergg"])
def test_misspelt_name_is_found(name: str, town: Asker) -> None:
    reply = town.ask(f"What did {name} report on?")
    assert "Gundolf Achterberg" in reply.ranked[0].snippet
    assert reply.standalone == "What did Achterberg report on?"


def test_name_with_another_ending_is_looked_up_as_the_nearest_and_left_in_the_question(town: Asker) -> None:
    reply = town.ask("What did Achterberk report on?", explained=True)
    assert reply.standalone == reply.question
    assert reply.explanation is not None
    assert [term.looked_up for term in reply.explanation.terms if term.mended] == ["achterberg"]


def test_name_two_letters_away_is_another_name(town: Asker) -> None:
    reply = town.ask("What did Achtermann report on?", explained=True)
    assert reply.explanation is not None
    assert [(term.passages, term.mended) for term in reply.explanation.terms if term.word == "achtermann"] == [
        (0, False)
    ]


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("嫦娥四号什么时候着陆？", CHANGE_4),
        ("北京烤鸭是怎么做的？", DUCK),
        ("はやぶさ2はいつ試料を持ち帰ったか？", HAYABUSA),
        ("桜はいつ満開になりましたか？", CHERRIES),
    ],
)
def test_question_in_a_script_without_spaces_is_found_in_it(question: str, article: str, town: Asker) -> None:
    found, places = first(town, question)
    assert found == article
    assert places[0].by_words == 1


# Words in double quotes.


def held(places: Sequence[Place]) -> list[bool]:
    return [place.evidence.phrased for place in places]


@pytest.mark.parametrize("quotes", ["{}", *QUOTES])
@pytest.mark.parametrize("phrase", ["after the vote", "After  The VOTE", "after: the ‘vote’"])
def test_quoted_phrase_puts_what_holds_it_first_whatever_the_scores(quotes: str, phrase: str, town: Asker) -> None:
    asked = quotes.format(phrase)
    found, places = first(town, f"What did Gundolf Achterberg report to the council on drains and trees {asked}?")
    assert found == (MAYOR if quotes in QUOTES else COUNCIL)
    assert held(places) == [quotes in QUOTES] + [False] * (len(places) - 1)
    assert (places[0].score < places[1].score - 0.5) == (quotes in QUOTES)


def test_quoted_name_is_the_same_with_any_apostrophe_and_hyphen(tmp_path: Path, embedder: OnnxEmbedder) -> None:
    asker = build(tmp_path, embedder, ["The Chang’e‑4 craft landed.\n", "The craft of Chang and four others landed.\n"])
    for name in ("Chang'e-4", "Chang’e‑4", "chang´e–4", "CHANG'E-4"):
        found, places = first(asker, f'Which "{name} craft" landed?')
        assert (found[:5], held(places)) == ("The C", [True, False])
        assert "Chang’e‑4" in found


@pytest.mark.parametrize(
    "phrase",
    [
        "read by the council",  # all of its words stand in the passage
        "to read the council",  # in another order
        "report on drain",  # the beginning of a longer word
        "ort on drains",  # the end of one
        "went home. The engineer",  # across two articles
        "quinquereme of Nineveh",
        "...",
    ],
)
def test_quoted_phrase_that_no_passage_holds_changes_nothing(phrase: str, town: Asker) -> None:
    question = f'What did Achterberg report on: "{phrase}"?'
    asked = query(question, town.embedder.embed_question(question))
    hits, found = retrieve.retrieve(town.index, asked)
    assert not any(one.evidence.phrased for one in found.candidates)
    assert (hits, found) == retrieve.retrieve(town.index, replace(asked, phrases=()))


def test_quoted_phrases_must_all_be_held(town: Asker) -> None:
    both, one = (first(town, question) for question in ('Of "drains are old" and "on drains"?', 'Of "on drains"?'))
    assert both[0] == DRAINS
    assert (sum(held(both[1])), sum(held(one[1]))) == (1, 3)


@pytest.mark.parametrize("question", ["What is 'on drains'?", 'What is 5" on drains?', 'What is "" on drains?'])
def test_what_is_no_pair_of_double_quotes_is_no_phrase(question: str, town: Asker) -> None:
    assert query(question, town.embedder.embed_question(question)).phrases == ()


# How far it looks.

COPY = "The lake froze in the night and the boats stayed in the harbour.\n"
OTHERS = tuple(
    f"Thing number {number} of the list weighs {number * 7} grams. It came by boat.\n" for number in range(60)
)


def texts(hits: Sequence[Hit]) -> set[str]:
    return {hit.passage.text for hit in hits}


@pytest.fixture(scope="module")
def crowded(embedder: OnnxEmbedder, tmp_path_factory: pytest.TempPathFactory) -> Asker:
    """Three hundred copies of one text, and sixty other texts."""
    return build(tmp_path_factory.mktemp("crowded"), WordEmbedder(embedder.card), [*[COPY] * 300, *OTHERS])


def test_search_looks_further_where_copies_took_the_places(crowded: Asker) -> None:
    asked = query(COPY, crowded.embedder.embed_question(COPY))
    near = crowded.index.find(asked, retrieve.READ)
    assert texts(crowded.index.read(near.candidates)) == {COPY.strip()}
    hits, _ = retrieve.retrieve(crowded.index, asked)
    assert texts(hits) == {COPY.strip()}
    reply = crowded.ask(COPY, 100)
    assert (reply.ranked[0].text, len(reply.ranked[0].also)) == (COPY.strip(), 299)
    assert {answer.snippet for answer in reply.ranked} == {COPY.strip(), *map(str.strip, OTHERS)}


def test_search_reads_no_more_where_most_differ(tmp_path: Path, embedder: OnnxEmbedder) -> None:
    different = [f"Thing number {number} of the list weighs {number * 7} grams.\n" for number in range(250)]
    asker = build(tmp_path, WordEmbedder(embedder.card), different)
    hits, _ = retrieve.retrieve(asker.index, query(COPY, asker.embedder.embed_question(COPY)))
    assert len(hits) == len(texts(hits)) == retrieve.READ


def test_quoted_phrase_is_read_however_far_behind_it_stands(tmp_path: Path, embedder: OnnxEmbedder) -> None:
    nearer = [f"Of this list number {number} weighs some grams.\n" for number in range(150)]
    holder = "It weighs, said the old man by the gate of the yard at noon, far more than a list: " + (
        "so many grams weighs a cart of stones and sand that no man in the yard could lift it.\n"
    )
    asker = build(tmp_path, WordEmbedder(embedder.card), [*nearer, holder])
    plain, quoted = (asker.ask(f"What of this list {asked}?", 100) for asked in ("grams weighs", '"grams weighs"'))
    assert holder.strip() not in [answer.snippet for answer in plain.ranked]
    assert quoted.ranked[0].snippet == holder.strip()


def told(reply: Reply) -> list[tuple[object, ...]]:
    return [(a.rank, a.text, a.snippet, a.confidence, a.citation, a.also) for a in reply.ranked]


@pytest.mark.parametrize("question", [COPY, "Did boats stay in the harbour?", 'What weighs "70 grams"?'])
def test_first_answers_do_not_depend_on_how_many_are_wanted(question: str, crowded: Asker) -> None:
    most = told(crowded.ask(question, 100))
    assert len(most) > 2
    for k in (1, 2, 7):
        assert told(crowded.ask(question, k)) == most[:k]


@pytest.mark.parametrize("question", [COPY, "What weighs 70 grams?", 'What weighs "70 grams"?', "Thing of the list?"])
def test_hits_come_best_first_and_once(question: str, crowded: Asker) -> None:
    hits, found = retrieve.retrieve(crowded.index, query(question, crowded.embedder.embed_question(question)))
    order = [(h.evidence.phrased, relevance(h.evidence, max(h.evidence.sentences))) for h in hits]
    assert order == sorted(order, reverse=True)
    assert len({(hit.article.key, hit.passage.start) for hit in hits}) == len(hits) >= retrieve.READ
    left = sorted((c.evidence.phrased, relevance(c.evidence, max(c.evidence.sentences))) for c in found.candidates)
    assert left[-len(hits) :] == order[::-1]
