"""Points of photos that were not chosen."""

from collections.abc import Sequence

from moe3d.errors import UsageError
from moe3d.scene.filters.point_filter import (
    DrawnLimits,
    FilteredLayer,
    FilterOption,
    Mask,
    PointFilter,
    Settings,
    Words,
    nothing,
)


def _not_chosen(scene: FilteredLayer, settings: Settings) -> Mask:
    chosen, count = settings.views, scene.prediction.num_views
    unknown = [view for view in chosen if not 0 <= view < count]
    if unknown:
        raise UsageError(f"there is no view {unknown[0]}; this prediction has {count}, from 0")
    return lambda region: nothing(region) if region.view in chosen else ~nothing(region)


def from_zero(numbers: Sequence[int] | None) -> tuple[int, ...] | None:
    """Indices of things that people count from 1."""
    return None if numbers is None else tuple(number - 1 for number in numbers)


def from_one(indices: Sequence[int]) -> tuple[str, ...]:
    """Words for the command line, which counts from 1."""
    return tuple(str(index + 1) for index in indices)


def shown_of(count: int, hidden: frozenset[int]) -> tuple[int, ...] | None:
    """All indices but the hidden ones; None where none of them is hidden."""
    shown = tuple(index for index in range(count) if index not in hidden)
    return None if len(shown) == count else shown


PHOTOS = PointFilter(
    name="photos",
    place=50,
    title=lambda _settings: "photos",
    options=(
        FilterOption(
            "views",
            Sequence[int] | None,
            off=None,
            help="Take points of these photos only; counted from 1 on the command line, from 0 in "
            "Python.",
            mask=_not_chosen,
            words=Words("photos", tuple[int, ...] | None, read=from_zero, write=from_one),
        ),
    ),
    drawn=(DrawnLimits("photo_shown", low=lambda _settings, _cloud: 0.5),),
)
