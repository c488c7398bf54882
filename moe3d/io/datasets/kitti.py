"""KITTI depth: 13 validation drives, the first 110 frames with truth of each; sparse lidar."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from moe3d.errors import DatasetError
from moe3d.io.datasets.records import (
    SceneTruth,
    Source,
    metres_or_nan,
    photos,
    read_png16,
    same_size,
)

SOURCE = Source(
    "KITTI",
    "the KITTI depth page (annotated depth maps: val/<drive>/proj_depth/groundtruth/image_02) and "
    "the raw data's synced drives (<date>/<drive>/image_02/data), unpacked side by side",
)
DRIVES = (
    "2011_09_26_drive_0002_sync",
    "2011_09_26_drive_0005_sync",
    "2011_09_26_drive_0013_sync",
    "2011_09_26_drive_0020_sync",
    "2011_09_26_drive_0023_sync",
    "2011_09_26_drive_0036_sync",
    "2011_09_26_drive_0079_sync",
    "2011_09_26_drive_0095_sync",
    "2011_09_26_drive_0113_sync",
    "2011_09_28_drive_0037_sync",
    "2011_09_29_drive_0026_sync",
    "2011_09_30_drive_0016_sync",
    "2011_10_03_drive_0047_sync",
)
COUNT = 110
UNITS_PER_METRE = 256


@dataclass(frozen=True)
class Kitti:
    """The drives of single-frame and video depth tables; no crop, no cap."""

    root: Path
    name: str = "kitti"
    clip_above_m: float | None = None

    def scene_names(self) -> tuple[str, ...]:
        """Drive names."""
        return DRIVES

    def num_frames(self, scene: str) -> int:
        """At most 110 frames that have truth."""
        return len(self._depth_files(scene))

    def read(self, scene: str, frames: Sequence[int]) -> SceneTruth:
        """Photos and sparse depth; no cameras."""
        files = [self._depth_files(scene)[frame] for frame in frames]
        depths = [metres_or_nan(read_png16(path, SOURCE) / UNITS_PER_METRE) for path in files]
        images = [self._photo(scene, path.name) for path in files]
        return SceneTruth(photos(images, SOURCE), same_size(depths, scene))

    def _depth_files(self, scene: str) -> list[Path]:
        folder = self.root / "val" / scene / "proj_depth" / "groundtruth" / "image_02"
        return SOURCE.files(folder, "*.png", "annotated depth")[:COUNT]

    def _photo(self, scene: str, name: str) -> Path:
        """The raw photo of a depth map, wherever the drive was unpacked."""
        inside = Path(scene) / "image_02" / "data" / name
        places = [self.root / scene[:10] / inside, self.root / inside, self.root / "val" / inside]
        for place in places:
            if place.is_file():
                return place
        looked = ", ".join(str(place) for place in places)
        raise DatasetError(
            f"KITTI: the raw photo is missing; looked for {looked}. "
            f"The data is had from {SOURCE.where}"
        )
