"""NYU Depth v2, the 654 images of the official test split.

No Eigen crop and no depth cap: every pixel with depth above 0 counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Float64

from moe3d.errors import DatasetError, UsageError
from moe3d.io.datasets.records import SceneTruth, Source, metres_or_nan, photos
from moe3d.io.files.array_file import read_array
from moe3d.scene.records import View, ViewSet

SOURCE = Source(
    "NYU-v2",
    "the hub's data set sayakpaul/nyu_depth_v2, the two val tars, unpacked to val/official/*.h5 "
    "(or converted to val/nyu_images/*.png and val/nyu_depths/*.npy)",
)


@dataclass(frozen=True)
class NyuDepth:
    """Every image is a scene of one frame."""

    root: Path
    name: str = "nyu-v2"
    clip_above_m: float | None = None

    def scene_names(self) -> tuple[str, ...]:
        """File names without their ending."""
        return tuple(self._files)

    @cached_property
    def _files(self) -> dict[str, Path]:
        converted = self.root / "val" / "nyu_images"
        if converted.is_dir():
            files = SOURCE.files(converted, "*.png", "converted photos")
        else:
            files = SOURCE.files(self.root / "val" / "official", "*.h5", "HDF5 files")
        return {path.stem: path for path in files}

    def num_frames(self, scene: str) -> int:
        """One."""
        self._path(scene)
        return 1

    def read(self, scene: str, frames: Sequence[int]) -> SceneTruth:
        """Photo and depth; no cameras."""
        path = self._path(scene)
        return _read_hdf5(path) if path.suffix == ".h5" else _read_converted(path)

    def _path(self, scene: str) -> Path:
        if scene not in self._files:
            raise DatasetError(f"NYU-v2: there is no image {scene} in {self.root}")
        return self._files[scene]


def _read_converted(path: Path) -> SceneTruth:
    depth_file = path.parents[1] / "nyu_depths" / f"{path.stem}.npy"
    depth = read_array(SOURCE.require(depth_file, "depth, float metres"))
    return SceneTruth(photos([path], SOURCE), _one_map(depth, depth_file))


def _read_hdf5(path: Path) -> SceneTruth:
    try:
        import h5py  # noqa: PLC0415 (an extra)
    except ImportError as error:
        raise UsageError(
            'NYU-v2 comes as HDF5; install the reader with: pip install "moe3d-viewer[eval]"'
        ) from error
    try:
        with h5py.File(path) as file:
            rgb, depth = np.asarray(file["rgb"]), np.asarray(file["depth"])
    except (OSError, KeyError) as error:
        raise DatasetError(f'NYU-v2: {path} must hold "rgb" and "depth": {error}') from error
    pixels = np.ascontiguousarray(np.moveaxis(rgb, 0, -1)).astype(np.uint8)  # (H, W, 3)
    view = View(path.stem, pixels.shape[1], pixels.shape[0], pixels=pixels)
    return SceneTruth(ViewSet((view,)), _one_map(depth, path))


def _one_map(depth: np.ndarray, path: Path) -> Float64[np.ndarray, "1 H W"]:
    if depth.ndim != 2 or depth.dtype.kind != "f":
        raise DatasetError(
            f"NYU-v2: {path} must hold (H, W) metres; it is {depth.dtype} {depth.shape}"
        )
    return metres_or_nan(depth)[None]
