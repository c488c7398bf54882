"""Points outside the section box."""

import numpy as np

from moe3d.errors import UsageError
from moe3d.geometry.box import OrientedBox
from moe3d.scene.filters.point_filter import (
    DrawnCloud,
    DrawnLimits,
    FilteredLayer,
    FilterOption,
    Mask,
    PointFilter,
    Settings,
    Words,
)


def _outside(_scene: FilteredLayer, settings: Settings) -> Mask:
    box: OrientedBox = settings.box
    return lambda region: ~box.contains(region.points).reshape(region.depth.shape)


def _read(numbers: tuple[float, ...] | None) -> OrientedBox | None:
    """Centre, half sizes, and the directions of these where they are not the world's axes."""
    if numbers is None:
        return None
    if len(numbers) not in (6, 15) or not np.isfinite(numbers).all():
        raise UsageError(
            "a box is 6 numbers (centre and half sizes) or 15 (then the unit vectors of its three "
            f"axes); got {len(numbers)}"
        )
    vectors = [(float(x), float(y), float(z)) for x, y, z in np.reshape(numbers, (-1, 3))]
    center, half_sizes, *axes = vectors
    if not axes:
        return OrientedBox(center, half_sizes)
    turn = np.array(axes)
    if not np.allclose(turn @ turn.T, np.eye(3), atol=1e-3):
        raise UsageError("the axes of a box must be unit vectors at right angles")
    return OrientedBox(center, half_sizes, (axes[0], axes[1], axes[2]))


def _write(box: OrientedBox) -> tuple[str, ...]:
    numbers = (*box.center, *box.half_sizes, *(part for axis in box.axes for part in axis))
    return tuple(repr(float(number)) for number in numbers)


def _edge(settings: Settings, _cloud: DrawnCloud) -> float:
    return np.inf if settings.box is None else 1.0


SECTION = PointFilter(
    name="section",
    place=110,
    title=lambda _settings: "outside the box",
    options=(
        FilterOption(
            "box",
            OrientedBox | None,
            off=None,
            help="Leave out points outside this box of the result's world, in scene units: its "
            "centre and half sizes (6 numbers), then the unit vectors of its axes if they are not "
            "the world's (9 more).",
            mask=_outside,
            is_length=True,
            words=Words("section-box", tuple[float, ...] | None, read=_read, write=_write),
        ),
    ),
    drawn=(DrawnLimits("reach_in_box", high=_edge),),
)
