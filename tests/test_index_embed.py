"""Embedding: against sentence-transformers itself (in its own process) and numbers worked by hand."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from tokenizers import Tokenizer

from index import exports, models
from index.articles import read
from index.embed import OnnxEmbedder, load_embedder
from index.records import ArticleKey, Span
from index.split import split
from index.vectors import PassageText

AWKWARD = [
    *("a", " ", "", ".", "?!", "\n\r\t", "\u00a0", "\u200b", "\ufeffBOM", "so\u00adft hy\u00adphen"),
    *("When did the probe land?", "WHEN DID THE PROBE LAND?", "who?", "U.S.", "Mr. Hu's 3.5 kg", "O'Neill", "don’t"),
    *("“curly”", '"straight"', "e\u0301", "é", "Zürich São Paulo Łódź", "ﬁ ligature", "ﬀ½²", "İstanbul", "straße ẞ"),
    *("嫦娥四号在月球背面软着陆。", "東京タワー", "서울특별시", "Привет, мир", "مرحبا بالعالم", "שלום", "नमस्ते", "ไทย"),
    *(
        "\U0001f680",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\U0001f1e8\U0001f1f3",
        "#launch @nasa",
        "a_b-c/d\\e",
    ),
    *(
        "https://example.org/a?b=c&d=%20",
        "1,234,567.89",
        "−40 °C",
        "2019-04-24 22:06:58",
        "x" * 99,
        "x" * 101,
        "x" * 500,
    ),
    *("word " * 120, "word " * 253, "word " * 254, "word " * 600, "supercalifragilistic " * 90, "嫦" * 400),
    *(
        "[CLS] [SEP] [MASK] [UNK] [PAD]",
        "<s>html</s> &amp;",
        "\x1b[31mred",
        "a\u2028b\u2029c\x85d\x0be",
        "\ud7ff\ue000",
    ),
]
THEIRS = """
import json, sys, warnings
warnings.simplefilter("ignore")
from sentence_transformers import SentenceTransformer
texts = json.loads(open(sys.argv[2], encoding="utf-8").read())
rows = SentenceTransformer(sys.argv[1], device="cpu", local_files_only=True).encode(texts, normalize_embeddings=True)
open(sys.argv[3], "w").write(json.dumps(rows.tolist()))
"""
PASSAGE = PassageText("The probe landed. It sent pictures! Nobody knew why?", (Span(0, 17), Span(18, 35), Span(36, 52)))


@pytest.fixture(scope="module")
def printed(seeds: Path, embedder: OnnxEmbedder) -> list[str]:
    """Every passage and every sentence of the seeds."""
    found = []
    for path in sorted(seeds.glob("*.txt")):
        reading = read(ArticleKey(str(seeds), path.name), path.read_bytes())
        for passage in split(reading, embedder.count_tokens, embedder.card.max_tokens):
            found += [passage.text, *(reading.article.text[start:end] for start, end in passage.sentences)]
    return found


@pytest.fixture(scope="module")
def theirs(printed: list[str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    """What sentence-transformers gives for AWKWARD and for what is printed in the seeds."""
    folder = tmp_path_factory.mktemp("theirs")
    given, made = folder / "texts.json", folder / "rows.json"
    texts = [*AWKWARD, *printed]
    given.write_text(json.dumps(texts), encoding="utf-8")
    model = str(models.find_model(models.DEFAULT_MODEL))
    subprocess.run([sys.executable, "-P", "-c", THEIRS, model, str(given), str(made)], check=True, capture_output=True)
    return dict(zip(texts, np.array(json.loads(made.read_text())), strict=True))


@pytest.mark.heavy
def test_vectors_in_full_precision_are_those_of_sentence_transformers(
    full_embedder: OnnxEmbedder, theirs: dict[str, np.ndarray]
) -> None:
    assert len(AWKWARD) >= 50
    assert {text: cosine for text, cosine in cosines(full_embedder, AWKWARD, theirs).items() if cosine < 0.9999} == {}


def test_vectors_in_eight_bits_are_close_to_those_of_sentence_transformers(
    embedder: OnnxEmbedder, theirs: dict[str, np.ndarray], printed: list[str]
) -> None:
    assert {text: cosine for text, cosine in cosines(embedder, printed, theirs).items() if cosine < 0.98} == {}
    assert {text: cosine for text, cosine in cosines(embedder, AWKWARD, theirs).items() if cosine < 0.95} == {}


def cosines(embedder: OnnxEmbedder, texts: list[str], theirs: dict[str, np.ndarray]) -> dict[str, float]:
    return {text: float(embedder.embed_question(text) @ theirs[text]) for text in texts}


def test_passages_that_fit_have_the_vectors_of_sentence_transformers(
    full_embedder: OnnxEmbedder, theirs: dict[str, np.ndarray]
) -> None:
    fitting = [text for text in AWKWARD if full_embedder.count_tokens(text) <= 256]
    made = full_embedder.embed_passages([PassageText(text, (Span(0, len(text)),)) for text in fitting])
    assert len(fitting) > 40
    assert min(float(one.whole @ theirs[text]) for one, text in zip(made, fitting, strict=True)) >= 0.9999


def test_weights_of_eight_bits_use_seven_so_that_every_processor_adds_them_alike(embedder: OnnxEmbedder) -> None:
    """Without VNNI two products of u8 and s8 are added in sixteen bits: 2 * 255 * 64 fits, 2 * 255 * 127 does not."""
    network = onnx.load_from_string(exports.export_bytes(embedder.card.fingerprint, "model.onnx"))
    stored = [one for one in network.graph.initializer if one.data_type == onnx.TensorProto.INT8]
    weights = [weight for weight in map(numpy_helper.to_array, stored) if weight.size > 1]
    assert sum(weight.size for weight in weights) > 10_000_000
    assert max(int(np.abs(weight.astype(int)).max()) for weight in weights) <= 64


def test_network_holds_nothing_that_is_laid_out_for_one_processor(embedder: OnnxEmbedder) -> None:
    network = onnx.load_from_string(exports.export_bytes(embedder.card.fingerprint, "model.onnx"))
    assert {node.domain for node in network.graph.node} <= {"", "ai.onnx", "com.microsoft"}


@pytest.mark.parametrize(("text", "count"), [("", 2), ("moon", 3), ("word " * 200, 202), ("word " * 2000, 2002)])
def test_tokens_are_counted_without_padding_or_truncation(embedder: OnnxEmbedder, text: str, count: int) -> None:
    assert embedder.count_tokens(text) == count


def test_vector_is_the_same_bits_alone_and_among_others(embedder: OnnxEmbedder) -> None:
    others = [PassageText(text, (Span(0, len(text)),)) for text in AWKWARD[10:30]]
    alone = embedder.embed_passages([PASSAGE])[0]
    among = embedder.embed_passages([*others, PASSAGE, *others])[20]
    assert alone.whole.tobytes() == among.whole.tobytes()
    assert alone.sentences.tobytes() == among.sentences.tobytes()


def test_sentence_vectors_are_the_means_of_their_word_pieces(embedder: OnnxEmbedder) -> None:
    tokenizer = Tokenizer.from_buffer(exports.export_bytes(embedder.card.fingerprint, "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokens = tokenizer.encode(PASSAGE.text).tokens
    assert tokens[:6] == ["[CLS]", "the", "probe", "landed", ".", "it"]
    _, pieces = embedder._run(tokenizer.encode(PASSAGE.text).ids)
    means = np.stack([pieces[rows].mean(axis=0) for rows in ([1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12])])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    made = embedder.embed_passages([PASSAGE])[0].sentences
    np.testing.assert_allclose(made, means, atol=1e-6)


def test_single_sentence_has_its_passages_vector(embedder: OnnxEmbedder) -> None:
    made = embedder.embed_passages([PassageText("It flew.", (Span(0, 8),))])[0]
    assert made.sentences[0].tobytes() == made.whole.tobytes()


def test_sentence_without_a_word_piece_takes_its_passages_vector(embedder: OnnxEmbedder) -> None:
    made = embedder.embed_passages([PassageText("It flew. \u200b", (Span(0, 8), Span(9, 10)))])[0]
    np.testing.assert_allclose(made.sentences[1], made.whole, atol=1e-6)


def test_every_row_is_of_unit_length(embedder: OnnxEmbedder) -> None:
    texts = [text for text in AWKWARD if embedder.count_tokens(text) <= 256]
    made = embedder.embed_passages([PASSAGE, *(PassageText(text, (Span(0, len(text)),)) for text in texts)])
    rows = np.concatenate([np.vstack([vectors.whole, vectors.sentences]) for vectors in made])
    assert rows.shape[1] == 384
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(("words", "fits"), [(254, True), (255, False)])
def test_passage_longer_than_the_model_reads_is_refused(embedder: OnnxEmbedder, words: int, fits: bool) -> None:
    text = " ".join(["word"] * words)
    if fits:
        assert len(embedder.embed_passages([PassageText(text, (Span(0, len(text)),))])) == 1
    else:
        with pytest.raises(ValueError, match="longer than the 256 word pieces"):
            embedder.embed_passages([PassageText(text, (Span(0, len(text)),))])


def test_progress_counts_up_to_all(embedder: OnnxEmbedder) -> None:
    seen: list[tuple[int, int]] = []
    embedder.embed_passages([PASSAGE] * 3, lambda done, whole: seen.append((done, whole)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_embedding_loads_neither_torch_nor_transformers() -> None:
    code = "import sys, index.embed, index.build, index.store; print({'torch', 'transformers'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"


def test_meaning_decides_what_is_near(embedder: OnnxEmbedder) -> None:
    question = embedder.embed_question("When did the spacecraft touch down?")
    texts = ["The probe landed on January 3.", "Bread is baked in an oven."]
    near, far = embedder.embed_passages([PassageText(text, (Span(0, len(text)),)) for text in texts])
    assert question @ near.whole > question @ far.whole + 0.2


def test_loading_gives_the_card_it_was_asked_for(embedder: OnnxEmbedder) -> None:
    assert load_embedder(embedder.card).card.fingerprint == embedder.card.fingerprint
