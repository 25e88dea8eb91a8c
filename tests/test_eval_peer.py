"""The plain script's chunks, and that reading the module loads no engine. The rest runs by hand: it takes minutes."""

import subprocess
import sys

import pytest

from eval.bench.peer import chunks_of


def test_chunks_are_two_hundred_words_and_the_rest() -> None:
    words = [f"w{number}" for number in range(450)]
    chunks = chunks_of(" ".join(words))
    assert [len(chunk.split()) for chunk in chunks] == [200, 200, 50]
    assert " ".join(chunks).split() == words


@pytest.mark.parametrize(
    ("text", "chunks"),
    [
        ("", []),
        (" \n\u00a0", []),
        ("one", ["one"]),
        ("one two", ["one two"]),
        ("one\n\n two\tthree", ["one two", "three"]),
        ("one two three four", ["one two", "three four"]),
    ],
)
def test_chunks_of_two_words(text: str, chunks: list[str]) -> None:
    assert chunks_of(text, words=2) == chunks


def test_help_loads_neither_torch_nor_faiss() -> None:
    heavy = "{'torch', 'sentence_transformers', 'faiss'}"
    code = f"import sys, eval.bench.peer; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-P", "-c", code], check=False).returncode == 0
