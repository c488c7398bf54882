from dataclasses import replace
from pathlib import Path

import pytest
import torch

from moe3d.errors import UsageError
from moe3d.inference import estimate as estimating
from moe3d.inference.estimate import estimate_run, working_bytes
from moe3d.io.images import read_views
from moe3d.model.checkpoint import build_on_meta
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.output import RunOptions
from moe3d.model.peak_bytes import PeakTensorBytes
from moe3d.model.presets import mini
from moe3d.scene.records import View, ViewSet

ROOM = Path(__file__).parents[3] / "assets/samples/room/images"
OPTIONS = RunOptions(with_points=False, heads_in_autocast=True)


@pytest.fixture(scope="module")
def network():
    return build_on_meta(mini()).eval()


def test_the_count_without_memory_is_what_a_real_run_holds(network):
    real = MoE3DNetwork(mini()).eval()
    with torch.inference_mode(), PeakTensorBytes() as counter:
        real(torch.rand(1, 2, 3, 56, 84), options=OPTIONS)
    assert working_bytes(network, (2, 56, 84), OPTIONS) == pytest.approx(counter.peak, rel=0.02)


def test_many_photos_are_reckoned_as_if_all_were_counted(network, monkeypatch):
    shape = (61, 56, 84)
    reckoned = working_bytes(network, shape, OPTIONS)
    monkeypatch.setattr(estimating, "COUNTED_PHOTOS", 100)
    assert reckoned == pytest.approx(working_bytes(network, shape, OPTIONS), rel=0.05)


def test_the_verdict_follows_the_free_memory():
    estimate = estimate_run(read_views(ROOM))
    assert (estimate.num_photos, estimate.height, estimate.width) == (8, 168, 224)
    assert estimate.smallest_total_bytes < estimate.total_bytes
    verdicts = [
        replace(estimate, available_bytes=size).verdict
        for size in (2 * estimate.total_bytes, estimate.total_bytes, 1, 0)
    ]
    one_by_one = "fits with the heads one photo at a time"
    assert verdicts == ["fits", one_by_one, "does not fit", "unknown"]


def test_no_photo_is_refused():
    with pytest.raises(UsageError, match="at least one"):
        estimate_run(ViewSet(()))


def test_photos_are_not_read_for_an_estimate():
    views = ViewSet(tuple(View(f"{index}.jpg", 400, 300, Path("gone.jpg")) for index in range(3)))
    assert estimate_run(views).num_photos == 3
