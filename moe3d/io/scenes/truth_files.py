"""Truth as people keep it: depth files named after photos, cameras.json, a cloud.

    FOLDER/depth/000.npy ...   z-depth a photo, or .png of 16 bits; or both right in FOLDER
           cameras.json        camera_from_world 4x4 and intrinsics 3x3 a photo, pixels of the photo
           anything.ply        cloud in the cameras' world frame

Each part may be missing. A single .npy (one map, or one a photo), cameras.json or .ply will do.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from jaxtyping import Float64
from natsort import natsorted

from moe3d.errors import DatasetError
from moe3d.io.files.array_file import read_array
from moe3d.io.files.outside_files import read_json, reading, require_file

UNKNOWN_PNG = 65535
"""What sensors write in 16-bit depth where they saw nothing; 0 is unknown as well."""
WANTED = (
    "wanted a folder with depth/NAME.npy or NAME.png after the photos' names, cameras.json or a "
    ".ply cloud"
)


@dataclass(frozen=True)
class TruthFiles:
    """What a path holds for the photos of a scene, at the files' own sizes and units."""

    depths: dict[int, Float64[np.ndarray, "h w"]] = field(default_factory=dict)
    """By index of the photo; NaN where unknown."""
    camera_from_world: Float64[np.ndarray, "S 4 4"] | None = None
    intrinsics: Float64[np.ndarray, "S 3 3"] | None = None
    cloud_path: Path | None = None


def read_truth_files(path: Path, names: Sequence[str]) -> TruthFiles:
    """Find what a file or folder knows of these photos.

    Raises:
        DatasetError: nothing there, nothing that fits the photos, or a broken file.
    """
    if not path.exists():
        raise DatasetError(f"{path} is not there; {WANTED}")
    stems = [Path(name).stem for name in names]
    found = _read_folder(path, stems) if path.is_dir() else _read_file(path, stems)
    if not found.depths and found.camera_from_world is None and found.cloud_path is None:
        raise DatasetError(
            f"{path} holds no truth for these {len(names)} photos ({stems[0]}, ...); {WANTED}"
        )
    return found


def _read_folder(folder: Path, stems: Sequence[str]) -> TruthFiles:
    inner = folder / "depth"
    maps = {path.stem: path for path in _depth_files(inner if inner.is_dir() else folder)}
    cameras, clouds = folder / "cameras.json", natsorted(folder.glob("*.ply"))
    posed = _read_cameras(cameras, stems) if cameras.is_file() else TruthFiles()
    return TruthFiles(
        {index: read_depth(maps[stem]) for index, stem in enumerate(stems) if stem in maps},
        posed.camera_from_world,
        posed.intrinsics,
        clouds[0] if clouds else None,
    )


def _depth_files(folder: Path) -> list[Path]:
    return [path for path in natsorted(folder.iterdir()) if path.suffix.lower() in (".png", ".npy")]


def _read_file(path: Path, stems: Sequence[str]) -> TruthFiles:
    kind = path.suffix.lower()
    if kind == ".ply":
        return TruthFiles(cloud_path=path)
    if kind == ".json":
        return _read_cameras(path, stems)
    if kind == ".npy":
        array = read_array(path)
        if array.ndim == 3 and len(array) == len(stems):
            return TruthFiles({index: _known(depth, path) for index, depth in enumerate(array)})
    if kind not in (".npy", ".png"):
        raise DatasetError(f"{path} is no truth that can be read; {WANTED}")
    index = 0 if len(stems) == 1 else stems.index(path.stem) if path.stem in stems else None
    if index is None:
        raise DatasetError(f"{path.name} is named after none of the photos ({stems[0]}, ...)")
    return TruthFiles({index: read_depth(path)})


def read_depth(path: Path) -> Float64[np.ndarray, "h w"]:
    """One depth map, NaN where unknown: .npy of numbers, or .png of 16 bits and one channel.

    Raises:
        DatasetError: something else.
    """
    if path.suffix.lower() == ".npy":
        return _known(read_array(path), path)
    require_file(path, DatasetError, WANTED)
    with reading(path, DatasetError):
        values = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if values is None or values.dtype != np.uint16 or values.ndim != 2:
        came = "no readable PNG" if values is None else f"{values.dtype} {values.shape}"
        raise DatasetError(f"{path} must be a 16-bit PNG of depth with one channel; it is {came}")
    return _known(np.where(values == UNKNOWN_PNG, 0, values), path)


def _known(depth: np.ndarray, path: Path) -> Float64[np.ndarray, "h w"]:
    if depth.ndim != 2 or depth.dtype.kind not in "fiu":
        raise DatasetError(
            f"{path} must hold one depth map (height x width) of numbers; "
            f"it is {depth.dtype} {depth.shape}"
        )
    values = depth.astype(np.float64)
    return np.where(np.isfinite(values) & (values > 0), values, np.nan)


def _read_cameras(path: Path, stems: Sequence[str]) -> TruthFiles:
    """Cameras by photo name where the file gives names, else in the photos' order."""
    document = read_json(path, DatasetError, WANTED)
    with reading(path, DatasetError, "is no list of cameras"):
        views = document.get("views", document) if isinstance(document, dict) else document
        cameras = [_camera(view) for view in _rows(views)]
    by_name = {camera.photo: camera for camera in cameras if camera.photo}
    if not by_name and len(cameras) == len(stems):
        by_name = dict(zip(stems, cameras, strict=True))
    if not all(stem in by_name for stem in stems):
        raise DatasetError(
            f"{path} must have a camera for each of the {len(stems)} photos; it has {len(cameras)}"
        )
    chosen = [by_name[stem] for stem in stems]
    lenses = [camera.intrinsics for camera in chosen if camera.intrinsics is not None]
    return TruthFiles(
        camera_from_world=np.stack([camera.camera_from_world for camera in chosen]),
        intrinsics=np.stack(lenses) if len(lenses) == len(chosen) else None,
    )


@dataclass(frozen=True)
class _Camera:
    photo: str
    """Name without ending; empty where the file gives none."""
    camera_from_world: Float64[np.ndarray, "4 4"]
    intrinsics: Float64[np.ndarray, "3 3"] | None


def _rows(views: Any) -> list[dict[str, Any]]:
    """One entry a view, whichever way round the file has them."""
    if isinstance(views, dict):
        columns = [name for name in views if name in ("camera_from_world", "intrinsics", "image")]
        count = len(views["camera_from_world"])
        return [{name: views[name][row] for name in columns} for row in range(count)]
    return list(views)


def _camera(view: dict[str, Any]) -> _Camera:
    world = np.array(view["camera_from_world"], np.float64)
    if world.shape not in ((4, 4), (3, 4)):
        raise ValueError(f"camera_from_world must be 4x4, got {world.shape}")
    full = np.eye(4)
    full[: len(world)] = world
    lens = view.get("intrinsics")
    return _Camera(
        Path(str(view.get("image", ""))).stem,
        full,
        None if lens is None else np.array(lens, np.float64).reshape(3, 3),
    )
