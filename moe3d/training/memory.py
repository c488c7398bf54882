"""How much memory a training step takes, counted on a device without memory."""

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from moe3d.model.checkpoint.meta import build_on_meta
from moe3d.model.config import ModelConfig
from moe3d.model.pose_encoding import Cameras
from moe3d.training.batches import TrainingBatch
from moe3d.training.config import TrainingConfig
from moe3d.training.features import FrameBatch
from moe3d.training.objective import Objective
from moe3d.training.parts import free_parameters
from moe3d.training.sources.source import parse_size

GIB = 2**30
CARDS_GIB = (8.0, 12.0, 24.0)
UNUSABLE_GIB = 1.2
"""Of a card: the driver's context, the libraries' work space and gaps between blocks."""
EXTRA_BYTES_A_WEIGHT = 16
"""Gradient, two moments and the average of a weight in training, 32 bits each."""
HALF_PRECISION_FACTOR = 1.35
"""Activations under autocast over those counted in 32 bits: it keeps what it casts in both.
Measured on an H100, 32 scenes of 4 views at 224x168: 1.35 for preset vggt, 1.25 for pair."""


@dataclass(frozen=True)
class MemoryEstimate:
    """What a run holds, in GiB."""

    weights: float
    training_state: float
    """Gradients, AdamW's moments and averages of the weights in training."""
    first_sample: float
    """Activations of a step with one scene, or frame where features are cached."""
    each_sample: float
    """Activations of every further one."""
    caching: float
    """Peak while features are cached, weights included; 0 where none are."""

    def largest_step(self, card_gib: float) -> int:
        """Scenes (frames with cached features) a step that fit on a card; 0 if none does."""
        free = card_gib - UNUSABLE_GIB - self.weights - self.training_state
        if self.caching > card_gib - UNUSABLE_GIB or free < self.first_sample:
            return 0
        return 1 + int((free - self.first_sample) / max(self.each_sample, 1e-6))


class _PeakOfLive(TorchDispatchMode):
    """Adds up the bytes of tensors that are alive, and remembers the most."""

    def __init__(self) -> None:
        super().__init__()
        self.live = self.peak = 0
        self._seen: weakref.WeakSet[Any] = weakref.WeakSet()

    def __torch_dispatch__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(result):
            if isinstance(leaf, Tensor):
                self._add(leaf.untyped_storage())
        return result

    def _add(self, storage: torch.UntypedStorage) -> None:
        if storage in self._seen:
            return
        self._seen.add(storage)
        size = storage.nbytes()
        self.live += size
        self.peak = max(self.peak, self.live)
        weakref.finalize(storage, self._forget, size)

    def _forget(self, size: int) -> None:
        self.live -= size


class _FusedAttention(TorchFunctionMode):
    """Attention as a graphics card does it: without its table of weights."""

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        if func is F.scaled_dot_product_attention:
            return args[0] * 1 + args[1] * 0 + args[2] * 0
        return func(*args, **(kwargs or {}))


@contextmanager
def _counting() -> Iterator[_PeakOfLive]:
    with _FusedAttention(), _PeakOfLive() as counter:
        yield counter


def estimate_memory(
    architecture: ModelConfig,
    config: TrainingConfig,
    dtype: torch.dtype,
    backbone_dtype: torch.dtype | None = None,
) -> MemoryEstimate:
    """Count what a run would hold, for the largest of its picture sizes.

    Args:
        architecture: of the network in training.
        config: the run.
        dtype: of the network's products.
        backbone_dtype: of a backbone whose features are cached; None for the same.
    """
    network = build_on_meta(architecture)
    parts = free_parameters(network, config)
    trained = sum(p.numel() for part in parts for p in part.parameters)
    all_weights = _bytes(network)
    network.cast_backbone(backbone_dtype or dtype)
    backbone = _bytes(network.aggregator) if config.caches_features else 0
    weights = _bytes(network) if config.caches_features else all_weights
    factor = 1.0 if dtype == torch.float32 else HALF_PRECISION_FACTOR
    one, two = (factor * _activations(network, config, count) for count in (1, 2))
    caching = _caching_peak(network, config) + weights if config.caches_features else 0
    return MemoryEstimate(
        # The backbone is sent away once its features are on the disk.
        weights=(weights - backbone) / GIB,
        training_state=trained * EXTRA_BYTES_A_WEIGHT / GIB,
        first_sample=one / GIB,
        each_sample=(two - one) / GIB,
        caching=caching / GIB,
    )


def _bytes(module: torch.nn.Module) -> int:
    return sum(p.numel() * p.element_size() for p in module.parameters())


def _activations(network: Any, config: TrainingConfig, count: int) -> int:
    objective = Objective(network, config)
    batch = _frames(network, config, count) if config.caches_features else _scenes(config, count)
    with _counting() as counter:
        objective(batch, 1.0).total.backward()
    network.zero_grad(set_to_none=True)
    trained = sum(p.numel() for p in network.parameters() if p.requires_grad)
    return max(0, counter.peak - 4 * trained)


@torch.no_grad()
def _caching_peak(network: Any, config: TrainingConfig) -> int:
    batch = _scenes(config, 1)  # scenes go through the backbone one at a time here
    with _counting() as counter:
        network.aggregator(batch.images, network.config.dpt.layers)
    return counter.peak


def _largest(config: TrainingConfig) -> tuple[int, int]:
    sizes = [parse_size(text) for text in (*config.data.sizes, *config.data.early_sizes)]
    return max(sizes, key=lambda size: size[0] * size[1])


def _scenes(config: TrainingConfig, count: int) -> TrainingBatch:
    width, height = _largest(config)
    views = config.data.max_views
    with torch.device("meta"):
        cameras = Cameras(torch.empty(count, views, 4, 4), torch.empty(count, views, 3, 3))
        images = torch.empty(count, views, 3, height, width)
        return TrainingBatch(images, torch.empty(count, views, height, width), cameras)


def _frames(network: Any, config: TrainingConfig, count: int) -> FrameBatch:
    scenes = _scenes(replace(config, data=replace(config.data, max_views=1)), count)
    height, width = scenes.images.shape[-2:]
    patch, channels = network.config.patch_size, 2 * network.config.width
    layers = tuple(
        torch.empty(count, (height // patch) * (width // patch), channels, device="meta")
        for _ in network.config.dpt.layers
    )
    return FrameBatch(scenes.images[:, 0], layers, scenes.depth[:, 0])


def memory_table(estimate: MemoryEstimate, *, is_cached: bool) -> str:
    """The estimate in words, with what fits on common cards."""
    sample = "frame" if is_cached else "scene"
    lines = [
        f"memory estimate: weights {estimate.weights:.2f} GiB, training state "
        f"{estimate.training_state:.2f} GiB, activations {estimate.first_sample:.2f} GiB for one "
        f"{sample} a step and {estimate.each_sample:.2f} GiB for each further"
    ]
    if is_cached:
        lines.append(f"  while features are cached: {estimate.caching:.2f} GiB")
    for card in CARDS_GIB:
        most = estimate.largest_step(card)
        fits = f"up to {most} {sample}s a step" if most else "does not fit"
        lines.append(f"  {card:.0f} GB card: {fits}")
    return "\n".join(lines)
