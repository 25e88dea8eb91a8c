"""Records written as JSON and read back: the same, whatever stands in them, and nothing else."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.records import Evidence, Span
from qa.chat.conversation import Turn
from qa.chat.stored import restored, stored
from qa.records import Answer, Citation, Explanation, IndexState, Place, Reply, Term

WORDS = st.text(max_size=12)
NUMBERS = st.integers(0, 2**40)
SHARES = st.floats(allow_nan=False, allow_infinity=False)
MAYBE = st.none() | WORDS
CITATIONS = st.builds(
    Citation, WORDS, WORDS, WORDS, MAYBE, MAYBE, NUMBERS, NUMBERS, st.tuples(NUMBERS, NUMBERS), WORDS, st.booleans(),
    st.booleans(),
)  # fmt: skip
SPANS = st.builds(Span, NUMBERS, NUMBERS)
ANSWERS = st.builds(Answer, NUMBERS, WORDS, SHARES, WORDS, SPANS, CITATIONS, st.lists(CITATIONS, max_size=2).map(tuple))
EVIDENCE = st.builds(Evidence, SHARES, st.lists(SHARES, max_size=3).map(tuple), SHARES, SHARES, SHARES, st.booleans())
PLACES = st.builds(Place, NUMBERS, st.none() | NUMBERS, EVIDENCE, SHARES, SHARES, SHARES, st.none() | SHARES)
TERMS = st.builds(Term, WORDS, WORDS, NUMBERS, SHARES, st.booleans())
EXPLANATIONS = st.builds(
    Explanation,
    st.lists(TERMS, max_size=2).map(tuple),
    st.lists(WORDS, max_size=2).map(tuple),
    NUMBERS,
    st.lists(PLACES, max_size=2).map(tuple),
)
STATES = st.builds(IndexState, NUMBERS, NUMBERS, NUMBERS, WORDS, st.booleans(), st.booleans())
REPLIES = st.builds(
    Reply, WORDS, WORDS, st.booleans(), SHARES, st.lists(ANSWERS, max_size=3).map(tuple), STATES,
    st.dictionaries(WORDS, SHARES, max_size=3), st.none() | EXPLANATIONS, WORDS,
)  # fmt: skip
TURNS = st.builds(Turn, REPLIES, NUMBERS, MAYBE)

STATE = IndexState(1, 2, 3, "model", False)
REPLY = Reply("Who?", "Who?", False, 0.0, (), STATE)


def written(record: Any) -> dict[str, Any]:
    """Return what a JSON file gives back of a record."""
    data: dict[str, Any] = json.loads(json.dumps(stored(record), allow_nan=False))
    return data


@settings(max_examples=150, deadline=None)
@given(TURNS)
def test_a_turn_is_read_back_as_it_was(turn: Turn) -> None:
    again = restored(Turn, written(turn))
    assert again == turn
    assert all(type(answer.highlight) is Span for answer in again.reply.ranked)


def test_half_a_character_of_a_file_name_is_read_back() -> None:
    odd = replace(REPLY, question="what is in caf\udce9.txt?")
    assert restored(Reply, written(odd)) == odd


def test_fields_of_a_newer_version_are_passed_over_and_missing_ones_have_their_defaults() -> None:
    data = written(REPLY) | {"mood": "curious"}
    del data["made"], data["explanation"]
    assert restored(Reply, data) == REPLY


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("question", 7, "int instead of str"),
        ("answered", 1, "int instead of bool"),
        ("confidence", "sure", "str instead of float"),
        ("confidence", True, "bool instead of float"),
        ("ranked", {}, "dict instead of list"),
        ("ranked", [None], "NoneType instead of dict"),
        ("index", [], "list instead of dict"),
        ("index", {"generation": 1}, "missing 4 required positional arguments"),
        ("timing_ms", {"total": "long"}, "str instead of float"),
        ("explanation", 3, "int instead of dict"),
    ],
)
def test_what_is_no_such_record_is_refused(field: str, value: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        restored(Reply, written(REPLY) | {field: value})


@pytest.mark.parametrize("span", [[1], [1, 2, 3], [1, "2"], "12"])
def test_a_span_has_two_numbers(span: Any) -> None:
    cited = Citation("a", "/a", "A", None, None, 0, 1, (1, 1), "0", False, False)
    data = written(Answer(1, "x", 0.5, "x", Span(0, 1), cited)) | {"highlight": span}
    with pytest.raises(ValueError, match=r"zip\(\)|instead of"):
        restored(Answer, data)


@pytest.mark.parametrize("data", [None, [], "reply", 1, True])
def test_a_record_is_made_of_an_object_alone(data: Any) -> None:
    with pytest.raises(ValueError, match="instead of dict"):
        restored(Reply, data)
