"""Which pixels of a prediction become points, and what removed the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from jaxtyping import Bool, Float, Float32, Int64

from moe3d.errors import UsageError
from moe3d.geometry.box import OrientedBox
from moe3d.geometry.edges import depth_edges
from moe3d.geometry.projection import world_points_from_depth, world_rays
from moe3d.geometry.voxels import first_per_voxel
from moe3d.scene.extremes import black_pixels, white_pixels
from moe3d.scene.layers import DepthLayer, default_layer, named_layer
from moe3d.scene.multiview import confirmed_share, usual_min_support
from moe3d.scene.ranks import kth_smallest
from moe3d.scene.records import ScenePrediction
from moe3d.scene.sky import USUAL_SHARE, SkyChoice, known_sky, sky_share, with_sky

MAX_DEPTH = 1e18
"""Larger depths are no measurement: their squares leave float32."""
LARGE_SCENE = 1 << 24
"""Pixels above which memory counts more than a tenth of a second."""


@dataclass(frozen=True)
class CloudOptions:
    """Which points a cloud has. Filters run in the order of these fields."""

    layer: str = "auto"
    """Depth layer: "fused", "refined", "vggt", "vggt-refined", "expert:2"; "auto" is
    `default_layer`."""
    confidence_percentile: float | int = 20.0
    """Share of the scene's valid pixels of lowest confidence that goes, percent; 0 removes none."""
    confidence_min: float | int | None = None
    """Lowest confidence that stays; None removes none."""
    min_support: int | Literal["auto"] = 0
    """Pixels that fewer other photos confirm go, where photos were compared; 0 removes none,
    "auto" is `usual_min_support`."""
    edge_rtol: float | int | None = None
    """Relative depth jump in 3x3 pixels above which a pixel goes; None removes none."""
    views: Sequence[int] | None = None
    """Views that give points, 0-based; None takes all."""
    experts: Sequence[int] | None = None
    """Winning experts whose pixels stay, 0-based; None takes all."""
    hide_sky: SkyChoice = False
    """Pixels of the sky go; "auto": where they are more than `scene.sky.USUAL_SHARE`."""
    hide_black: bool = False
    """Pixels as dark as a masked background go."""
    hide_white: bool = False
    """Pixels as bright as a masked background go."""
    box: OrientedBox | None = None
    """Points outside this box of the world go; None keeps all."""
    voxel_size: float | int | None = None
    """Keep the first point of every voxel of this edge, scene units; None keeps all."""
    max_points: int | None = None
    """Thin evenly to this many points; None keeps all."""
    normals: bool = False
    """Compute normals from the pixel grid."""

    def __post_init__(self) -> None:
        if not 0 <= self.confidence_percentile <= 100:
            raise UsageError(
                f"the confidence percentile must be 0 to 100; got {self.confidence_percentile}"
            )
        if self.max_points is not None and self.max_points < 1:
            raise UsageError(f"the point limit must be at least 1; got {self.max_points}")
        if self.min_support != "auto" and self.min_support < 0:
            raise UsageError(f"the support must be at least 0, or auto; got {self.min_support}")


@dataclass(frozen=True)
class Selection:
    """The pixels that become points."""

    layer: DepthLayer
    keep: Bool[np.ndarray, "S H W"]
    num_valid: int
    """Valid pixels before any filter."""
    removed_by: dict[str, int] = field(default_factory=dict)
    """Pixels removed, by the name of the option, in the order in which the filters ran."""

    def emptied_by(self) -> str | None:
        """The filter that removed the last pixel, "no valid pixel", or None if some are left."""
        if self.keep.any():
            return None
        removers = [name for name, count in self.removed_by.items() if count]
        return removers[-1] if removers else "no valid pixel"


@dataclass(frozen=True)
class _Pixels:
    """What a filter looks at; it clears pixels of `keep`."""

    prediction: ScenePrediction
    layer: DepthLayer
    keep: Bool[np.ndarray, "S H W"]


def select_pixels(prediction: ScenePrediction, options: CloudOptions) -> Selection:
    """Run the filters of the options over a prediction.

    Raises:
        UsageError: an option that cannot be meant, such as a view or layer that is not there.
    """
    if options.hide_sky:
        prediction = with_sky(prediction)
    options = decided(prediction, options)
    layer = named_layer(prediction, options.layer)
    keep = valid_pixels(prediction, layer)
    num_valid = int(np.count_nonzero(keep))
    removed_by: dict[str, int] = {}
    left = num_valid
    for name, keep_some in _FILTERS.items():
        setting = getattr(options, name)
        if setting is None or setting is False or setting == _OFF.get(name):
            continue
        keep_some(_Pixels(prediction, layer, keep), setting)
        still = int(np.count_nonzero(keep))
        removed_by[name], left = left - still, still
    return Selection(layer, keep, num_valid, removed_by)


def decided(prediction: ScenePrediction, options: CloudOptions) -> CloudOptions:
    """The options as they act on a prediction: without "auto", and without support where none is
    known."""
    name = default_layer(prediction) if options.layer == "auto" else options.layer
    hides_sky = options.hide_sky
    if hides_sky == "auto":
        hides_sky = sky_share(prediction) > USUAL_SHARE
    layer, least = named_layer(prediction, name), options.min_support
    if layer.support is None:
        least = 0
    elif least == "auto":
        least = usual_min_support(confirmed_share(layer.support, valid_pixels(prediction, layer)))
    return replace(options, layer=name, min_support=least, hide_sky=hides_sky)


def valid_pixels(prediction: ScenePrediction, layer: DepthLayer) -> Bool[np.ndarray, "S H W"]:
    """Pixels whose depth and camera give a finite point. A fresh array."""
    with np.errstate(invalid="ignore"):
        valid = layer.depth > 0
        valid &= layer.depth < MAX_DEPTH
    valid &= prediction.valid_mask
    valid[~usable_cameras(layer)] = False
    return valid


def usable_cameras(layer: DepthLayer) -> Bool[np.ndarray, " S"]:
    """Views whose camera is finite and gives finite points."""
    return np.array([_camera_is_usable(layer, view) for view in range(len(layer.depth))], bool)


def confidence_threshold(
    confidence: Float32[np.ndarray, "S H W"],
    valid: Bool[np.ndarray, "S H W"],
    percentile: float | int,
) -> float:
    """The confidence below which the given percentage of the valid pixels lies.

    NaN counts as the lowest. Pixels equal to the threshold stay, so equal confidences stay
    together. -inf when nothing is valid.
    """
    count = int(np.count_nonzero(valid))
    if count == 0:
        return -np.inf
    rank = min(int(count * percentile / 100), count - 1)
    if count > LARGE_SCENE:
        views = range(len(valid))
        return kth_smallest(lambda: (confidence[view][valid[view]] for view in views), rank)
    values = confidence.ravel() if valid.all() else confidence[valid]
    values = np.where(np.isnan(values), np.float32(-np.inf), values)
    return float(np.partition(values, rank)[rank])


def _camera_is_usable(layer: DepthLayer, view: int) -> bool:
    height, width = layer.depth.shape[1:]
    intrinsics, camera_from_world = layer.intrinsics[view], layer.camera_from_world[view]
    if not (np.isfinite(intrinsics).all() and np.isfinite(camera_from_world).all()):
        return False
    if not (intrinsics[0, 0] > 0 and intrinsics[1, 1] > 0):
        return False
    with np.errstate(over="ignore", invalid="ignore"):
        rays = world_rays(2, 2, intrinsics / [[max(width, 2)], [max(height, 2)], [1]], np.eye(4))
    reach = np.abs(camera_from_world).max()
    return bool(np.isfinite(rays).all() and np.abs(rays).max() < MAX_DEPTH and reach < MAX_DEPTH)


def _keep_upper_percentile(pixels: _Pixels, percentile: float | int) -> None:
    lowest = confidence_threshold(pixels.layer.confidence, pixels.keep, percentile)
    _keep_confident(pixels, lowest)


def _keep_confident(pixels: _Pixels, lowest: float | int) -> None:
    if lowest > -np.inf:
        confidence, keep = pixels.layer.confidence, pixels.keep
        with np.errstate(invalid="ignore"):
            np.logical_and(keep, confidence >= np.float32(lowest), out=keep)


def _keep_confirmed(pixels: _Pixels, least: int) -> None:
    support = pixels.layer.support
    assert support is not None, "without support the filter is decided to be off"
    np.logical_and(pixels.keep, support >= least, out=pixels.keep)


def _drop_edges(pixels: _Pixels, rtol: float | int) -> None:
    for depth, keep in zip(pixels.layer.depth, pixels.keep, strict=True):
        # Neighbours that another filter removed still show where the depth jumps.
        keep &= ~depth_edges(depth, rtol)


def _keep_views(pixels: _Pixels, views: Sequence[int]) -> None:
    keep = pixels.keep
    unknown = [view for view in views if not 0 <= view < len(keep)]
    if unknown:
        raise UsageError(f"there is no view {unknown[0]}; this prediction has {len(keep)}, from 0")
    keep[np.setdiff1d(np.arange(len(keep)), np.asarray(views, np.int64))] = False


def _keep_experts(pixels: _Pixels, experts: Sequence[int]) -> None:
    count = pixels.prediction.num_experts
    unknown = [expert for expert in experts if not 0 <= expert < count]
    if unknown:
        raise UsageError(f"there is no expert {unknown[0]}; this prediction has {count}, from 0")
    stays = np.zeros(count, bool)
    stays[list(experts)] = True
    for logits, keep in zip(pixels.prediction.gate_logits, pixels.keep, strict=True):
        keep &= stays[logits.argmax(axis=0)]


def _drop_sky(pixels: _Pixels, _on: bool) -> None:
    np.logical_and(pixels.keep, ~known_sky(pixels.prediction), out=pixels.keep)


def _drop_black(pixels: _Pixels, _on: bool) -> None:
    for image, keep in zip(pixels.prediction.images, pixels.keep, strict=True):
        keep &= ~black_pixels(image)


def _drop_white(pixels: _Pixels, _on: bool) -> None:
    for image, keep in zip(pixels.prediction.images, pixels.keep, strict=True):
        keep &= ~white_pixels(image)


def _keep_inside(pixels: _Pixels, box: OrientedBox) -> None:
    for view, keep in enumerate(pixels.keep):
        keep &= box.contains(view_points(pixels.layer, view)).reshape(keep.shape)


def _keep_first(pixels: _Pixels, voxel_size: float | int) -> None:
    first = first_per_voxel(kept_points(pixels.layer, pixels.keep), voxel_size)
    _keep_only(pixels.keep, np.flatnonzero(pixels.keep)[first])


def _thin(pixels: _Pixels, max_points: int) -> None:
    kept = np.flatnonzero(pixels.keep)
    if len(kept) > max_points:
        _keep_only(pixels.keep, kept[evenly_spread(len(kept), max_points)])


_FILTERS: dict[str, Callable[[_Pixels, Any], None]] = {
    "confidence_percentile": _keep_upper_percentile,
    "confidence_min": _keep_confident,
    "min_support": _keep_confirmed,
    "edge_rtol": _drop_edges,
    "views": _keep_views,
    "experts": _keep_experts,
    "hide_sky": _drop_sky,
    "hide_black": _drop_black,
    "hide_white": _drop_white,
    "box": _keep_inside,
    "voxel_size": _keep_first,
    "max_points": _thin,
}
"""Filters by the option that sets them, in the order in which they run."""
_OFF = {"confidence_percentile": 0, "min_support": 0}
"""What else switches a filter off, besides None and False."""


def _keep_only(keep: Bool[np.ndarray, "S H W"], indices: Int64[np.ndarray, " N"]) -> None:
    keep[...] = False
    keep.reshape(-1)[indices] = True


def evenly_spread(count: int, wanted: int) -> Int64[np.ndarray, " N"]:
    """`wanted` of `count` indices, ascending: one in each of as many equal spans.

    Where in its span is shuffled by the golden ratio, so that no stripes of the image's rows
    appear; the same for every call.
    """
    starts = np.arange(wanted + 1, dtype=np.int64) * count // wanted
    shares = np.arange(wanted) * 0.6180339887498949 % 1.0
    return starts[:-1] + (shares * np.diff(starts)).astype(np.int64)


def kept_points(layer: DepthLayer, keep: Bool[np.ndarray, "S H W"]) -> Float32[np.ndarray, "N 3"]:
    """World points of the kept pixels, view by view, row by row."""
    ends = np.cumsum(np.count_nonzero(keep, axis=(1, 2)))
    points = np.empty((int(ends[-1]), 3), np.float32)
    for view, end in enumerate(ends):
        kept = np.flatnonzero(keep[view])
        points[end - len(kept) : end] = view_points(layer, view).take(kept, axis=0)
    return points


def view_points(layer: DepthLayer, view: int) -> Float[np.ndarray, "N 3"]:
    """World points of every pixel of one view, row by row; not finite where not valid."""
    with np.errstate(over="ignore", invalid="ignore"):
        return world_points_from_depth(
            layer.depth[view], layer.intrinsics[view], layer.camera_from_world[view]
        ).reshape(-1, 3)
