"""What a run will need, before it starts: size of the network's images and memory.

Nothing is loaded and nothing computed: the network is built and run on the meta device, where
tensors have a size and no content, and the largest sum of live ones is taken.
"""

from dataclasses import dataclass

import psutil
import torch

from moe3d.inference.device import Compute, describe_device, select_compute
from moe3d.inference.preprocess import plan_transforms
from moe3d.model.checkpoint import CheckpointInfo, build_on_meta, read_info
from moe3d.model.known_models import find_checkpoint
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.output import RunOptions
from moe3d.model.peak_bytes import PeakTensorBytes
from moe3d.progress import Progress
from moe3d.scene.records import ViewSet

CONTEXT_BYTES = {"cuda": 600 * 2**20, "mps": 300 * 2**20, "cpu": 400 * 2**20}
"""What the device's libraries take before the first tensor; published and measured values."""
HEADROOM = 1.1
"""Free memory wanted for what allocators lose between blocks."""
COUNTED_PHOTOS = 24
"""Beyond this many photos memory grows by the same amount a photo (three chunks of the heads)."""


@dataclass(frozen=True)
class MemoryEstimate:
    """Bytes that a run will take on its device."""

    model: str
    num_photos: int
    height: int
    """Of the network's images, pixels."""
    width: int
    device: str
    precision: str
    weights_bytes: int
    working_bytes: int
    """Images, tokens, feature maps and results alive at once."""
    smallest_working_bytes: int
    """The same when the depth heads run one photo at a time, as after an out-of-memory error."""
    context_bytes: int
    available_bytes: int
    """Free now on the device; 0 where the system does not say."""

    @property
    def total_bytes(self) -> int:
        """Weights, working set and the device's libraries."""
        return self.weights_bytes + self.working_bytes + self.context_bytes

    @property
    def smallest_total_bytes(self) -> int:
        """The same with the smallest working set."""
        return self.weights_bytes + self.smallest_working_bytes + self.context_bytes

    @property
    def verdict(self) -> str:
        """ "fits", "fits with the heads one photo at a time", "does not fit", or "unknown"."""
        if not self.available_bytes:
            return "unknown"
        if self.total_bytes * HEADROOM <= self.available_bytes:
            return "fits"
        if self.smallest_total_bytes * HEADROOM <= self.available_bytes:
            return "fits with the heads one photo at a time"
        return "does not fit"


@dataclass(frozen=True)
class EstimateOptions:
    """How the run would be started."""

    model: str = "mini"
    device: str = "auto"
    precision: str = "auto"
    compare: bool = True
    """Also VGGT's depth."""
    resize_mode: str = "auto"
    """"auto", "crop" or "pad"."""


def estimate_run(
    views: ViewSet,
    options: EstimateOptions = EstimateOptions(),
    progress: Progress | None = None,
) -> MemoryEstimate:
    """Tell what reconstructing these views will take.

    Raises:
        JobCancelledError: progress was cancelled; noticed within one block.
        UsageError: no view; no such device or precision on this machine.
        CheckpointError: no such model, or not one that fits.
    """
    info = read_info(find_checkpoint(options.model))
    network = build_on_meta(info.config).eval()
    parameters = sum(parameter.numel() for parameter in network.parameters())
    compute = select_compute(options.device, options.precision, parameters)
    network.cast_backbone(compute.dtype)
    image = plan_transforms(
        views,
        long_side=info.config.input_side,
        patch=info.config.patch_size,
        mode=options.resize_mode,
    )[0]
    shape = (len(views), image.height, image.width)
    return _estimate(network, info, compute, shape, _Counting(options.compare, progress))


@dataclass(frozen=True)
class _Counting:
    compare: bool
    progress: Progress | None

    def options(self, frames_per_chunk: int) -> RunOptions:
        return RunOptions(
            self.compare,
            with_points=False,
            heads_in_autocast=True,
            frames_per_chunk=frames_per_chunk,
        )


def _estimate(
    network: MoE3DNetwork,
    info: CheckpointInfo,
    compute: Compute,
    shape: tuple[int, int, int],
    counting: _Counting,
) -> MemoryEstimate:
    views, height, width = shape
    normal, smallest = counting.options(RunOptions().frames_per_chunk), counting.options(1)
    progress = counting.progress
    return MemoryEstimate(
        model=info.name,
        num_photos=views,
        height=height,
        width=width,
        device=describe_device(compute.device),
        precision=compute.precision,
        weights_bytes=sum(p.numel() * p.element_size() for p in network.parameters()),
        working_bytes=working_bytes(network, shape, normal, progress),
        smallest_working_bytes=working_bytes(network, shape, smallest, progress),
        context_bytes=CONTEXT_BYTES[compute.device.type],
        available_bytes=_available_bytes(compute.device),
    )


def working_bytes(
    network: MoE3DNetwork,
    shape: tuple[int, int, int],
    options: RunOptions,
    progress: Progress | None = None,
) -> int:
    """Most bytes of tensors alive at once while one scene goes through, weights not counted.

    Args:
        network: on the meta device.
        shape: views, height and width of the network's images.
        options: how it would run; its autocast is not asked for, the meta device has none.
        progress: told after every block; may cancel.
    """
    views, height, width = shape
    told = progress or Progress()

    def count(counted: int) -> int:
        images = torch.empty(1, counted, 3, height, width, device="meta")
        with torch.inference_mode(), PeakTensorBytes() as counter:
            network(
                images,
                on_block=lambda done, total: told.report("estimate", done, total),
                options=options,
            )
        return counter.peak

    if views <= COUNTED_PHOTOS:
        return count(views)
    most, fewer = count(COUNTED_PHOTOS), count(COUNTED_PHOTOS - 8)
    return most + (most - fewer) * (views - COUNTED_PHOTOS) // 8


def _available_bytes(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    return psutil.virtual_memory().available
