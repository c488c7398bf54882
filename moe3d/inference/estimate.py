"""What a run will need, before it starts: size of the network's images and memory.

Nothing is loaded and nothing computed: one block of each kind and one chunk of the heads run on
the meta device, where tensors have a size and no content, and the largest sum of live ones is
taken; all other blocks and chunks are of the same size.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float

from moe3d.inference.device import Compute, describe_device, select_compute
from moe3d.inference.free_memory import free_bytes
from moe3d.inference.memory_plan import (
    HEADROOM,
    MemoryPlan,
    choose_plan,
)
from moe3d.inference.options import ChunkViews, check_chunk
from moe3d.inference.preprocess import plan_transforms
from moe3d.inference.working_set import WorkingSet, run_options, steps_for
from moe3d.model.backbone import AggregatorOutput
from moe3d.model.checkpoint import build_on_meta, read_info
from moe3d.model.config import ModelConfig
from moe3d.model.known_models import find_checkpoint
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.model.output import RunOptions
from moe3d.model.peak_bytes import PeakTensorBytes
from moe3d.multiview.chunks.planning import num_chunks
from moe3d.multiview.chunks.whole_scene import BYTES_A_PIXEL
from moe3d.progress import Progress
from moe3d.scene.records import ViewSet

CONTEXT_BYTES = {"cuda": 600 * 2**20, "mps": 300 * 2**20, "cpu": 400 * 2**20}
"""What the device's libraries take before the first tensor; published and measured values."""
PLENTY_BYTES, PLENTY_BYTES_A_PIXEL = 5 * 10**9, 1000
"""More than any run takes beside its weights: eight photos a chunk, and 335 bytes a pixel."""


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
    """Images, tokens, feature maps and results alive at once, as the run would begin."""
    smallest_working_bytes: int
    """The same on the last step of the ladder, to which a run goes down when memory is short."""
    measures: str
    """What the run would do to fit: "in 5 chunks of 60 photos, the heads one photo at a time";
    empty for nothing."""
    context_bytes: int
    available_bytes: int
    """Free now on the device; 0 where the system does not say."""
    chunk_views: int = 0
    """Photos that the network would see together; 0 for all of them."""
    num_chunks: int = 1
    """Overlapping chunks in which it would see them."""

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
        """ "fits", "fits" or "fits with" and the measures, "does not fit", or "unknown"."""
        if not self.available_bytes:
            return "unknown"
        if self.total_bytes * HEADROOM > self.available_bytes:
            return "does not fit"
        if not self.measures:
            return "fits"
        return f"fits {self.measures}" if self.num_chunks > 1 else f"fits with {self.measures}"


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
    chunk_views: ChunkViews = "auto"
    """Photos that the network sees together; "auto" for as many as fit."""

    def __post_init__(self) -> None:
        check_chunk(self.chunk_views)


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
    weights = sum(p.numel() * p.element_size() for p in network.parameters())
    context, available = CONTEXT_BYTES[compute.device.type], free_bytes(compute.device)
    chunk = options.chunk_views
    wanted = None if chunk == "auto" else min(chunk, len(views))
    plan = plan_memory(
        info.config,
        compute,
        shape,
        available - int(HEADROOM * (weights + context)),
        wanted=wanted,
        compare=options.compare,
        progress=progress,
    )
    return MemoryEstimate(
        model=info.name,
        num_photos=len(views),
        height=image.height,
        width=image.width,
        device=describe_device(compute.device),
        precision=compute.precision,
        weights_bytes=weights,
        working_bytes=plan.working_bytes,
        smallest_working_bytes=plan.smallest_working_bytes,
        measures=plan.measures,
        context_bytes=context,
        available_bytes=available,
        chunk_views=plan.chunk_views if plan.chunk_views < len(views) else 0,
        num_chunks=num_chunks(len(views), plan.chunk_views),
    )


def plan_memory(
    config: ModelConfig,
    compute: Compute,
    shape: tuple[int, int, int],
    free: int,
    *,
    wanted: int | None = None,
    compare: bool = True,
    progress: Progress | None = None,
) -> MemoryPlan:
    """Choose how many photos the network sees together, and the step of the ladder.

    Args:
        config: of the network.
        compute: device and number format.
        shape: views, height and width of the network's images.
        free: bytes for the working set.
        wanted: photos together that were asked for; None for as many as fit.
        compare: also VGGT's depth.
        progress: may cancel between two counts.
    """
    views, height, width = shape

    def count(together: int, steps: Sequence[WorkingSet]) -> tuple[int, ...]:
        beside = 0  # the result of all photos, where it lies in the same memory
        if together < views and compute.device.type == "cpu":
            beside = views * height * width * BYTES_A_PIXEL
        part = (together, height, width)
        counts = count_steps(config, compute, part, compare=compare, steps=steps, progress=progress)
        return tuple(size + beside for size in counts)

    return choose_plan(count, steps_for(compute), views, free, wanted)


def count_steps(
    config: ModelConfig,
    compute: Compute,
    shape: tuple[int, int, int],
    *,
    compare: bool,
    steps: Sequence[WorkingSet] = (),
    progress: Progress | None = None,
) -> tuple[int, ...]:
    """Bytes of the working set on every step of a ladder.

    Args:
        config: of the network.
        compute: device and number format.
        shape: views, height and width of the network's images.
        compare: also VGGT's depth.
        steps: none for the device's own ladder.
        progress: may cancel between two steps.
    """
    network = build_on_meta(_shortened(config)).eval()
    network.cast_backbone(compute.dtype)
    steps, counts = steps or steps_for(compute), []
    blocks: dict[int, _Encoded] = {}
    chunks: dict[int, _Chunks] = {}
    for done, step in enumerate(steps):
        if progress is not None:
            progress.report("estimate", done, len(steps))
        options = run_options(compute, step, with_baseline=compare)
        if step.tokens_per_piece not in blocks:
            blocks[step.tokens_per_piece] = _encode(network, shape, options)
        encoded = blocks[step.tokens_per_piece]
        if step.frames_per_chunk not in chunks:
            chunks[step.frames_per_chunk] = _decode_chunks(network, encoded, options)
        counts.append(_together(encoded, chunks[step.frames_per_chunk], options))
    return tuple(counts)


def has_plenty(shape: tuple[int, int, int], free: int) -> bool:
    """Whether any network here runs without a measure, so that nothing need be counted.

    Args:
        shape: views, height and width of the network's images.
        free: bytes.
    """
    views, height, width = shape
    return free > PLENTY_BYTES + PLENTY_BYTES_A_PIXEL * views * height * width


def working_bytes(network: MoE3DNetwork, shape: tuple[int, int, int], options: RunOptions) -> int:
    """Most bytes of tensors alive at once while one scene goes through, weights not counted.

    Args:
        network: on the meta device; of blocks of one kind one is enough, but for the kept layers.
        shape: views, height and width of the network's images.
        options: how it would run.
    """
    encoded = _encode(network, shape, options)
    return _together(encoded, _decode_chunks(network, encoded, options), options)


@dataclass(frozen=True)
class _Encoded:
    """The first half of a run on the meta device."""

    images: Float[torch.Tensor, "1 S 3 H W"]
    tokens: AggregatorOutput
    peak: int
    alive: int
    """Bytes, images included, as the peak."""


def _encode(network: MoE3DNetwork, shape: tuple[int, int, int], options: RunOptions) -> _Encoded:
    views, height, width = shape
    with torch.inference_mode(), PeakTensorBytes() as counter:
        images = torch.empty(1, views, 3, height, width, device="meta")
        tokens = network.encode(images, options=replace(options, kept_on_cpu=False))
    return _Encoded(images, tokens, counter.peak, counter.alive)


@dataclass(frozen=True)
class _Chunks:
    """What the heads need beside what is alive, bytes, and how many photos the first takes."""

    peak: int
    first: int


def _decode_chunks(network: MoE3DNetwork, encoded: _Encoded, options: RunOptions) -> _Chunks:
    """Bytes of a chunk, by those of one and two photos: all that grows, grows with each photo."""
    views = encoded.images.shape[1]
    of_one, results = _decode(network, encoded, 1, options)
    of_two = of_one if views == 1 else _decode(network, encoded, 2, options)[0]

    def of(count: int) -> int:
        return of_one + (count - 1) * (of_two - of_one)

    first = min(options.frames_per_chunk, views)
    second = min(options.frames_per_chunk, views - first)
    # The room for all results is made after the first chunk.
    peak = max(of(first), of(second) + results * views if second else 0)
    return _Chunks(peak, first)


def _together(encoded: _Encoded, chunks: _Chunks, options: RunOptions) -> int:
    """Bytes of both halves of a run."""
    views, kept = encoded.images.shape[1], _bytes_of(set(encoded.tokens.layers))
    if not options.kept_on_cpu:
        return max(encoded.peak, encoded.alive + chunks.peak)
    of_a_chunk = kept * chunks.first // views
    return max(encoded.peak - kept, encoded.alive - kept + of_a_chunk + chunks.peak)


def _decode(
    network: MoE3DNetwork, encoded: _Encoded, count: int, options: RunOptions
) -> tuple[int, int]:
    """Bytes that one chunk of the heads needs beside what is alive, and those of its results."""
    tokens = replace(
        encoded.tokens,
        layers=tuple(layer[:, :count] for layer in encoded.tokens.layers),
        camera_tokens=encoded.tokens.camera_tokens[:, :count],
    )
    with torch.inference_mode(), PeakTensorBytes() as counter:
        answer = network.decode(tokens, encoded.images[:, :count], options=options)
    return counter.peak, _bytes_of(vars(answer).values())


def _bytes_of(values: Iterable[object]) -> int:
    return sum(value.nbytes for value in values if isinstance(value, torch.Tensor))


def _shortened(config: ModelConfig) -> ModelConfig:
    """The same network with no more rounds than layers are kept, and one block before them."""
    wanted = sorted({*config.dpt.layers, config.aggregator.depth - 1})
    places = {layer: index for index, layer in enumerate(wanted)}
    return replace(
        config,
        patch_embed=replace(config.patch_embed, depth=min(1, config.patch_embed.depth)),
        aggregator=replace(config.aggregator, depth=len(wanted)),
        dpt=replace(config.dpt, layers=tuple(places[layer] for layer in config.dpt.layers)),
    )
