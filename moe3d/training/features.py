"""Frozen backbone features on disk, so that training a head alone skips the backbone.

A shard of features is a folder with `images.npy` (u8), `tokens.npy` (float16, or the bits of
bfloat16 as u16 where the backbone ran in it; one slot for each different layer that the decoder
reads), `depth.npy` (float16, normalised) and `scenes.npy` (which scene each frame is of); N frames
of one size, every scene whole.
"""

import json
import shutil
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from moe3d.errors import UsageError
from moe3d.io.files.atomic import new_folder
from moe3d.model.layers.block import Block
from moe3d.model.moe3d import MoE3DNetwork
from moe3d.training.batches import TrainingBatch
from moe3d.training.config import TrainingConfig
from moe3d.training.processes import Share
from moe3d.training.tensors import tensors_to

ARRAYS = ("images", "tokens", "depth")
SCENES = "scenes.npy"
FRAMES_PER_SHARD = 120
BYTES_PER_SHARD = 512 * 2**20
"""More wait nowhere: what is not written is lost when caching is broken off."""


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
    views: int = 1
    """Frames that follow each other and are of one scene."""


class FeatureWriter:
    """Collects frames of a size until they fill a shard."""

    def __init__(self, network: MoE3DNetwork, folder: Path) -> None:
        self._network, self._folder = network, folder
        self._layers = sorted(set(network.config.dpt.layers))
        self._waiting: dict[tuple[int, int], list[dict[str, np.ndarray]]] = defaultdict(list)
        self._next = max((int(shard.name) for shard in shards(folder)), default=-1) + 1

    @torch.no_grad()
    def add(self, batch: TrainingBatch, scene: int) -> None:
        """Run the backbone over a scene, all views together, and keep what it says.

        Args:
            batch: the scene.
            scene: its number in the run.
        """
        tokens = self._network.aggregator(batch.images, self._layers)
        kept = [layer[:, :, tokens.num_special_tokens :].flatten(0, 1) for layer in tokens.layers]
        waiting = self._waiting[(batch.images.shape[-2], batch.images.shape[-1])]
        images = (batch.images.flatten(0, 1) * 255).round().byte().cpu().numpy()
        waiting.append(
            {
                "tokens": _stored(torch.stack(kept, 1), backbone_dtype(self._network)),
                "images": images,
                "depth": batch.depth.flatten(0, 1).half().cpu().numpy(),
                "scenes": np.full(len(images), scene),
            }
        )
        frames = sum(len(part["images"]) for part in waiting)
        bytes_waiting = sum(part["tokens"].nbytes for part in waiting)
        if frames >= FRAMES_PER_SHARD or bytes_waiting >= BYTES_PER_SHARD:
            self._flush(waiting)

    def close(self) -> None:
        """Write what is left."""
        for waiting in self._waiting.values():
            if waiting:
                self._flush(waiting)

    def _flush(self, waiting: list[dict[str, np.ndarray]]) -> None:
        with new_folder(self._folder / f"{self._next:06d}", overwrite=True) as part:
            for name in (*ARRAYS, "scenes"):
                np.save(part / f"{name}.npy", np.concatenate([piece[name] for piece in waiting]))
        self._next += 1
        waiting.clear()


def _stored(tokens: Float[Tensor, "N L P C"], dtype: torch.dtype) -> np.ndarray:
    """Tokens as they lie on the disk; NumPy has no bfloat16."""
    if dtype == torch.bfloat16:
        return tokens.to(torch.bfloat16).cpu().view(torch.uint16).numpy()
    return tokens.half().cpu().numpy()


def _read(tokens: Tensor) -> Tensor:
    return (tokens.view(torch.bfloat16) if tokens.dtype == torch.uint16 else tokens).float()


def backbone_dtype(network: MoE3DNetwork) -> torch.dtype:
    """Precision of the backbone's products."""
    block = network.aggregator.frame_blocks[0]
    assert isinstance(block, Block)
    return block.attn.qkv.weight.dtype


def shards(folder: Path) -> list[Path]:
    """Whole shards, in order."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.name.isdecimal())


def finished_scenes(folder: Path) -> set[int]:
    """Scenes whose features are on the disk."""
    return {int(scene) for shard in shards(folder) for scene in np.load(shard / SCENES)}


def clear_features(folder: Path, records: tuple[str, ...]) -> None:
    """Remove the shards and records of other settings; nothing else."""
    for name in records:
        (folder / name).unlink(missing_ok=True)
    for shard in shards(folder):
        shutil.rmtree(shard)
    folder.mkdir(parents=True, exist_ok=True)


def is_cached(record: Path, plan: str) -> bool:
    """Whether a record is there and of this plan."""
    return record.is_file() and record.read_text(encoding="utf-8") == plan


def feature_plan(config: TrainingConfig, network: MoE3DNetwork) -> str:
    """What features depend on: the data, the seed, the backbone and its precision."""
    data = {name: str(value) for name, value in vars(config.data).items()}
    for name in ("scenes_per_step", "workers", "features"):
        del data[name]
    precision = str(backbone_dtype(network)).removeprefix("torch.")
    plan = {"data": data, "seed": config.seed, "base": config.base, "precision": precision}
    return json.dumps(plan)


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
            for shard in shards(folder)
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
        tokens = _read(pick["tokens"])
        return FrameBatch(
            pick["images"].float() / 255,
            tuple(tokens[:, slot] for slot in self._slots),
            pick["depth"].float(),
            tuple(f"feature shard {s:06d}, frame {row}" for s, row, _ in chosen),
        )

    def finish(self, loaded: FrameBatch, device: torch.device) -> FrameBatch:
        """Move the batch."""
        return tensors_to(loaded, device)
