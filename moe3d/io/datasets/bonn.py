"""Bonn RGB-D Dynamic: five sequences, frames 30 to 139.

Colour and depth are paired by order, not by time stamp. Poses are not read: the usual preparation
cuts the motion-capture file by line, which runs at another rate than the images.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from moe3d.io.datasets.records import (
    SceneTruth,
    Source,
    metres_or_nan,
    photos,
    read_png16,
    same_size,
)

SOURCE = Source(
    "Bonn",
    'the Bonn photogrammetry page "RGB-D Dynamic Dataset", one zip a sequence, unpacked to '
    "rgbd_bonn_<sequence>/",
)
SEQUENCES = ("balloon2", "crowd2", "crowd3", "person_tracking2", "synchronous")
FIRST, COUNT = 30, 110
UNITS_PER_METRE = 5000
FARTHEST_M = 70.0


@dataclass(frozen=True)
class Bonn:
    """The five sequences of video and single-frame depth tables."""

    root: Path
    name: str = "bonn"
    clip_above_m: float | None = FARTHEST_M

    def scene_names(self) -> tuple[str, ...]:
        """Sequence names without "rgbd_bonn_"."""
        return SEQUENCES

    def num_frames(self, scene: str) -> int:
        """At most 110: files 30 to 139 of the sorted lists."""
        return len(self._pairs(scene))

    def read(self, scene: str, frames: Sequence[int]) -> SceneTruth:
        """Photos and depth; no cameras."""
        pairs = [self._pairs(scene)[frame] for frame in frames]
        depths = []
        for _, path in pairs:
            depth = read_png16(path, SOURCE) / UNITS_PER_METRE
            depths.append(np.where(depth < FARTHEST_M, metres_or_nan(depth), np.nan))
        return SceneTruth(photos([path for path, _ in pairs], SOURCE), same_size(depths, scene))

    def _pairs(self, scene: str) -> list[tuple[Path, Path]]:
        folder = self.root / f"rgbd_bonn_{scene}"
        colours = _by_text(SOURCE.files(folder / "rgb", "*.png", "colour images"))
        depths = _by_text(SOURCE.files(folder / "depth", "*.png", "depth images"))
        chosen = slice(FIRST, FIRST + COUNT)
        return list(zip(colours[chosen], depths[chosen], strict=False))


def _by_text(paths: list[Path]) -> list[Path]:
    """Sorted as text, which is the order of time: names are seconds with decimals."""
    return sorted(paths, key=lambda path: path.name)
