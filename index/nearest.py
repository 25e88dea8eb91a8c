"""The only module that knows FAISS: exact search by inner product over unit vectors."""

from mmap import mmap
from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from index.vectors import Vectors

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Flat = faiss.IndexFlatIP
"""An exact index: row i is the vector of passage i."""


class VectorsUnreadable(Exception):
    """The bytes are not the vectors they should be; the message says in what way."""


def pack(vectors: Vectors) -> bytes:
    """Return unit vectors, shape (n, dim), as the bytes of a flat FAISS index; row i is vector i."""
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    data: bytes = faiss.serialize_index(index).tobytes()
    return data


def unpack(data: bytes | mmap, count: int, dim: int) -> Flat:
    """Return the index in ``data``, which must hold ``count`` vectors of width ``dim``.

    The caller has checked the checksum; this checks that the content is what the manifest says.
    """
    try:
        faiss.set_deserialization_vector_byte_limit(max(len(data), 1))
        index = faiss.deserialize_index(np.frombuffer(data, dtype=np.uint8))
    except RuntimeError as error:
        raise VectorsUnreadable(f"FAISS cannot read it ({str(error).splitlines()[0]})") from None
    return _checked(index, count, dim)


def _checked(index: "faiss.Index", count: int, dim: int) -> Flat:
    """Return the index where it is of the kind and size that was written."""
    if type(index) is not faiss.IndexFlatIP or index.metric_type != faiss.METRIC_INNER_PRODUCT:
        raise VectorsUnreadable("it is another kind of index")
    if (index.ntotal, index.d) != (count, dim):
        raise VectorsUnreadable(f"it holds {index.ntotal} x {index.d} numbers where {count} x {dim} were written")
    return index


def mapped(path: Path, count: int, dim: int) -> Flat:
    """Return the index in a file, which must hold ``count`` vectors of width ``dim``, without reading it."""
    try:
        index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    except RuntimeError as error:
        raise VectorsUnreadable(f"FAISS cannot map it ({str(error).splitlines()[0]})") from None
    return _checked(index, count, dim)


def vectors_of(index: Flat) -> Vectors:
    """Return all vectors of an index, shape (n, dim), bit for bit as they were packed."""
    return np.asarray(index.reconstruct_n(0, index.ntotal), dtype=np.float32)


def vectors_between(index: Flat, rows: range) -> Vectors:
    """Return the vectors of neighbouring rows, shape (len(rows), dim)."""
    return np.asarray(index.reconstruct_n(rows.start, len(rows)), dtype=np.float32)


def vector(index: Flat, row: int) -> Vectors:
    """Return one vector, shape (dim,)."""
    return np.asarray(index.reconstruct(row), dtype=np.float32)


def search(index: Flat, question: Vectors, k: int, allowed: Mask) -> tuple[Vectors, Rows]:
    """Return (scores, rows) of the ``k`` best rows among ``allowed``, best first, equal scores by row.

    Scores are cosines, since all vectors have unit length. Fewer than ``k`` where fewer are allowed.
    """
    k = min(k, int(allowed.sum()))
    if k == 0:
        return np.empty(0, np.float32), np.empty(0, np.int64)
    bits = np.packbits(allowed, bitorder="little")  # must outlive the search: FAISS keeps only its address
    chosen = faiss.SearchParameters()
    chosen.sel = faiss.IDSelectorBitmap(bits.size, faiss.swig_ptr(bits))
    faiss.omp_set_num_threads(1)
    scores, rows = index.search(question.reshape(1, -1), k, params=chosen)
    order = np.lexsort((rows[0], -scores[0]))
    return scores[0][order], rows[0][order]
