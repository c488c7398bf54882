"""Frozen backbone features on disk, so that training a head alone skips the backbone.

A shard of features is a folder with `images.npy` (u8), `tokens.npy` (float16, one slot for each
different layer that the decoder reads) and `depth.npy` (float16, normalised); N frames each.
"""

import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from moe3d.model.moe3d import MoE3DNetwork
from moe3d.training.batches import augment_images, normalise_scenes
from moe3d.training.data.pool import list_shards

ARRAYS = ("images", "tokens", "depth")
SCENES_AT_ONCE = 5


@dataclass(frozen=True)
class FrameBatch:
    """N frames of one size, each on its own."""

    images: Float[Tensor, "N 3 H W"]
    layers: tuple[Float[Tensor, "N P C"], ...]
    """Patch tokens in the order in which the decoder reads them."""
    depth: Float[Tensor, "N H W"]
    """Normalised; NaN where unknown."""


@torch.no_grad()
def write_features(network: MoE3DNetwork, shard: Path, folder: Path, seed: int = 0) -> Path:
    """Run the backbone over a shard of scenes, all views together, and keep what it says.

    Args:
        network: its backbone is used as it is.
        shard: scenes of one size.
        folder: where the features go, under the shard's name.
        seed: of the images' augmentation.
    """
    target = folder / shard.name
    if target.exists():
        return target
    random = np.random.default_rng([seed, zlib.crc32(shard.name.encode())])
    arrays = {
        name: np.load(shard / f"{name}.npy", mmap_mode="r")
        for name in ("images", "depth", "camera_from_world", "intrinsics")
    }
    columns: dict[str, list[np.ndarray]] = {name: [] for name in ARRAYS}
    layers = sorted(set(network.config.dpt.layers))
    for start in range(0, len(arrays["images"]), SCENES_AT_ONCE):
        pick = {
            name: torch.from_numpy(np.array(values[start : start + SCENES_AT_ONCE]))
            for name, values in arrays.items()
        }
        batch = normalise_scenes(
            pick["images"], pick["depth"].float(), pick["camera_from_world"], pick["intrinsics"]
        )
        images = augment_images(batch.images, random)
        tokens = network.aggregator(images, layers)
        kept = [layer[:, :, tokens.num_special_tokens :].flatten(0, 1) for layer in tokens.layers]
        columns["tokens"].append(torch.stack(kept, 1).half().numpy())
        columns["images"].append((images.flatten(0, 1) * 255).round().byte().numpy())
        columns["depth"].append(batch.depth.flatten(0, 1).half().numpy())
    temporary = folder / f".{shard.name}.part"
    temporary.mkdir(parents=True, exist_ok=True)
    for name, values in columns.items():
        np.save(temporary / f"{name}.npy", np.concatenate(values))
    temporary.rename(target)
    return target


class FeatureReader:
    """Draws batches of frames; every batch is a function of (seed, step, rank) alone."""

    def __init__(self, folder: Path, layers: tuple[int, ...], seed: int) -> None:
        kept = sorted(set(layers))
        self._slots = [kept.index(layer) for layer in layers]
        self._seed = seed
        self._shards = [
            {name: np.load(shard / f"{name}.npy", mmap_mode="r") for name in ARRAYS}
            for shard in list_shards(folder)
        ]

    def read(self, step: int, rank: int, frames: int) -> FrameBatch:
        """Draw frames of one shard."""
        random = np.random.default_rng([self._seed, step, rank])
        shard = self._shards[int(random.integers(0, len(self._shards)))]
        rows = np.sort(random.choice(len(shard["images"]), frames, replace=False))
        tokens = torch.from_numpy(shard["tokens"][rows]).float()
        return FrameBatch(
            torch.from_numpy(shard["images"][rows]).float() / 255,
            tuple(tokens[:, slot] for slot in self._slots),
            torch.from_numpy(shard["depth"][rows]).float(),
        )
