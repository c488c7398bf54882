"""Tensors of a checkpoint by name, read from disk only when asked for. Code never runs."""

import json
import pickle
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from moe3d.errors import CheckpointError
from moe3d.model.checkpoint.info import FileFormat
from moe3d.model.checkpoint.int8 import SCALE_SUFFIX, dequantize

NESTED_NAMES = ("model", "state_dict")
WANTED = "a VGGT or MoE3D checkpoint (.safetensors or .pt) is wanted"
MAX_HEADER_BYTES = 100 * 10**6
TEXT_BYTES = frozenset({*range(32, 127), *range(128, 256), 9, 10, 13})


class WeightSource(ABC):
    """Named tensors and the file's metadata."""

    format: FileFormat
    metadata: Mapping[str, str]
    shapes: Mapping[str, tuple[int, ...]]
    """Shape of every weight; int8 scales are not listed."""

    @abstractmethod
    def stored(self, key: str) -> Tensor:
        """The tensor as it lies in the file, memory-mapped where that is possible."""

    @abstractmethod
    def has(self, key: str) -> bool:
        """Whether the file has a tensor of this name, scales included."""

    def weight(self, key: str) -> Tensor:
        """The weight; int8 storage is undone."""
        tensor = self.stored(key)
        if self.has(key + SCALE_SUFFIX):
            return dequantize(tensor, self.stored(key + SCALE_SUFFIX))
        return tensor


class SafetensorsSource(WeightSource):
    """One or several safetensors files."""

    format: FileFormat = "safetensors"

    def __init__(self, paths: tuple[Path, ...]) -> None:
        self._shard_of_key = {}
        shapes: dict[str, tuple[int, ...]] = {}
        self.metadata = {}
        for path in paths:
            shard = _open_safetensors(path)
            self.metadata = self.metadata or shard.metadata() or {}
            for key in shard.keys():  # noqa: SIM118 (not a mapping)
                self._shard_of_key[key] = shard
                if not key.endswith(SCALE_SUFFIX):
                    shapes[key] = tuple(shard.get_slice(key).get_shape())
        self.shapes = shapes

    def stored(self, key: str) -> Tensor:
        """The tensor as it lies in the file; its memory is the file's."""
        return self._shard_of_key[key].get_tensor(key)

    def has(self, key: str) -> bool:
        """Whether any shard has a tensor of this name."""
        return key in self._shard_of_key


class TorchSource(WeightSource):
    """A `.pt` file with tensors only, at the top or under "model"."""

    format: FileFormat = "pt"
    metadata: Mapping[str, str] = {}

    def __init__(self, path: Path) -> None:
        content = _load_tensors_only(path)
        self._tensors = _named_tensors(content)
        if not self._tensors:
            raise CheckpointError(f"{path} holds no named weights; {WANTED}")
        self.shapes = {key: tuple(value.shape) for key, value in self._tensors.items()}

    def stored(self, key: str) -> Tensor:
        """The tensor; its memory is the file's unless the file is of the old kind."""
        return self._tensors[key]

    def has(self, key: str) -> bool:
        """Whether the file has a tensor of this name."""
        return key in self._tensors


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
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error.strerror}") from error
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
    try:
        return safe_open(path, framework="pt", device="cpu")
    except SafetensorError as error:
        is_short = _promised_bytes(path) > path.stat().st_size
        fault = "is cut short; copy or download it again" if is_short else f"is damaged ({error})"
        raise CheckpointError(f"{path} {fault}") from error


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
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return end


def _load_tensors_only(path: Path) -> object:
    is_archive = zipfile.is_zipfile(path)
    with path.open("rb") as file:
        starts_as_archive = file.read(2) == b"PK"
    if starts_as_archive and not is_archive:
        raise CheckpointError(f"{path} is cut short; copy or download it again")
    try:
        if path.suffix == ".safetensors":  # torch.load would go by the name
            with path.open("rb") as file:
                return torch.load(file, map_location="cpu", weights_only=True)
        return torch.load(path, map_location="cpu", weights_only=True, mmap=is_archive)
    except pickle.UnpicklingError as error:
        if "truncated" in str(error) or "Ran out of input" in str(error):
            raise CheckpointError(f"{path} is cut short; copy or download it again") from error
        raise CheckpointError(
            f"{path} holds more than weights (Python objects or code) and was not opened, "
            "because such a file can run any program; only files with tensors alone are read"
        ) from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, TypeError) as error:
        kind = "a zip file without weights" if is_archive else "damaged"
        raise CheckpointError(f"{path} is {kind}; {WANTED}") from error


def _named_tensors(content: object) -> dict[str, Tensor]:
    if not isinstance(content, dict):
        return {}
    for name in NESTED_NAMES:
        if isinstance(content.get(name), dict):
            return _named_tensors(content[name])
    return {
        key: value
        for key, value in content.items()
        if isinstance(key, str) and isinstance(value, Tensor)
    }
