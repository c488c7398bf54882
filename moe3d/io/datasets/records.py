"""What every data set gives: scenes of frames with photos, depth and cameras."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import cv2
import numpy as np
from jaxtyping import Float, Float64, UInt16
from natsort import natsorted

from moe3d.errors import DatasetError, ImageReadError
from moe3d.io.files.outside_files import reading
from moe3d.io.photos.image_decode import open_image
from moe3d.scene.records import View, ViewSet


@dataclass(frozen=True)
class SceneTruth:
    """Photos of one scene and what is known of them."""

    views: ViewSet
    depth: Float64[np.ndarray, "S H W"]
    """z-depth, metres; NaN where unknown."""
    intrinsics: Float64[np.ndarray, "S 3 3"] | None = None
    """Pixels of the photos and depth maps; None where the data set gives none."""
    camera_from_world: Float64[np.ndarray, "S 4 4"] | None = None
    notes: tuple[str, ...] = ()
    """Frames that were left out, one sentence each."""


@runtime_checkable
class Dataset(Protocol):
    """A data set on disk."""

    @property
    def name(self) -> str:
        """As printed in tables."""
        ...

    @property
    def clip_above_m(self) -> float | None:
        """Depth at which protocols clip predictions; None for no limit."""
        ...

    def scene_names(self) -> tuple[str, ...]:
        """Every scene of the evaluation split, there or not."""
        ...

    def num_frames(self, scene: str) -> int:
        """Frames of a scene.

        Raises:
            DatasetError: the scene is missing or incomplete.
        """
        ...

    def read(self, scene: str, frames: Sequence[int]) -> SceneTruth:
        """These frames of a scene, 0-based.

        Raises:
            DatasetError: a file is missing or broken, or no frame is usable.
        """
        ...


@dataclass(frozen=True)
class Source:
    """Where a data set is normally had."""

    title: str
    where: str

    def require(self, path: Path, what: str) -> Path:
        """The path, if it is there.

        Raises:
            DatasetError: it is not; the message says what is missing and where it is had.
        """
        if not path.exists():
            raise DatasetError(
                f"{self.title}: {path} is missing ({what}). The data is had from {self.where}"
            )
        return path

    def files(self, folder: Path, pattern: str, what: str) -> list[Path]:
        """Files of a folder as people count.

        Raises:
            DatasetError: the folder is missing or holds none.
        """
        self.require(folder, f"folder of {what}")
        found = natsorted(folder.glob(pattern))
        if not found:
            self.require(folder / pattern, what)
        return found


def photo(path: Path, source: Source, name: str | None = None) -> View:
    """A photo of a data set as a view; its size is read, its pixels are not.

    Raises:
        DatasetError: the photo is missing.
        ImageReadError: it is no photo.
    """
    source.require(path, "photo")
    try:
        with open_image(path) as image:
            width, height = image.size
    except ImageReadError as error:
        raise ImageReadError(f"{source.title}: {path}: {error}") from error
    return View(name or path.name, width, height, path)


def photos(paths: Sequence[Path], source: Source) -> ViewSet:
    """Photos of one scene, named by their file names.

    Raises:
        DatasetError: a photo is missing.
        ImageReadError: one is no photo.
    """
    return ViewSet(tuple(photo(path, source) for path in paths))


def read_png16(path: Path, source: Source) -> UInt16[np.ndarray, "H W"]:
    """A 16-bit, one-channel PNG.

    Raises:
        DatasetError: missing, or something else.
    """
    source.require(path, "16-bit depth PNG")
    with reading(path, DatasetError):
        values = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if values is None or values.dtype != np.uint16 or values.ndim != 2:
        found = "no readable PNG" if values is None else f"{values.dtype} {values.shape}"
        raise DatasetError(f"{source.title}: {path} must be a 16-bit PNG of depth; it is {found}")
    return values


def read_numbers(path: Path, source: Source, columns: int) -> Float64[np.ndarray, "N C"]:
    """A text file of numbers in so many columns; "nan" and "inf" are numbers.

    Raises:
        DatasetError: missing, or something else.
    """
    source.require(path, f"text file of {columns} numbers a line")
    with reading(path, DatasetError, "holds no table of numbers"):
        values = np.loadtxt(path, dtype=np.float64, ndmin=2)
    if values.shape[1] != columns:
        raise DatasetError(
            f"{source.title}: {path} must have {columns} numbers a line; it has {values.shape[1]}"
        )
    return values


def metres_or_nan(
    depth_m: Float[np.ndarray, "H W"], nearest_m: float = 0.0, farthest_m: float = np.inf
) -> Float64[np.ndarray, "H W"]:
    """Depth in float64 with NaN where it is not finite or not inside the limits."""
    depth = depth_m.astype(np.float64)
    with np.errstate(invalid="ignore"):
        known = np.isfinite(depth) & (depth > 0) & (depth >= nearest_m) & (depth <= farthest_m)
    return np.where(known, depth, np.nan)


def same_size(
    depths: Sequence[Float64[np.ndarray, "..."]], scene: str
) -> Float64[np.ndarray, "S H W"]:
    """Depth maps of one scene as one array.

    Raises:
        DatasetError: their sizes differ.
    """
    shapes = {depth.shape for depth in depths}
    if len(shapes) != 1:
        raise DatasetError(f"{scene}: depth maps must have one size; they have {sorted(shapes)}")
    return np.stack(depths)
