"""Whether a record is what its annotations say: shapes, element types, cameras that can be.

An annotation such as `Float32[np.ndarray, "S H W"]` is the one place where a field's shape stands;
the check reads it there. It looks at shapes and types only, so it costs the same for any scene.
Under test jaxtyping would answer first, with other words: `checks_itself` keeps it out.
"""

import functools
import types
from collections import Counter
from dataclasses import dataclass, fields
from typing import Any, TypeVar, get_args

import numpy as np
from jaxtyping import AbstractArray, Float

from moe3d.errors import RecordError, ShapeError

Record = TypeVar("Record")


def checks_itself(record: type[Record]) -> type[Record]:
    """Mark a dataclass whose `__post_init__` calls `check_arrays`, in place of jaxtyping's hook.

    (`typing.get_type_hints` finds nothing on it either; `dataclasses.fields` does.)
    """
    record.__no_type_check__ = True  # pyright: ignore[reportAttributeAccessIssue]
    return record


@dataclass(frozen=True)
class _ArrayField:
    """What an annotation promises of a field."""

    name: str
    axes: tuple[str, ...]
    """Letters, or numbers for axes of a fixed size."""
    element: str
    """"float32", or a family such as "float"."""
    dtypes: frozenset[str]
    may_be_none: bool

    def fits(self, array: np.ndarray, sizes: dict[str, int]) -> bool:
        """Whether an array is as promised; letters without a size get one."""
        if len(array.shape) != len(self.axes) or array.dtype.name not in self.dtypes:
            return False
        return all(
            size == (int(axis) if axis.isdigit() else sizes.setdefault(axis, size))
            for axis, size in zip(self.axes, array.shape, strict=True)
        )

    def wanted(self, sizes: dict[str, int]) -> str:
        """Such as "(S, H, W) = (2, 28, 42) of float32"; a letter without a size stays."""
        shape = _tuple(self.axes)
        numbers = _tuple([str(sizes.get(axis, axis)) for axis in self.axes])
        return f"{shape if shape == numbers else f'{shape} = {numbers}'} of {self.element}"


def check_arrays(record: Any, **known: int) -> dict[str, int]:
    """Check every array field of a dataclass against its annotation.

    Args:
        record: an instance of a dataclass whose array fields have jaxtyping annotations.
        known: sizes that something else has fixed already, such as `S=len(names)`.

    Returns:
        The size of every letter.

    Raises:
        ShapeError: a field is no array, or of another shape or element type; the message names
            record and field, what was wanted and what came. Where fields differ, the one that is
            alone is at fault.
    """
    there = [
        (field, value)
        for field in _array_fields(type(record))
        if (value := getattr(record, field.name)) is not None or not field.may_be_none
    ]
    sizes = dict(known)
    if all(isinstance(array, np.ndarray) and field.fits(array, sizes) for field, array in there):
        return sizes
    sizes = _usual_sizes(there) | known
    for field, array in there:
        if not isinstance(array, np.ndarray):
            came = type(array).__name__
        elif not field.fits(array, sizes):
            came = f"{_tuple([str(size) for size in array.shape])} of {array.dtype.name}"
        else:
            continue
        place = f"{type(record).__name__}.{field.name}"
        raise ShapeError(f"{place}: wanted {field.wanted(sizes)}; got {came}")
    raise AssertionError("a field that fits no sizes must differ from the usual ones")


def check_cameras(
    record: Any,
    camera_from_world: Float[np.ndarray, "S 4 4"],
    intrinsics: Float[np.ndarray, "S 3 3"],
) -> None:
    """Check that cameras can be used. NaN stands where a photo's camera is unknown.

    Args:
        record: named in the message.
        camera_from_world: no infinite number, last rows 0 0 0 1.
        intrinsics: no infinite number, focal lengths above 0.

    Raises:
        RecordError: a camera is none; the message names its photo, counted from 1.
    """
    bottom = camera_from_world[:, 3]
    is_rigid = (bottom == (0, 0, 0, 1)) | np.isnan(bottom)
    focal = np.diagonal(intrinsics, axis1=1, axis2=2)[:, :2]
    refused = {
        "camera_from_world: wanted finite numbers": np.isinf(camera_from_world).any(axis=(1, 2)),
        "camera_from_world: wanted a last row of 0 0 0 1": ~is_rigid.all(axis=1),
        "intrinsics: wanted finite numbers": np.isinf(intrinsics).any(axis=(1, 2)),
        "intrinsics: wanted focal lengths above 0": (focal <= 0).any(axis=1),
    }
    for wanted, is_refused in refused.items():
        if is_refused.any():
            view = int(is_refused.argmax())
            matrix = (camera_from_world if wanted.startswith("camera") else intrinsics)[view]
            raise RecordError(
                f"{type(record).__name__}.{wanted} (NaN where unknown); got {matrix.tolist()} "
                f"for photo {view + 1}"
            )


@functools.cache
def _array_fields(record: type) -> tuple[_ArrayField, ...]:
    found = []
    for item in fields(record):
        kinds = get_args(item.type) if isinstance(item.type, types.UnionType) else (item.type,)
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, AbstractArray):
                dtypes = frozenset(str(dtype) for dtype in kind.dtypes)
                axes = tuple(kind.dim_str.split())
                element = kind.dtype.__name__.lower()
                found.append(_ArrayField(item.name, axes, element, dtypes, len(kinds) > 1))
    return tuple(found)


def _usual_sizes(there: list[tuple[_ArrayField, Any]]) -> dict[str, int]:
    """The size that most arrays give a letter; of equals, that of the first."""
    votes: dict[str, Counter[int]] = {}
    for field, array in there:
        if isinstance(array, np.ndarray) and array.ndim == len(field.axes):
            for axis, size in zip(field.axes, array.shape, strict=True):
                if not axis.isdigit():
                    votes.setdefault(axis, Counter())[size] += 1
    return {axis: counter.most_common(1)[0][0] for axis, counter in votes.items()}


def _tuple(words: "list[str] | tuple[str, ...]") -> str:
    return f"({words[0]},)" if len(words) == 1 else f"({', '.join(words)})"
