"""How many bytes of tensors are alive at once while code runs; works on the meta device too."""

import weakref
from collections.abc import Callable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode


class PeakTensorBytes(TorchDispatchMode):
    """Follows every tensor storage that is made inside the `with` block.

    On the meta device nothing is computed and nothing allocated, so that the working set of a
    network of any size is known in a second.
    """

    def __init__(self) -> None:
        super().__init__()
        self.peak = 0
        """Most bytes alive at once so far."""
        self.alive = 0
        """Bytes alive now."""
        self._seen: set[int] = set()

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        given = {
            value.untyped_storage()._cdata for value in args if isinstance(value, torch.Tensor)
        }
        result = func(*args, **(kwargs or {}))
        for value in result if isinstance(result, tuple | list) else (result,):
            if isinstance(value, torch.Tensor):
                self._follow(value.untyped_storage(), given)
        return result

    def _follow(self, storage: torch.UntypedStorage, given: set[int]) -> None:
        """Count a storage, unless it is known or a view of what the operation was given."""
        key, size = storage._cdata, storage.nbytes()
        if key in self._seen or key in given:
            return
        self._seen.add(key)
        self.alive += size
        self.peak = max(self.peak, self.alive)
        weakref.finalize(storage, self._forget, key, size)

    def _forget(self, key: int, size: int) -> None:
        self._seen.discard(key)
        self.alive -= size
