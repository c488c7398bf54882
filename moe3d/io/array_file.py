"""Arrays and clouds that a user names on the command line."""

from pathlib import Path

import numpy as np
from jaxtyping import Shaped

from moe3d.errors import DatasetError


def read_array(path: Path) -> Shaped[np.ndarray, "..."]:
    """Read one .npy array; nothing in it is executed.

    Raises:
        DatasetError: missing, unreadable, or no array of numbers.
    """
    if not path.is_file():
        raise DatasetError(f"{path} is not there; a .npy file was wanted")
    try:
        array = np.load(path, allow_pickle=False)
    except OSError as error:
        raise DatasetError(f"{path} is no readable .npy array: {error}") from error
    except (ValueError, EOFError) as error:
        raise DatasetError(
            f"{path} is no readable .npy array: it is cut short, in another format, or holds "
            "Python objects, which are not opened"
        ) from error
    if not isinstance(array, np.ndarray):
        raise DatasetError(f"{path} is an archive of arrays; one .npy array was wanted")
    return array
