"""Two runs side by side: against enumerating all swaps, a published correction, and planted changes."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from runs_by_hand import RIGHT, SILENT, WRONG, run

from eval.compare import compare, comparison_payload, holm, randomised
from eval.estimates import ratio
from eval.report import comparison_table
from eval.rows import Row
from eval.runs import Run
from eval.selective import auroc
from index.errors import UsageError


def exact(before: Sequence[float], after: Sequence[float]) -> float:
    """Return how many of all ways to swap the pairs give a difference as large."""
    gaps = [other - one for one, other in zip(before, after, strict=True)]
    sums = [abs(sum(sign * gap for sign, gap in zip(signs, gaps, strict=True))) for signs in product((1, -1), repeat=8)]
    return float(np.mean([total >= abs(sum(gaps)) - 1e-12 for total in sums]))


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.lists(st.tuples(*[st.sampled_from([0.0, 0.5, 1.0])] * 2), min_size=8, max_size=8))
def test_p_of_a_mean_is_near_that_of_all_swaps(pairs: list[tuple[float, float]]) -> None:
    before, after = [one for one, _ in pairs], [other for _, other in pairs]
    p, _ = randomised({"it": ratio(before + after, [1] * 16)}, 8, 4000)["it"]
    assert p == pytest.approx(exact(before, after), abs=0.03)


def test_p_of_a_measure_of_the_whole_set_is_near_that_of_all_swaps() -> None:
    """AUROC of eight questions, four of them answerable; the second run tells them apart, the first does not."""
    answerable = np.array([True] * 4 + [False] * 4)
    before, after = np.array([5, 4, 3, 2, 5.5, 4.5, 3.5, 2.5]), np.array([8, 7, 6, 2.2, 5.1, 4.1, 3.1, 1.0])

    def area(scores: np.ndarray) -> float:
        return float(np.mean([one > other for one in scores[answerable] for other in scores[~answerable]]))

    seen = area(after) - area(before)
    every = [
        area(np.where(swap, before, after)) - area(np.where(swap, after, before))
        for swap in map(np.array, product((True, False), repeat=8))
    ]
    both = auroc(np.concatenate([before, after]), np.concatenate([answerable, answerable]))
    p, _ = randomised({"it": both}, 8, 4000)["it"]
    assert p == pytest.approx(np.mean(np.abs(every) >= abs(seen) - 1e-12), abs=0.03)


def test_holm_by_hand() -> None:
    """Holm's own steps: the smallest times 4, the next times 3, never below an earlier one, never above 1."""
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.5}) == pytest.approx(
        {"a": 0.04, "b": 0.09, "c": 0.09, "d": 0.5}
    )
    assert holm({"a": 0.6, "b": 0.7}) == {"a": 1.0, "b": 1.0}


def changed(rights: int, lost: int, won: int, same_wrong: int = 0) -> tuple[Run, Run]:
    before: list[Row] = [RIGHT] * (rights + lost) + [WRONG] * (won + same_wrong)
    after: list[Row] = [RIGHT] * rights + [WRONG] * lost + [RIGHT] * won + [WRONG] * same_wrong
    return run([*before, *[SILENT] * 10]), run([*after, *[SILENT] * 10])


def test_a_planted_regression_is_certain_and_lists_what_flipped() -> None:
    """24 of 160 questions lost and 3 won: by the sign test p < .0001."""
    found = compare(*changed(rights=103, lost=24, won=3, same_wrong=20))
    change = found.changes["hit@1"]
    assert (change.wins, change.losses, change.ties) == (3, 24, 123)
    assert (change.before, change.after) == (127 / 150, 106 / 150)
    assert change.significant
    assert "hit@1" in found.worse
    assert [flip.after.id for flip in found.flips if flip.won] == ["q128", "q129", "q130"]
    assert [flip.after.id for flip in found.flips if not flip.won] == [f"q{number}" for number in range(104, 128)]
    text = comparison_table(found)
    assert "Worse: hit@1" in " ".join(text.split())
    assert "now wrong: 24" in text
    assert "    and 14 more" in text
    assert "now right: 3" in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_coin_flip_is_not_certain_and_the_reader_is_warned() -> None:
    found = compare(*changed(rights=120, lost=9, won=8, same_wrong=23))
    assert not any(change.significant for change in found.changes.values())
    assert found.worse == ()
    text = " ".join(comparison_table(found).split())
    assert "Too few questions to tell: 170 would show a change of hit@1 by 0.0" in text


def test_noticeable_is_what_a_normal_test_with_these_pairs_would_notice() -> None:
    """17 of 160 pairs differ by one: the standard error is √17 / 160 = .0258, times 2.8 for four in five."""
    found = compare(*changed(rights=120, lost=9, won=8, same_wrong=23))
    assert found.changes["hit@1"].noticeable == pytest.approx(2.8 * 17**0.5 / 160, rel=0.03)


def test_equal_runs_differ_in_nothing() -> None:
    same = run([RIGHT, WRONG, SILENT] * 20)
    found = compare(same, same)
    assert found.flips == ()
    assert {change.p for change in found.changes.values()} <= {None, 1.0}
    assert "No question changed." in comparison_table(found)


def test_only_common_questions_are_compared_and_the_others_counted() -> None:
    found = compare(run([RIGHT, WRONG]), run([RIGHT, RIGHT, SILENT]))
    assert (found.unpaired, found.changes["hit@1"].ties + found.changes["hit@1"].wins) == (1, 2)
    assert "1 questions are in one run only" in comparison_table(found)
    with pytest.raises(UsageError, match="no question in common"):
        compare(run([]), run([RIGHT]))


def test_payload_holds_what_the_table_says() -> None:
    data = comparison_payload(compare(*changed(rights=103, lost=24, won=3, same_wrong=20)))
    assert data["changes"]["hit@1"]["losses"] == 24
    assert data["changes"]["hit@1"]["significant"] is True
    assert data["changes"]["latency_ms"]["p"] is None
    assert len(data["now_wrong"]) == 24
    assert data["baseline"]["questions"] == "six.jsonl"
