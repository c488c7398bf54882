"""7-Scenes, with the depth registered to the colour camera.

The download holds depth in the depth camera's frame. Scoring it with the colour camera's
intrinsics compares with a misregistered cloud, so it is registered here. The usual script lets the
invalid value 65535 through, which wraps to depths of 1 mm to 0.5 m; that flaw is on offer by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float64, Int, UInt16

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
    "7-Scenes",
    'the Microsoft page "RGB-D Dataset 7-Scenes": one zip a scene, in it one zip a sequence, '
    "unpacked to <scene>/seq-XX/",
)
TEST_SEQUENCES = {
    "chess": (3, 5),
    "fire": (3, 4),
    "heads": (1,),
    "office": (2, 6, 7, 9),
    "pumpkin": (1, 7),
    "redkitchen": (3, 4, 6, 12, 14),
    "stairs": (1, 4),
}
INVALID = 65535
DEPTH_FOCAL_PX, COLOUR_FOCAL_PX, CENTRE_PX = 585.0, 525.0, (320.0, 240.0)
NEAREST_M, FARTHEST_M = 1e-3, 10.0
COLOUR_FROM_DEPTH = np.array(
    [
        [0.99996518012567637, 0.0026765126468950343, -0.0079041012313000904, -0.025558943178152542],
        [
            -0.0027409311281316700,
            0.99996302803027592,
            -0.0081504520778013286,
            1.0109636268061706e-4,
        ],
        [0.0078819942130445332, 0.0081718328771890631, 0.99993554558014031, 0.0020318321729487039],
    ]
)
"""Calibration of a Kinect of the same kind, metres."""

Registration = Literal["ours", "usual-script", "file"]


@dataclass(frozen=True)
class SevenScenes:
    """The 18 test sequences."""

    root: Path
    registration: Registration = "ours"
    """ours: 65535 dropped first; usual-script: its flaw reproduced; file: `depth.proj.png`."""
    name: str = "7-scenes"
    clip_above_m: float | None = None

    def scene_names(self) -> tuple[str, ...]:
        """ "chess/seq-03" and so on."""
        return tuple(
            f"{scene}/seq-{number:02d}"
            for scene, numbers in TEST_SEQUENCES.items()
            for number in numbers
        )

    def num_frames(self, scene: str) -> int:
        """Colour images of the sequence."""
        return len(SOURCE.files(self.root / scene, "frame-*.color.png", "colour images"))

    def read(self, scene: str, frames: Sequence[int]) -> SceneTruth:
        """Photos, registered depth (metres) and cameras; frames without a finite pose are left out.

        Raises:
            ImageReadError: a photo is damaged.
            DatasetError: another file is missing or damaged, or no frame has a finite pose.
        """
        stems = [self.root / scene / f"frame-{frame:06d}" for frame in frames]
        cameras = [self._camera_from_world(stem) for stem in stems]
        usable = [index for index, camera in enumerate(cameras) if np.isfinite(camera).all()]
        if not usable:
            raise DatasetError(f"7-Scenes: {scene} has no frame with a finite pose in {stems[:1]}")
        kept = [stems[index] for index in usable]
        return SceneTruth(
            views=photos([Path(f"{stem}.color.png") for stem in kept], SOURCE),
            depth=same_size([self._depth(stem) for stem in kept], scene),
            intrinsics=tile_intrinsics(COLOUR_FOCAL_PX, CENTRE_PX, len(kept)),
            camera_from_world=np.stack([cameras[index] for index in usable]),
            notes=tuple(
                f"{stems[index].name} has no finite pose"
                for index in range(len(stems))
                if index not in usable
            ),
        )

    def _camera_from_world(self, stem: Path) -> Float64[np.ndarray, "4 4"]:
        path = Path(f"{stem}.pose.txt")
        world_from_camera = read_numbers(path, SOURCE, columns=4)
        if world_from_camera.shape != (4, 4):
            raise DatasetError(f"7-Scenes: {path} must be a 4x4 matrix")
        if not np.isfinite(world_from_camera).all():
            return np.full((4, 4), np.nan)
        return np.linalg.inv(checked_cameras(world_from_camera[None], [path.name], SOURCE)[0])

    def _depth(self, stem: Path) -> Float64[np.ndarray, "H W"]:
        if self.registration == "file":
            millimetres = read_png16(Path(f"{stem}.depth.proj.png"), SOURCE)
        else:
            raw = read_png16(Path(f"{stem}.depth.png"), SOURCE)
            millimetres = register_depth(raw, keep_invalid=self.registration == "usual-script")
        known = np.where(millimetres == INVALID, 0, millimetres)
        return metres_or_nan(known / 1000, NEAREST_M, FARTHEST_M)


def register_depth(
    raw: UInt16[np.ndarray, "H W"], keep_invalid: bool = False
) -> UInt16[np.ndarray, "H W"]:
    """Move depth from the depth camera's image to the colour camera's.

    Args:
        raw: millimetres; 0 and 65535 unknown.
        keep_invalid: True lets 65535 through as the usual script does: 65.5 m, and what the
            transform moves beyond 65.535 m wraps to the near range when written.

    Returns:
        Millimetres, truncated; the nearest of the points that fall on a pixel; 0 where none does.
    """
    rows, columns, z = _colour_pixels(raw, keep_invalid)
    nearest = np.full(raw.shape, np.inf)
    np.minimum.at(nearest, (rows, columns), z)
    millimetres = np.where(np.isfinite(nearest), nearest * 1000, 0)
    return (millimetres.astype(np.int64) % 2**16).astype(np.uint16)


def _colour_pixels(
    raw: UInt16[np.ndarray, "H W"], keep_invalid: bool
) -> tuple[Int[np.ndarray, " N"], Int[np.ndarray, " N"], Float64[np.ndarray, " N"]]:
    """Row, column and z (metres) in the colour camera of every reading that lands inside."""
    height, width = raw.shape
    v, u = np.nonzero((raw > 0) & (keep_invalid | (raw != INVALID)))
    z = raw[v, u] / 1000.0
    x = (u + 0.5 - CENTRE_PX[0]) / DEPTH_FOCAL_PX * z
    y = (v + 0.5 - CENTRE_PX[1]) / DEPTH_FOCAL_PX * z
    moved = COLOUR_FROM_DEPTH[:, :3] @ np.stack([x, y, z]) + COLOUR_FROM_DEPTH[:, 3:]
    moved = moved[:, moved[2] > 0]
    columns = np.rint(COLOUR_FOCAL_PX * moved[0] / moved[2] + CENTRE_PX[0]).astype(np.int64)
    rows = np.rint(COLOUR_FOCAL_PX * moved[1] / moved[2] + CENTRE_PX[1]).astype(np.int64)
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    return rows[inside], columns[inside], moved[2, inside]
