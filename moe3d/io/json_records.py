"""Records out of JSON: every field of the type that the record says, or a reason."""

import dataclasses
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from moe3d.io.outside_files import shown

Record = TypeVar("Record")


def record_from_json(kind: type[Record], values: Mapping[str, Any]) -> Record:
    """A frozen record of plain fields; entries that it does not have are passed over.

    Raises:
        ValueError: a value is of another type.
        TypeError: a field without a default is missing, or `values` is no table.
    """
    kinds = typing.get_type_hints(kind)
    names = [item.name for item in dataclasses.fields(kind)]  # pyright: ignore[reportArgumentType]
    return kind(
        **{name: checked_value(kinds[name], name, values[name]) for name in names if name in values}
    )


def checked_value(kind: Any, name: str, value: Any) -> Any:
    """A JSON value as the type of a plain field.

    Raises:
        ValueError: it is of another type.
    """
    origin, choices = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple and isinstance(value, list):
        return tuple(checked_value(choices[0], name, entry) for entry in value)
    if origin is Mapping and isinstance(value, dict):
        return {key: checked_value(choices[1], name, entry) for key, entry in value.items()}
    if kind is float and type(value) in (int, float):
        return float(value)
    if kind in (int, str, bool) and type(value) is kind:
        return value
    raise ValueError(f"{name} is {shown(repr(value), 60)}")
