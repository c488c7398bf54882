import pytest
import torch

from moe3d.model import peak_bytes
from moe3d.model.checkpoint import build_on_meta
from moe3d.model.output import RunOptions
from moe3d.model.peak_bytes import PeakTensorBytes

MEGABYTE = 2**20


@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_what_is_dropped_makes_room_for_what_comes(device):
    with PeakTensorBytes() as counter:
        first = torch.zeros(MEGABYTE // 4, device=device)  # 1 MB
        second = first + 1  # 2 MB
        del first
        third = second * 2  # 2 MB again
        view = third[10:]  # a view takes nothing
        assert counter.peak == 2 * MEGABYTE
        del second, third
        assert view.numel() == MEGABYTE // 4 - 10
        _ = view.double()  # 1 + 2 MB
    assert counter.peak == pytest.approx(3 * MEGABYTE, rel=1e-3)


@pytest.mark.parametrize("piece", [0, 20])
def test_shortcuts_find_what_torch_finds(tiny_config, monkeypatch, piece):
    network = build_on_meta(tiny_config).eval()
    options = RunOptions(tokens_per_piece=piece, frames_per_chunk=2)

    def counted() -> tuple[list[tuple[torch.Size, torch.dtype]], int]:
        with torch.inference_mode(), PeakTensorBytes() as counter:
            output = network(torch.empty(1, 3, 3, 84, 126, device="meta"), options=options)
        found = [value for value in vars(output).values() if isinstance(value, torch.Tensor)]
        return [(value.shape, value.dtype) for value in found], counter.peak

    quick, quick_peak = counted()
    monkeypatch.setattr(peak_bytes, "SHORTCUTS", {})
    slow, slow_peak = counted()
    assert quick == slow
    assert quick_peak == pytest.approx(slow_peak, rel=2e-3)
