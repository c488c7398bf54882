"""MPI Sintel, final pass, with depth and cameras."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float64

from moe3d.errors import DatasetError
from moe3d.io.datasets.cameras import checked_cameras, checked_intrinsics
from moe3d.io.datasets.records import SceneTruth, Source, metres_or_nan, photos, same_size
from moe3d.io.files.outside_files import reading, require_file

SOURCE = Source(
    "Sintel",
    "the MPI Sintel page: MPI-Sintel-complete.zip (training/final) and its depth training set "
    "(training/depth, training/camdata_left)",
)
POSE_SEQUENCES = (
    "alley_2",
    "ambush_4",
    "ambush_5",
    "ambush_6",
    "cave_2",
    "cave_4",
    "market_2",
    "market_5",
    "market_6",
    "shaman_3",
    "sleeping_1",
    "sleeping_2",
    "temple_2",
    "temple_3",
)
"""The 14 of video depth and pose, and of Pi3's single-frame depth."""
ALL_SEQUENCES = tuple(
    sorted(
        (
            *POSE_SEQUENCES,
            "alley_1",
            "ambush_2",
            "ambush_7",
            "bamboo_1",
            "bamboo_2",
            "bandage_1",
            "bandage_2",
            "mountain_1",
            "shaman_2",
        )
    )
)
"""All 23 training sequences: single-frame depth as CUT3R and StreamVGGT score it."""
TAG = 202021.25
FARTHEST_M = 70.0


@dataclass(frozen=True)
class Sintel:
    """Sequences of the training set, which is the one with truth."""

    root: Path
    sequences: Literal["14", "23"] = "14"
    name: str = "sintel"
    clip_above_m: float | None = FARTHEST_M

    def scene_names(self) -> tuple[str, ...]:
        """14 or 23 sequences."""
        return POSE_SEQUENCES if self.sequences == "14" else ALL_SEQUENCES

    def num_frames(self, scene: str) -> int:
        """Images of the final pass."""
        return len(self._images(scene))

    def read(self, scene: str, frames: Sequence[int]) -> SceneTruth:
        """Photos, depth below 70 m, and cameras."""
        images = [self._images(scene)[frame] for frame in frames]
        names = [image.name for image in images]
        training = self.root / "training"
        depths, cameras = [], []
        for image in images:
            depth_file = training / "depth" / scene / f"{image.stem}.dpt"
            depth = read_dpt(depth_file)
            depths.append(np.where(depth < FARTHEST_M, metres_or_nan(depth), np.nan))
            cameras.append(read_cam(training / "camdata_left" / scene / f"{image.stem}.cam"))
        return SceneTruth(
            views=photos(images, SOURCE),
            depth=same_size(depths, scene),
            intrinsics=checked_intrinsics(
                np.stack([intrinsics for intrinsics, _ in cameras]), names, SOURCE
            ),
            camera_from_world=checked_cameras(
                np.stack([camera for _, camera in cameras]), names, SOURCE
            ),
        )

    def _images(self, scene: str) -> list[Path]:
        return SOURCE.files(self.root / "training" / "final" / scene, "frame_*.png", "final frames")


def read_dpt(path: Path) -> Float64[np.ndarray, "H W"]:
    """Depth, metres: float32 tag, int32 width and height, float32 rows; little-endian.

    Raises:
        DatasetError: missing, or something else.
    """
    data = _bytes_of(path, "depth")
    width, height = (int(value) for value in _after_tag(data, "<i4", 2, path))
    values = np.frombuffer(data[: len(data) // 4 * 4], "<f4", offset=12)
    if width < 1 or height < 1 or values.size != width * height:
        raise DatasetError(f"Sintel: {path} says {width} x {height} and holds {values.size} values")
    return values.reshape(height, width).astype(np.float64)


def read_cam(path: Path) -> tuple[Float64[np.ndarray, "3 3"], Float64[np.ndarray, "4 4"]]:
    """Intrinsics and camera_from_world: float32 tag, 3x3 and 3x4 float64; little-endian.

    Raises:
        DatasetError: missing, or something else.
    """
    data = _bytes_of(path, "camera")
    values = _after_tag(data, "<f8", 21, path)
    camera_from_world = np.eye(4)
    camera_from_world[:3] = values[9:].reshape(3, 4)
    return values[:9].reshape(3, 3).astype(np.float64), camera_from_world


def _bytes_of(path: Path, what: str) -> bytes:
    require_file(SOURCE.require(path, what), DatasetError)
    with reading(path, DatasetError):
        return path.read_bytes()


def _after_tag(data: bytes, dtype: str, count: int, path: Path) -> np.ndarray:
    if len(data) < 4 + count * np.dtype(dtype).itemsize or np.frombuffer(data, "<f4", 1)[0] != TAG:
        raise DatasetError(f"Sintel: {path} does not begin with the tag {TAG}, or is cut short")
    return np.frombuffer(data, dtype, count, offset=4)
