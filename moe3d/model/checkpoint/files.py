"""Which files make up a checkpoint: one file, or shards as the model hub names them."""

import json
import re
from pathlib import Path

from moe3d.errors import CheckpointError
from moe3d.io.files.outside_files import read_text, reading, shown

SHARD = re.compile(r"^(?P<base>.+)-(?P<index>\d{5})-of-(?P<total>\d{5})\.safetensors$")
INDEX_SUFFIX = ".safetensors.index.json"
MAX_SHARDS = 1000


def shard_name(base: str, index: int, total: int) -> str:
    """File name of one shard; indices start at 1."""
    return f"{base}-{index:05d}-of-{total:05d}.safetensors"


def locate_files(path: Path) -> tuple[Path, ...]:
    """Every file of a checkpoint, in order.

    Args:
        path: a single file, any shard, the index, or the shards' common name with or without
            `.safetensors`.

    Raises:
        CheckpointError: nothing is there, it is a folder, or a shard is missing.
    """
    with reading(path, CheckpointError, "cannot be looked for"):
        return _located(path)


def _located(path: Path) -> tuple[Path, ...]:
    shard = SHARD.match(path.name)
    if shard is not None:
        return _all_shards(path.parent, shard["base"], int(shard["total"]))
    if path.name.endswith(INDEX_SUFFIX):
        return _shards_of_index(path)
    if path.is_file():
        return (path,)
    base = path.name.removesuffix(".safetensors")
    index = path.with_name(base + INDEX_SUFFIX)
    if index.is_file():
        return _shards_of_index(index)
    totals = _totals_on_disk(path.parent, base)
    if len(totals) == 1:
        return _all_shards(path.parent, base, totals.pop())
    raise CheckpointError(_why_not_found(path, totals))


def _why_not_found(path: Path, totals: set[int]) -> str:
    if len(totals) > 1:
        return f"{path} has shards of {len(totals)} different counts; remove the stale ones"
    if path.is_dir():
        return f"{path} is a folder; name the model file in it (.safetensors or .pt)"
    wanted = "a .safetensors or .pt file, or a model's name, is wanted"
    return f"there is no model file {shown(path)}; {wanted}"


def _totals_on_disk(folder: Path, base: str) -> set[int]:
    if not folder.is_dir():
        return set()
    shards = (SHARD.match(entry.name) for entry in folder.iterdir())
    return {int(shard["total"]) for shard in shards if shard is not None and shard["base"] == base}


def _all_shards(folder: Path, base: str, total: int) -> tuple[Path, ...]:
    if not 1 <= total <= MAX_SHARDS:
        raise CheckpointError(f"{folder / base} claims to have {total} shards")
    names = [shard_name(base, index, total) for index in range(1, total + 1)]
    return _existing(tuple(folder / name for name in names))


def _shards_of_index(index: Path) -> tuple[Path, ...]:
    if not index.is_file():
        raise CheckpointError(f"there is no model index {index}")
    with reading(index, CheckpointError, "is not an index of model shards"):
        weight_map = json.loads(read_text(index, CheckpointError))["weight_map"]
        names = sorted({str(name) for name in weight_map.values()})
    if not names or len(names) > MAX_SHARDS or not all(_is_file_name(name) for name in names):
        raise CheckpointError(f"{index}: is not an index of model shards beside it")
    return _existing(tuple(index.with_name(name) for name in names))


def _is_file_name(name: str) -> bool:
    return 0 < len(name) < 256 and name.isprintable() and Path(name).name == name


def _existing(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise CheckpointError(
            f"{paths[0].parent} lacks {len(missing)} of {len(paths)} shards of this model: "
            f"{shown(', '.join(missing[:3]))}"
        )
    return paths
