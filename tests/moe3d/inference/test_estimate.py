import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from moe3d.errors import UsageError
from moe3d.inference import estimate as estimating
from moe3d.inference.device import Compute
from moe3d.inference.estimate import (
    EstimateOptions,
    count_steps,
    estimate_run,
    has_plenty,
    working_bytes,
)
from moe3d.inference.free_memory import PeakMemory
from moe3d.inference.working_set import LADDER, WorkingSet, run_options
from moe3d.io.photos.images import read_views
from moe3d.model.checkpoint import build_on_meta
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.output import RunOptions
from moe3d.model.peak_bytes import PeakTensorBytes
from moe3d.model.presets import mini, vggt_1b
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


@pytest.mark.parametrize("preset", [mini, vggt_1b])
@pytest.mark.parametrize("views", [1, 9])
@pytest.mark.parametrize("step", [LADDER[0], LADDER[3], WorkingSet(1, 200)])
def test_one_block_of_each_kind_counts_as_much_as_all(preset, views, step):
    compute = Compute(torch.device("cpu"), torch.bfloat16)
    options = run_options(compute, step, with_baseline=True)
    whole = build_on_meta(preset()).eval()
    whole.cast_backbone(torch.bfloat16)
    with torch.inference_mode(), PeakTensorBytes() as counter:
        images = torch.empty(1, views, 3, 112, 168, device="meta")
        whole(images, options=options)
    reckoned = count_steps(preset(), compute, (views, 112, 168), compare=True, steps=(step,))
    assert reckoned[0] == pytest.approx(counter.peak, rel=0.02)


def test_every_step_of_the_ladder_takes_less():
    compute = Compute(torch.device("cuda"), torch.bfloat16)
    counts = count_steps(vggt_1b(), compute, (60, 392, 518), compare=True)
    assert list(counts) == sorted(counts, reverse=True)
    assert counts[-1] < counts[-2] < counts[3] < counts[0]


@pytest.mark.parametrize("preset", [mini, vggt_1b])
@pytest.mark.parametrize("shape", [(1, 518, 518), (8, 392, 518), (200, 392, 518)])
def test_where_there_is_plenty_the_first_step_always_fits(preset, shape):
    compute = Compute(torch.device("cuda"), torch.float32)
    most = count_steps(preset(), compute, shape, compare=True, steps=LADDER[:1])[0]
    assert not has_plenty(shape, int(most * estimating.HEADROOM))


def test_what_the_run_would_do_to_fit_is_told(monkeypatch):
    views = read_views(ROOM)
    plenty = estimate_run(views)
    assert (plenty.num_photos, plenty.height, plenty.width) == (8, 168, 224)
    assert (plenty.verdict, plenty.measures) == ("fits", "")
    verdicts = []
    monkeypatch.setattr(estimating, "count_steps", lambda *_a, **_o: (10**12, 10**9))
    for free in (10**10, 1, 0):
        monkeypatch.setattr(estimating, "free_bytes", lambda _device, free=free: free)
        verdicts.append(estimate_run(views).verdict)
    pieces = "fits with the heads one photo at a time, blocks piece by piece"
    assert verdicts == [pieces, "does not fit", "unknown"]


def test_a_shell_limit_counts_as_memory_that_is_not_there():
    code = """
import resource, torch
from moe3d.inference.free_memory import free_bytes
import psutil
used = psutil.Process().memory_info().vms
resource.setrlimit(resource.RLIMIT_AS, (used + 300_000_000, resource.RLIM_INFINITY))
print(free_bytes(torch.device("cpu")))
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 100_000_000 < int(told.stdout) <= 300_000_000


def test_the_peak_is_the_memory_of_the_process_itself(tmp_path):
    peak = PeakMemory(torch.device("cpu"))
    before = peak.bytes
    block = np.ones(25_000_000)  # 200 MB
    peak.look()
    del block
    assert peak.bytes - before == pytest.approx(200e6, rel=0.1)
    np.zeros(25_000_000).tofile(tmp_path / "mapped")
    mapped = np.memmap(tmp_path / "mapped", mode="r")
    before = peak.bytes
    assert mapped.sum() == 0
    peak.look()
    assert peak.bytes - before < 20e6


def test_no_photo_is_refused():
    with pytest.raises(UsageError, match="at least one"):
        estimate_run(ViewSet(()))


def test_photos_are_not_read_for_an_estimate():
    views = ViewSet(tuple(View(f"{index}.jpg", 400, 300, Path("gone.jpg")) for index in range(3)))
    assert estimate_run(views).num_photos == 3


def test_what_does_not_fit_together_is_told_in_chunks(monkeypatch):
    views = ViewSet(tuple(View(f"{index}.jpg", 400, 300, Path("gone.jpg")) for index in range(300)))
    free = 2 * 10**9
    monkeypatch.setattr(estimating, "free_bytes", lambda _device: free)
    found = estimate_run(views)
    assert 0 < found.chunk_views < 300
    told = f"in {found.num_chunks} chunks of {found.chunk_views} photos"
    assert found.measures.startswith(told)
    assert found.verdict == f"fits {found.measures}"
    assert found.smallest_working_bytes < found.working_bytes
    assert found.total_bytes < free


def test_a_chunk_that_is_too_small_is_refused():
    views = ViewSet(tuple(View(f"{index}.jpg", 400, 300, Path("gone.jpg")) for index in range(9)))
    with pytest.raises(UsageError, match="at least 6 photos together; got a chunk of 1"):
        estimate_run(views, EstimateOptions(chunk_views=1))
