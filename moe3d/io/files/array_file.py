"""Arrays and clouds that a user names on the command line."""

from pathlib import Path

import numpy as np
from jaxtyping import Shaped

from moe3d.errors import DatasetError
from moe3d.io.files.npy import read_npy
from moe3d.io.files.outside_files import reading, require_file

_FAULT = (
    "is no readable .npy array: it is cut short, in another format, or holds Python objects, which "
    "are not opened"
)


def read_array(path: Path) -> Shaped[np.ndarray, "..."]:
    """Read one .npy array; nothing in it is executed.

    Raises:
        DatasetError: missing, unreadable, or no array of numbers.
    """
    if not path.exists():
        raise DatasetError(f"{path} is not there; a .npy file was wanted")
    require_file(path, DatasetError, "a .npy file was wanted")
    with reading(path, DatasetError, _FAULT), path.open("rb") as stream:
        if stream.read(2) == b"PK":
            raise DatasetError(f"{path} is an archive of arrays; one .npy array was wanted")
        stream.seek(0)
        return read_npy(stream, path.stat().st_size)
