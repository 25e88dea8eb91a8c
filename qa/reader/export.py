"""Run as ``python -P -m qa.reader.export BASE DRAFT WEIGHTS FINGERPRINT``: the reader's weights to ONNX.

The only module here that loads torch, and always in a process of its own. BASE is the folder of the base model,
WEIGHTS the file of differences to it. Refuses weights whose export does not say what the network itself says.
"""

import shutil
import sys
import warnings
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import load_file
from transformers import BertConfig, BertModel

from index.exports import NOT_FAITHFUL, describe_files
from index.networks import optimise, quantise
from qa.reader.form import encode
from qa.reader.model import OnnxReader, judged
from qa.reader.weights import Array, unpacked

FURTHEST = 3.0
"""What margin and judgement may differ by, in logits, between the network in full precision and in eight bits."""
PROBES = (
    (
        "When did the probe land?",
        "",
        "The probe was launched in May. It landed on the far side of the Moon on January 3.",
    ),
    ("Who wrote the letter?", "A letter", "O'Neill said: “it's 3.5 °C — not −40!” The letter was written by Ana Ruiz."),
    ("Why was the bridge closed?", "", "A new bridge opened in Zürich in 2019. It is 40 metres long."),
    ("嫦娥四号在哪里着陆?", "", "嫦娥四号在月球背面软着陆。"),
    ("?", "", "a"),
    ("Where is it? " * 40, "word " * 60, "word " * 500),
)


class _Network(torch.nn.Module):
    """Word pieces to two numbers each, how well an answer would start there and end there; and one for the whole."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = torch.nn.Linear(encoder.config.hidden_size, 2)
        self.judge = torch.nn.Linear(encoder.config.hidden_size, 1)

    def forward(self, pieces: torch.Tensor, types: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        states = self.encoder(input_ids=pieces, token_type_ids=types).last_hidden_state
        return self.head(states), self.judge(states[:, 0])[:, 0]


def main(base: Path, draft: Path, weights: Path, fingerprint: str) -> None:
    """Export the reader into the empty folder ``draft``."""
    network = _network(base, unpacked(load_file(weights), _encoder_of(base)))
    traced = draft / "traced.onnx"
    example = torch.tensor([[101, 2054, 102, 1037, 102]]), torch.tensor([[0, 0, 0, 1, 1]])
    torch.onnx.export(
        network,
        example,
        str(traced),
        input_names=["pieces", "types"],
        output_names=["logits", "answered"],
        dynamic_axes={name: {0: "texts", 1: "pieces"} for name in ("pieces", "types", "logits")}
        | {"answered": {0: "texts"}},
        opset_version=17,
        dynamo=False,
    )
    quantise(traced, traced)
    optimise(traced, draft / "model.onnx")
    traced.unlink()
    shutil.copyfile(base / "tokenizer.json", draft / "tokenizer.json")
    _check_parity(network, draft)
    (draft / "card.json").write_bytes(describe_files(draft, {"name": "reader", "fingerprint": fingerprint}))


def _encoder_of(base: Path) -> dict[str, Array]:
    """Return the parameters of the base model under the names that the reader has them."""
    stored = load_file(base / "model.safetensors")
    return {f"encoder.{name}": value.astype(np.float32) for name, value in stored.items()}


def _network(base: Path, parameters: dict[str, Array]) -> _Network:
    network = _Network(BertModel(BertConfig.from_pretrained(base), add_pooling_layer=False))
    wanted = network.state_dict()
    given = {name: torch.from_numpy(value) for name, value in parameters.items() if name in wanted}
    network.load_state_dict(wanted | given)
    if missing := [name for name in wanted if name not in given and not name.endswith("_ids")]:
        sys.stderr.write(f"its weights lack {missing[0]}\n")
        raise SystemExit(NOT_FAITHFUL)
    return network.eval()


def _check_parity(network: _Network, draft: Path) -> None:
    """Stop with a message where a probe's margin is further from the network's own than the promise."""
    reader = OnnxReader((draft / "model.onnx").read_bytes(), (draft / "tokenizer.json").read_bytes())
    for question, title, text in PROBES:
        given = encode(reader.tokenizer, question, title, text)
        with torch.no_grad():
            logits, answered = network(torch.tensor([given.pieces]), torch.tensor([given.types]))
        ours, theirs = reader.read(question, title, text), judged(given, logits[0].numpy(), float(answered[0]))
        apart = abs(ours.margin - theirs.margin), abs(ours.answered - theirs.answered)
        if not all(one <= FURTHEST for one in apart):  # nor where one of them is no number
            said = " and ".join(f"{one.margin:.2f}, {one.answered:.2f}" for one in (ours, theirs))
            sys.stderr.write(f"its export says other things (margin and judgement {said})\n")
            raise SystemExit(NOT_FAITHFUL)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
