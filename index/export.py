"""Run as ``python -P -m index.export FOLDER DRAFT NAME FINGERPRINT PRECISION``: sentence-transformers to ONNX.

The only module that loads sentence-transformers, with torch, and always in a process of its own. It
writes the network with pooling and unit length inside, the tokenizer, and the card, and refuses a
model whose export does not give the original's vectors.
"""

import json
import shutil
import sys
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

from index.embed import OnnxEmbedder
from index.exports import NOT_FAITHFUL, Precision, describe_files
from index.networks import optimise, quantise
from index.records import ModelCard

LEAST_COSINE = {Precision.INT8: 0.98, Precision.FP32: 0.9999}
"""What the vectors of an export and of the original must at least agree to, whatever the text."""
PROBES = (
    "a",
    "When did the probe land on the far side of the Moon?",
    "O'Neill said: “it's 3.5 °C — not −40!”",
    "Zürich, São Paulo, Łódź e\u0301",
    "嫦娥四号在月球背面软着陆。",
    "\U0001f680 \U0001f468\u200d\U0001f469\u200d\U0001f467 #launch",
    "non\u00a0breaking so\u00adft",
    "word " * 400,
)


class _Whole(torch.nn.Module):
    """A model from word pieces to one vector of unit length, and a vector for each piece where it stands."""

    def __init__(self, model: SentenceTransformer, names: list[str]) -> None:
        super().__init__()
        self.model = model
        self.names = names

    def forward(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        done = self.model(dict(zip(self.names, inputs, strict=True)))
        return torch.nn.functional.normalize(done["sentence_embedding"], p=2.0, dim=1), done["token_embeddings"]


def main(source: Path, draft: Path, name: str, fingerprint: str, precision: Precision) -> None:
    """Export the model in ``source`` into the empty folder ``draft``."""
    model = SentenceTransformer(str(source), device="cpu", local_files_only=True, trust_remote_code=False)
    model.eval()
    prompts: dict[str, Any] = model.prompts or {}
    card = ModelCard(
        name=name,
        fingerprint=fingerprint,
        dim=int(model.encode(["width"]).shape[1]),
        max_tokens=int(model.max_seq_length or 512),
        question_prompt=str(prompts.get("query") or ""),
        passage_prompt=str(prompts.get("document") or prompts.get("passage") or ""),
        mean_pooled=_pools_by_mean(source),
    )
    _write_network(model, draft / "traced.onnx")
    if precision is Precision.INT8:
        quantise(draft / "traced.onnx", draft / "traced.onnx")
    optimise(draft / "traced.onnx", draft / "model.onnx")
    (draft / "traced.onnx").unlink()
    shutil.copyfile(source / "tokenizer.json", draft / "tokenizer.json")
    _check_parity(model, draft, card, LEAST_COSINE[precision])
    (draft / "card.json").write_bytes(describe_files(draft, asdict(card)))


def _pools_by_mean(source: Path) -> bool:
    """Tell whether a model is word pieces, their mean and nothing more, but for unit length."""
    modules = [module["type"].rsplit(".", 1)[-1] for module in json.loads((source / "modules.json").read_bytes())]
    pooling = [json.loads(path.read_bytes()) for path in source.glob("*Pooling/config.json")]
    mean = all(rule.get("pooling_mode") == "mean" or rule.get("pooling_mode_mean_tokens") for rule in pooling)
    return bool(pooling) and mean and modules in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])


def _write_network(model: SentenceTransformer, path: Path) -> None:
    example = model.tokenizer(["an example of a sentence"], return_tensors="pt")
    names = [name for name in ("input_ids", "attention_mask", "token_type_ids") if name in example]
    torch.onnx.export(
        _Whole(model, names),
        tuple(example[name] for name in names),
        str(path),
        input_names=names,
        output_names=["embedding", "pieces"],
        dynamic_axes={name: {0: "texts", 1: "pieces"} for name in (*names, "pieces")} | {"embedding": {0: "texts"}},
        opset_version=17,
        dynamo=False,
    )


def _check_parity(model: SentenceTransformer, draft: Path, card: ModelCard, wanted: float) -> None:
    """Stop with a message where any probe's two vectors are further apart than the promise."""
    embedder = OnnxEmbedder(card, (draft / "model.onnx").read_bytes(), (draft / "tokenizer.json").read_bytes())
    ours = np.stack([embedder.embed_question(text) for text in PROBES])
    theirs = model.encode([card.question_prompt + text for text in PROBES], normalize_embeddings=True, prompt="")
    least = float((ours * theirs).sum(axis=1).min())
    if not least >= wanted:
        sys.stderr.write(f"its export gives other vectors (cosine {least:.5f}, at least {wanted} wanted)\n")
        raise SystemExit(NOT_FAITHFUL)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4], Precision(sys.argv[5]))
