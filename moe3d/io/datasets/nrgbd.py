"""Neural RGB-D: nine synthetic rooms.

File names carry no zero padding, poses are OpenGL's, and `depth/` is the clean truth (not
`depth_filtered/`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float64

from moe3d.errors import DatasetError
from moe3d.io.datasets.cameras import checked_cameras, tile_intrinsics
from moe3d.io.datasets.records import (
    SceneTruth,
    Source,
    metres_or_nan,
    photos,
    read_numbers,
    read_png16,
    same_size,
)

SOURCE = Source(
    "NRGBD",
    "TU Munich's Neural RGB-D page, neural_rgbd_data.zip (7.25 GB), unpacked to <scene>/images/",
)
SCENES = (
    "breakfast_room",
    "complete_kitchen",
    "green_room",
    "grey_white_room",
    "kitchen",
    "morning_apartment",
    "staircase",
    "thin_geometry",
    "whiteroom",
)
FOCAL_PX, CENTRE_PX = 554.2562584220408, (320.0, 240.0)
INVALID = 65535
NEAREST_M, FARTHEST_M = 1e-3, 10.0
OPENCV_FROM_OPENGL = np.diag([1.0, -1.0, -1.0, 1.0])


@dataclass(frozen=True)
class NeuralRgbd:
    """All nine scenes; there is no split."""

    root: Path
    name: str = "nrgbd"
    clip_above_m: float | None = None

    def scene_names(self) -> tuple[str, ...]:
        """The nine folders."""
        return SCENES

    def num_frames(self, scene: str) -> int:
        """Images of the scene, invalid poses included."""
        return len(SOURCE.files(self.root / scene / "images", "img*.png", "colour images"))

    def read(self, scene: str, frames: Sequence[int]) -> SceneTruth:
        """Photos, clean depth in metres and cameras; frames with an invalid pose are left out.

        Raises:
            ImageReadError: a photo is damaged.
            DatasetError: another file is missing or damaged, or no frame has a valid pose.
        """
        folder = self.root / scene
        self._check_focal(folder)
        images = SOURCE.files(folder / "images", "img*.png", "colour images")
        cameras = self._cameras(folder, len(images))
        kept = [frame for frame in frames if np.isfinite(cameras[frame]).all()]
        if not kept:
            raise DatasetError(f"NRGBD: {scene} has no valid pose among frames {list(frames)}")
        return SceneTruth(
            views=photos([images[frame] for frame in kept], SOURCE),
            depth=same_size([self._depth(images[frame]) for frame in kept], scene),
            intrinsics=tile_intrinsics(FOCAL_PX, CENTRE_PX, len(kept)),
            camera_from_world=np.linalg.inv(
                checked_cameras(cameras[kept], [images[frame].name for frame in kept], SOURCE)
            ),
            notes=tuple(f"img{frame} has an invalid pose" for frame in frames if frame not in kept),
        )

    def _check_focal(self, folder: Path) -> None:
        focal_px = float(read_numbers(folder / "focal.txt", SOURCE, columns=1)[0, 0])
        if abs(focal_px - FOCAL_PX) > 1e-3:
            raise DatasetError(
                f"NRGBD: {folder / 'focal.txt'} says {focal_px}; every protocol has {FOCAL_PX}"
            )

    def _cameras(self, folder: Path, count: int) -> Float64[np.ndarray, "N 4 4"]:
        """world_from_camera in OpenCV axes, NaN where invalid."""
        rows = read_numbers(folder / "poses.txt", SOURCE, columns=4)
        if len(rows) != 4 * count:
            raise DatasetError(
                f"NRGBD: {folder / 'poses.txt'} must have 4 lines for each of {count} images; "
                f"it has {len(rows)}"
            )
        return rows.reshape(-1, 4, 4) @ OPENCV_FROM_OPENGL

    def _depth(self, image: Path) -> Float64[np.ndarray, "H W"]:
        number = image.stem.removeprefix("img")
        raw = read_png16(image.parents[1] / "depth" / f"depth{number}.png", SOURCE)
        return metres_or_nan(np.where(raw == INVALID, 0, raw) / 1000, NEAREST_M, FARTHEST_M)
