"""BM25: against the package bm25s, brute force over plain dictionaries, and numbers worked by hand."""

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import bm25s
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles import read
from index.embed import OnnxEmbedder
from index.lexical import (
    K1,
    LEAST_MENDED,
    MENDED_WEIGHT,
    POSTING,
    TERM,
    WORDS,
    B,
    Postings,
    PostingsUnreadable,
    Weighed,
    Worth,
    mark,
    pack,
    weigh,
    worth,
)
from index.records import ArticleKey
from index.segment_files import words_of
from index.split import split
from index.terms import Wanted, stem, wanted_terms

Passages = list[list[str]]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
VOCABULARY = ("moon", "probe", "crater", "月面", "chang'e-4", "4", "US", "\udcff")
words = st.sampled_from(VOCABULARY)
collections = st.lists(st.lists(words, max_size=8), max_size=12)


def postings(passages: Passages) -> Postings:
    terms, rows, counts = pack(passages)
    return Postings(np.frombuffer(terms, TERM), np.frombuffer(rows, POSTING), np.frombuffer(counts, WORDS))


def asked(*terms: str) -> tuple[Wanted, ...]:
    """Terms that are searched as they are: what has no letters is never mended."""
    return tuple(Wanted(term, "") for term in dict.fromkeys(terms))


def search(
    wanted: Sequence[Wanted], passages: Passages, live: Sequence[bool] | None = None, cuts: Sequence[int] = ()
) -> tuple[tuple[Weighed, ...], Worth]:
    """Weigh and score over segments that are cut at ``cuts``; what they gave, passage after passage."""
    alive = np.ones(len(passages), dtype=bool) if live is None else np.array(live, dtype=bool)
    edges = [0, *sorted(cuts), len(passages)]
    parts = [slice(first, last) for first, last in pairwise(edges)]
    segments, masks = [postings(passages[part]) for part in parts], [alive[part] for part in parts]
    weighed = weigh(wanted, segments, masks)
    found = worth(weighed, segments, masks)
    return weighed, Worth(np.concatenate([one.share for one in found]), np.concatenate([one.cover for one in found]))


def twin(passages: Passages, terms: Sequence[str]) -> np.ndarray:
    """What bm25s gives each passage."""
    model = bm25s.BM25(k1=K1, b=B, method="lucene")
    model.index(passages, show_progress=False)
    return np.asarray(model.get_scores(list(terms)))


@given(collections.filter(any), st.lists(words, min_size=1, max_size=5))
@settings(derandomize=True, deadline=None, max_examples=200)
def test_scores_are_those_of_bm25s(passages: Passages, terms: list[str]) -> None:
    wanted = asked(*terms, "absent")
    weighed, found = search(wanted, passages)
    whole = sum(one.weight for one in weighed)
    np.testing.assert_allclose(found.share * whole, twin(passages, [one.term for one in wanted]), atol=1e-5)


@pytest.fixture(scope="module")
def printed(seeds: Path, embedder: OnnxEmbedder) -> Passages:
    """The terms of every passage of the seeds."""
    found = []
    for path in sorted(seeds.glob("*.txt")):
        reading = read(ArticleKey(str(seeds), path.name), path.read_bytes())
        passages = split(reading, embedder.count_tokens, embedder.card.max_tokens)
        found += [words_of(reading.article, passage) for passage in passages]
    return found


def test_scores_of_the_seeds_are_those_of_bm25s(printed: Passages) -> None:
    path = Path(__file__).parent.parent / "eval" / "questions" / "dev.jsonl"
    questions = [json.loads(line)["question"] for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(printed) > 40
    assert len(questions) > 50
    for question in questions:
        wanted = [replace(one, word="") for one in wanted_terms(question)]
        weighed, found = search(wanted, printed, cuts=[7, 30])
        whole = sum(one.weight for one in weighed)
        expected = twin(printed, [one.term for one in wanted])
        np.testing.assert_allclose(found.share * whole, expected, atol=1e-4)


def test_numbers_worked_by_hand() -> None:
    """Three passages of 4, 3 and 2 words; "moon" stands twice in the first alone, "dust" in all."""
    passages = [["moon", "dust", "moon", "rock"], ["dust", "rock", "ice"], ["dust", "ice"]]
    weighed, found = search(asked("moon", "dust"), passages)
    moon, dust = math.log(1 + 2.5 / 1.5), math.log(1 + 0.5 / 3.5)
    assert [(one.passages, one.weight) for one in weighed] == [(1, pytest.approx(moon)), (3, pytest.approx(dust))]
    first = moon * 2 / (2 + 0.9 * (0.6 + 0.4 * 4 / 3)) + dust * 1 / (1 + 0.9 * (0.6 + 0.4 * 4 / 3))
    others = [dust / (1 + 0.9 * (0.6 + 0.4 * length / 3)) for length in (3, 2)]
    np.testing.assert_allclose(found.share, np.array([first, *others]) / (moon + dust), rtol=1e-6)
    np.testing.assert_allclose(found.cover, [1, dust / (moon + dust), dust / (moon + dust)], rtol=1e-6)


@given(collections, st.data())
@settings(derandomize=True, deadline=None, max_examples=300)
def test_what_counts_is_what_is_alive_however_it_lies_in_segments(passages: Passages, data: st.DataObject) -> None:
    live = data.draw(st.lists(st.booleans(), min_size=len(passages), max_size=len(passages)))
    cuts = data.draw(st.lists(st.integers(0, len(passages)), max_size=3))
    wanted = wanted_terms(" ".join(data.draw(st.lists(words | st.just("cratter"), max_size=4))))
    weighed, found = search(wanted, passages, live, cuts)
    alive = [passage for passage, kept in zip(passages, live, strict=True) if kept]
    expected, fresh = search(wanted, alive)
    assert [(one.wanted, one.term, one.passages) for one in weighed] == [
        (one.wanted, one.term, one.passages) for one in expected
    ]
    np.testing.assert_allclose([one.weight for one in weighed], [one.weight for one in expected], rtol=1e-12)
    mask = np.array(live, dtype=bool)
    np.testing.assert_allclose(found.share[mask], fresh.share, atol=1e-6)
    np.testing.assert_allclose(found.cover[mask], fresh.cover, atol=1e-6)
    assert not found.share[~mask].any()
    assert not found.cover[~mask].any()


@given(collections, st.lists(words, min_size=1, max_size=5))
@settings(derandomize=True, deadline=None, max_examples=200)
def test_cover_is_the_weight_of_the_terms_that_a_passage_holds(passages: Passages, terms: list[str]) -> None:
    weighed, found = search(asked(*terms), passages)
    whole = sum(one.weight for one in weighed)
    held = [sum(one.weight for one in weighed if one.term in passage) / whole for passage in passages]
    np.testing.assert_allclose(found.cover, held, atol=1e-6)
    assert np.all(found.share <= found.cover + 1e-6)
    assert np.all((found.share > 0) == (found.cover > 0))


@given(collections)
@settings(derandomize=True, deadline=None, max_examples=200)
def test_postings_are_brute_force(passages: Passages) -> None:
    packed = postings(passages)
    assert packed.words.tolist() == [len(passage) for passage in passages]
    for term in (*VOCABULARY, "absent", ""):
        rows, counts = packed.of(term)
        often = {row: Counter(passage)[term] for row, passage in enumerate(passages) if term in passage}
        assert dict(zip(rows.tolist(), counts.tolist(), strict=True)) == often
        assert rows.tolist() == sorted(often)
        assert packed.holds(np.array([mark(term)], np.uint64)).tolist() == [bool(often)]


def test_terms_whose_marks_are_neighbours_are_told_apart() -> None:
    """Marks are of 64 bits, and numbers with a fraction hold 53 of them."""
    wanted = next(f"word{number}" for number in range(99) if 2**62 < mark(f"word{number}") < 2**63)
    table = np.array([(mark(wanted) - 1, 0), (mark(wanted), 1), (mark(wanted) + 1, 2), (0, 3)], TERM)
    packed = Postings(table, np.array([(5, 1), (6, 2), (7, 3)], POSTING), np.full(9, 4, WORDS))
    assert [one.tolist() for one in packed.of(wanted)] == [[6], [2]]


def test_term_in_all_passages_weighs_little_and_one_in_none_the_most() -> None:
    weighed, found = search(asked("moon", "absent"), [["moon"]] * 10)
    assert [one.weight for one in weighed] == [pytest.approx(math.log(1 + 0.5 / 10.5)), pytest.approx(math.log(22))]
    assert 0 < found.share.min() == found.share.max() < 0.02


@pytest.mark.parametrize("passages", [[], [[]], [[], [], []]])
def test_passages_without_words_are_worth_nothing(passages: Passages) -> None:
    weighed, found = search(wanted_terms("Where did the probe land?"), passages)
    assert [one.passages for one in weighed] == [0, 0]
    assert (found.share.tolist(), found.cover.tolist()) == ([0] * len(passages), [0] * len(passages))


def test_no_segment_and_no_question_are_nothing() -> None:
    assert worth(weigh(wanted_terms("mooon"), [], []), [], []) == []
    weighed, found = search((), [["moon"]])
    assert (weighed, found.share.tolist()) == ((), [0])


def test_word_that_is_said_more_often_than_can_be_counted_is_counted_as_often_as_can_be() -> None:
    packed = postings([["moon"] * 70_000])
    assert (packed.of("moon")[1].tolist(), packed.words.tolist()) == ([65_535], [70_000])


@pytest.mark.parametrize(
    ("row", "first", "last"),
    [(3, 0, 1), (2**32 - 1, 0, 1), (0, 1, 1), (0, 1, 0), (0, 0, 2), (0, 2**64 - 2, 2**64 - 1), (0, 5, 6)],
)
def test_postings_that_lead_out_of_the_tables_are_refused(row: int, first: int, last: int) -> None:
    damaged = Postings(
        np.array([(mark("moon"), first), (0, last)], TERM), np.array([(row, 1)], POSTING), np.full(3, 4, WORDS)
    )
    with pytest.raises(PostingsUnreadable, match="lead out of the tables"):
        damaged.of("moon")
    assert [len(one) for one in damaged.of("dust")] == [0, 0]


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=4),
    st.integers(0, 5),
    st.integers(0, 5),
    st.integers(0, 4),
)
@settings(derandomize=True, deadline=None, max_examples=300)
def test_tables_lead_to_passages_that_are_there_or_are_refused(
    rows: list[tuple[int, int]], first: int, last: int, passages: int
) -> None:
    damaged = Postings(
        np.array([(mark("moon"), first), (0, last)], TERM), np.array(rows, POSTING), np.full(passages, 4, WORDS)
    )
    live = [np.ones(passages, dtype=bool)]
    if first < last <= len(rows) and all(row < passages for row, _ in rows[first:last]):
        (found,) = worth(weigh(asked("moon", "dust"), [damaged], live), [damaged], live)
        assert set(np.flatnonzero(found.cover).tolist()) == {row for row, _ in rows[first:last]}
        assert np.isfinite(found.share).all()
    else:
        with pytest.raises(PostingsUnreadable, match="lead out of the tables"):
            weigh(asked("moon", "dust"), [damaged], live)


LONG = ("exploration", "satellites", "cooperation", "Netherlands", "asteroid", "launched")
SPELT = [[stem(word.lower())] for word in LONG]


@given(st.sampled_from(LONG), st.sampled_from(["left out", "added", "changed", "swapped"]), st.data())
@settings(derandomize=True, deadline=None, max_examples=300)
def test_word_that_is_one_letter_off_is_found(word: str, how: str, data: st.DataObject) -> None:
    at, letter = data.draw(st.integers(1, len(word) - 2)), data.draw(st.sampled_from(LETTERS))
    misspelt = {
        "left out": word[:at] + word[at + 1 :],
        "added": word[:at] + letter + word[at:],
        "changed": word[:at] + letter + word[at + 1 :],
        "swapped": word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    }[how]
    (one,), found = search(wanted_terms(misspelt), SPELT)
    assert (one.term, one.passages) == (stem(word.lower()), 1)
    assert np.flatnonzero(found.share).tolist() == [LONG.index(word)]


@pytest.mark.parametrize("misspelt", ["sattelitess", "xploration", "bxploration", "explrtion", "moon"])
def test_word_that_is_more_than_one_letter_off_or_begins_with_another_is_not_found(misspelt: str) -> None:
    (one,), found = search(wanted_terms(misspelt), SPELT)
    assert (one.term, one.mended, one.passages, found.share.any()) == (stem(misspelt), False, 0, False)


@pytest.mark.parametrize(
    ("often", "expected"),
    [
        ({"stone": 1, "store": 3, "stove": 2}, "store"),
        ({"stone": 1, "store": 3, "stove": 4}, "stove"),
        ({"stone": 1}, "stone"),
        ({"store": 2, "shame": 9}, "store"),
    ],
)
def test_misspelt_word_is_the_most_frequent_that_it_may_be(often: dict[str, int], expected: str) -> None:
    passages = [[stem(word)] for word, count in often.items() for _ in range(count)]
    (one,), _ = search(wanted_terms("stome"), passages, cuts=[1])
    assert (one.term, one.mended, one.passages) == (stem(expected), True, often[expected])
    (spelt,), _ = search(wanted_terms(expected), passages)
    assert one.weight == pytest.approx(spelt.weight * MENDED_WEIGHT)


def test_most_frequent_counts_passages_that_are_alive() -> None:
    passages = [["store"], ["store"], ["store"], ["stove"], ["stove"]]
    (one,), _ = search(wanted_terms("stome"), passages, live=[True, False, False, True, True])
    assert (one.term, one.passages) == ("stove", 2)
    (one,), _ = search(wanted_terms("stome"), passages, live=[False] * 5)
    assert (one.term, one.passages, one.mended) == ("stome", 0, False)


def test_word_that_is_there_is_never_mended() -> None:
    passages = [["stome"], *[["store"]] * 9]
    assert [one.term for one in search(wanted_terms("stome"), passages)[0]] == ["stome"]
    assert [one.term for one in search(wanted_terms("stome"), passages, live=[False] + [True] * 9)[0]] == ["store"]


@pytest.mark.parametrize(
    ("asked_for", "passage"),
    [
        ("mon", ["moon", "mo", "man"]),
        ("2024", ["2025", "204", "20244"]),
        ("20244", ["2024", "20245"]),
        ("3dd", ["3d"]),
        ("chang5", ["chang", "chang4"]),
        ("月面着", ["月面"]),
        ("mœnch", ["monch"]),
    ],
)
def test_short_words_numbers_and_other_scripts_are_never_mended(asked_for: str, passage: list[str]) -> None:
    assert LEAST_MENDED > 3
    weighed, _ = search(wanted_terms(asked_for), [passage])
    assert [one.term for one in weighed] == [one.term for one in wanted_terms(asked_for)]
    assert not any(one.mended for one in weighed)


def test_joined_term_that_occurs_nowhere_weighs_nothing() -> None:
    passages = [["chang'e-4", "chang", "e", "4"], ["chang", "e", "9"]]
    there, _ = search(wanted_terms("Chang'e-4"), passages)
    gone, found = search(wanted_terms("Chang'e-9"), passages)
    assert [one.term for one in there] == ["chang'e-4", "chang", "e", "4"]
    assert [one.term for one in gone] == ["chang", "e", "9"]
    assert found.cover[1] == pytest.approx(1)
    dead, _ = search(wanted_terms("Chang'e-4"), passages, live=[False, True])
    assert [one.term for one in dead] == ["chang", "e", "4"]
