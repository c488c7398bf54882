"""What every program is asked: is this the prediction's cloud, are these its cameras?"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from moe3d.geometry.axes import export_from_world
from moe3d.scene.cloud import point_cloud
from moe3d.scene.records import PointCloud, ScenePrediction

PLY_LIMIT, COLMAP_LIMIT = 120_000, 20_000
"""Points of the exports here: enough to see, quick to read."""
TIMEOUT_S = 280


def run_program(name: str, *words: str | Path, python_path: Path | None = None) -> str:
    """Run an installed program without a screen; what it said. Skips, with the reason, if it is
    not there; fails if the program fails."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed (make interop installs it)")
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1"}
    environment.pop("PYTHONPATH", None)  # Blender has its own Python
    if python_path is not None:
        environment["PYTHONPATH"] = str(python_path)
    told = subprocess.run(
        [found, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
        env=environment,
    )
    said = told.stdout + told.stderr
    assert told.returncode == 0, f"{name} failed ({told.returncode}):\n{said[-3000:]}"
    return said


def cloud_of(scene: ScenePrediction, max_points: int) -> PointCloud:
    """The points that an export with this limit holds, in its order."""
    return point_cloud(scene, max_points=max_points)


def turned(points: np.ndarray, up: str) -> np.ndarray:
    """World points in the frame of a file with this axis up."""
    return points @ export_from_world(up)[:3, :3].T


def assert_same_cloud(
    found: np.ndarray,
    found_colors: np.ndarray | None,
    cloud: PointCloud,
    up: str = "cv",
    color_step: float = 0.6,
) -> None:
    """Count, bounds, every point and every colour (0 to 255) are the prediction's."""
    expected = turned(cloud.points.astype(np.float64), up)
    size = float(np.ptp(expected, axis=0).max())
    assert len(found) == len(expected)
    np.testing.assert_allclose(found.min(axis=0), expected.min(axis=0), atol=1e-5 * size)
    np.testing.assert_allclose(found.max(axis=0), expected.max(axis=0), atol=1e-5 * size)
    np.testing.assert_allclose(found, expected, atol=1e-5 * size)
    if found_colors is not None:
        np.testing.assert_allclose(found_colors, cloud.colors, atol=color_step)


def photo_pixels(scene: ScenePrediction, cloud: PointCloud, view: int) -> np.ndarray:
    """Where the photo itself shows a view's own points: pixels of the photo, corner origin."""
    own = cloud.view_index == view
    width = scene.depth.shape[2]
    pixel = cloud.pixel_index[own]
    at = np.stack([pixel % width, pixel // width], axis=1).astype(float)
    return scene.pixel_transforms[view].original_from_network(at) + 0.5


def camera_centre(scene: ScenePrediction, view: int, up: str = "cv") -> np.ndarray:
    """Where a photo was taken from, in the frame of a file with this axis up."""
    return turned(np.linalg.inv(scene.camera_from_world[view])[:3, 3], up)


def assert_reprojects(projected: np.ndarray, expected: np.ndarray, limit_px: float = 0.5) -> None:
    """The median distance is below the limit, and few are far off."""
    distance = np.linalg.norm(projected - expected, axis=1)
    assert np.median(distance) < limit_px
    assert np.percentile(distance, 99) < 2 * limit_px


def numbers(lines: Sequence[str]) -> np.ndarray:
    """A table of numbers in text."""
    return np.array([[float(word) for word in line.split()] for line in lines])
