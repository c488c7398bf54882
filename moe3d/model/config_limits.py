"""What a setting of the network may be at all, when it comes from a file."""

import math
import typing
from collections.abc import Mapping
from typing import Any

from moe3d.errors import UsageError
from moe3d.io.outside_files import shown

LARGEST = 2**16
"""Of any count that is not in the table below."""
MOST_ENTRIES = 16
_RANGES: Mapping[str, tuple[float, float]] = {
    "patch_size": (1, 256),
    "input_side": (1, 8192),
    "image_size": (1, 8192),
    "width": (0, LARGEST),
    "depth": (1, 512),
    "trunk_depth": (1, 512),
    "num_heads": (1, 1024),
    "num_register_tokens": (0, 256),
    "num_iterations": (1, 64),
    "features": (4, LARGEST),
    "head_channels": (1, LARGEST),
    "detail_units": (0, 64),
    "num_experts": (1, 256),
    "guide_radius_px": (0, 16),
    "rope_base": (1e-3, 1e9),
    "gate_temperature": (1e-9, 1e9),
    "training_temperature": (1e-9, 1e9),
    "guide_sigma": (1e-9, 1e9),
    "layer_scale_init": (-1e9, 1e9),
}


def checked_setting(kind: Any, name: str, value: Any) -> Any:
    """A plain JSON value as a setting of the given type.

    Raises:
        UsageError: it is of another type, or beyond what any network has.
    """
    origin, choices = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        if not isinstance(value, list | tuple) or len(value) > MOST_ENTRIES:
            raise UsageError(_complaint(name, f"a list of up to {MOST_ENTRIES} numbers", value))
        return tuple(checked_setting(choices[0], name, entry) for entry in value)
    if origin is typing.Literal:
        if value not in choices:
            raise UsageError(_complaint(name, " or ".join(map(repr, choices)), value))
        return value
    if kind in (int, float):
        return _checked_number(kind, name, value)
    if type(value) is not kind:
        raise UsageError(_complaint(name, f"a {kind.__name__}", value))
    return value


def _checked_number(kind: type, name: str, value: Any) -> int | float:
    low, high = _RANGES.get(name, (0, LARGEST))
    is_number = type(value) is int or (kind is float and type(value) is float)
    if not is_number or not math.isfinite(value) or not low <= value <= high:
        what = "a whole number" if kind is int else "a number"
        raise UsageError(_complaint(name, f"{what} from {low:g} to {high:g}", value))
    return value


def _complaint(name: str, wanted: str, value: Any) -> str:
    return f"{name} must be {wanted}; it is {shown(repr(value), 80)}"
