"""A run's settings as a TOML file and as plain values."""

import contextlib
import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from moe3d.errors import UsageError
from moe3d.io.files.outside_files import read_text, reading
from moe3d.training.config import TrainingConfig

Record = TypeVar("Record")


def read_config(path: Path, base: TrainingConfig | None = None) -> TrainingConfig:
    """Settings of a TOML file: keys at the top, and tables run, data, loss, mixture, optimizer.

    Args:
        path: the file.
        base: settings that the file does not name.

    Raises:
        UsageError: the file cannot be read, or a setting is unknown or of the wrong kind.
    """
    return with_settings(base or TrainingConfig(), read_toml(path), str(path))


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises:
        UsageError: it cannot be read.
    """
    text = read_text(path, UsageError, "wanted a TOML file")
    with reading(path, UsageError, "is no readable TOML file"):
        return tomllib.loads(text)


def with_settings(record: Record, values: Mapping[str, Any], where: str) -> Record:
    """The record with some settings changed, nested ones too.

    Raises:
        UsageError: a setting is unknown or of the wrong kind.
    """
    kinds = typing.get_type_hints(type(record))
    changed = {}
    for name, value in values.items():
        if name not in kinds:
            known = ", ".join(kinds)
            raise UsageError(f"{where}: there is no setting {name!r}; there are {known}")
        old = getattr(record, name)
        is_table = is_dataclass(old) and isinstance(value, Mapping)
        changed[name] = (
            with_settings(old, value, f"{where}, [{name}]")
            if is_table
            else _checked(value, kinds[name], f"{where}: {name}")
        )
    return replace(record, **changed)  # pyright: ignore[reportArgumentType]


def plain_values(record: Any) -> dict[str, Any]:
    """Nested dictionaries of numbers, texts and lists; settings that are None are left out."""
    values = {entry.name: getattr(record, entry.name) for entry in fields(record)}
    return {name: _plain(value) for name, value in values.items() if value is not None}


def config_text(config: TrainingConfig) -> str:
    """The settings as TOML, complete."""
    values = plain_values(config)
    tables = {name: value for name, value in values.items() if isinstance(value, dict)}
    lines = [f"{name} = {_toml(value)}" for name, value in values.items() if name not in tables]
    for table, entries in tables.items():
        lines += ["", f"[{table}]"]
        lines += [f"{name} = {_toml(value)}" for name, value in entries.items()]
    return "\n".join(lines) + "\n"


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return plain_values(value)
    if isinstance(value, Path):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, list):
        return "[" + ", ".join(_toml(entry) for entry in value) + "]"
    return repr(value)


def _checked(value: Any, kind: Any, where: str) -> Any:
    """A TOML value as the setting's type."""
    origin, choices = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        kind = next(choice for choice in choices if choice is not types.NoneType)
    if origin is typing.Literal and value in choices:
        return value
    if origin is tuple and isinstance(value, list):
        return tuple(_checked(entry, choices[0], where) for entry in value)
    if kind is Path and isinstance(value, str):
        return Path(value)
    if kind is float and type(value) in (int, float):
        with contextlib.suppress(OverflowError):
            return float(value)
    if kind in (int, str, bool) and type(value) is kind:
        return value
    wanted = " or ".join(map(repr, choices)) if origin is typing.Literal else str(kind)
    raise UsageError(f"{where} must be {wanted}; got {value!r:.80}")
