"""Measured time and memory of the mixture head beside VGGT's head, run in alternation.

Weights and tokens are random: only shapes matter. The decoder runs in both; alternation and
medians keep a busy machine from favouring either. On a CPU the processor's time is taken, which
other programs do not lengthen much.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Float64
from torch import Tensor

from moe3d.errors import UsageError
from moe3d.inference.device import LARGE_MODEL_PARAMETERS, select_compute
from moe3d.model.backbone import Keeping
from moe3d.model.config import ModelConfig
from moe3d.model.depth_head import FrameChunk, MoEHead, mix_experts
from moe3d.model.dpt import DPT, at_least_float32, confidence_from_raw, depth_from_raw
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.peak_bytes import PeakTensorBytes
from moe3d.progress import Progress


@dataclass(frozen=True)
class MeasuredOverhead:
    """Both heads on the same tokens."""

    vggt_s: Float64[np.ndarray, " R"]
    """Seconds of each repeat."""
    moe3d_s: Float64[np.ndarray, " R"]
    vggt_peak_bytes: int
    """Most bytes of tensors alive at once, weights not counted."""
    moe3d_peak_bytes: int
    height: int
    width: int
    frames: int
    device: str
    clock: str
    """"processor" (all threads together) or "wall"."""
    threads: int
    rest_s: Float64[np.ndarray, " R"] | None = None
    """Seconds of backbone and camera head, where they were timed too."""

    @property
    def whole_percent(self) -> float | None:
        """Added time, of all of VGGT with its depth head; medians over repeats."""
        if self.rest_s is None:
            return None
        rest, vggt, moe3d = map(np.median, (self.rest_s, self.vggt_s, self.moe3d_s))
        return float(100 * (moe3d - vggt) / (rest + vggt))

    @property
    def time_percent(self) -> float:
        """Median over repeats of the added time, of VGGT's depth head."""
        return float(100 * np.median(self.moe3d_s / self.vggt_s - 1))

    @property
    def time_percent_quartiles(self) -> tuple[float, float]:
        """Quartiles of the same."""
        low, high = np.quantile(100 * (self.moe3d_s / self.vggt_s - 1), [0.25, 0.75])
        return float(low), float(high)

    @property
    def memory_percent(self) -> float:
        """Added peak, of VGGT's depth head."""
        return 100 * (self.moe3d_peak_bytes / self.vggt_peak_bytes - 1)


def measure_heads(
    config: ModelConfig,
    height: int,
    width: int,
    device: torch.device,
    frames: int = 1,
    repeats: int = 5,
    progress: Progress | None = None,
    *,
    whole: bool = False,
) -> MeasuredOverhead:
    """Time both heads in turn.

    Args:
        config: the network's sizes.
        height: pixels, a multiple of the patch.
        width: likewise.
        device: where it runs.
        frames: photos a run.
        repeats: timed runs of each.
        progress: told after every repeat.
        whole: also time what comes before the heads, and all as the program runs a large network:
            in bfloat16 on a card or a processor with units for it.

    Raises:
        UsageError: sides are no multiples of the patch, or there is nothing to repeat.
        JobCancelledError: progress was cancelled.
    """
    patch = config.patch_size
    if height % patch or width % patch or repeats < 1 or frames < 1:
        raise UsageError(f"cost needs sides in multiples of {patch}, repeats and frames above 0")
    progress = progress or Progress()
    generator = torch.Generator(device="cpu").manual_seed(0)
    chunk = _random_chunk(config, frames, height, width, generator, device)
    narrow = _narrow_precision(device) if whole else None
    runs = list(_heads(config, chunk, device, narrow))
    peaks = [_peak_bytes(head, device) for head in runs]  # also warms both up
    if whole:
        runs.append(_rest(config, chunk.images, device, narrow))
        _seconds(runs[-1], device)
    seconds = np.zeros((len(runs), repeats))
    for repeat in range(repeats):
        order = list(enumerate(runs))
        for row, run in order if repeat % 2 == 0 else reversed(order):
            seconds[row, repeat] = _seconds(run, device)
        progress.report("time both heads", repeat + 1, repeats)
    return MeasuredOverhead(
        vggt_s=seconds[0],
        moe3d_s=seconds[1],
        vggt_peak_bytes=peaks[0],
        moe3d_peak_bytes=peaks[1],
        height=height,
        width=width,
        frames=frames,
        device=_device_name(device),
        clock="processor" if device.type == "cpu" else "wall",
        threads=torch.get_num_threads(),
        rest_s=seconds[2] if whole else None,
    )


def _narrow_precision(device: torch.device) -> torch.dtype | None:
    """What a large network runs in by itself, where that is bfloat16."""
    dtype = select_compute(str(device), "auto", LARGE_MODEL_PARAMETERS + 1).dtype
    return dtype if dtype is torch.bfloat16 else None


def _heads(
    config: ModelConfig, chunk: FrameChunk, device: torch.device, narrow: torch.dtype | None
) -> tuple[Callable[[], object], Callable[[], object]]:
    """VGGT's depth head and the mixture's, ready to run on the chunk."""
    decoder = DPT(config, 2).to(device).eval()
    head = MoEHead(config).to(device).eval()
    temperature = config.moe.gate_temperature

    def in_precision() -> torch.autocast:
        return torch.autocast(device.type, narrow or torch.bfloat16, enabled=narrow is not None)

    def run_vggt() -> object:
        with in_precision():
            return vggt()

    def run_moe3d() -> object:
        with in_precision():
            return moe3d()

    def vggt() -> object:
        full = decoder.decode(chunk.layers, chunk.images).full
        assert full is not None
        raw = at_least_float32(decoder.finish(full))
        return depth_from_raw(raw[:, 0]), confidence_from_raw(raw[:, 1])

    def moe3d() -> object:
        maps = decoder.decode(chunk.layers, chunk.images)
        return mix_experts(head, maps, decoder, chunk.images, temperature)

    return run_vggt, run_moe3d


def _rest(
    config: ModelConfig,
    frames: Float[Tensor, "N 3 H W"],
    device: torch.device,
    narrow: torch.dtype | None,
) -> Callable[[], object]:
    """Backbone and camera head on the frames as views of one scene."""
    with torch.device(device):
        network = MoE3DNetwork(config).eval()
    if narrow is not None:
        network.cast_backbone(narrow)

    def run() -> object:
        keeping = Keeping(dtype=narrow)
        tokens = network.aggregator(frames[None], config.dpt.layers, keeping=keeping)
        return network.camera_head(tokens.camera_tokens.float())

    return run


def _random_chunk(
    config: ModelConfig,
    frames: int,
    height: int,
    width: int,
    generator: torch.Generator,
    device: torch.device,
) -> FrameChunk:
    patches = (height // config.patch_size) * (width // config.patch_size)
    shape = (frames, patches, 2 * config.width)
    layers = tuple(torch.randn(shape, generator=generator).to(device) for _ in config.dpt.layers)
    return FrameChunk(layers, torch.rand(frames, 3, height, width, generator=generator).to(device))


def _peak_bytes(head: Callable[[], object], device: torch.device) -> int:
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        _seconds(head, device)
        return torch.cuda.max_memory_allocated(device) - before
    with torch.inference_mode(), PeakTensorBytes() as counter:
        head()
    return counter.peak


def _seconds(head: Callable[[], object], device: torch.device) -> float:
    clock = time.process_time if device.type == "cpu" else time.perf_counter
    _synchronise(device)
    start = clock()
    with torch.inference_mode():
        head()
    _synchronise(device)
    return clock() - start


def _synchronise(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _device_name(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type
