"""Arrays out of an .npz file that may be cut, damaged or hostile.

numpy's own reader trusts the sizes in the file; this one checks them first.
"""

import struct
import tokenize
import zipfile
import zlib
from math import prod
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np

from moe3d.errors import MoE3DError, PredictionFileError

MAX_RATIO = 50
"""Largest share of unpacked to packed bytes that is believed, above `SMALL_BYTES`."""
SMALL_BYTES = 64 * 2**20
CHUNK_BYTES = 16 * 2**20

# What zipfile and numpy raise on damaged files.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    tokenize.TokenError,
    EOFError,
    KeyError,
    IndexError,
    MemoryError,
    NotImplementedError,
    OverflowError,
    RecursionError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    OSError,
)


class NpzReader:
    """An open .npz file. Reads no object arrays, and nothing larger than the file can hold.

    Raises:
        error_kind: from every method, when the file is not what it should be.
    """

    def __init__(self, path: Path, error_kind: type[MoE3DError] = PredictionFileError) -> None:
        self._path, self._error_kind = path, error_kind
        try:
            if path.is_dir():
                raise self._error_kind(f"{path}: is a folder; wanted a saved file")
            self._zip = zipfile.ZipFile(path)
        except FileNotFoundError as error:
            raise self._error_kind(f"{path}: there is no such file") from error
        except PermissionError as error:
            raise self._error_kind(f"{path}: may not be read ({error.strerror})") from error
        except _DAMAGE as error:
            raise self._error_kind(
                f"{path}: is no NPZ file, or its end is missing ({_words(error)})"
            ) from error
        self._refuse_bomb()
        self._refuse_climbers()

    def __enter__(self) -> "NpzReader":
        return self

    def __exit__(self, *error: object) -> None:
        self._zip.close()

    @property
    def names(self) -> frozenset[str]:
        """Names of the arrays."""
        return frozenset(name.removesuffix(".npy") for name in self._zip.namelist())

    def read(
        self, name: str, wanted: tuple[str, tuple[str | int, ...]], sizes: dict[str, int]
    ) -> np.ndarray:
        """Read one array.

        Args:
            name: of the array.
            wanted: its dtype, as a code or a kind, and its shape by letters and numbers.
            sizes: what the letters stand for; letters seen first are added.
        """
        code, shape = wanted
        if name not in self.names:
            raise self._error_kind(
                f"{self._path}: has no array {name!r}; the file is incomplete: save it again"
            )
        try:
            array = self._read_checked(f"{name}.npy")
        except MoE3DError:
            raise
        except _DAMAGE as error:
            raise self._error_kind(
                f"{self._path}: the array {name!r} is damaged ({_words(error)})"
            ) from error
        if array.dtype.kind != np.dtype(code).kind or (
            len(code) == 2 and array.dtype != np.dtype(code)
        ):
            raise self._error_kind(
                f"{self._path}: {name!r} must hold {code}; it holds {array.dtype}"
            )
        if not _fits(array.shape, shape, sizes):
            letters = ", ".join(f"{key}={value}" for key, value in sizes.items())
            raise self._error_kind(
                f"{self._path}: {name!r} must be {shape} ({letters}); it is {array.shape}"
            )
        return array

    def read_bytes(self, name: str, max_bytes: int) -> bytes:
        """Read a member that is no array."""
        info = self._zip.getinfo(name)
        if info.file_size > max_bytes:
            raise self._error_kind(
                f"{self._path}: {name!r} has {info.file_size:,} bytes; wanted at most {max_bytes:,}"
            )
        try:
            return self._zip.read(info)
        except _DAMAGE as error:
            raise self._error_kind(
                f"{self._path}: {name!r} is damaged ({_words(error)})"
            ) from error

    def _read_checked(self, member: str) -> np.ndarray:
        info = self._zip.getinfo(member)
        with self._zip.open(info) as stream:
            shape, fortran, dtype = _read_header(stream)
            if dtype.hasobject:
                raise self._error_kind(
                    f"{self._path}: {member!r} holds Python objects, which are never loaded"
                )
            size = prod(shape) * dtype.itemsize
            if size != info.file_size - stream.tell():
                raise ValueError(f"{shape} of {dtype} do not fit its {info.file_size} bytes")
            data = bytearray(size)
            view = memoryview(data)
            while len(view):
                chunk = stream.read(min(CHUNK_BYTES, len(view)))
                if not chunk:
                    raise EOFError("its end is missing")
                view[: len(chunk)] = chunk
                view = view[len(chunk) :]
            stream.read(1)  # lets zipfile compare the checksum
        array = np.frombuffer(data, dtype)
        return array.reshape(shape[::-1]).T if fortran else array.reshape(shape)

    def _refuse_bomb(self) -> None:
        unpacked = sum(info.file_size for info in self._zip.infolist())
        on_disk = self._path.stat().st_size
        if unpacked > SMALL_BYTES and unpacked > MAX_RATIO * on_disk:
            self._zip.close()
            raise self._error_kind(
                f"{self._path}: would unpack {on_disk / 1e6:.1f} MB to {unpacked / 1e6:,.0f} MB; "
                "that is no saved prediction"
            )

    def _refuse_climbers(self) -> None:
        """Nothing is ever unpacked to disk; a file that would like to be is still not ours."""
        for name in self._zip.namelist():
            parts = PurePosixPath(name.replace("\\", "/"))
            if parts.is_absolute() or ".." in parts.parts or ":" in name:
                self._zip.close()
                raise self._error_kind(
                    f"{self._path}: holds a member {name!r} that points out of the file; it was "
                    "not made by this program"
                )


def _read_header(
    stream: IO[bytes] | zipfile.ZipExtFile,
) -> tuple[tuple[int, ...], bool, np.dtype]:
    version = np.lib.format.read_magic(stream)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(stream)
    return np.lib.format.read_array_header_2_0(stream)


def _fits(shape: tuple[int, ...], wanted: tuple[str | int, ...], sizes: dict[str, int]) -> bool:
    if len(shape) != len(wanted):
        return False
    return all(
        size == (sizes.setdefault(letter, size) if isinstance(letter, str) else letter)
        for size, letter in zip(shape, wanted, strict=True)
    )


def _words(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120] or type(error).__name__
