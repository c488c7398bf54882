"""All point filters, in the order in which they run: those that the files of `kinds` define."""

import importlib
import pkgutil

from moe3d.scene.filters import kinds
from moe3d.scene.filters.point_filter import FilterOption, PointFilter


def _found() -> tuple[PointFilter, ...]:
    found = {
        value.name: value  # once, though one file may take a filter from another
        for file in pkgutil.iter_modules(kinds.__path__)
        for value in vars(importlib.import_module(f"{kinds.__name__}.{file.name}")).values()
        if isinstance(value, PointFilter)
    }
    return tuple(sorted(found.values(), key=lambda point_filter: point_filter.place))


FILTERS: tuple[PointFilter, ...] = _found()
OPTIONS: dict[str, FilterOption] = {
    option.name: option for point_filter in FILTERS for option in point_filter.options
}
"""Every option of every filter, by its name, in the order in which they run."""
FILTER_OF: dict[str, str] = {
    option.name: point_filter.name for point_filter in FILTERS for option in point_filter.options
}
"""The filter of every option."""


def filter_named(name: str) -> PointFilter:
    """The filter of this name; one that is not there is a mistake of ours."""
    return next(found for found in FILTERS if found.name == name)
