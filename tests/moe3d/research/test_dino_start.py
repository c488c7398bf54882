"""The ONNX file is written here as Hugging Face's exporter does it: matrices without a name."""

import os

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from moe3d.cli.research import PATCH_EMBED_START, load_by_name
from moe3d.errors import CheckpointError, UsageError
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.presets import mini
from moe3d.research.dino_start import load_dino_start
from moe3d.training.config import TrainingConfig
from moe3d.training.start import start_network

LAYERS = ("attention.output.dense", "mlp.fc1", "mlp.fc2")


class Model:
    """An exported model's initializers and the products that tell a matrix's bias."""

    def __init__(self) -> None:
        self.nodes, self.weights = [], []

    def keep(self, name: str, values: np.ndarray) -> None:
        self.weights.append(numpy_helper.from_array(values.astype(np.float32), name))

    def keep_layer(self, name: str, matrix: np.ndarray, bias: np.ndarray) -> None:
        nameless = f"onnx::MatMul_{len(self.weights)}"
        self.keep(nameless, matrix.T)
        self.keep(f"{name}.bias", bias)
        self.nodes.append(helper.make_node("MatMul", [f"{name}.in", nameless], [f"{name}.product"]))
        self.nodes.append(
            helper.make_node("Add", [f"{name}.bias", f"{name}.product"], [f"{name}.out"])
        )

    def write(self, path: os.PathLike) -> None:
        value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
        graph = helper.make_graph(self.nodes, "dino", [value], [value], self.weights)
        onnx.save(helper.make_model(graph), str(path))


def exported(weights: dict[str, np.ndarray], depth: int) -> Model:
    model = Model()
    model.keep("backbone.embeddings.cls_token", weights["cls_token"])
    model.keep("onnx::Concat_first", weights["pos_embed"][:, :1])
    model.keep("onnx::Resize_square", weights["pos_embed"][:, 1:])
    for kind in ("weight", "bias"):
        model.keep(f"backbone.layernorm.{kind}", weights[f"norm.{kind}"])
        projection = f"backbone.embeddings.patch_embeddings.projection.{kind}"
        model.keep(projection, weights[f"patch_embed.proj.{kind}"])
    for index in range(depth):
        keep_block(model, weights, f"blocks.{index}.", f"backbone.encoder.layer.{index}.")
    return model


def keep_block(model: Model, weights: dict[str, np.ndarray], own: str, theirs: str) -> None:
    matrices = np.split(weights[f"{own}attn.qkv.weight"], 3)
    biases = np.split(weights[f"{own}attn.qkv.bias"], 3)
    for part, matrix, bias in zip(("query", "key", "value"), matrices, biases, strict=True):
        model.keep_layer(f"{theirs}attention.attention.{part}", matrix, bias)
    for layer, mine in zip(LAYERS, ("attn.proj", "mlp.fc1", "mlp.fc2"), strict=True):
        model.keep_layer(
            theirs + layer, weights[f"{own}{mine}.weight"], weights[f"{own}{mine}.bias"]
        )
    for scale in ("1", "2"):
        model.keep(f"{theirs}layer_scale{scale}.lambda1", weights[f"{own}ls{scale}.gamma"])
        for kind in ("weight", "bias"):
            model.keep(f"{theirs}norm{scale}.{kind}", weights[f"{own}norm{scale}.{kind}"])


@pytest.fixture(scope="module")
def wanted() -> dict[str, torch.Tensor]:
    """Weights of a patch embedding that no seed of a run gives."""
    torch.manual_seed(1234)
    return {
        name: torch.randn_like(value)
        for name, value in MoE3DNetwork(mini()).aggregator.patch_embed.state_dict().items()
    }


@pytest.fixture(scope="module")
def onnx_file(wanted, tmp_path_factory):
    path = tmp_path_factory.mktemp("dino") / "dino.onnx"
    depth = len(MoE3DNetwork(mini()).aggregator.patch_embed.blocks)
    exported({name: value.numpy() for name, value in wanted.items()}, depth).write(path)
    return path


def test_every_weight_of_the_patch_embedding_is_the_files(wanted, onnx_file):
    network = MoE3DNetwork(mini())
    load_dino_start(network, onnx_file)
    found = network.aggregator.patch_embed.state_dict()
    unlike = {name for name, value in found.items() if not torch.equal(value, wanted[name])}
    assert unlike <= {"mask_token", "register_tokens"}  # DINOv2 without registers has neither


def test_a_run_starts_from_the_file_that_its_settings_name(wanted, onnx_file):
    config = TrainingConfig(base="new-mini", preset="vggt", patch_embed=onnx_file)
    network, _ = start_network(config, load_by_name(PATCH_EMBED_START))
    table = network.aggregator.patch_embed.state_dict()["pos_embed"]
    assert torch.equal(table, wanted["pos_embed"])


def test_a_start_that_nothing_reads_is_refused(onnx_file):
    config = TrainingConfig(base="new-mini", preset="vggt", patch_embed=onnx_file)
    with pytest.raises(UsageError, match=r"nothing was given that reads .*dino\.onnx"):
        start_network(config)


def test_a_model_of_another_kind_is_refused_by_name(tmp_path):
    model = Model()
    model.keep("some.weight", np.zeros(3))
    model.write(tmp_path / "other.onnx")
    with pytest.raises(CheckpointError, match=r"other\.onnx has no .*wanted a DINOv2-type ViT"):
        load_dino_start(MoE3DNetwork(mini()), tmp_path / "other.onnx")
