"""Our own scene format: what `moe3d scenes` writes, and a simple form for anybody's captures.

    <root>/scene-1000000/images/000.png ...   photos
                         depth/000.npy ...    float32 z-depth, NaN unknown
                         cameras.json         camera_from_world 4x4 and intrinsics 3x3 a view

A root that itself has `images/` is one scene.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float64
from natsort import natsorted

from moe3d.errors import DatasetError
from moe3d.io.datasets.cameras import checked_cameras, checked_intrinsics
from moe3d.io.datasets.records import SceneTruth, Source, metres_or_nan, photos, same_size
from moe3d.io.files.array_file import read_array
from moe3d.io.files.outside_files import read_json, reading

SOURCE = Source(
    "scene folder", "`moe3d scenes --count 10 -o DIR`, or your own captures in its form"
)


@dataclass(frozen=True)
class OwnScenes:
    """Every folder with `images/` inside is a scene."""

    root: Path
    name: str = "scenes"
    clip_above_m: float | None = None

    def scene_names(self) -> tuple[str, ...]:
        """Folder names, as people count."""
        return tuple(self._folders)

    @cached_property
    def _folders(self) -> dict[str, Path]:
        SOURCE.require(self.root, "folder of scenes")
        if (self.root / "images").is_dir():
            return {self.root.name: self.root}
        found = natsorted(path.parent for path in self.root.glob("[!.]*/images") if path.is_dir())
        if not found:
            SOURCE.require(self.root / "scene-0000000" / "images", "no folder with images/ is here")
        return {path.name: path for path in found}

    def num_frames(self, scene: str) -> int:
        """Photos of the scene."""
        return len(self._images(scene))

    def read(self, scene: str, frames: Sequence[int]) -> SceneTruth:
        """Photos, depth and cameras."""
        every = self._images(scene)
        images = [every[frame] for frame in frames]
        folder = self._folders[scene]
        names = [image.name for image in images]
        cameras = _read_cameras(folder / "cameras.json", len(every))
        chosen = list(frames)
        return SceneTruth(
            views=photos(images, SOURCE),
            depth=same_size([_read_depth(folder, image) for image in images], scene),
            intrinsics=checked_intrinsics(cameras.intrinsics[chosen], names, SOURCE),
            camera_from_world=checked_cameras(cameras.camera_from_world[chosen], names, SOURCE),
        )

    def _images(self, scene: str) -> list[Path]:
        if scene not in self._folders:
            raise DatasetError(f"scene folder: there is no scene {scene} in {self.root}")
        return SOURCE.files(self._folders[scene] / "images", "[!.]*.*", "photos")


@dataclass(frozen=True)
class _Cameras:
    camera_from_world: Float64[np.ndarray, "S 4 4"]
    intrinsics: Float64[np.ndarray, "S 3 3"]


def _read_depth(folder: Path, image: Path) -> Float64[np.ndarray, "H W"]:
    path = SOURCE.require(folder / "depth" / f"{image.stem}.npy", "z-depth, float32, NaN unknown")
    depth = read_array(path)
    if depth.ndim != 2 or depth.dtype.kind != "f":
        raise DatasetError(
            f"scene folder: {path} must be (H, W) float depth; it is {depth.dtype} {depth.shape}"
        )
    return metres_or_nan(depth)


def _read_cameras(path: Path, count: int) -> _Cameras:
    """Cameras of all views; one entry a view, or one list a quantity."""
    SOURCE.require(path, "cameras of every view")
    document = read_json(path, DatasetError)
    with reading(path, DatasetError, "is no list of cameras"):
        world, intrinsics = _columns(document)
        cameras = _Cameras(np.array(world, np.float64), np.array(intrinsics, np.float64))
    shapes = cameras.camera_from_world.shape, cameras.intrinsics.shape
    if shapes != ((count, 4, 4), (count, 3, 3)):
        raise DatasetError(
            f"scene folder: {path} must have a 4x4 camera_from_world and 3x3 intrinsics for each "
            f"of {count} photos; it has {shapes[0]} and {shapes[1]}"
        )
    return cameras


def _columns(document: Any) -> tuple[list[Any], list[Any]]:
    """camera_from_world and intrinsics of every view, whichever way round the file has them."""
    views = document.get("views", document) if isinstance(document, dict) else document
    if isinstance(views, dict):
        return views["camera_from_world"], views["intrinsics"]
    return [view["camera_from_world"] for view in views], [view["intrinsics"] for view in views]
