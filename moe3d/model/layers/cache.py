"""A memory of one value, for tables that depend on the image size only."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import torch

T = TypeVar("T")


class LastValue(Generic[T]):
    """Keeps what was built for the last key.

    Values are built outside inference mode: one made inside could not be used in training later.
    """

    def __init__(self) -> None:
        self._key: Hashable = None
        self._value: T | None = None

    def get(self, key: Hashable, build: Callable[[], T]) -> T:
        """The value of this key, built now unless it is the one that is remembered."""
        if self._value is None or key != self._key:
            with torch.inference_mode(False), torch.no_grad():
                self._value = build()
            self._key = key
        return self._value
