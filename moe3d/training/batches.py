"""Training batches from a pool of scenes: views drawn and ordered at random, units normalised."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from moe3d.model.differentiable_geometry import world_points_from_depth
from moe3d.model.pose_encoding import Cameras, pose_encoding_from_cameras
from moe3d.training.data.pool import list_shards


@dataclass(frozen=True)
class TrainingBatch:
    """B scenes of S views: first camera as the world, mean point distance 1."""

    images: Float[Tensor, "B S 3 H W"]
    """RGB in 0..1."""
    depth: Float[Tensor, "B S H W"]
    """Normalised z-depth; NaN where unknown."""
    cameras: Cameras
    """Normalised."""

    @property
    def pose_encoding(self) -> Float[Tensor, "B S 9"]:
        """What the camera head should answer."""
        return pose_encoding_from_cameras(self.cameras, *self.depth.shape[-2:])


def normalise_scenes(
    images: UInt8[Tensor, "B S H W 3"],
    depth: Float[Tensor, "B S H W"],
    camera_from_world: Float[Tensor, "B S 4 4"],
    intrinsics: Float[Tensor, "B S 3 3"],
) -> TrainingBatch:
    """Bring scenes to VGGT's units: the first camera is the world, mean point distance is 1.

    Args:
        images: RGB.
        depth: metres; NaN where unknown.
        camera_from_world: any world.
        intrinsics: pixels.
    """
    relative = camera_from_world.double() @ camera_from_world[:, :1].double().inverse()
    relative = relative.float()
    points = world_points_from_depth(depth, Cameras(relative, intrinsics))
    distance = points.norm(dim=-1)
    known = torch.isfinite(distance)
    total = torch.where(known, distance, 0.0).sum((1, 2, 3))
    scale = (total / known.sum((1, 2, 3)).clamp(min=1)).clamp(min=1e-6)
    relative = relative.clone()
    relative[:, :, :3, 3] /= scale[:, None, None]
    pictures = images.movedim(-1, 2).float() / 255
    return TrainingBatch(
        pictures, depth / scale[:, None, None, None], Cameras(relative, intrinsics)
    )


def augment_images(
    images: Float[Tensor, "B S 3 H W"], random: np.random.Generator
) -> Float[Tensor, "B S 3 H W"]:
    """Change brightness, contrast, colour balance and saturation of each scene a little."""
    size = (len(images), 1, 1, 1, 1)

    def factor(spread: float, shape: tuple[int, ...] = size) -> Tensor:
        return torch.from_numpy(np.exp(random.normal(0, spread, shape))).float()

    images = images ** factor(0.15)
    images = images * factor(0.1) * factor(0.05, (len(images), 1, 3, 1, 1))
    grey = images.mean(2, keepdim=True)
    return (grey + (images - grey) * factor(0.2)).clamp(0, 1)


class PoolReader:
    """Draws batches from shards; every batch is a function of (seed, step, rank) alone."""

    def __init__(self, folder: Path, seed: int, sizes: list[tuple[int, int]] | None = None) -> None:
        self._folder, self._seed, self._sizes = folder, seed, sizes
        self._arrays: dict[Path, dict[str, np.ndarray]] = {}
        self.refresh()

    def refresh(self) -> None:
        """Look for shards that have been added."""
        self._shards = list_shards(self._folder, self._sizes)

    @property
    def num_shards(self) -> int:
        """Shards found at the last look."""
        return len(self._shards)

    def read(self, step: int, rank: int, scenes: int, max_views: int) -> TrainingBatch:
        """Draw scenes of one shard, 2 to `max_views` views (rarely 1), views in random order."""
        random = np.random.default_rng([self._seed, step, rank])
        shard = self._open(self._shards[int(random.integers(0, len(self._shards)))])
        count, views = shard["images"].shape[:2]
        rows = random.choice(count, scenes, replace=False)
        wanted = int(random.integers(2, min(max_views, views) + 1)) if random.random() < 0.9 else 1
        columns = np.stack([random.permutation(views)[:wanted] for _ in rows])
        pick = {name: torch.from_numpy(a[rows[:, None], columns]) for name, a in shard.items()}
        batch = normalise_scenes(
            pick["images"], pick["depth"].float(), pick["camera_from_world"], pick["intrinsics"]
        )
        return TrainingBatch(augment_images(batch.images, random), batch.depth, batch.cameras)

    def _open(self, shard: Path) -> dict[str, np.ndarray]:
        if shard not in self._arrays:
            names = ("images", "depth", "camera_from_world", "intrinsics")
            self._arrays[shard] = {n: np.load(shard / f"{n}.npy", mmap_mode="r") for n in names}
        return self._arrays[shard]


def validation_batches(folder: Path, scenes: int, views: int) -> Iterator[TrainingBatch]:
    """Read every scene of a validation pool once, first views first, unchanged."""
    for shard in list_shards(folder):
        arrays = {
            name: np.load(shard / f"{name}.npy", mmap_mode="r")
            for name in ("images", "depth", "camera_from_world", "intrinsics")
        }
        for start in range(0, len(arrays["images"]), scenes):
            pick = {
                n: torch.from_numpy(np.array(a[start : start + scenes, :views]))
                for n, a in arrays.items()
            }
            yield normalise_scenes(
                pick["images"], pick["depth"].float(), pick["camera_from_world"], pick["intrinsics"]
            )
