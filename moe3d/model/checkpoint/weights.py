"""Tensors of a checkpoint by name, read from disk only when asked for. Code never runs."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from moe3d.errors import CheckpointError
from moe3d.io.files.outside_files import reading, require_file
from moe3d.model.checkpoint.info import KEY, FileFormat
from moe3d.model.checkpoint.int8 import SCALE_SUFFIX, dequantize
from moe3d.model.checkpoint.names import NamedWeights, find_weights
from moe3d.model.checkpoint.torch_file import load_tensors_only, named_tensors

WANTED = "a VGGT or MoE3D checkpoint (.safetensors or .pt) is wanted"
MAX_HEADER_BYTES = 16 * 2**20
"""VGGT's header has 0.2 MB."""
TEXT_BYTES = frozenset({*range(32, 127), *range(128, 256), 9, 10, 13})


class WeightSource(ABC):
    """Named tensors and the file's metadata, by the network's own names."""

    format: FileFormat
    path: Path
    metadata: Mapping[str, str]
    shapes: Mapping[str, tuple[int, ...]]
    """Shape of every weight; int8 scales are not listed."""
    names: NamedWeights

    @abstractmethod
    def stored(self, key: str) -> Tensor:
        """The tensor as it lies in the file, memory-mapped where that is possible."""

    def has(self, key: str) -> bool:
        """Whether the file has a tensor of this name, scales included."""
        return key in self.names.stored

    def weight(self, key: str) -> Tensor:
        """The weight; int8 storage is undone.

        Raises:
            CheckpointError: it is no tensor of floating-point numbers, or cannot be read.
        """
        with reading(self.path, CheckpointError, f"its weight {key} cannot be read", WANTED):
            tensor = self.stored(key)
            if self.has(key + SCALE_SUFFIX):
                return _from_levels(tensor, self.stored(key + SCALE_SUFFIX))
            if tensor.is_quantized:
                tensor = tensor.dequantize()
        is_plain = tensor.layout == torch.strided and not tensor.is_meta
        if not tensor.is_floating_point() or not is_plain:
            what = f"{tensor.dtype} without a scale" if is_plain else "no values of its own"
            raise CheckpointError(
                f"{self.path}: its weight {key} holds {what.removeprefix('torch.')}; "
                "floating-point numbers are wanted"
            )
        return tensor


class SafetensorsSource(WeightSource):
    """One or several safetensors files."""

    format: FileFormat = "safetensors"

    def __init__(self, paths: tuple[Path, ...]) -> None:
        self.path = paths[0]
        self._shard_of_name = {}
        shapes: dict[str, tuple[int, ...]] = {}
        self.metadata = {}
        for path in paths:
            shard = _open_safetensors(path)
            with reading(path, CheckpointError, wanted=WANTED):
                self.metadata = self.metadata or shard.metadata() or {}
                for name in shard.keys():  # noqa: SIM118 (not a mapping)
                    self._shard_of_name[name] = shard
                    shapes[name] = tuple(shard.get_slice(name).get_shape())
        self.names = find_weights(shapes, self.path)
        self.shapes = _without_scales(self.names, shapes)

    def stored(self, key: str) -> Tensor:
        """The tensor as it lies in the file; its memory is the file's."""
        name = self.names.stored[key]
        return self._shard_of_name[name].get_tensor(name)


class TorchSource(WeightSource):
    """A `.pt` file with tensors only, at the top or under names such as "model"."""

    format: FileFormat = "pt"

    def __init__(self, path: Path) -> None:
        self.path = path
        content = load_tensors_only(path, WANTED)
        with reading(path, CheckpointError, wanted=WANTED):
            self._tensors = named_tensors(content)
        self._tensors.pop("", None)  # a tensor without a name
        if not self._tensors:
            raise CheckpointError(f"{path} holds no named weights; {WANTED}")
        self.metadata = _metadata_of(content)
        shapes = {name: tuple(value.shape) for name, value in self._tensors.items()}
        self.names = find_weights(shapes, path)
        self.shapes = _without_scales(self.names, shapes)

    def stored(self, key: str) -> Tensor:
        """The tensor; its memory is the file's unless the file is of the old kind."""
        return self._tensors[self.names.stored[key]]


def _without_scales(
    names: NamedWeights, shapes: Mapping[str, tuple[int, ...]]
) -> dict[str, tuple[int, ...]]:
    scaled = [key for key in names.stored if not key.endswith(SCALE_SUFFIX)]
    return {key: shapes[names.stored[key]] for key in scaled}


def _from_levels(levels: Tensor, scale: Tensor) -> Tensor:
    is_fit = levels.ndim > 1 and scale.shape == levels.shape[:1] and scale.is_floating_point()
    if levels.dtype != torch.int8 or not is_fit:
        raise ValueError(
            f"levels are {levels.dtype} {tuple(levels.shape)} with scales {tuple(scale.shape)}; "
            "int8 rows with one scale each are wanted"
        )
    return dequantize(levels, scale)


def _metadata_of(content: object) -> dict[str, str]:
    """The record of a safetensors file that was saved as `.pt` with it; empty for others."""
    places = [content]
    if isinstance(content, dict):
        places += [content.get("metadata"), content.get("__metadata__")]
    texts = [place[KEY] for place in places if isinstance(place, dict) and KEY in place]
    return {KEY: texts[0]} if texts and isinstance(texts[0], str) else {}


def open_weights(paths: tuple[Path, ...]) -> WeightSource:
    """Open a checkpoint's files by what they contain, whatever they are called.

    Raises:
        CheckpointError: a file is empty, cut short, something else, or holds code.
    """
    kinds = {_kind(path) for path in paths}
    if kinds == {"safetensors"}:
        return SafetensorsSource(paths)
    if kinds == {"pt"} and len(paths) == 1:
        return TorchSource(paths[0])
    raise CheckpointError(f"{paths[0].parent} has shards of different kinds; {WANTED}")


def _kind(path: Path) -> str:
    require_file(path, CheckpointError, WANTED)
    with reading(path, CheckpointError, wanted=WANTED), path.open("rb") as file:
        head = file.read(512)
    if not head:
        raise CheckpointError(f"{path} is empty (0 bytes); {WANTED}")
    if head.startswith(b"version https://git-lfs"):
        raise CheckpointError(
            f"{path} is a Git LFS pointer, not the model itself: run `git lfs pull`"
        )
    # A safetensors file starts with any eight bytes (its header's length), so it is asked first.
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= MAX_HEADER_BYTES:
        return "safetensors"
    if head.startswith((b"PK", b"\x80")):
        return "pt"
    if set(head) <= TEXT_BYTES:
        raise CheckpointError(f"{path} is a text file; {WANTED}")
    raise CheckpointError(f"{path} is not a model file; {WANTED}")


def _open_safetensors(path: Path) -> "safe_open":
    with reading(path, CheckpointError, wanted=WANTED):
        try:
            return safe_open(path, framework="pt", device="cpu")
        except SafetensorError as error:
            if _promised_bytes(path) <= path.stat().st_size:
                raise
            text = f"{path} is cut short; copy or download it again"
            raise CheckpointError(text) from error


def _promised_bytes(path: Path) -> int:
    """Size that a safetensors file's header promises, as far as the header can be read."""
    with path.open("rb") as file:
        header_bytes = int.from_bytes(file.read(8), "little")
        header = file.read(min(header_bytes, MAX_HEADER_BYTES))
    end = 8 + header_bytes
    try:
        entries = json.loads(header)
        ends = [entry["data_offsets"][1] for key, entry in entries.items() if key != "__metadata__"]
        return end + max(ends, default=0)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return end
