"""Networks in ONNX files, made ready to run: weights in eight bits, and the graph as the engine would rewrite it.

Used only by the processes that export a model. Running networks is the work of ``embed``, and of the reader.

Weights of eight bits use seven of them (``reduce_range``): processors without VNNI would saturate at the eighth and
give other numbers. So made, vectors were the same bit for bit on an emulated Haswell and a processor with VNNI.
"""

from pathlib import Path

from onnxruntime import GraphOptimizationLevel, InferenceSession, SessionOptions
from onnxruntime.quantization import QuantType, quantize_dynamic


def quantise(path: Path, target: Path) -> None:
    """Store weights in eight bits, a scale for each channel; the numbers between are quantised as they come."""
    quantize_dynamic(path, target, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)


def optimise(path: Path, target: Path) -> None:
    """Store the network as the engine would rewrite it at every start, with nothing made for one processor only."""
    options = SessionOptions()
    options.graph_optimization_level = GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(target)
    options.log_severity_level = 3
    InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
