import dataclasses
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from moe3d.errors import JobCancelledError
from moe3d.model.checkpoint import (
    CheckpointInfo,
    ReadOptions,
    StorageOptions,
    read_checkpoint,
    read_info,
    reading,
    write_checkpoint,
)
from moe3d.model.checkpoint.known_sums import KnownSums
from moe3d.model.config import ModelConfig
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.progress import Progress, ProgressReport


def assert_same_weights(first: MoE3DNetwork, second: MoE3DNetwork) -> None:
    ours, theirs = first.state_dict(), second.state_dict()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[key], theirs[key]) for key in ours)


def test_a_written_network_reads_back_with_its_record(
    network: MoE3DNetwork, info: CheckpointInfo, tmp_path: Path
):
    written = write_checkpoint(network, tmp_path / "model.safetensors", info)
    loaded = read_checkpoint(tmp_path / "model.safetensors")
    assert_same_weights(loaded.network, network)
    assert loaded.info == written
    assert loaded.info.training == {"steps": 12, "abs_rel": 0.25, "data": ["rooms"]}
    assert not loaded.network.training
    assert all(not tensor.is_meta for tensor in loaded.network.state_dict().values())


def test_gate_temperatures_are_kept(network: MoE3DNetwork, info: CheckpointInfo, tmp_path: Path):
    moe = dataclasses.replace(network.config.moe, gate_temperature=0.05, training_temperature=0.1)
    annealed = MoE3DNetwork(dataclasses.replace(network.config, moe=moe))
    write_checkpoint(annealed, tmp_path / "model.safetensors", info)
    loaded = read_checkpoint(tmp_path / "model.safetensors")
    assert loaded.info.config.moe == moe
    images = torch.rand(1, 1, 3, 28, 28)
    with torch.inference_mode():
        assert loaded.network(images).gate_temperature == 0.05


@pytest.mark.parametrize("nest", [lambda w: w, lambda w: {"model": w, "epoch": 3}])
def test_vggts_own_file_gets_a_warm_start(
    vggt_weights: dict, tiny_sizes: ReadOptions, network: MoE3DNetwork, tmp_path: Path, nest
):
    torch.save(nest(vggt_weights), tmp_path / "model.pt")
    loaded = read_checkpoint(tmp_path / "model.pt", tiny_sizes)
    assert not loaded.info.experts_trained
    assert loaded.info.format == "pt"
    assert torch.equal(loaded.network.aggregator.camera_token, network.aggregator.camera_token)
    copies = loaded.network.moe_head.experts.conv1.weight.unflatten(0, (4, -1))
    original = network.depth_head.scratch.output_conv2[0].weight
    difference = (copies - original).std() / original.std()
    assert 0.005 < difference < 0.02
    assert not loaded.network.moe_head.gate.conv2.weight.any()


def test_vggts_safetensors_file_gets_a_warm_start(
    vggt_weights: dict, tiny_sizes: ReadOptions, tmp_path: Path
):
    save_file(vggt_weights, tmp_path / "model.safetensors", {"format": "pt"})
    first = read_checkpoint(tmp_path / "model.safetensors", tiny_sizes)
    again = read_checkpoint(tmp_path / "model.safetensors", tiny_sizes)
    other = read_checkpoint(tmp_path / "model.safetensors", dataclasses.replace(tiny_sizes, seed=1))
    assert not first.info.experts_trained
    assert_same_weights(first.network, again.network)
    experts = (loaded.network.moe_head.experts.conv1.weight for loaded in (first, other))
    assert not torch.equal(*experts)


def test_a_pt_file_of_the_old_kind_is_read(
    vggt_weights: dict, tiny_sizes: ReadOptions, tmp_path: Path
):
    torch.save(vggt_weights, tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    assert read_checkpoint(tmp_path / "old.pt", tiny_sizes).info.format == "pt"


def test_what_a_file_is_does_not_depend_on_its_name(
    vggt_file: Path, tiny_sizes: ReadOptions, tmp_path: Path
):
    renamed = vggt_file.rename(tmp_path / "weights.safetensors")
    assert read_checkpoint(renamed, tiny_sizes).info.format == "pt"


def test_a_bfloat16_backbone_is_cast_while_it_is_read(
    network: MoE3DNetwork, info: CheckpointInfo, tmp_path: Path
):
    write_checkpoint(network, tmp_path / "model.safetensors", info)
    options = ReadOptions(backbone_dtype=torch.bfloat16)
    loaded = read_checkpoint(tmp_path / "model.safetensors", options).network
    block, original = loaded.aggregator.frame_blocks[0], network.aggregator.frame_blocks[0]
    assert torch.equal(block.mlp.fc1.weight, original.mlp.fc1.weight.to(torch.bfloat16))
    assert block.norm1.weight.dtype == torch.float32
    assert loaded.depth_head.norm.weight.dtype == torch.float32


def test_half_precision_files_are_widened(
    network: MoE3DNetwork, info: CheckpointInfo, tmp_path: Path
):
    options = StorageOptions(dtype=torch.float16)
    write_checkpoint(network, tmp_path / "model.safetensors", info, options)
    loaded = read_checkpoint(tmp_path / "model.safetensors").network
    assert {weight.dtype for weight in loaded.parameters()} == {torch.float32}


def test_reading_reports_and_can_be_stopped(
    network: MoE3DNetwork, info: CheckpointInfo, tmp_path: Path
):
    write_checkpoint(network, tmp_path / "model.safetensors", info)
    reports: list[ProgressReport] = []
    read_checkpoint(tmp_path / "model.safetensors", progress=Progress(reports.append))
    assert {report.stage for report in reports} == {"load the model", "check the model file"}
    assert reports[-1].fraction == 1.0
    stopped = Progress()
    stopped.cancel()
    with pytest.raises(JobCancelledError):
        read_checkpoint(tmp_path / "model.safetensors", progress=stopped)


def test_info_can_be_had_without_loading(
    network: MoE3DNetwork, info: CheckpointInfo, vggt_file: Path, tiny_sizes: ReadOptions,
    tmp_path: Path,
):  # fmt: skip
    written = write_checkpoint(network, tmp_path / "model.safetensors", info)
    assert read_info(tmp_path / "model.safetensors") == dataclasses.replace(written, sha256="")
    assert not read_info(vggt_file, tiny_sizes).experts_trained


def anonymous_bytes() -> int:
    """Memory of this process that is not a mapped file's."""
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith("Anonymous:"):
            return 1024 * int(line.split()[1])
    raise AssertionError


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
@pytest.mark.parametrize("suffix", ["safetensors", "pt"])
def test_weights_stay_in_the_mapped_file(tiny_config: ModelConfig, tmp_path: Path, suffix: str):
    # 30 MB of weights: a copy anywhere on the way would show.
    big = dataclasses.replace(
        tiny_config,
        dpt=dataclasses.replace(tiny_config.dpt, out_channels=(4, 8, 900, 900)),
    )
    network = MoE3DNetwork(big)
    size = sum(4 * weight.numel() for weight in network.parameters())
    assert size > 30e6
    path = tmp_path / f"big.{suffix}"
    if suffix == "pt":
        torch.save(network.state_dict(), path)
    else:
        write_checkpoint(network, path, CheckpointInfo("big", big))
    del network
    before = anonymous_bytes()
    loaded = read_checkpoint(path, ReadOptions(config=big))
    assert loaded.info.size_bytes > 30e6
    assert anonymous_bytes() - before < 10e6  # less than a third of a copy


def test_weights_known_to_be_finite_are_not_looked_at_again(
    network: MoE3DNetwork,
    info: CheckpointInfo,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    path, looks = tmp_path / "model.safetensors", []
    write_checkpoint(network, path, info)
    monkeypatch.setattr(reading, "is_finite", lambda weight: looks.append(weight.dtype) or True)
    known = KnownSums(tmp_path / "sums.json", smallest_bytes=0)

    def looked_at(dtype: torch.dtype) -> int:
        looks.clear()
        read_checkpoint(path, ReadOptions(backbone_dtype=dtype, known_sums=known))
        return len(looks)

    count = len(network.state_dict())
    assert (looked_at(torch.float32), looked_at(torch.float32)) == (count, 0)
    # A narrower precision may be too narrow for a weight that was finite before.
    assert (looked_at(torch.bfloat16), looked_at(torch.bfloat16)) == (count, 0)
    path.touch()
    assert looked_at(torch.float32) == count


def test_the_number_of_weights_chooses_the_precision(
    network: MoE3DNetwork, info: CheckpointInfo, tmp_path: Path
):
    write_checkpoint(network, tmp_path / "model.safetensors", info)
    asked = []
    options = ReadOptions(backbone_dtype=lambda count: asked.append(count) or torch.bfloat16)
    loaded = read_checkpoint(tmp_path / "model.safetensors", options).network
    assert asked == [sum(weight.numel() for weight in network.parameters())]
    assert loaded.aggregator.frame_blocks[0].mlp.fc1.weight.dtype == torch.bfloat16
