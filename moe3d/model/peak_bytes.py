"""How many bytes of tensors are alive at once while code runs; works on the meta device too."""

import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode


def _is_on_meta(given: Any) -> bool:
    first = given[0] if isinstance(given, list | tuple) else given
    return isinstance(first, Tensor) and first.is_meta


def _like_first(given: Tensor, *_: Any, **_more: Any) -> Tensor:
    return given.new_empty(given.shape)


def _itself(given: Tensor, *_: Any, **_more: Any) -> Tensor:
    return given


def _linear(given: Tensor, weight: Tensor, *_: Any) -> Tensor:
    return given.new_empty((*given.shape[:-1], weight.shape[0]))


def _broadcast(given: Tensor, other: Any, **_more: Any) -> Tensor:
    shape = np.broadcast_shapes(given.shape, other.shape if isinstance(other, Tensor) else ())
    return given.new_empty(shape, dtype=torch.result_type(given, other))


def _attention(query: Tensor, _key: Tensor, value: Tensor) -> Tensor:
    return query.new_empty((*query.shape[:-1], value.shape[-1]))


def _convolution(
    given: Tensor,
    weight: Tensor,
    _bias: Tensor | None = None,
    stride: Sequence[int] = (1, 1),
    padding: Sequence[int] = (0, 0),
    dilation: Sequence[int] = (1, 1),
    _groups: int = 1,
) -> Tensor:
    sizes = zip(given.shape[2:], weight.shape[2:], stride, padding, dilation, strict=True)
    places = [(size + 2 * pad - gap * (side - 1) - 1) // step + 1
              for size, side, step, pad, gap in sizes]  # fmt: skip
    return given.new_empty((given.shape[0], weight.shape[0], *places))


def _joined(parts: Sequence[Tensor], dim: int = 0) -> Tensor:
    shape = list(parts[0].shape)
    shape[dim] = sum(part.shape[dim] for part in parts)
    return parts[0].new_empty(shape)


def _stacked(parts: Sequence[Tensor], dim: int = 0) -> Tensor:
    shape = list(parts[0].shape)
    shape.insert(dim if dim >= 0 else dim + len(shape) + 1, len(parts))
    return parts[0].new_empty(shape)


def _repeated(given: Tensor, times: Sequence[int]) -> Tensor:
    shape = [1] * (len(times) - given.ndim) + list(given.shape)
    return given.new_empty([side * count for side, count in zip(shape, times, strict=True)])


def _resized(given: Tensor, size: Sequence[int] | None, *_: Any) -> Tensor:
    assert size is not None
    return given.new_empty((*given.shape[:2], *size))


SHORTCUTS: dict[Any, Callable[..., Tensor]] = {
    torch.ops.aten.layer_norm.default: _like_first,
    torch.ops.aten.linear.default: _linear,
    torch.ops.aten.sub.Tensor: _broadcast,
    torch.ops.aten.div.Tensor: _broadcast,
    torch.ops.aten.add.Tensor: _broadcast,
    torch.ops.aten.mul.Tensor: _broadcast,
    torch.ops.aten.scaled_dot_product_attention.default: _attention,
    torch.ops.aten.conv2d.default: _convolution,
    torch.ops.aten.cat.default: _joined,
    torch.ops.aten.stack.default: _stacked,
    torch.ops.aten.repeat.default: _repeated,
    torch.ops.aten.upsample_bilinear2d.vec: _resized,
    torch.ops.aten._upsample_bicubic2d_aa.vec: _resized,
    torch.ops.aten.upsample_bicubic2d.vec: _resized,
    torch.ops.aten.gelu.default: _like_first,
    torch.ops.aten.relu.default: _like_first,
    torch.ops.aten.silu.default: _like_first,
    torch.ops.aten.softmax.int: _like_first,
    torch.ops.aten.exp.default: _like_first,
    torch.ops.aten.cos.default: _like_first,
    torch.ops.aten.addcmul_.default: _itself,
    torch.ops.aten.add_.Tensor: _itself,
    torch.ops.aten.copy_.default: _itself,
    torch.ops.aten.sin.default: _like_first,
}
"""Results of some operations on the meta device, where torch takes a millisecond for each to find
them in Python."""


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

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """False: nothing is compiled here, and torch would import its compiler to say so."""
        return False

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
        shortcut = SHORTCUTS.get(func)
        if shortcut is not None and _is_on_meta(args[0]):
            result = shortcut(*args, **(kwargs or {}))
        else:
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
