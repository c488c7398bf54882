"""Networks without memory for their weights, to be filled from a file."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import init
from torch.overrides import TorchFunctionMode

from moe3d.model.config import ModelConfig
from moe3d.model.depth_head import MoEHead
from moe3d.model.moe3d import MoE3DNetwork

RANDOM = frozenset(
    {Tensor.normal_, Tensor.uniform_, init.normal_, init.uniform_, init.kaiming_uniform_}
)


class _NoRandomStart(TorchFunctionMode):
    """Leaves tensors alone that would be given random values.

    There is nothing to give them to, and torch imports its compiler (800 modules, two seconds)
    for the first `normal_` of a meta tensor.
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if func in RANDOM:
            return kwargs["tensor"] if "tensor" in kwargs else args[0]
        return func(*args, **kwargs)


def build_on_meta(config: ModelConfig) -> MoE3DNetwork:
    """The network without any memory for its weights, and without any start of them."""
    with torch.device("meta"), _NoRandomStart():
        return MoE3DNetwork(config)


def build_unfilled_mixture(config: ModelConfig) -> MoEHead:
    """The mixture in memory, its weights whatever was there; every one must be set after."""
    with _NoRandomStart():
        return MoEHead(config)
