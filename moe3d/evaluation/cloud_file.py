"""Clouds from files, with the precision that is in them."""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from jaxtyping import Shaped

from moe3d.errors import DatasetError, FileFormatError
from moe3d.io.array_file import read_array
from moe3d.io.outside_files import require_file
from moe3d.io.ply import read_ply

WANTED = "a point cloud (.ply or .npy) was wanted"
_START = """
import sys
import numpy as np, open3d as o3d
o3d.utility.set_verbosity_level(o3d.utility.VerbosityLevel.Error)
np.save(sys.argv[2], np.asarray(o3d.io.read_point_cloud(sys.argv[1]).points))
"""


def read_cloud(path: Path) -> Shaped[np.ndarray, "..."]:
    """The points of a cloud: .npy (N, 3), or .ply and what else Open3D reads.

    Raises:
        DatasetError: missing, unreadable, or without points.
    """
    if path.suffix.lower() == ".npy":
        return read_array(path)
    if not path.exists():
        raise DatasetError(f"{path} is not there; {WANTED}")
    require_file(path, DatasetError, WANTED)
    points = _read_ply(path) if path.suffix.lower() == ".ply" else _read_by_open3d(path)
    if len(points) == 0:
        raise DatasetError(f"{path} has no points that can be read; is it a point cloud?")
    return points


def _read_ply(path: Path) -> Shaped[np.ndarray, "N 3"]:
    try:
        records = read_ply(path).records
    except FileFormatError as error:
        raise DatasetError(f"{path} has no points that can be read ({error}); {WANTED}") from error
    return np.stack([records[axis].astype(np.float64) for axis in "xyz"], axis=-1)


def _read_by_open3d(path: Path) -> Shaped[np.ndarray, "N 3"]:
    """Read in a process of its own: a damaged file can bring Open3D's readers down."""
    with tempfile.TemporaryDirectory(prefix="moe3d_cloud_") as folder:
        kept = Path(folder) / "points.npy"
        command = [sys.executable, "-c", _START, str(path), str(kept)]
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        return read_array(kept) if kept.is_file() else np.zeros((0, 3))
