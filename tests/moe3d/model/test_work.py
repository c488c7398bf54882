"""Progress through the network: shares of the operations that torch itself counts."""

from itertools import pairwise
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from moe3d.errors import JobCancelledError
from moe3d.model.backbone import Keeping
from moe3d.model.checkpoint import build_on_meta
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.output import RunOptions
from moe3d.model.presets import vggt_1b
from moe3d.model.work import Counter


class Operations(TorchDispatchMode):
    """Counts what torch's own table says of every call."""

    def __init__(self) -> None:
        super().__init__()
        self.total = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        count = flop_registry.get(func._overloadpacket)
        if count is not None:
            self.total += count(*args, **(kwargs or {}), out_val=result)
        return result


def test_no_step_of_vggt_1b_is_longer_than_a_fiftieth_and_shares_are_true():
    network = build_on_meta(vggt_1b()).eval()
    images = torch.empty(1, 8, 3, 392, 518, device="meta")
    told: list[tuple[int, float]] = [(0, 0.0)]
    with torch.no_grad(), Operations() as counted:
        network(
            images,
            lambda _done, _total, share: told.append((counted.total, share)),
            RunOptions(with_points=False, frames_per_chunk=1),
        )
    shares = [count / counted.total for count, _ in told]
    assert max(after - before for before, after in pairwise(shares)) < 0.02
    assert [share for _, share in told] == pytest.approx(shares, abs=0.01)


def test_heads_are_told_and_stopped_within_a_photo(
    tiny_network: MoE3DNetwork, tiny_images: torch.Tensor
):
    calls: list[tuple[int, float]] = []

    def stop_inside(done: int, total: int, share: float) -> None:
        calls.append((done, share))
        if done == total - 1 and len([1 for step, _ in calls if step == done]) == 4:
            raise JobCancelledError("cancelled")

    with pytest.raises(JobCancelledError), torch.inference_mode():
        tiny_network(tiny_images[:1], stop_inside, RunOptions(frames_per_chunk=1))
    shares = [share for _, share in calls]
    assert shares == sorted(shares)
    assert calls[-4][1] < calls[-1][1] < 1


@pytest.mark.parametrize("piece", [0, 20])
def test_a_long_block_is_told_within(
    tiny_network: MoE3DNetwork, tiny_images: torch.Tensor, monkeypatch: Any, piece: int
):
    monkeypatch.setattr("moe3d.model.layers.attention.LONG", 20)
    steps: list[int] = []
    counter = Counter(lambda done, _total, _share: steps.append(done), 99, 1.0)
    aggregator = tiny_network.aggregator
    with torch.inference_mode():
        whole = aggregator(tiny_images, [1])
        told = aggregator(tiny_images, [1], counter, keeping=Keeping(tokens_per_piece=piece))
    torch.testing.assert_close(told.layers[0], whole.layers[0], rtol=1e-4, atol=1e-5)
    assert steps.count(2) > 1  # the first global block: 33 tokens of three photos
    assert counter.operations == pytest.approx(aggregator.work(tiny_images))
