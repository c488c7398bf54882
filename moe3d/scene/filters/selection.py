"""Which pixels of a prediction become points, and what removed the others."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Int64

from moe3d.errors import EmptyExportError
from moe3d.geometry.voxels import first_per_voxel
from moe3d.scene.filters.point_filter import FilteredLayer, Mask, Settings, nothing
from moe3d.scene.filters.registry import FILTERS, OPTIONS
from moe3d.scene.filters.settings import CloudOptions
from moe3d.scene.layer_points import kept_points
from moe3d.scene.layers import DepthLayer, default_layer, named_layer
from moe3d.scene.records import ScenePrediction

INVALID = "invalid"
"""Padding, transparent, or without a depth: no filter can bring such a pixel back."""


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


def select_pixels(prediction: ScenePrediction, options: CloudOptions) -> Selection:
    """Run the filters of the options over a prediction.

    Returns:
        Which pixels (S, H, W) stay, and how many each filter took.

    Raises:
        UsageError: an option that cannot be meant, such as a view or layer that is not there.
    """
    scene = filtered_layer(prediction, options.layer)
    options = _decided(scene, options)
    keep = scene.valid.copy()
    num_valid = int(np.count_nonzero(keep))
    removed_by: dict[str, int] = {}
    left = num_valid
    for name in OPTIONS:
        mask = _mask(scene, options, name)
        if mask is None:
            continue
        for view, kept in enumerate(keep):
            if kept.any():
                kept &= ~mask(scene.photo(view))
        still = int(np.count_nonzero(keep))
        removed_by[name], left = left - still, still
    for name, thin in _THINNING.items():
        setting = getattr(options, name)
        if setting is not None:
            thin(scene.layer, keep, setting)
            still = int(np.count_nonzero(keep))
            removed_by[name], left = left - still, still
    return Selection(scene.layer, keep, num_valid, removed_by)


def refuse_empty(selection: Selection) -> None:
    """Refuse to write nothing, naming what removed the last point.

    Raises:
        EmptyExportError: the selection is empty.
    """
    filter_name = selection.emptied_by()
    if filter_name == "no valid pixel":
        raise EmptyExportError(
            f"nothing to export: layer {selection.layer.name!r} has no valid pixel (depth must "
            "be finite and above 0)"
        )
    if filter_name is not None:
        raise EmptyExportError(
            f"nothing to export: the filter {filter_name} removed the last of "
            f"{selection.num_valid:,} valid points; loosen it"
        )


def hiding_filters(
    prediction: ScenePrediction, options: CloudOptions, view: int, row: int, column: int
) -> tuple[str, ...]:
    """Names of all filters that take one pixel, each asked by itself; INVALID alone where there is
    no point to take. Only what a rank needs is found of the whole scene."""
    scene = filtered_layer(prediction, options.layer)
    pixel = scene.pixel(view, row, column)
    if not pixel.valid.all():
        return (INVALID,)
    options = _decided(scene, options)
    found = []
    for point_filter in FILTERS:
        masks = (_mask(scene, options, option.name) for option in point_filter.options)
        if any(mask is not None and mask(pixel).any() for mask in masks):
            found.append(point_filter.name)
    return tuple(found)


def filtered_layer(prediction: ScenePrediction, layer: str) -> FilteredLayer:
    """A named layer, or "auto", as filters see it."""
    name = default_layer(prediction) if layer == "auto" else layer
    return FilteredLayer(prediction, named_layer(prediction, name))


def decided(prediction: ScenePrediction, options: CloudOptions) -> CloudOptions:
    """The options as they act on a prediction: without "auto", and without support where none is
    known."""
    return _decided(filtered_layer(prediction, options.layer), options)


def _decided(scene: FilteredLayer, options: CloudOptions) -> CloudOptions:
    changes = {
        name: option.decide(scene, getattr(options, name))
        for name, option in OPTIONS.items()
        if option.is_on(getattr(options, name))
    }
    return replace(options, layer=scene.layer.name, **changes)


def _mask(scene: FilteredLayer, settings: Settings, name: str) -> Mask | None:
    """What an option takes; None where it takes nothing whatever the pixel."""
    option = OPTIONS[name]
    if not option.is_on(getattr(settings, name)):
        return None
    mask = option.mask(scene, settings)
    return None if mask is nothing else mask


def _keep_first(
    layer: DepthLayer, keep: Bool[np.ndarray, "S H W"], voxel_size: float | int
) -> None:
    first = first_per_voxel(kept_points(layer, keep), voxel_size)
    _keep_only(keep, np.flatnonzero(keep)[first])


def _thin(_layer: DepthLayer, keep: Bool[np.ndarray, "S H W"], max_points: int) -> None:
    kept = np.flatnonzero(keep)
    if len(kept) > max_points:
        _keep_only(keep, kept[evenly_spread(len(kept), max_points)])


_THINNING: dict[str, Callable[[DepthLayer, Any, Any], None]] = {
    "voxel_size": _keep_first,
    "max_points": _thin,
}
"""What goes by the points that all filters have left, in the order in which it runs."""


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
