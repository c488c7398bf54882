"""Weights as trainers leave them: under other names, in other storage, or among other things."""

import argparse
import json
import logging
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from moe3d.errors import CheckpointError
from moe3d.model.checkpoint import (
    CheckpointInfo,
    ReadOptions,
    StorageOptions,
    read_checkpoint,
    read_info,
    write_checkpoint,
)
from moe3d.model.config import ModelConfig
from moe3d.model.moe3d import MoE3DNetwork

PREFIXES = (
    "module.",
    "_orig_mod.",
    "model.",
    "module._orig_mod.",
    "_orig_mod.module.model.",
    "model.module._orig_mod.",
    "net._forward_module.",
)
WRAPPERS = ("state_dict", "model", "ema", "net", "module", "model_state_dict", "something_else")


def assert_loaded(path: Path, options: ReadOptions | None, network: MoE3DNetwork) -> None:
    loaded = read_checkpoint(path, options).network.state_dict()
    wanted = network.state_dict()
    assert loaded.keys() == wanted.keys()
    assert all(torch.equal(loaded[key], wanted[key]) for key in wanted)


def refusal(path: Path, options: ReadOptions | None = None) -> str:
    messages = []
    for read in (read_info, read_checkpoint):
        with pytest.raises(CheckpointError) as caught:
            read(path, options)
        messages.append(str(caught.value))
    assert messages[0] == messages[1]
    assert str(path) in messages[0]
    assert "\n" not in messages[0]
    return messages[0]


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("suffix", ["pt", "safetensors"])
def test_words_before_the_names_are_stripped(
    network: MoE3DNetwork, tiny_sizes: ReadOptions, tmp_path: Path, prefix: str, suffix: str
):
    weights = {prefix + key: value for key, value in network.state_dict().items()}
    path = tmp_path / f"model.{suffix}"
    (torch.save if suffix == "pt" else save_file)(weights, path)
    assert_loaded(path, tiny_sizes, network)


@pytest.mark.parametrize("word", ["_orig_mod", "module"])
def test_a_part_that_was_wrapped_alone_is_unwrapped(
    network: MoE3DNetwork, tiny_sizes: ReadOptions, tmp_path: Path, word: str
):
    weights = {
        key.replace("aggregator.", f"aggregator.{word}.", 1): value
        for key, value in network.state_dict().items()
    }
    torch.save(weights, tmp_path / "model.pt")
    assert_loaded(tmp_path / "model.pt", tiny_sizes, network)


@pytest.mark.parametrize("name", WRAPPERS)
@pytest.mark.parametrize("prefix", ["", "model.", "module.model."])
def test_a_dictionary_around_the_weights_is_opened(
    network: MoE3DNetwork, tiny_sizes: ReadOptions, tmp_path: Path, name: str, prefix: str
):
    weights = {prefix + key: value for key, value in network.state_dict().items()}
    optimizer = {"state": {0: {"step": torch.ones(1), "exp_avg": torch.ones(4)}}}
    torch.save({"epoch": 3, name: weights, "optimizer": optimizer}, tmp_path / "model.pt")
    assert_loaded(tmp_path / "model.pt", tiny_sizes, network)


def test_parts_kept_apart_are_one_network(
    network: MoE3DNetwork, tiny_sizes: ReadOptions, tmp_path: Path
):
    parts = {name: part.state_dict() for name, part in network.named_children()}
    torch.save({"state_dict": parts}, tmp_path / "model.pt")
    assert_loaded(tmp_path / "model.pt", tiny_sizes, network)


def test_a_lightning_checkpoint_of_plain_values_is_opened(
    network: MoE3DNetwork, tiny_sizes: ReadOptions, tmp_path: Path
):
    checkpoint = {
        "pytorch-lightning_version": "2.5.0",
        "epoch": 1,
        "global_step": 20,
        "state_dict": {f"model.{key}": value for key, value in network.state_dict().items()},
        "hyper_parameters": {"lr": 0.1},
        "callbacks": {},
        "optimizer_states": [{"state": {}, "param_groups": [{"lr": 0.1, "params": [0]}]}],
    }
    torch.save(checkpoint, tmp_path / "last.ckpt")
    assert_loaded(tmp_path / "last.ckpt", tiny_sizes, network)


def test_a_lightning_checkpoint_with_objects_is_named(network: MoE3DNetwork, tmp_path: Path):
    checkpoint = {
        "pytorch-lightning_version": "2.5.0",
        "state_dict": network.state_dict(),
        "hyper_parameters": argparse.Namespace(lr=0.1),
    }
    torch.save(checkpoint, tmp_path / "last.ckpt")
    message = refusal(tmp_path / "last.ckpt")
    assert "is a Lightning checkpoint" in message
    assert "argparse.Namespace" in message
    assert "torch.save(checkpoint['state_dict'], ...)" in message


def test_of_model_and_average_the_model_is_taken_and_said(
    network: MoE3DNetwork, tiny_sizes: ReadOptions, tmp_path: Path, caplog
):
    average = {key: value + 1 for key, value in network.state_dict().items()}
    torch.save({"ema": average, "model": network.state_dict()}, tmp_path / "model.pt")
    with caplog.at_level(logging.WARNING):
        assert_loaded(tmp_path / "model.pt", tiny_sizes, network)
    assert "took the weights under 'model'; others lie under 'ema'" in caplog.text


def test_two_networks_without_a_usual_name_are_not_guessed_at(
    network: MoE3DNetwork, tiny_sizes: ReadOptions, tmp_path: Path
):
    student = network.state_dict()
    teacher = {key: value + 1 for key, value in student.items()}
    torch.save({"teacher": teacher, "student": student}, tmp_path / "model.pt")
    message = refusal(tmp_path / "model.pt", tiny_sizes)
    assert "2 networks, under 'student', 'teacher'" in message


def test_a_dictionary_that_holds_itself_ends(
    network: MoE3DNetwork, tiny_sizes: ReadOptions, tmp_path: Path
):
    content: dict = {"model": network.state_dict()}
    content["loop"] = content
    content["state"] = {"again": content}
    torch.save(content, tmp_path / "model.pt")
    assert_loaded(tmp_path / "model.pt", tiny_sizes, network)


def nested(depth: int) -> dict:
    content: dict = {"aggregator": torch.zeros(1)}
    for _ in range(depth):
        content = {"model": content}
    return content


def test_a_dictionary_of_a_hundred_floors_is_no_model(tmp_path: Path):
    torch.save(nested(100), tmp_path / "model.pt")
    assert "holds no named weights" in refusal(tmp_path / "model.pt")


def int8_file(network: MoE3DNetwork, folder: Path) -> Path:
    info = CheckpointInfo("tiny", network.config)
    options = StorageOptions(int8_parts=("aggregator.", "camera_head.", "depth_head."))
    write_checkpoint(network, folder / "small.safetensors", info, options)
    return folder / "small.safetensors"


@pytest.mark.parametrize("prefix", ["", "module."])
def test_an_int8_file_saved_as_pt_gives_the_same_network(
    tiny_config: ModelConfig, tiny_sizes: ReadOptions, tmp_path: Path, prefix: str
):
    wide = MoE3DNetwork(_wider(tiny_config))
    small = int8_file(wide, tmp_path)
    tensors = load_file(small)
    assert any(value.dtype == torch.int8 for value in tensors.values())
    torch.save({prefix + key: value for key, value in tensors.items()}, tmp_path / "model.pt")
    expected = read_checkpoint(small).network
    assert_loaded(tmp_path / "model.pt", ReadOptions(config=wide.config), expected)


def _wider(config: ModelConfig) -> ModelConfig:
    from dataclasses import replace

    return replace(config, width=64)


def test_a_record_kept_in_a_pt_file_gives_its_sizes(
    network: MoE3DNetwork, info: CheckpointInfo, tmp_path: Path
):
    write_checkpoint(network, tmp_path / "m.safetensors", info)
    from safetensors import safe_open

    with safe_open(tmp_path / "m.safetensors", "pt") as file:
        metadata = file.metadata()
    content = {"model": load_file(tmp_path / "m.safetensors"), "metadata": metadata}
    torch.save(content, tmp_path / "m.pt")
    assert_loaded(tmp_path / "m.pt", None, network)
    assert read_info(tmp_path / "m.pt").licence == "Apache-2.0"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda w: w.to(torch.int8), "int8 without a scale"),
        (lambda w: w.to(torch.complex64), "complex64 without a scale"),
        (lambda w: w.bool(), "bool without a scale"),
        (lambda w: w.to_sparse(), "no values of its own"),
        (lambda w: w.to("meta"), "no values of its own"),
    ],
)
def test_weights_that_are_no_numbers_are_refused(
    network: MoE3DNetwork, tiny_sizes: ReadOptions, tmp_path: Path, change, words: str
):
    key = "aggregator.patch_embed.pos_embed"
    weights = {**network.state_dict(), key: change(network.state_dict()[key])}
    torch.save(weights, tmp_path / "model.pt")
    with pytest.raises(CheckpointError, match=f"{key} holds {words}"):
        read_checkpoint(tmp_path / "model.pt", tiny_sizes)


def test_a_scale_that_does_not_fit_is_refused(
    network: MoE3DNetwork, tiny_sizes: ReadOptions, tmp_path: Path
):
    weights = dict(network.state_dict())
    key = "aggregator.frame_blocks.0.attn.qkv.weight"
    weights[key] = weights[key].to(torch.int8)
    weights[f"{key}.__scale"] = torch.ones(3)
    torch.save(weights, tmp_path / "model.pt")
    with pytest.raises(CheckpointError, match="with one scale each are wanted"):
        read_checkpoint(tmp_path / "model.pt", tiny_sizes)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("suffix", ["pt", "safetensors"])
def test_weights_that_are_not_finite_are_said_before_a_result(
    network: MoE3DNetwork, tiny_sizes: ReadOptions, tmp_path: Path, value: float, suffix: str
):
    weights = {key: tensor.clone() for key, tensor in network.state_dict().items()}
    weights["depth_head.norm.weight"][3] = value
    path = tmp_path / f"model.{suffix}"
    (torch.save if suffix == "pt" else save_file)(weights, path)
    total = len(weights)
    wanted = rf"1 of {total} weights are not finite \(depth_head\.norm\.weight\)"
    with pytest.raises(CheckpointError, match=wanted):
        read_checkpoint(path, tiny_sizes)


def test_weights_too_large_for_half_precision_are_said(
    network: MoE3DNetwork, tiny_sizes: ReadOptions, tmp_path: Path
):
    weights = {key: tensor.clone() for key, tensor in network.state_dict().items()}
    key = "aggregator.frame_blocks.0.mlp.fc1.weight"
    weights[key][0, 0] = 1e6  # the largest float16 is 65,504
    torch.save(weights, tmp_path / "model.pt")
    half = ReadOptions(tiny_sizes.config, backbone_dtype=torch.float16)
    with pytest.raises(CheckpointError, match="in float16, which is too narrow"):
        read_checkpoint(tmp_path / "model.pt", half)
    assert read_checkpoint(tmp_path / "model.pt", tiny_sizes)


ABSURD = [
    ("aggregator", "depth", 9999999),
    ("patch_embed", "depth", 9999999),
    ("patch_embed", "depth", 500),
    ("patch_embed", "image_size", 10**9),
    ("camera_head", "num_iterations", 10**9),
    ("camera_head", "trunk_depth", 10**30),
    ("aggregator", "num_heads", 0),
    ("aggregator", "depth", -1),
    ("aggregator", "depth", "24"),
    ("aggregator", "depth", True),
    ("aggregator", "depth", None),
    ("aggregator", "depth", 1.5),
    ("aggregator", "rope_base", float("nan")),
    ("moe", "gate_temperature", 0),
    ("moe", "gate_temperature", float("inf")),
    ("moe", "num_experts", 10**9),
    ("moe", "own_decoder", "yes"),
    ("dpt", "out_channels", [4] * 10**5),
    ("dpt", "layers", 3),
    ("", "width", 10**12),
    ("", "input_side", 10**9),
    ("", "patch_size", 0),
    ("", "moe", [[[]]]),
    ("", "name", ["tiny"]),
]


@pytest.mark.parametrize(("part", "name", "value"), ABSURD)
def test_an_absurd_record_is_refused_before_anything_is_built(
    network: MoE3DNetwork, tmp_path: Path, part: str, name: str, value: object
):
    config = json.loads(json.dumps(network.config.to_json()))
    (config[part] if part else config)[name] = value
    record = {"version": 1, "name": "tiny", "licence": "", "experts_trained": True}
    record |= {"demonstration": False, "training": {}, "config": config}
    path = tmp_path / "m.safetensors"
    save_file(network.state_dict(), path, {"moe3d": json.dumps(record)})
    assert len(refusal(path)) < 700


@pytest.mark.parametrize("opener", ["[", '{"a":'])
def test_a_record_nested_without_end_is_damaged(network: MoE3DNetwork, tmp_path: Path, opener: str):
    path = tmp_path / "m.safetensors"
    save_file(network.state_dict(), path, {"moe3d": opener * 100_000})
    assert "has a damaged model record (nested too deep)" in refusal(path)


def test_an_index_nested_without_end_is_none(tmp_path: Path):
    path = tmp_path / "m.safetensors.index.json"
    path.write_text("[" * 100_000)
    assert "is not an index of model shards (nested too deep)" in refusal(path)


def test_an_index_of_odd_names_is_none(tmp_path: Path):
    path = tmp_path / "m.safetensors.index.json"
    for name in ("x" * 5000, "a\0b", "../m", ""):
        path.write_text(json.dumps({"weight_map": {"a": name}}))
        assert "is not an index of model shards beside it" in refusal(path)


def test_a_compressed_archive_is_refused_not_read_as_garbage(
    network: MoE3DNetwork, tiny_sizes: ReadOptions, tmp_path: Path
):
    torch.save(network.state_dict(), tmp_path / "model.pt")
    with zipfile.ZipFile(tmp_path / "model.pt") as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    with zipfile.ZipFile(tmp_path / "packed.pt", "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    assert "is compressed inside" in refusal(tmp_path / "packed.pt", tiny_sizes)


def test_a_pipe_and_a_device_are_no_models(tmp_path: Path):
    import os

    os.mkfifo(tmp_path / "pipe.pt")
    assert "there is no model file" in refusal(tmp_path / "pipe.pt")
    (tmp_path / "zero.pt").symlink_to("/dev/zero")
    assert "there is no model file" in refusal(tmp_path / "zero.pt")
