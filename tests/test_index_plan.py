"""Plans against a dictionary that is changed step by step."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.plan import Plan, make_plan
from index.records import ArticleKey

keys = st.builds(ArticleKey, st.sampled_from(["/a", "/b"]), st.sampled_from("vwxyz"))
holdings = st.dictionaries(keys, st.sampled_from("123"))


def k(name: str) -> ArticleKey:
    return ArticleKey("/a", name)


def plan(before: dict[str, str], after: dict[str, str]) -> Plan:
    return make_plan({k(n): d for n, d in before.items()}, {k(n): d for n, d in after.items()})


@given(holdings, holdings)
@settings(derandomize=True, deadline=None, max_examples=400)
def test_carrying_a_plan_out_turns_before_into_after(
    before: dict[ArticleKey, str], after: dict[ArticleKey, str]
) -> None:
    made = make_plan(before, after)
    held = dict(before)
    for old, new in made.renamed:
        held[new] = held.pop(old)  # content travels with the name
    for key in made.removed:
        del held[key]
    for key in (*made.added, *made.changed):
        held[key] = after[key]
    assert held == after
    assert bool(made) == (before != after)


@given(holdings, holdings)
@settings(derandomize=True, deadline=None, max_examples=400)
def test_every_article_stands_in_one_place_in_order(
    before: dict[ArticleKey, str], after: dict[ArticleKey, str]
) -> None:
    made = make_plan(before, after)
    olds, news = [old for old, _ in made.renamed], [new for _, new in made.renamed]
    assert sorted([*made.removed, *made.changed, *made.kept, *olds]) == sorted(before)
    assert sorted([*made.added, *made.changed, *made.kept, *news]) == sorted(after)
    for part in (made.added, made.changed, made.removed, made.renamed, made.kept, made.written, made.dropped):
        assert list(part) == sorted(set(part))


@given(holdings, holdings)
@settings(derandomize=True, deadline=None, max_examples=400)
def test_no_removal_is_left_that_could_be_a_renaming(
    before: dict[ArticleKey, str], after: dict[ArticleKey, str]
) -> None:
    made = make_plan(before, after)
    assert not {before[key] for key in made.removed} & {after[key] for key in made.added}
    assert all(before[old] == after[new] for old, new in made.renamed)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {"a": "1"}, Plan((k("a"),), (), (), (), ())),
        ({"a": "1"}, {}, Plan((), (), (k("a"),), (), ())),
        ({"a": "1"}, {"a": "2"}, Plan((), (k("a"),), (), (), ())),
        ({"a": "1"}, {"b": "1"}, Plan((), (), (), ((k("a"), k("b")),), ())),
        ({"a": "1", "b": "2"}, {"a": "2", "b": "1"}, Plan((), (k("a"), k("b")), (), (), ())),
        ({"a": "1"}, {"a": "1", "b": "1"}, Plan((k("b"),), (), (), (), (k("a"),))),
        ({"a": "1", "b": "1"}, {"c": "1"}, Plan((), (), (k("b"),), ((k("a"), k("c")),), ())),
        ({"a": "1"}, {"b": "1", "c": "1"}, Plan((k("c"),), (), (), ((k("a"), k("b")),), ())),
        ({"a": "1"}, {"a": "1"}, Plan((), (), (), (), (k("a"),))),
    ],
)
def test_plans_by_hand(before: dict[str, str], after: dict[str, str], expected: Plan) -> None:
    assert plan(before, after) == expected


def test_written_and_dropped_are_both_ends_of_a_change() -> None:
    made = plan({"a": "1", "b": "2", "c": "3"}, {"a": "9", "d": "2", "e": "5"})
    assert [key.path for key in made.written] == ["a", "d", "e"]
    assert [key.path for key in made.dropped] == ["a", "b", "c"]
