"""Points of files that Open3D reads, in a process of its own: a damaged file can bring it down."""

import subprocess
import tempfile
from pathlib import Path

import numpy as np
from jaxtyping import Shaped

from moe3d.io.files.array_file import read_array
from moe3d.own_process import worker_command


def read_open3d_points(path: Path) -> Shaped[np.ndarray, "N C"] | None:
    """Points (N, 3), or with colours from 0 to 1 (N, 6); None when the file cannot be read."""
    with tempfile.TemporaryDirectory(prefix="moe3d_cloud_") as folder:
        kept = Path(folder) / "points.npy"
        command = worker_command("open3d-points", str(path), str(kept))
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        return read_array(kept) if kept.is_file() else None


def main(path: str, kept: str) -> int:
    """The other process: read one file and write its points as .npy; returns 0."""
    import open3d as o3d  # noqa: PLC0415 (in this process alone)

    o3d.utility.set_verbosity_level(o3d.utility.VerbosityLevel.Error)
    cloud = o3d.io.read_point_cloud(Path(path))
    points = np.asarray(cloud.points)
    colored = np.hstack([points, np.asarray(cloud.colors)]) if cloud.has_colors() else points
    np.save(kept, colored)
    return 0
