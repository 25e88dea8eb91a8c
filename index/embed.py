"""The only module that runs an embedding model: texts in, unit vectors out, through ONNX alone. Owns the engine.

Which model, and whether its files are sound, is the work of ``models``. Texts are embedded one by
one, so that a text's vector never depends on its neighbours.
"""

import os
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from tokenizers import Tokenizer

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read at import; otherwise it keeps a device id and a queue of events

import onnxruntime

from index import exports
from index.records import ModelCard, Span
from index.vectors import PassageText, PassageVectors, Progress, Vectors


def session(network: bytes) -> onnxruntime.InferenceSession:
    """Return a network ready to run on the CPU, one thread a text."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL  # done at export
    return onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])


@lru_cache(maxsize=2)
def whole_tokenizer(content: bytes) -> Tokenizer:
    """Return a tokenizer that neither pads nor cuts; embedder and reader share one where theirs are the same."""
    made = Tokenizer.from_buffer(content)
    made.no_padding()
    made.no_truncation()
    return made


def readable(text: str) -> str:
    """Return a question with what is no text in it replaced: a shell may hand over any bytes."""
    return text.encode("utf-8", "replace").decode("utf-8")


class OnnxEmbedder:
    """A model's ONNX export on the CPU, one thread a text."""

    def __init__(self, card: ModelCard, network: bytes, tokenizer: bytes) -> None:
        self.card = card
        self._session = session(network)
        self._inputs = [given.name for given in self._session.get_inputs()]
        self._tokenizer = whole_tokenizer(tokenizer)

    def count_tokens(self, text: str) -> int:
        """Return how many word pieces a passage of this text takes, nothing cut off."""
        return len(self._tokenizer.encode(self.card.passage_prompt + text).ids)

    def embed_passages(self, passages: Sequence[PassageText], progress: Progress | None = None) -> list[PassageVectors]:
        """Return the vectors of each passage and of its sentences, using every core this process may use.

        Raises ValueError for a text longer than the model reads, or where the model gives no unit vector.
        """
        from concurrent.futures import ThreadPoolExecutor

        found: list[PassageVectors] = []
        pool = ThreadPoolExecutor(max_workers=cores())
        try:
            for vectors in pool.map(self._passage, passages):
                found.append(vectors)
                if progress is not None:
                    progress(len(found), len(passages))
        finally:
            pool.shutdown(cancel_futures=True)  # an interrupt must not wait for what is still queued
        return found

    def embed_question(self, text: str) -> Vectors:
        """Return the unit vector of a question, shape (dim,); what the model cannot read of it is cut off."""
        ids = self._tokenizer.encode(self.card.question_prompt + readable(text)).ids
        if len(ids) > self.card.max_tokens:
            ids = ids[: self.card.max_tokens - 1] + ids[-1:]
        return self._run(ids)[0]

    def _passage(self, passage: PassageText) -> PassageVectors:
        prompt = self.card.passage_prompt
        encoding = self._tokenizer.encode(prompt + passage.text)
        if len(encoding.ids) > self.card.max_tokens:
            raise ValueError(f"a passage is longer than the {self.card.max_tokens} word pieces the model reads")
        whole, pieces = self._run(encoding.ids)
        if len(passage.sentences) == 1:
            rows = [whole]
        elif self.card.mean_pooled:
            rows = [_mean(pieces, encoding.offsets, span, len(prompt), whole) for span in passage.sentences]
        else:
            texts = [prompt + passage.text[start:end] for start, end in passage.sentences]
            rows = [self._run(self._tokenizer.encode(text).ids)[0] for text in texts]
        return PassageVectors(whole, np.stack(rows))

    def _run(self, ids: list[int]) -> tuple[Vectors, Vectors]:
        """Return the unit vector of a text, shape (dim,), and its word pieces as read in place, (pieces, dim)."""
        given = {
            "input_ids": np.array([ids], dtype=np.int64),
            "attention_mask": np.ones((1, len(ids)), dtype=np.int64),
            "token_type_ids": np.zeros((1, len(ids)), dtype=np.int64),
        }
        rows, pieces = self._session.run(["embedding", "pieces"], {name: given[name] for name in self._inputs})
        row: Vectors = rows[0]
        if not np.isfinite(row).all() or abs(float(np.linalg.norm(row)) - 1) > 1e-3:
            raise ValueError("the model gave a vector that is not of unit length")
        return row, pieces[0]


def _mean(pieces: Vectors, offsets: Sequence[tuple[int, int]], span: Span, shift: int, whole: Vectors) -> Vectors:
    """Return the unit mean of the pieces inside ``span``, shape (dim,): a sentence read in its passage.

    A sentence without a piece of its own (of characters that the tokenizer drops) takes the passage's vector.
    """
    inside = [
        at
        for at, (start, end) in enumerate(offsets)
        if start < end and span.start <= start - shift and end - shift <= span.end
    ]
    mean = pieces[inside].mean(axis=0) if inside else whole
    row: Vectors = (mean / np.linalg.norm(mean)).astype(np.float32)
    return row


def load_embedder(card: ModelCard) -> OnnxEmbedder:
    """Return the embedder of an exported model. Raises ModelUnavailable where its files are damaged."""
    network, tokenizer = (exports.export_bytes(card.fingerprint, name) for name in exports.EXPORTED)
    return OnnxEmbedder(card, network, tokenizer)


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
