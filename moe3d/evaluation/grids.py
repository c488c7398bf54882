"""Truth and prediction on one pixel grid.

Truth goes to the prediction's grid by nearest neighbour. The other way round, interpolating the
prediction makes flying points and rounds edges; it is here for protocols that do so.
"""

from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from jaxtyping import Float64, Int
from PIL import Image

from moe3d.errors import EvaluationError
from moe3d.io.datasets.records import SceneTruth
from moe3d.io.photos.images import read_resized
from moe3d.scene.pixel_transform import PixelTransform
from moe3d.scene.records import View, ViewSet

Fit = Literal["cover", "stretch"]
Resampling = Literal["truth-nearest", "prediction-bilinear", "prediction-bicubic"]


@dataclass(frozen=True)
class InputSize:
    """The image that a protocol shows to every model."""

    width: int
    height: int
    fit: Fit = "cover"
    """cover: one scale, the rest cropped; stretch: one scale an axis."""
    larger_ratio_intrinsics: bool = False
    """Reproduce a known flaw: stretch, but scale the intrinsics by the larger ratio only."""


def shown_to_models(truth: SceneTruth, size: InputSize | None) -> SceneTruth:
    """Photos and truth at the protocol's image size; unchanged when it has none."""
    if size is None:
        return truth
    transforms = tuple(_plan(view, size) for view in truth.views.views)
    views = tuple(
        _resized(view, transform)
        for view, transform in zip(truth.views.views, transforms, strict=True)
    )
    moved = truth_on_grid(truth, transforms)
    if size.larger_ratio_intrinsics:
        flawed = tuple(_with_larger_ratio(transform) for transform in transforms)
        moved = replace(moved, intrinsics=_moved_intrinsics(truth, flawed))
    return replace(moved, views=ViewSet(views, truth.views.refused))


def truth_on_grid(truth: SceneTruth, transforms: tuple[PixelTransform, ...]) -> SceneTruth:
    """Truth at the pixels of the transforms' images, by nearest neighbour; NaN outside."""
    depth = np.stack(
        [_nearest(depth, move) for depth, move in zip(truth.depth, transforms, strict=True)]
    )
    return replace(truth, depth=depth, intrinsics=_moved_intrinsics(truth, transforms))


def resize_prediction(
    values: Float64[np.ndarray, "H W *C"], width: int, height: int, resampling: Resampling
) -> Float64[np.ndarray, "h w *C"]:
    """A depth or point map at another size, interpolated as the protocol says."""
    if values.shape[:2] == (height, width):
        return values
    way = cv2.INTER_CUBIC if resampling == "prediction-bicubic" else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(values, (width, height), interpolation=way))


def prediction_on_photo(
    depth: Float64[np.ndarray, "h w"], transform: PixelTransform
) -> Float64[np.ndarray, "H W"]:
    """Depth at the photo's pixels, by nearest neighbour; NaN where the network did not see."""
    x = np.arange(transform.original_width) + 0.5
    y = np.arange(transform.original_height) + 0.5
    columns = np.floor(x * transform.scale_x + transform.offset_x).astype(np.int64)
    rows = np.floor(y * transform.scale_y + transform.offset_y).astype(np.int64)
    return _picked(depth, rows, columns)


def _plan(view: View, size: InputSize) -> PixelTransform:
    scale_x, scale_y = size.width / view.width, size.height / view.height
    if size.fit == "cover":
        scale_x = scale_y = max(scale_x, scale_y)
    return PixelTransform(
        original_width=view.width,
        original_height=view.height,
        width=size.width,
        height=size.height,
        scale_x=scale_x,
        scale_y=scale_y,
        offset_x=(size.width - scale_x * view.width) / 2,
        offset_y=(size.height - scale_y * view.height) / 2,
    )


def _resized(view: View, transform: PixelTransform) -> View:
    """The photo's visible part scaled, exactly as the transform says: Lanczos down, bicubic up."""
    photo = read_resized(view, view.width, view.height).convert("RGB")
    way = Image.Resampling.LANCZOS if transform.scale_x < 1 else Image.Resampling.BICUBIC
    size = transform.width, transform.height
    pixels = np.asarray(photo.resize(size, way, box=transform.visible_box))
    return View(view.name, transform.width, transform.height, pixels=pixels)


def _nearest(
    depth: Float64[np.ndarray, "H W"], transform: PixelTransform
) -> Float64[np.ndarray, "h w"]:
    if depth.shape != (transform.original_height, transform.original_width):
        raise EvaluationError(
            f"truth must have its photo's size, {transform.original_width} x "
            f"{transform.original_height}; it is {depth.shape[1]} x {depth.shape[0]}"
        )
    columns = _sources(transform.width, transform.scale_x, transform.offset_x)
    rows = _sources(transform.height, transform.scale_y, transform.offset_y)
    return _picked(depth, rows, columns)


def _picked(
    depth: Float64[np.ndarray, "H W"], rows: Int[np.ndarray, " h"], columns: Int[np.ndarray, " w"]
) -> Float64[np.ndarray, "h w"]:
    """Depth at these rows and columns; NaN outside."""
    inside_x = (columns >= 0) & (columns < depth.shape[1])
    inside_y = (rows >= 0) & (rows < depth.shape[0])
    picked = depth[np.where(inside_y, rows, 0)][:, np.where(inside_x, columns, 0)]
    return np.where(inside_y[:, None] & inside_x, picked, np.nan)


def _sources(count: int, scale: float, offset: float) -> Int[np.ndarray, " N"]:
    """Which original pixel each target pixel's centre falls into."""
    return np.floor((np.arange(count) + 0.5 - offset) / scale).astype(np.int64)


def _with_larger_ratio(transform: PixelTransform) -> PixelTransform:
    ratio = max(transform.scale_x, transform.scale_y)
    return replace(transform, scale_x=ratio, scale_y=ratio)


def _moved_intrinsics(
    truth: SceneTruth, transforms: tuple[PixelTransform, ...]
) -> Float64[np.ndarray, "S 3 3"] | None:
    if truth.intrinsics is None:
        return None
    pairs = zip(truth.intrinsics, transforms, strict=True)
    return np.stack([transform.network_intrinsics(matrix) for matrix, transform in pairs])
