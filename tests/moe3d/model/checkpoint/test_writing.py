import json
import struct
from pathlib import Path

import pytest
import torch

from moe3d.errors import OutputError
from moe3d.model.checkpoint import (
    COMPACT,
    CheckpointInfo,
    StorageOptions,
    read_checkpoint,
    write_checkpoint,
    writing,
)
from moe3d.model.checkpoint.int8 import dequantize, quantize
from moe3d.model.moe3d import MoE3DNetwork

SHARDED = StorageOptions(max_shard_bytes=600_000)


def header(path: Path) -> dict:
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    return json.loads(content[8 : 8 + length])


def test_the_file_says_what_it_holds_to_any_reader(
    network: MoE3DNetwork, info: CheckpointInfo, tmp_path: Path
):
    write_checkpoint(network, tmp_path / "model.safetensors", info)
    metadata = header(tmp_path / "model.safetensors")["__metadata__"]
    record = json.loads(metadata["moe3d"])
    assert record["licence"] == "Apache-2.0"
    assert record["experts_trained"] is True
    assert record["config"]["moe"]["num_experts"] == 4
    assert record["storage"] == "plain"


@pytest.mark.parametrize(
    "named",
    ["m.safetensors", "m", "m-00001-of-{n:05d}.safetensors", "m-00002-of-{n:05d}.safetensors",
     "m.safetensors.index.json"],
)  # fmt: skip
def test_shards_are_found_by_any_of_their_names(
    network: MoE3DNetwork, info: CheckpointInfo, tmp_path: Path, named: str
):
    written = write_checkpoint(network, tmp_path / "m.safetensors", info, SHARDED)
    shards = sorted(tmp_path.glob("m-*.safetensors"))
    assert len(shards) > 1
    assert not (tmp_path / "m.safetensors").exists()
    loaded = read_checkpoint(tmp_path / named.format(n=len(shards)))
    assert loaded.info == written
    for ours, theirs in zip(loaded.network.parameters(), network.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_shards_are_found_without_their_index(
    network: MoE3DNetwork, info: CheckpointInfo, tmp_path: Path
):
    write_checkpoint(network, tmp_path / "m.safetensors", info, SHARDED)
    (tmp_path / "m.safetensors.index.json").unlink()
    assert read_checkpoint(tmp_path / "m").info.name == "tiny"


def test_no_shard_is_larger_than_was_asked(
    network: MoE3DNetwork, info: CheckpointInfo, tmp_path: Path
):
    write_checkpoint(network, tmp_path / "m.safetensors", info, SHARDED)
    assert all(shard.stat().st_size <= 600_000 for shard in tmp_path.glob("m-*"))


def test_a_second_writing_leaves_nothing_of_the_first(
    network: MoE3DNetwork, info: CheckpointInfo, tmp_path: Path
):
    write_checkpoint(network, tmp_path / "m.safetensors", info, SHARDED)
    (tmp_path / "notes.txt").write_text("mine")
    write_checkpoint(network, tmp_path / "m.safetensors", info)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.safetensors", "notes.txt"]
    write_checkpoint(network, tmp_path / "m.safetensors", info, SHARDED)
    assert not (tmp_path / "m.safetensors").exists()
    assert read_checkpoint(tmp_path / "m").info.name == "tiny"


def test_writing_over_the_file_that_the_network_was_read_from(
    network: MoE3DNetwork, info: CheckpointInfo, tmp_path: Path
):
    path = tmp_path / "m.safetensors"
    write_checkpoint(network, path, info)
    loaded = read_checkpoint(path)
    write_checkpoint(loaded.network, path, loaded.info)
    again = read_checkpoint(path)
    for ours, theirs in zip(again.network.parameters(), network.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_a_failed_writing_keeps_the_old_file(
    network: MoE3DNetwork, info: CheckpointInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "m.safetensors"
    path.write_bytes(b"old")

    def full_disk(_tensors: dict, target: Path, _metadata: dict) -> None:
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "save_file", full_disk)
    with pytest.raises(OutputError, match="No space left"):
        write_checkpoint(network, path, info)
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["m.safetensors"]


def test_another_ending_is_refused(network: MoE3DNetwork, info: CheckpointInfo, tmp_path: Path):
    with pytest.raises(OutputError, match=r"must end in \.safetensors"):
        write_checkpoint(network, tmp_path / "m.pt", info)


def test_quantising_by_hand():
    weight = torch.tensor([[1.27, -0.5, 0.004], [0.0, 0.0, 0.0]])
    levels, scale = quantize(weight)
    assert levels.tolist() == [[127, -50, 0], [0, 0, 0]]
    torch.testing.assert_close(scale, torch.tensor([0.01, 1.0]))
    torch.testing.assert_close(
        dequantize(levels, scale), torch.tensor([[1.27, -0.5, 0.0], [0.0, 0.0, 0.0]])
    )


@pytest.mark.parametrize("shape", [(5, 40), (6, 3, 3, 3)])
def test_quantised_weights_are_wrong_by_half_a_level(shape: tuple[int, ...]):
    weight = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    again = dequantize(*quantize(weight))
    half_level = weight.flatten(1).abs().amax(1) / 127 / 2
    assert ((again - weight).flatten(1).abs() <= half_level[:, None] * 1.001).all()


def test_compact_files_are_small_and_near(
    network: MoE3DNetwork, info: CheckpointInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(writing, "SMALL_VALUES", 64)
    plain = write_checkpoint(network, tmp_path / "plain.safetensors", info)
    compact = write_checkpoint(network, tmp_path / "compact.safetensors", info, COMPACT)
    assert compact.path == tmp_path / "compact-00001-of-00001.safetensors"
    assert compact.size_bytes < 0.75 * plain.size_bytes  # small weights: headers count
    stored = header(compact.path)
    key = "aggregator.frame_blocks.0.attn.qkv.weight"
    assert stored[key]["dtype"] == "I8"
    assert stored[key + ".__scale"]["shape"] == [48]
    assert stored["depth_head.projects.1.weight"]["dtype"] == "F16"
    loaded = read_checkpoint(compact.path).network
    weight = network.aggregator.frame_blocks[0].attn.qkv.weight
    error = (loaded.aggregator.frame_blocks[0].attn.qkv.weight - weight).abs().max()
    assert 0 < error <= weight.abs().max() / 254 * 1.001
