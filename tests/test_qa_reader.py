"""The reader: the form of its input, spans out of logits, its weights in eight bits, its export, and what it says."""

import json
import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from safetensors.numpy import load_file

from index import exports, models
from index.embed import whole_tokenizer
from index.errors import ModelUnavailable
from qa.beside import Beside
from qa.reader import ready
from qa.reader.form import LONGEST, Input, encode
from qa.reader.model import LONGEST_ANSWER, SILENT, OnnxReader, judged
from qa.reader.weights import FACTOR, packed, unpacked

BASE = models.find_model(models.DEFAULT_MODEL)
TOKENIZER = whole_tokenizer((BASE / "tokenizer.json").read_bytes())
TEXT = (
    "The rover landed on January 3, 2019. It was sent by China. "
    "The mission cost 180 million dollars, said Wu Weiren, its chief designer."
)
SMALL = st.floats(-2, 2, width=32)


def test_input_is_question_title_and_passage_between_marks() -> None:
    made = encode(TOKENIZER, "Who?", "The Title", "Anna did.")
    spelled = [TOKENIZER.id_to_token(piece) for piece in made.pieces]
    assert spelled == ["[CLS]", "who", "?", "[SEP]", "the", "title", "[SEP]", "anna", "did", ".", "[SEP]"]
    assert made.types == [0] * 4 + [1] * 7
    assert made.first == 7
    assert ["Anna did."[start:end] for start, end in made.offsets] == ["Anna", "did", "."]


def test_no_title_takes_no_place() -> None:
    spelled = [TOKENIZER.id_to_token(piece) for piece in encode(TOKENIZER, "Who?", "", "Anna did.").pieces]
    assert spelled == ["[CLS]", "who", "?", "[SEP]", "anna", "did", ".", "[SEP]"]


@given(st.text(max_size=400), st.text(max_size=200), st.text(max_size=2000))
def test_input_is_never_longer_than_is_read(question: str, title: str, text: str) -> None:
    made = encode(TOKENIZER, question, title, text)
    assert len(made.pieces) <= LONGEST
    assert len(made.types) == len(made.pieces)
    assert made.first + len(made.offsets) + 1 == len(made.pieces)
    assert all(0 <= start <= end <= len(text) for start, end in made.offsets)


@settings(deadline=None)
@given(st.integers(1, 45).flatmap(lambda n: arrays(np.float32, (n + 3, 2), elements=st.integers(-99, 99).map(float))))
def test_best_span_is_that_of_trying_them_all(logits: np.ndarray) -> None:
    size = len(logits) - 3
    given_ = Input([101, 102, *range(200, 200 + size), 102], 2, [(at, at + 1) for at in range(size)])
    spans = [(one, other) for one, other in product(range(size), repeat=2) if 0 <= other - one < LONGEST_ANSWER]
    totals = {span: logits[2 + span[0], 0] + logits[2 + span[1], 1] for span in spans}
    found = judged(given_, logits, 0.7)
    assert (found.margin, found.answered) == (max(totals.values()) - logits[0].sum(), 0.7)
    assert totals[found.span.start, found.span.end - 1] == max(totals.values())


def test_a_passage_without_words_says_nothing() -> None:
    found = judged(encode(TOKENIZER, "Who?", "", ""), np.zeros((4, 2), np.float32), 2.0)
    assert found.margin == found.answered == SILENT < -50
    assert found.span == (0, 0)


@given(
    arrays(np.float32, (3, 5), elements=st.floats(-2, 2, width=32)),
    arrays(np.float32, 5, elements=st.floats(-2, 2, width=32)),
)
def test_weights_come_back_within_half_a_step(matrix: np.ndarray, row: np.ndarray) -> None:
    base = {"a": np.ones((3, 5), np.float32), "b": np.ones(5, np.float32), "c": np.full(2, 7, np.float32)}
    stored = packed({"a": matrix, "b": row, "head": matrix}, base)
    back = unpacked(stored, base)
    assert stored["a"].dtype == np.int8
    assert (np.abs(back["a"] - matrix) <= stored["a" + FACTOR] / 2 + 1e-6).all()
    assert np.array_equal(back["b"], row)
    assert np.array_equal(back["head"], matrix)
    assert np.array_equal(back["c"], base["c"])


def test_the_weights_that_travel_are_small_and_whole() -> None:
    path = Path(ready.__file__).parent / "reader.safetensors"
    assert path.stat().st_size <= 12_000_000
    assert exports.sha256(path) == ready.WEIGHTS
    names = {name.removesuffix(FACTOR) for name in load_file(path)}
    base = {f"encoder.{name}" for name in load_file(BASE / "model.safetensors")}
    assert names - base == {"head.weight", "head.bias", "judge.weight", "judge.bias"}
    assert not any("embeddings" in name for name in names)


def test_export_is_not_made_of_other_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QA_CACHE", str(tmp_path))
    monkeypatch.setattr(ready, "WEIGHTS", "0" * 64)
    with pytest.raises(ModelUnavailable, match=r"reader\.safetensors is not the reader of this version\..*--no-reader"):
        ready.make_ready(lambda _: None)


def test_a_damaged_export_is_not_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reader: OnnxReader) -> None:
    whole = exports.export_folder(ready.FINGERPRINT)
    monkeypatch.setenv("QA_CACHE", str(tmp_path))
    folder = exports.export_folder(ready.FINGERPRINT)
    folder.mkdir(parents=True)
    for name in ("card.json", "tokenizer.json"):
        (folder / name).write_bytes((whole / name).read_bytes())
    content = bytearray((whole / "model.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "model.onnx").write_bytes(content)
    with pytest.raises(ModelUnavailable, match=r"is damaged \(model\.onnx has another checksum\)\. Remove that folder"):
        ready.load_reader()


def test_reading_several_is_reading_each(reader: OnnxReader) -> None:
    passages = [("", TEXT), ("Rovers", TEXT), ("", "Apples are cheap."), ("", TEXT * 3), ("", "x")]
    assert reader.read_all("When did the rover land?", passages) == [
        reader.read("When did the rover land?", title, text) for title, text in passages
    ]
    assert reader.read_all("Who?", []) == []


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("When did the rover land?", "January 3, 2019"),
        ("Who is the chief designer?", "Wu Weiren"),
        ("How much did the mission cost?", "180 million dollars"),
        ("Which country sent it?", "China"),
    ],
)
def test_it_points_at_the_words_that_answer(reader: OnnxReader, question: str, words: str) -> None:
    found = reader.read(question, "", TEXT)
    assert TEXT[found.span.start : found.span.end] == words
    assert found.margin > reader.read(question, "", "Apples are cheap this year, said the grocer.").margin
    assert found.margin > 0


def test_what_is_not_there_is_below_what_is(reader: OnnxReader) -> None:
    there = reader.read("Who is the chief designer?", "", TEXT).margin
    absent = [
        reader.read(question, "", TEXT).margin
        for question in ("Who cooked the dinner?", "How tall is the tower of Pisa?", "What do whales eat?")
    ]
    assert max(absent) < 0 < there


def test_what_is_nearly_there_is_judged_below_what_is(reader: OnnxReader) -> None:
    there = ("When did the rover land?", "Who is the chief designer?", "How much did the mission cost?")
    near = ("Who is the deputy chief designer?", "How heavy is the rover?", "Who paid for the mission?")
    told, missed = ([reader.read(question, "", TEXT).answered for question in some] for some in (there, near))
    assert max(missed) < 0 < min(told)


@pytest.mark.heavy
def test_the_export_says_what_the_network_says(reader: OnnxReader, seeds: Path) -> None:
    """Against torch and transformers, in a process of their own: the same span, margin and judgement nearly so.

    One margin of a hundred strays by two logits; over all paragraphs of the articles they are half a logit apart.
    """
    code = """
import json, sys, torch
from pathlib import Path
from qa.reader import export
from qa.reader.form import encode
from qa.reader.model import judged
from qa.reader.weights import unpacked
from safetensors.numpy import load_file
from tokenizers import Tokenizer
base, weights, asked = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])
network = export._network(base, unpacked(load_file(weights), export._encoder_of(base)))
tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
tokenizer.no_padding(); tokenizer.no_truncation()
said = []
for question, text in asked:
    given = encode(tokenizer, question, "", text)
    with torch.no_grad():
        logits, answered = network(torch.tensor([given.pieces]), torch.tensor([given.types]))
    found = judged(given, logits[0].numpy(), float(answered[0]))
    said.append([found.margin, found.answered, *found.span])
print(json.dumps(said))
"""
    asked = [("When did the rover land?", TEXT), ("Who is the chief designer?", TEXT), ("How much did it cost?", TEXT)]
    paragraphs = [part for file in sorted(seeds.glob("*.txt")) for part in file.read_text("utf-8").split("\n") if part]
    asked += [("When did Chang'e-4 land on the far side of the Moon?", part) for part in paragraphs if len(part) > 100]
    weights = Path(ready.__file__).parent / "reader.safetensors"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, str(BASE), str(weights), json.dumps(asked)],
        capture_output=True,
        text=True,
        check=True,
    )
    said, found = json.loads(done.stdout), [reader.read(question, "", text) for question, text in asked]
    for one, (margin, answered, start, end) in zip(found[:3], said[:3], strict=True):
        assert one.span == (start, end)
        assert one.margin == pytest.approx(margin, abs=2.0)
        assert one.answered == pytest.approx(answered, abs=1.0)
    margins = [one.margin for one in found], [margin for margin, *_ in said]
    judgements = [one.answered for one in found], [answered for _, answered, *_ in said]
    for (ours, theirs), apart in ((margins, 0.6), (judgements, 0.2)):
        assert np.abs(np.subtract(ours, theirs)).mean() < apart
        assert np.corrcoef(ours, theirs)[0, 1] > 0.99


@pytest.mark.heavy
def test_an_export_that_strays_or_says_no_number_is_refused() -> None:
    """A network that says 0 of everything, beside exports that say so, nearly so, too much, and no number."""
    code = """
import math, torch
from pathlib import Path
from index.embed import whole_tokenizer
from index.records import Span
from qa.reader import export
from qa.reader.model import Read
import sys
tokenizer = whole_tokenizer(Path(sys.argv[1]).read_bytes())
network = lambda pieces, types: (torch.zeros(1, pieces.shape[1], 2), torch.zeros(1))
for margin, answered in ((0, 0), (2.9, -2.9), (3.1, 0), (0, 3.1), (math.nan, 0), (0, math.nan)):
    class Export:
        def __init__(self, *files): self.tokenizer = tokenizer
        def read(self, *asked): return Read(margin, answered, Span(0, 0))
    export.OnnxReader = Export
    Path.read_bytes = lambda self: b""
    try:
        export._check_parity(network, Path("."))
        print("taken")
    except SystemExit:
        print("refused")
"""
    command = [sys.executable, "-P", "-c", code, str(BASE / "tokenizer.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["taken"] * 2 + ["refused"] * 4


def test_work_beside_gives_its_result_or_its_error() -> None:
    assert Beside(lambda: 7).result() == 7
    with pytest.raises(ZeroDivisionError, match="division by zero"):
        Beside(lambda: 1 / 0).result()
