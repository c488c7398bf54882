"""From a network to safetensors files, written aside and then renamed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from moe3d.errors import OutputError
from moe3d.io.files.atomic import new_together
from moe3d.model.checkpoint.files import INDEX_SUFFIX, SHARD, shard_name
from moe3d.model.checkpoint.hashing import sha256_of_files
from moe3d.model.checkpoint.info import CheckpointInfo, metadata_from_info
from moe3d.model.checkpoint.int8 import SCALE_SUFFIX, quantize
from moe3d.model.moe3d import MoE3DNetwork

SMALL_VALUES = 4096
HEADER_RESERVE_BYTES = 512 * 2**10


@dataclass(frozen=True)
class StorageOptions:
    """How weights are kept in the file."""

    max_shard_bytes: int = 0
    """Largest file; 0 for a single one."""
    int8_parts: tuple[str, ...] = ()
    """Parts of the network, by the start of their names, whose matrices take 8 bits a value."""
    dtype: torch.dtype | None = None
    """Precision of other weights of over 4,096 values; None keeps the network's."""


COMPACT = StorageOptions(
    max_shard_bytes=16 * 10**6,
    int8_parts=("aggregator.", "camera_head."),
    dtype=torch.float16,
)
"""For the built-in model: about a byte a weight, files under 16 MB."""


def write_checkpoint(
    network: MoE3DNetwork, path: Path, info: CheckpointInfo, options: StorageOptions | None = None
) -> CheckpointInfo:
    """Write a network and what is known of it.

    Args:
        network: its configuration is the one that is written.
        path: ends in `.safetensors`; with a largest file size, the shards' common name.
        info: name, licence, training record and whether experts are trained.
        options: None for one file in the network's own precision.

    Returns:
        The same with path, hash and size of what was written.

    Raises:
        OutputError: the files cannot be written; what was there before is as it was.
    """
    options = options or StorageOptions()
    if path.suffix != ".safetensors":
        raise OutputError(f"a checkpoint's name must end in .safetensors; got {path.name}")
    storage = "int8" if options.int8_parts else "plain"
    info = replace(info, config=network.config, format="safetensors")
    metadata = metadata_from_info(info, storage)
    shards = _shards(_stored_tensors(network, options), options.max_shard_bytes)
    base = path.name.removesuffix(".safetensors")
    names = (
        [shard_name(base, index + 1, len(shards)) for index in range(len(shards))]
        if options.max_shard_bytes
        else [path.name]
    )
    targets = tuple(path.with_name(name) for name in names)
    index = [path.with_name(base + INDEX_SUFFIX)] if options.max_shard_bytes else []
    with new_together((*targets, *index), overwrite=True) as parts:
        for part, tensors in zip(parts, shards, strict=False):
            _save(tensors, part, metadata)
        if index:
            _write_index(parts[-1], names, shards)
    _tidy_siblings(path.parent, base, (*targets, *index))
    return replace(
        info,
        path=targets[0],
        sha256=sha256_of_files(targets),
        size_bytes=sum(target.stat().st_size for target in targets),
    )


def _stored_tensors(
    network: MoE3DNetwork, options: StorageOptions
) -> Iterator[tuple[str, dict[str, Tensor]]]:
    """Each weight's name and the tensors that stand for it in the file."""
    for key, value in network.state_dict().items():
        weight = value.detach().cpu()
        is_large = weight.numel() > SMALL_VALUES
        if is_large and weight.ndim in (2, 4) and key.startswith(options.int8_parts):
            levels, scale = quantize(weight)
            yield key, {key: levels, key + SCALE_SUFFIX: scale}
        elif is_large and options.dtype is not None:
            yield key, {key: weight.to(options.dtype).contiguous()}
        else:
            yield key, {key: weight.contiguous()}


def _shards(
    weights: Iterator[tuple[str, dict[str, Tensor]]], max_bytes: int
) -> list[dict[str, Tensor]]:
    """Fill one file after the other; a weight and its scales stay together."""
    room = max(max_bytes - HEADER_RESERVE_BYTES, 1) if max_bytes else 0
    shards: list[dict[str, Tensor]] = [{}]
    used = 0
    for _, tensors in weights:
        size = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
        if room and shards[-1] and used + size > room:
            shards.append({})
            used = 0
        shards[-1].update(tensors)
        used += size
    return shards


def _save(tensors: dict[str, Tensor], path: Path, metadata: dict[str, str]) -> None:
    try:
        save_file(tensors, path, metadata)
    except SafetensorError as error:
        raise OutputError(f"{path.name} could not be written: {error}") from error


def _tidy_siblings(folder: Path, base: str, kept: tuple[Path, ...]) -> None:
    """Remove what an earlier writing under this name left: other shard counts, a single file."""
    for entry in folder.iterdir():
        shard = SHARD.match(entry.name)
        is_old_shard = shard is not None and shard["base"] == base
        is_old_file = entry.name in (f"{base}.safetensors", base + INDEX_SUFFIX)
        if (is_old_shard or is_old_file) and entry not in kept:
            _remove(entry)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{path} could not be removed: {error}") from error


def _write_index(path: Path, names: list[str], shards: list[dict[str, Tensor]]) -> None:
    weight_map = {key: name for name, shard in zip(names, shards, strict=True) for key in shard}
    total = sum(
        tensor.numel() * tensor.element_size() for shard in shards for tensor in shard.values()
    )
    content = {"metadata": {"total_size": total}, "weight_map": weight_map}
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
