"""How chosen values are read back from JSON: each reader refuses what it cannot take."""

import math
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TypeVar

Kind = TypeVar("Kind", bound=StrEnum)


def number(low: float = -math.inf, high: float = math.inf) -> Callable[[object], float]:
    """A finite number, held between two ends."""

    def read(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"wanted a number, got {value!r}")
        if not math.isfinite(value):
            raise ValueError(f"wanted a finite number, got {value!r}")
        return min(max(float(value), low), high)

    return read


def tenths(low: float, high: float) -> Callable[[object], float]:
    """A number with one decimal, held between two ends."""
    read_number = number(low, high)
    return lambda value: round(read_number(value), 1)


def ends_or_none(value: object) -> tuple[float, float] | None:
    """Two numbers, the second one larger; or nothing."""
    if value is None:
        return None
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise TypeError(f"wanted two numbers, got {value!r}")
    low, high = (number()(item) for item in value)
    if not low < high:
        raise ValueError(f"wanted an end above the beginning, got {value!r}")
    return low, high


def whole(low: int = 0, high: int = 2**31 - 1) -> Callable[[object], int]:
    """A whole number, held between two ends."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise TypeError(f"wanted a whole number, got {value!r}")
        return min(max(value, low), high)

    return read


def flag(value: object) -> bool:
    """Yes or no."""
    if not isinstance(value, bool):
        raise TypeError(f"wanted true or false, got {value!r}")
    return value


def flag_or_none(value: object) -> bool | None:
    """Yes or no, or what is usual."""
    return None if value is None else flag(value)


def text(value: object) -> str:
    """Any text."""
    if not isinstance(value, str):
        raise TypeError(f"wanted a text, got {value!r}")
    return value


def one_of(allowed: Sequence[str]) -> Callable[[object], str]:
    """One of some words."""

    def read(value: object) -> str:
        if value not in allowed:
            raise ValueError(f"wanted one of {', '.join(allowed)}, got {value!r}")
        return str(value)

    return read


def member_of(kind: type[Kind]) -> Callable[[object], Kind]:
    """A member of an enumeration, by its value."""

    def read(value: object) -> Kind:
        return kind(text(value))

    return read


def indices(value: object) -> frozenset[int]:
    """A set of indices, none below zero."""
    if not isinstance(value, list | tuple | frozenset | set):
        raise TypeError(f"wanted a list of indices, got {value!r}")
    return frozenset(whole()(item) for item in value)


def words(value: object) -> frozenset[str]:
    """A set of texts."""
    if not isinstance(value, list | tuple | frozenset | set):
        raise TypeError(f"wanted a list of texts, got {value!r}")
    return frozenset(text(item) for item in value)


def names(value: object) -> tuple[str, ...]:
    """Some texts, in order."""
    if not isinstance(value, list | tuple):
        raise TypeError(f"wanted a list of texts, got {value!r}")
    return tuple(text(item) for item in value)


def name_set(value: object) -> frozenset[str]:
    """Some texts, in no order."""
    if not isinstance(value, list | tuple | frozenset | set):
        raise TypeError(f"wanted a list of texts, got {value!r}")
    return frozenset(text(item) for item in value)
