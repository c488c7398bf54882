"""Points nearer to the camera that saw them, or farther from it, than was asked for."""

import numpy as np
from jaxtyping import Float, Float32

from moe3d.errors import UsageError
from moe3d.scene.filters.point_filter import (
    Amount,
    DrawnCloud,
    DrawnLimits,
    DrawnPoints,
    DrawnValue,
    FilteredLayer,
    FilterOption,
    Mask,
    PointFilter,
    Region,
    Settings,
)


def _distances(region: Region) -> Float[np.ndarray, "H W"]:
    camera_from_world = region.of.layer.camera_from_world[region.view]
    center = -camera_from_world[:3, :3].T @ camera_from_world[:3, 3]
    return _between(region.points, center.astype(np.float32)).reshape(region.depth.shape)


def _between(
    points: Float[np.ndarray, "N 3"], centers: Float32[np.ndarray, "..."]
) -> Float[np.ndarray, " N"]:
    with np.errstate(over="ignore", invalid="ignore"):
        return np.linalg.norm(points - centers, axis=1)


def _too_near(_scene: FilteredLayer, settings: Settings) -> Mask:
    return lambda region: _distances(region) < np.float32(settings.min_distance)


def _too_far(_scene: FilteredLayer, settings: Settings) -> Mask:
    return lambda region: _distances(region) > np.float32(settings.max_distance)


def _check(distance: float | int) -> None:
    if not distance > 0:
        raise UsageError(f"a distance from the camera must be above 0; got {distance}")


def _title(settings: Settings) -> str:
    if settings.max_distance is None:
        return "nearer than {min_distance}"
    if settings.min_distance is None:
        return "farther than {max_distance}"
    return "nearer than {min_distance} or farther than {max_distance}"


def _drawn_distances(points: DrawnPoints) -> Float[np.ndarray, " N"]:
    return _between(points.positions, points.camera_centers)


def _nearest(settings: Settings, _cloud: DrawnCloud) -> float:
    return -np.inf if settings.min_distance is None else settings.min_distance


def _farthest(settings: Settings, _cloud: DrawnCloud) -> float:
    return np.inf if settings.max_distance is None else settings.max_distance


DISTANCE = PointFilter(
    name="distance",
    place=105,
    title=_title,
    options=(
        FilterOption(
            "min_distance",
            float | int | None,
            off=None,
            help="Leave out points nearer to their photo's camera than this, in scene units.",
            mask=_too_near,
            check=_check,
            is_length=True,
        ),
        FilterOption(
            "max_distance",
            float | int | None,
            off=None,
            help="Leave out points farther from their photo's camera than this, in scene units.",
            mask=_too_far,
            check=_check,
            is_length=True,
        ),
    ),
    drawn=(
        DrawnLimits(
            DrawnValue("distance(world.xyz, center)", _drawn_distances),
            low=_nearest,
            high=_farthest,
        ),
    ),
    controls=(
        Amount(
            "min_distance",
            tick_key="nearest_on",
            key="nearest",
            label="Nearest",
            tip="Hide points that are nearer to the camera of their photo",
            number_label="Smallest distance",
            number_tip="Smallest distance from its photo's camera at which a point is shown",
            low=0.001,
            high=1e6,
            usual=0.5,
        ),
        Amount(
            "max_distance",
            tick_key="farthest_on",
            key="farthest",
            label="Farthest",
            tip="Hide points that are farther from the camera of their photo",
            number_label="Largest distance",
            number_tip="Largest distance from its photo's camera at which a point is shown",
            low=0.001,
            high=1e6,
            usual=5.0,
        ),
    ),
)
