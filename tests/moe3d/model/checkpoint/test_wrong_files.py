"""A wrong file gets one sentence that says what it is and what was wanted."""

import pickle
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from moe3d.errors import CheckpointError
from moe3d.model.checkpoint import (
    CheckpointInfo,
    ReadOptions,
    StorageOptions,
    read_checkpoint,
    read_info,
    write_checkpoint,
)
from moe3d.model.checkpoint.files import locate_files
from moe3d.model.moe3d import MoE3DNetwork


class Trap:
    """A pickle of this creates a file when it is opened."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def assert_refused(path: Path, *words: str, options: ReadOptions | None = None) -> None:
    for read in (read_checkpoint, read_info):
        with pytest.raises(CheckpointError) as caught:
            read(path, options)
        message = str(caught.value)
        assert "\n" not in message
        assert str(path.parent) in message
        for word in words:
            assert re.search(word, message), message


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "is empty"),
        (b"Dear diary,\nno model today.\n", "text file"),
        ("Für später: kein Modell".encode(), "text file"),
        (b"<!DOCTYPE html><html>Sign in</html>", "text file"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\n", "git lfs pull"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not a model file"),
        (b"\x80\x02", "cut short|damaged"),
        (b"PK\x03\x04half a zip", "cut short"),
        (b"\x10\x27\x00\x00\x00\x00\x00\x00{", "cut short"),
        (b"\x10\x00\x00\x00\x00\x00\x00\x00{no json here    ", "damaged"),
    ],
)
def test_a_file_that_is_no_model(tmp_path: Path, suffix: str, content: bytes, word: str):
    path = tmp_path / f"model{suffix}"
    path.write_bytes(content)
    assert_refused(path, re.escape(path.name), word)


def test_a_missing_path_and_a_folder(tmp_path: Path):
    assert_refused(tmp_path / "gone.safetensors", "there is no model file", "wanted")
    assert_refused(tmp_path / "nowhere" / "gone.pt", "there is no model file")
    (tmp_path / "folder").mkdir()
    assert_refused(tmp_path / "folder", "is a folder", "name the model file")


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@pytest.mark.parametrize(
    "save", [torch.save, lambda value, path: path.write_bytes(pickle.dumps(value))]
)
def test_a_pickle_with_code_never_runs(tmp_path: Path, save: Callable):
    trap = tmp_path / "sprung"
    save({"model": Trap(trap), "aggregator.camera_token": torch.zeros(1)}, tmp_path / "evil.pt")
    assert_refused(tmp_path / "evil.pt", "was not opened", "only files with tensors")
    assert not trap.exists()


def test_a_whole_pickled_network_is_refused(tmp_path: Path, network: MoE3DNetwork):
    torch.save(torch.nn.Linear(2, 2), tmp_path / "module.pt")
    assert_refused(tmp_path / "module.pt", "holds more than weights")


@pytest.mark.parametrize("content", [[1, 2], {"epoch": 3}, torch.zeros(3)])
def test_a_pt_file_without_named_weights(tmp_path: Path, content: object):
    torch.save(content, tmp_path / "other.pt")
    assert_refused(tmp_path / "other.pt", "holds no named weights", "wanted")


def test_a_zip_of_something_else(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "photos.pt", "w") as archive:
        archive.writestr("photo.jpg", "no")
    assert_refused(tmp_path / "photos.pt", "zip file without weights")


@pytest.mark.parametrize("kept", [0.2, 0.9, 0.999])
@pytest.mark.parametrize("suffix", ["pt", "safetensors"])
def test_a_file_that_was_cut_short(
    tmp_path: Path, network: MoE3DNetwork, info: CheckpointInfo, suffix: str, kept: float
):
    path = tmp_path / f"model.{suffix}"
    if suffix == "pt":
        torch.save(network.state_dict(), path)
    else:
        write_checkpoint(network, path, info)
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    assert_refused(path, "cut short")


def test_a_missing_shard(tmp_path: Path, network: MoE3DNetwork, info: CheckpointInfo):
    options = StorageOptions(max_shard_bytes=600_000)
    first = write_checkpoint(network, tmp_path / "m.safetensors", info, options).path
    shards = sorted(tmp_path.glob("m-*"))
    shards[-1].unlink()
    assert_refused(first, f"lacks 1 of {len(shards)} shards", shards[-1].name)
    assert_refused(tmp_path / "m.safetensors", f"lacks 1 of {len(shards)} shards")


def test_shards_of_two_writings(tmp_path: Path):
    for name in ("m-00001-of-00002.safetensors", "m-00001-of-00003.safetensors"):
        (tmp_path / name).touch()
    assert_refused(tmp_path / "m", "2 different counts")
    assert_refused(tmp_path / "m-00001-of-00000.safetensors", "claims to have 0 shards")


@pytest.mark.parametrize(
    "content", ["[]", "no json", '{"weight_map": {}}', '{"weight_map": {"a": "../../etc/passwd"}}']
)
def test_an_index_that_is_none(tmp_path: Path, content: str):
    index = tmp_path / "m.safetensors.index.json"
    index.write_text(content)
    with pytest.raises(CheckpointError, match="is not an index of model shards"):
        locate_files(index)


def test_vggt_omega(tmp_path: Path, vggt_weights: dict, tiny_sizes: ReadOptions):
    vggt_weights["aggregator.register_token"] = torch.zeros(1, 2, 16, 16)
    torch.save(vggt_weights, tmp_path / "omega.pt")
    assert_refused(tmp_path / "omega.pt", "VGGT-Omega", "tiny is wanted", options=tiny_sizes)
    save_file(
        {"aggregator.patch_embed.patch_embed.proj.weight": torch.zeros(8, 3, 16, 16)},
        tmp_path / "omega.safetensors",
    )
    assert_refused(tmp_path / "omega.safetensors", "VGGT-Omega", "vggt-1b is wanted")


@pytest.mark.parametrize(
    "names",
    [
        ["cls_token", "pos_embed", "blocks.0.norm1.weight"],
        ["embeddings.cls_token", "encoder.layer.0.norm1.weight"],
    ],
)
def test_dino_alone(tmp_path: Path, names: list[str]):
    save_file({name: torch.zeros(4) for name in names}, tmp_path / "dino.safetensors")
    assert_refused(tmp_path / "dino.safetensors", "DINOv2 image backbone", "vggt-1b is wanted")


def test_weights_of_something_else(tmp_path: Path):
    save_file({"fc.weight": torch.zeros(4), "fc.bias": torch.zeros(4)}, tmp_path / "a.safetensors")
    assert_refused(tmp_path / "a.safetensors", "2 other weights", "fc.weight", "wanted")


def test_vggt_of_another_size(tmp_path: Path, vggt_weights: dict, tiny_sizes: ReadOptions):
    torch.save(vggt_weights, tmp_path / "small.pt")
    assert_refused(tmp_path / "small.pt", "another size", r"\(1, 2, 1, 16\)", r"\(1, 2, 1, 1024\)")
    vggt_weights["aggregator.frame_blocks.2.norm1.weight"] = torch.zeros(16)
    torch.save(vggt_weights, tmp_path / "deep.pt")
    assert_refused(tmp_path / "deep.pt", "another size", "frame_blocks.2", options=tiny_sizes)


def test_a_part_of_the_weights(tmp_path: Path, vggt_weights: dict, tiny_sizes: ReadOptions):
    aggregator = {k: v for k, v in vggt_weights.items() if k.startswith("aggregator.")}
    torch.save(aggregator, tmp_path / "part.pt")
    assert_refused(tmp_path / "part.pt", r"lacks \d+ of \d+ weights", options=tiny_sizes)


def test_a_half_written_mixture(tmp_path: Path, network: MoE3DNetwork, tiny_sizes: ReadOptions):
    weights = {k: v for k, v in network.state_dict().items() if "gate.conv2" not in k}
    torch.save(weights, tmp_path / "half.pt")
    assert_refused(tmp_path / "half.pt", "lacks 2 of", "moe_head.gate.conv2", options=tiny_sizes)


@pytest.mark.parametrize(
    "record", ["{", "[]", '{"version": 1}', '{"version": 1, "config": {"wdth": 3}}']
)
def test_a_damaged_record(tmp_path: Path, record: str):
    save_file({"a": torch.zeros(1)}, tmp_path / "m.safetensors", {"moe3d": record})
    assert_refused(tmp_path / "m.safetensors", "damaged model record")


def test_a_record_of_a_newer_program(tmp_path: Path):
    save_file({"a": torch.zeros(1)}, tmp_path / "m.safetensors", {"moe3d": '{"version": 99}'})
    assert_refused(tmp_path / "m.safetensors", "newer version", "update the program")
