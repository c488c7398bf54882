"""Arrays out of an .npz file that may be cut, damaged or hostile.

numpy's own reader trusts the sizes in the file; this one checks them first.
"""

import zipfile
from pathlib import Path, PurePosixPath

import numpy as np

from moe3d.errors import MoE3DError, PredictionFileError
from moe3d.io.files.npy import read_npy
from moe3d.io.files.outside_files import reading, require_file

MAX_RATIO = 50
"""Largest share of unpacked to packed bytes that is believed, above `SMALL_BYTES`."""
SMALL_BYTES = 64 * 2**20


class NpzReader:
    """An open .npz file. Reads no object arrays, and nothing larger than the file can hold.

    Raises:
        error_kind: from every method, when the file is not what it should be.
    """

    def __init__(self, path: Path, error_kind: type[MoE3DError] = PredictionFileError) -> None:
        self._path, self._error_kind = path, error_kind
        require_file(path, error_kind, "wanted a saved file")
        with reading(path, error_kind, "is no NPZ file, or its end is missing"):
            self._zip = zipfile.ZipFile(path)
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

        Raises:
            MoE3DError: of this reader's kind: the array is missing, damaged, or of another dtype
                or shape.
        """
        code, shape = wanted
        if name not in self.names:
            raise self._error_kind(
                f"{self._path}: has no array {name!r}; the file is incomplete: save it again"
            )
        with reading(self._path, self._error_kind, f"the array {name!r} is damaged"):
            array = self._read_checked(f"{name}.npy")
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

    def read_any(self, name: str) -> np.ndarray:
        """Read one array of any dtype but objects, and any shape.

        Raises:
            MoE3DError: of this reader's kind: it is missing or damaged.
        """
        with reading(self._path, self._error_kind, f"the array {name!r} is damaged"):
            return self._read_checked(f"{name}.npy")

    def read_bytes(self, name: str, max_bytes: int) -> bytes:
        """Read a member that is no array.

        Raises:
            MoE3DError: of this reader's kind: it is missing, damaged, or has more bytes.
        """
        with reading(self._path, self._error_kind, f"{name!r} is damaged"):
            info = self._zip.getinfo(name)
            if info.file_size > max_bytes:
                raise ValueError(f"{info.file_size:,} bytes; wanted at most {max_bytes:,}")
            return self._zip.read(info)

    def _read_checked(self, member: str) -> np.ndarray:
        info = self._zip.getinfo(member)
        with self._zip.open(info) as stream:
            array = read_npy(stream, info.file_size)
            stream.read(1)  # lets zipfile compare the checksum
        return array

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


def _fits(shape: tuple[int, ...], wanted: tuple[str | int, ...], sizes: dict[str, int]) -> bool:
    if len(shape) != len(wanted):
        return False
    return all(
        size == (sizes.setdefault(letter, size) if isinstance(letter, str) else letter)
        for size, letter in zip(shape, wanted, strict=True)
    )
