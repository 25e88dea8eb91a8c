"""Formulas of one question: against ir-measures, the published SQuAD rules, and arithmetic done by hand."""

import re
import string
from collections.abc import Sequence

import ir_measures
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ir_measures import AP, RR, Qrel, R, ScoredDoc, Success, nDCG

from eval.metrics import (
    answer_within,
    average_precision,
    exact_match,
    f1,
    hit_at,
    ndcg,
    recall_at,
    reciprocal_rank,
    words,
)
from index.records import Span
from qa.stages import overlaps

SPAN = st.tuples(st.integers(0, 12), st.integers(1, 12)).map(lambda pair: Span(pair[0], pair[0] + pair[1]))


@pytest.mark.parametrize(
    ("snippet", "gold", "hit"),
    [
        (Span(0, 10), Span(5, 15), True),  # 5 of 10: exactly half
        (Span(0, 10), Span(6, 16), False),  # 4 of 10
        (Span(0, 100), Span(97, 103), True),  # 3 of 6, the shorter
        (Span(0, 100), Span(98, 103), False),  # 2 of 5
        (Span(40, 42), Span(0, 100), True),  # inside
        (Span(0, 5), Span(5, 10), False),  # touching
        (Span(3, 3), Span(0, 10), False),  # nothing is shown
    ],
)
def test_overlaps_needs_half_of_the_shorter(snippet: Span, gold: Span, hit: bool) -> None:
    assert overlaps(snippet, gold) is hit
    assert overlaps(gold, snippet) is hit


@settings(derandomize=True, deadline=None)
@given(snippet=SPAN, gold=SPAN)
def test_overlaps_agrees_with_counting_characters(snippet: Span, gold: Span) -> None:
    seen, meant = set(range(*snippet)), set(range(*gold))
    assert overlaps(snippet, gold) == (len(seen & meant) >= min(len(seen), len(meant)) / 2)


@settings(derandomize=True, deadline=None, max_examples=1000)
@given(
    ranked=st.permutations(range(16)),
    relevant=st.sets(st.integers(0, 15), min_size=1),
    shown=st.integers(0, 16),
)
def test_ranking_measures_agree_with_ir_measures(ranked: list[int], relevant: set[int], shown: int) -> None:
    """Each relevant document is one alternative."""
    run = [ScoredDoc("q", f"d{doc}", 100.0 - rank) for rank, doc in enumerate(ranked[:shown])]
    published = {
        str(measure): score
        for measure, score in ir_measures.calc_aggregate(
            [Success @ 1, Success @ 3, Success @ 5, Success @ 10, RR @ 10, nDCG @ 10, R @ 5, R @ 10, AP @ 10],
            [Qrel("q", f"d{doc}", 1) for doc in relevant],
            run,
        ).items()
    }
    hits = [{doc} & relevant for doc in ranked[:shown]]
    ours = {f"Success@{k}": hit_at(hits, k) for k in (1, 3, 5, 10)}
    ours |= {"RR@10": reciprocal_rank(hits, 10), "nDCG@10": ndcg(hits, len(relevant), 10)}
    ours |= {f"R@{k}": recall_at(hits, len(relevant), k) for k in (5, 10)}
    ours |= {"AP@10": average_precision(hits, len(relevant), 10)}
    assert ours == pytest.approx(published)


@pytest.mark.parametrize(
    ("hits", "alternatives", "score"),
    [
        ([{0}, {0}, {1}], 2, (1 + 0.5) / (1 + 0.6309)),  # the repeat gains nothing, rank 3 gains 1 / log2(4)
        ([{0, 1}], 2, 1 / (1 + 0.6309)),  # one rank gains once
        ([{0}, set(), {0}], 1, 1.0),
        ([set()] * 10 + [{0}], 1, 0.0),  # rank 11 is too deep
        ([], 3, 0.0),
        ([], 0, 0.0),
    ],
)
def test_ndcg_counts_each_alternative_once(hits: Sequence[set[int]], alternatives: int, score: float) -> None:
    assert ndcg(hits, alternatives) == pytest.approx(score, abs=1e-4)


@pytest.mark.parametrize(
    ("hits", "alternatives", "recall", "precision"),
    [
        ([{0}, {0}, {1}], 2, 1.0, (1 / 1 + 2 / 3) / 2),  # the repeat finds nothing, and takes a rank
        ([{0, 1}], 2, 1.0, 1 / 2),  # one rank finds both, and counts once
        ([set(), {2}], 4, 1 / 4, (1 / 2) / 4),
        ([set()] * 10 + [{0}], 1, 0.0, 0.0),  # rank 11 is too deep
        ([], 0, 0.0, 0.0),
    ],
)
def test_recall_and_average_precision_by_hand(
    hits: Sequence[set[int]], alternatives: int, recall: float, precision: float
) -> None:
    assert recall_at(hits, alternatives, 10) == pytest.approx(recall)
    assert average_precision(hits, alternatives, 10) == pytest.approx(precision)


def squad_words(text: str) -> list[str]:
    """Compare words as evaluate-v2.0.py does, word for word."""
    bare = "".join(character for character in text.lower() if character not in set(string.punctuation))
    return re.sub(re.compile(r"\b(a|an|the)\b", re.UNICODE), " ", bare).split()


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.text(string.printable, max_size=30) | st.text("aAnthe -'. é中", max_size=20))
def test_words_are_those_of_the_squad_script_where_punctuation_is_ascii(text: str) -> None:
    assert list(words(text)) == squad_words(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Chang’e-6 probe", ("change6", "probe")),
        ("the Chang'e-6 probe", ("change6", "probe")),
        ("“An apple”, a day…", ("apple", "day")),
        ("theatre and another", ("theatre", "and", "another")),
        ("the rover—Yutu-2—landed", ("rover", "yutu2", "landed")),
        ("53\u00a0days", ("53", "days")),
        ("The. A!", ()),
    ],
)
def test_words_by_hand(text: str, expected: tuple[str, ...]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("prediction", "answers", "em", "overlap"),
    [
        ("January 3", ["January 3"], 1, 1),
        ("the January 3.", ["January 3"], 1, 1),
        ("on January 3", ["January 3"], 0, 0.8),  # 2 shared: 2 * 2 / (3 + 2)
        ("January", ["3 January 2019", "January 3"], 0, 2 / 3),  # the better of 2/4 and 2/3
        ("moon moon", ["moon"], 0, 2 / 3),  # a repeated word is shared once
        ("Mars", ["Moon"], 0, 0),
        ("the", ["Moon"], 0, 0),
        ("the", ["a"], 0, 0),
        (None, ["Moon"], 0, 0),
        (None, [], 1, 1),
        ("Moon", [], 0, 0),
        ("", [], 0, 0),  # it claimed to answer
    ],
)
def test_exact_match_and_f1_by_hand(prediction: str | None, answers: list[str], em: float, overlap: float) -> None:
    assert exact_match(prediction, answers) == em
    assert f1(prediction, answers) == pytest.approx(overlap)


@settings(derandomize=True, deadline=None)
@given(
    prediction=st.none() | st.text("abc the", max_size=12),
    answers=st.lists(st.text("abc the", max_size=12), max_size=3),
)
def test_f1_lies_between_exact_match_and_one(prediction: str | None, answers: list[str]) -> None:
    assert exact_match(prediction, answers) <= f1(prediction, answers) <= 1


@pytest.mark.parametrize(
    ("snippet", "answers", "held"),
    [
        ("It landed on January 3, 2019.", ["3 January", "January 3"], True),
        ("It landed on January 30.", ["January 3"], False),
        ("Its far, dark side", ["far side"], False),
        ("The Netherlands, Sweden", ["Netherlands"], True),
        ("Sweden and the Netherlands", ["Sweden and Netherlands"], True),
        ("Turkiye’s university", ["Turkiye"], True),
        ("Turkiye's university", ["Turkiye's university"], True),
        ("It is Turkiye's", ["Turkiye it"], False),  # never across the two readings
        ("anything", ["the"], False),
        ("anything", [], False),
        ("", ["anything"], False),
    ],
)
def test_answer_within_by_hand(snippet: str, answers: list[str], held: bool) -> None:
    assert answer_within(snippet, answers) is held


@settings(derandomize=True, deadline=None)
@given(snippet=st.lists(st.sampled_from("xyz"), max_size=6), answer=st.lists(st.sampled_from("xyz"), max_size=3))
def test_answer_within_agrees_with_comparing_at_every_word(snippet: list[str], answer: list[str]) -> None:
    windows = [snippet[place : place + len(answer)] for place in range(len(snippet))]
    assert answer_within(" ".join(snippet), [" ".join(answer)]) == (bool(answer) and answer in windows)
