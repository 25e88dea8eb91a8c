"""Exact search against numpy's own arithmetic, and bytes that are not what they should be."""

import pickle
import subprocess
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import nearest
from index.nearest import VectorsUnreadable


def unit(rng: np.random.Generator, count: int, dim: int) -> np.ndarray:
    rows = rng.standard_normal((count, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def bytes_of(index: faiss.Index) -> bytes:
    return faiss.serialize_index(index).tobytes()


def twin(rows: np.ndarray, question: np.ndarray, k: int, allowed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    scores = rows.astype(np.float64) @ question.astype(np.float64)
    order = [row for row in np.lexsort((np.arange(len(rows)), -scores)) if allowed[row]][:k]
    return scores[order], np.array(order, dtype=np.int64)


@given(st.integers(0, 2**32), st.integers(0, 60), st.sampled_from([1, 2, 8, 384]), st.data())
@settings(derandomize=True, deadline=None, max_examples=150)
def test_search_is_brute_force(seed: int, count: int, dim: int, data: st.DataObject) -> None:
    rng = np.random.default_rng(seed)
    rows, question = unit(rng, count, dim), unit(rng, 1, dim)[0]
    allowed = np.array(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)), dtype=np.bool_)
    k = data.draw(st.integers(0, count + 5))
    scores, found = nearest.search(nearest.unpack(nearest.pack(rows), count, dim), question, k, allowed)
    expected, _ = twin(rows, question, k, allowed)
    np.testing.assert_allclose(scores, expected, atol=1e-5)
    assert allowed[found].all()
    assert len(set(found.tolist())) == len(found)
    np.testing.assert_allclose(rows[found] @ question, scores, atol=1e-5)


@given(st.integers(0, 2**32), st.lists(st.integers(0, 3), min_size=1, max_size=40), st.integers(0, 45))
@settings(derandomize=True, deadline=None, max_examples=150)
def test_equal_scores_are_in_the_order_of_rows(seed: int, picks: list[int], k: int) -> None:
    axes = np.eye(4, dtype=np.float32)  # exact scores, so that ties are ties
    question = np.array([0.5, 0.5, -0.5, 0.5], dtype=np.float32)
    allowed = np.random.default_rng(seed).random(len(picks)) < 0.7
    index = nearest.unpack(nearest.pack(axes[picks]), len(picks), 4)
    scores, found = nearest.search(index, question, k, allowed)
    expected, order = twin(axes[picks], question, k, allowed)
    assert found.tolist() == order.tolist()
    assert scores.tolist() == expected.tolist()


def test_vectors_come_back_bit_for_bit() -> None:
    rows = unit(np.random.default_rng(1), 7, 384)
    index = nearest.unpack(nearest.pack(rows), 7, 384)
    assert nearest.vectors_of(index).tobytes() == rows.tobytes()
    assert nearest.vector(index, 3).tobytes() == rows[3].tobytes()


@given(st.integers(0, 2**32), st.integers(1, 20), st.data())
@settings(derandomize=True, deadline=None, max_examples=50)
def test_neighbouring_vectors_come_back_bit_for_bit(seed: int, count: int, data: st.DataObject) -> None:
    rows = unit(np.random.default_rng(seed), count, 8)
    first = data.draw(st.integers(0, count))
    last = data.draw(st.integers(first, count))
    found = nearest.vectors_between(nearest.unpack(nearest.pack(rows), count, 8), range(first, last))
    assert (found.shape, found.tobytes()) == ((last - first, 8), rows[first:last].tobytes())


def written(folder: Path, data: bytes) -> Path:
    """A file of vectors, as FAISS maps it."""
    path = folder / "vectors.faiss"
    path.write_bytes(data)
    return path


def test_mapped_vectors_are_those_that_were_packed(tmp_path: Path) -> None:
    rows = unit(np.random.default_rng(1), 700, 384)
    index = nearest.mapped(written(tmp_path, nearest.pack(rows)), 700, 384)
    assert nearest.vectors_of(index).tobytes() == rows.tobytes()
    allowed = np.random.default_rng(2).random(700) < 0.5
    scores, found = nearest.search(index, rows[5], 9, allowed)
    expected, order = twin(rows, rows[5], 9, allowed)
    assert found.tolist() == order.tolist()
    np.testing.assert_allclose(scores, expected, atol=1e-5)


@pytest.mark.parametrize(("count", "dim"), [(4, 8), (6, 8), (5, 7), (5, 9), (0, 8)])
def test_mapped_vectors_of_other_counts_and_widths_are_refused(tmp_path: Path, count: int, dim: int) -> None:
    path = written(tmp_path, nearest.pack(unit(np.random.default_rng(0), 5, 8)))
    with pytest.raises(VectorsUnreadable, match="holds 5 x 8 numbers"):
        nearest.mapped(path, count, dim)


def test_every_truncation_of_a_mapped_file_is_refused(tmp_path: Path) -> None:
    data = nearest.pack(unit(np.random.default_rng(0), 3, 4))
    for length in range(32, len(data)):  # what is mapped is at least a million times that long
        with pytest.raises(VectorsUnreadable, match="FAISS cannot map it"):
            nearest.mapped(written(tmp_path, data[:length]), 3, 4)


def test_flipped_bit_in_the_header_of_a_mapped_file_is_refused_or_changes_nothing(tmp_path: Path) -> None:
    rows = unit(np.random.default_rng(0), 3, 4)
    data, refused = nearest.pack(rows), 0
    for bit in range(8 * 45):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        try:
            index = nearest.mapped(written(tmp_path, bytes(damaged)), 3, 4)
        except VectorsUnreadable:
            refused += 1
        else:
            assert nearest.vectors_of(index).tobytes() == rows.tobytes()
    assert refused > 200


@pytest.mark.parametrize("kind", [b"IxFP", b"IxFp", b"IxF2", b"IxPq", b"IwFl", b"xxxx"])
def test_mapped_file_of_another_kind_is_refused(tmp_path: Path, kind: bytes) -> None:
    data = kind + nearest.pack(unit(np.random.default_rng(0), 3, 4))[4:]
    with pytest.raises(VectorsUnreadable, match=r"FAISS cannot map it|another kind of index"):
        nearest.mapped(written(tmp_path, data), 3, 4)


def test_no_vectors_are_packed_and_searched_too() -> None:
    index = nearest.unpack(nearest.pack(np.empty((0, 4), np.float32)), 0, 4)
    scores, rows = nearest.search(index, np.ones(4, np.float32), 3, np.empty(0, np.bool_))
    assert (len(scores), len(rows), nearest.vectors_of(index).shape) == (0, 0, (0, 4))


@pytest.mark.parametrize(("count", "dim"), [(4, 8), (6, 8), (5, 7), (5, 9), (0, 8)])
def test_other_counts_and_widths_are_refused(count: int, dim: int) -> None:
    data = nearest.pack(unit(np.random.default_rng(0), 5, 8))
    with pytest.raises(VectorsUnreadable, match="holds 5 x 8 numbers"):
        nearest.unpack(data, count, dim)


def test_other_kinds_of_index_are_refused() -> None:
    rows = unit(np.random.default_rng(0), 5, 8)
    wrapped, inner = faiss.IndexFlatL2(8), faiss.IndexFlatIP(8)
    wrapped.add(rows)
    mapped = faiss.IndexIDMap(inner)
    mapped.add_with_ids(rows, np.arange(5))
    for index in (wrapped, mapped, faiss.IndexHNSWFlat(8, 4)):
        with pytest.raises(VectorsUnreadable, match="another kind of index"):
            nearest.unpack(bytes_of(index), 5, 8)


@given(st.binary(max_size=200))
@settings(derandomize=True, deadline=None, max_examples=200)
def test_garbage_is_refused(data: bytes) -> None:
    with pytest.raises(VectorsUnreadable, match=r"FAISS cannot read it|another kind|numbers where"):
        nearest.unpack(data, 5, 8)


def test_every_truncation_is_refused() -> None:
    data = nearest.pack(unit(np.random.default_rng(0), 3, 4))
    for length in range(len(data)):
        with pytest.raises(VectorsUnreadable, match="FAISS cannot read it"):
            nearest.unpack(data[:length], 3, 4)


@given(st.integers(0, 44), st.integers(1, 255))
@settings(derandomize=True, deadline=None, max_examples=300)
def test_changed_header_is_refused_or_changes_nothing(at: int, change: int) -> None:
    rows = unit(np.random.default_rng(0), 3, 4)
    data = bytearray(nearest.pack(rows))
    data[at] ^= change
    try:
        index = nearest.unpack(bytes(data), 3, 4)
    except VectorsUnreadable:
        return
    assert nearest.vectors_of(index).tobytes() == rows.tobytes()


def test_pickle_in_place_of_vectors_runs_nothing(tmp_path: Path) -> None:
    trap = tmp_path / "sprung"

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[list[str]]]:
            return subprocess.call, (["touch", str(trap)],)

    with pytest.raises(VectorsUnreadable, match="FAISS cannot read it"):
        nearest.unpack(pickle.dumps(Trap()), 5, 8)
    assert not trap.exists()
