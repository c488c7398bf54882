import pytest
import torch

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
