"""The last part of a batch's making, on the training's device."""

from collections.abc import Iterable, Iterator
from typing import Any

import torch

from moe3d.training.tensors import tensors_in


def finish_batches(source: Any, loads: Iterable[Any], device: torch.device) -> Iterator[Any]:
    """Finish what a source has loaded, one batch whenever it is asked for.

    A CUDA card does so on a stream of its own: it draws the next scenes while it is still at work
    on the step before.

    Args:
        source: loaded these.
        loads: one a step.
        device: where the batches are wanted.
    """
    if device.type != "cuda":
        for loaded in loads:
            yield source.finish(loaded, device)
        return
    own = torch.cuda.Stream(device)
    for loaded in loads:
        with torch.cuda.stream(own):
            batch = source.finish(loaded, device)
        user = torch.cuda.current_stream(device)
        user.wait_stream(own)
        for tensor in tensors_in(batch):
            tensor.record_stream(user)
        yield batch
