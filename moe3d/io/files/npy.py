"""One array of numpy's format; the sizes in its header are checked before they are believed."""

import zipfile
from math import prod
from typing import IO

import numpy as np
from jaxtyping import Shaped

CHUNK_BYTES = 16 * 2**20


def read_npy(stream: IO[bytes] | zipfile.ZipExtFile, num_bytes: int) -> Shaped[np.ndarray, "..."]:
    """Read an array; asks for no more memory than the stream has bytes.

    Args:
        stream: at its beginning.
        num_bytes: all that it holds.

    Raises:
        ValueError: header and data do not fit, or it holds Python objects.
        EOFError: its end is missing.
        Exception: whatever numpy makes of a damaged header; callers stand inside `reading`.
    """
    shape, fortran, dtype = _header(stream)
    if dtype.hasobject:
        raise ValueError("it holds Python objects, which are never loaded")
    size = prod(shape) * dtype.itemsize
    is_shape = all(type(side) is int and side >= 0 for side in shape)
    if not is_shape or size != num_bytes - stream.tell():
        raise ValueError(f"{shape} of {dtype} do not fit its {num_bytes} bytes")
    data = bytearray(size)
    view = memoryview(data)
    while len(view):
        chunk = stream.read(min(CHUNK_BYTES, len(view)))
        if not chunk:
            raise EOFError("its end is missing")
        view[: len(chunk)] = chunk
        view = view[len(chunk) :]
    array = np.frombuffer(data, dtype) if dtype.itemsize else np.zeros(prod(shape), dtype)
    return array.reshape(shape[::-1]).T if fortran else array.reshape(shape)


def _header(
    stream: IO[bytes] | zipfile.ZipExtFile,
) -> tuple[tuple[int, ...], bool, np.dtype]:
    version = np.lib.format.read_magic(stream)
    try:
        if version == (1, 0):
            return np.lib.format.read_array_header_1_0(stream)
        return np.lib.format.read_array_header_2_0(stream)
    except (MemoryError, RecursionError):  # Python's parser, of brackets
        raise ValueError("its header is nested too deep") from None
