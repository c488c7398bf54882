"""Files that torch.save wrote, opened without running anything in them."""

import io
import pickle
import pickletools
import re
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import torch
from torch import Tensor

from moe3d.errors import CheckpointError
from moe3d.io.files.outside_files import reading, shown

MAX_PICKLE_BYTES = 256 * 2**20
"""Largest description of the tensors in a file; VGGT's has 0.2 MB."""
MAX_TENSORS = 1_000_000
_REFUSED = re.compile(r"(?:GLOBAL|class|function|reduce for unrecognized function) ([\w.<>]+)")
_LIGHTNING = b"pytorch-lightning_version"
_OPCODES = frozenset(entry.code for entry in pickletools.opcodes)
_OPERAND = re.compile(r"Unsupported operand (\d+)")


def load_tensors_only(path: Path, wanted: str) -> object:
    """What the file holds: tensors and plain values, memory-mapped where that is possible.

    Raises:
        CheckpointError: it is cut short, damaged, or holds more than that.
    """
    is_archive = zipfile.is_zipfile(path)
    with reading(path, CheckpointError, wanted=wanted), path.open("rb") as file:
        starts_as_archive = file.read(2) == b"PK"
    if starts_as_archive and not is_archive:
        raise CheckpointError(f"{path} is cut short; copy or download it again")
    if is_archive:
        _check_archive(path, wanted)
    fault = "is a zip file without weights" if is_archive else "is damaged"
    with reading(path, CheckpointError, fault, wanted):
        try:
            return _load(path, is_archive)
        except pickle.UnpicklingError as error:
            text = str(error)
            if "truncated" in text or "Ran out of input" in text:
                raise CheckpointError(f"{path} is cut short; copy or download it again") from error
            operand = _OPERAND.search(text)
            if operand is not None and chr(int(operand[1])) not in _OPCODES:
                raise
            raise CheckpointError(_refusal(path, text)) from error


def named_tensors(content: object) -> dict[str, Tensor]:
    """Every tensor of nested dictionaries, by the words that lead to it, dotted."""
    found: dict[str, Tensor] = {}
    seen: set[int] = set()
    waiting = [("", content)]
    while waiting:
        prefix, value = waiting.pop()
        if isinstance(value, Tensor):
            found.setdefault(prefix, value)
        elif isinstance(value, dict) and id(value) not in seen and prefix.count(".") < 64:
            seen.add(id(value))  # a pickle may hold a dictionary that holds itself
            entries = [(key, item) for key, item in value.items() if isinstance(key, str)]
            waiting += [(f"{prefix}.{key}" if prefix else key, item) for key, item in entries]
        if len(found) > MAX_TENSORS:
            raise ValueError(f"it holds more than {MAX_TENSORS:,} tensors")
    return {name: found[name] for name in sorted(found)}


def _load(path: Path, is_archive: bool) -> object:
    if is_archive and path.suffix != ".safetensors":  # torch.load would go by the name
        return torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    with path.open("rb") as file:
        bounded: Any = file if is_archive else _Bounded(file, path.stat().st_size)
        return torch.load(bounded, map_location="cpu", weights_only=True)


class _Bounded(io.RawIOBase):
    """A file of which no one can ask for more bytes than it has, whatever a length in it says."""

    def __init__(self, file: BinaryIO, num_bytes: int) -> None:
        self._file, self._num_bytes = file, num_bytes

    def read(self, size: int = -1, /) -> bytes:
        """As a file's; a length past the end reads to the end."""
        rest = max(self._num_bytes - self._file.tell(), 0)
        return self._file.read(rest if size < 0 else min(size, rest))

    def readline(self, size: int | None = -1, /) -> bytes:
        """As a file's."""
        return self._file.readline(-1 if size is None else size)

    def readinto(self, buffer: memoryview, /) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        """As a file's."""
        content = self.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """As a file's."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """As a file's."""
        return self._file.tell()

    def seekable(self) -> bool:
        """Always."""
        return True


def _check_archive(path: Path, wanted: str) -> None:
    """Refuse compressed members, which torch never writes and would map as if they were not."""
    with reading(path, CheckpointError, wanted=wanted), zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.compress_type != zipfile.ZIP_STORED:
                raise CheckpointError(
                    f"{path} is compressed inside ({shown(member.filename, 80)}), which torch "
                    "never does; unpack it and pack it again without compression"
                )
            if member.filename.endswith(".pkl") and member.file_size > MAX_PICKLE_BYTES:
                raise ValueError(f"{member.filename} has {member.file_size:,} bytes")


def _refusal(path: Path, text: str) -> str:
    found = _REFUSED.search(text)
    name = f", {shown(found[1], 80)} among them" if found else ""
    kind = " is a Lightning checkpoint that" if _LIGHTNING in _description(path) else ""
    key = "['state_dict']" if kind else ""
    return (
        f"{path}{kind} holds more than weights (Python objects or code{name}) and was not opened, "
        "because such a file can run any program; only files with tensors alone are read: where it "
        f"was made, save its weights alone (torch.save(checkpoint{key}, ...))"
    )


def _description(path: Path) -> bytes:
    """The pickle's bytes, which are looked at and not run."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            return file.read(2**20)
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith("data.pkl")]
        return archive.read(names[0]) if names else b""
