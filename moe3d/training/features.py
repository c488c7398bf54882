"""Frozen backbone features on disk, so that training a head alone skips the backbone.

A shard of features is a folder with `images.npy` (u8), `tokens.npy` (float16, one slot for each
different layer that the decoder reads) and `depth.npy` (float16, normalised); N frames of one size.
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from moe3d.errors import UsageError
from moe3d.io.atomic import new_folder
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.training.batches import TrainingBatch
from moe3d.training.config import TrainingConfig
from moe3d.training.processes import Share
from moe3d.training.tensors import tensors_to

ARRAYS = ("images", "tokens", "depth")
FRAMES_PER_SHARD = 120


@dataclass(frozen=True)
class FrameBatch:
    """N frames of one size, each on its own."""

    images: Float[Tensor, "N 3 H W"]
    layers: tuple[Float[Tensor, "N P C"], ...]
    """Patch tokens in the order in which the decoder reads them."""
    depth: Float[Tensor, "N H W"]
    """Normalised; NaN where unknown."""
    names: tuple[str, ...] = ()
    """Which frames these are, for error messages."""


class FeatureWriter:
    """Collects frames of a size until they fill a shard."""

    def __init__(self, network: MoE3DNetwork, folder: Path) -> None:
        self._network, self._folder = network, folder
        self._layers = sorted(set(network.config.dpt.layers))
        self._waiting: dict[tuple[int, int], list[dict[str, np.ndarray]]] = defaultdict(list)
        self._written = 0

    @torch.no_grad()
    def add(self, batch: TrainingBatch) -> None:
        """Run the backbone over scenes, all views together, and keep what it says."""
        tokens = self._network.aggregator(batch.images, self._layers)
        kept = [layer[:, :, tokens.num_special_tokens :].flatten(0, 1) for layer in tokens.layers]
        waiting = self._waiting[(batch.images.shape[-2], batch.images.shape[-1])]
        waiting.append(
            {
                "tokens": torch.stack(kept, 1).half().cpu().numpy(),
                "images": (batch.images.flatten(0, 1) * 255).round().byte().cpu().numpy(),
                "depth": batch.depth.flatten(0, 1).half().cpu().numpy(),
            }
        )
        if sum(len(part["images"]) for part in waiting) >= FRAMES_PER_SHARD:
            self._flush(waiting)

    def close(self) -> None:
        """Write what is left."""
        for waiting in self._waiting.values():
            if waiting:
                self._flush(waiting)

    def _flush(self, waiting: list[dict[str, np.ndarray]]) -> None:
        with new_folder(self._folder / f"{self._written:06d}", overwrite=True) as part:
            for name in ARRAYS:
                np.save(part / f"{name}.npy", np.concatenate([piece[name] for piece in waiting]))
        self._written += 1
        waiting.clear()


def is_cached(folder: Path, plan: str) -> bool:
    """Whether the features of this plan are complete on the disk."""
    path = folder / "plan.json"
    return path.is_file() and path.read_text() == plan


def feature_plan(config: TrainingConfig) -> str:
    """What features depend on: the data, the seed and the backbone."""
    data = {name: str(value) for name, value in vars(config.data).items()}
    for name in ("scenes_per_step", "workers", "features"):
        del data[name]
    return json.dumps({"data": data, "seed": config.seed, "base": config.base})


class FeatureSource:
    """Draws batches of frames of one size; every batch is a function of (seed, step) alone."""

    def __init__(
        self, folder: Path, layers: tuple[int, ...], config: TrainingConfig, share: Share
    ) -> None:
        kept = sorted(set(layers))
        self._slots = [kept.index(layer) for layer in layers]
        self._config, self._share = config, share
        self._shards = [
            {name: np.load(shard / f"{name}.npy", mmap_mode="r") for name in ARRAYS}
            for shard in sorted(path for path in folder.iterdir() if path.is_dir())
        ]
        if not self._shards:
            raise UsageError(f"{folder} holds no features")
        sizes = [shard["images"].shape[-2:] for shard in self._shards]
        self._places = [
            (number, row, size)
            for number, (shard, size) in enumerate(zip(self._shards, sizes, strict=True))
            for row in range(len(shard["images"]))
        ]

    def load(self, step: int) -> FrameBatch:
        """Draw this process's frames of a step."""
        random = np.random.default_rng([self._config.seed, step])
        size = self._places[int(random.integers(len(self._places)))][2]
        same = [place for place in self._places if place[2] == size]
        wanted = self._config.data.scenes_per_step
        drawn = random.choice(len(same), wanted, replace=wanted > len(same))
        chosen = [same[index] for index in drawn[self._share.rows(wanted)]]
        pick = {
            name: torch.from_numpy(np.stack([self._shards[s][name][row] for s, row, _ in chosen]))
            for name in ARRAYS
        }
        tokens = pick["tokens"].float()
        return FrameBatch(
            pick["images"].float() / 255,
            tuple(tokens[:, slot] for slot in self._slots),
            pick["depth"].float(),
            tuple(f"feature shard {s:06d}, frame {row}" for s, row, _ in chosen),
        )

    def finish(self, loaded: FrameBatch, device: torch.device) -> FrameBatch:
        """Move the batch."""
        return tensors_to(loaded, device)
