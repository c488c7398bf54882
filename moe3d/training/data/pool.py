"""Scenes on disk, in shards of one picture size, so that generating and training run apart.

A shard is a folder with `images.npy` (u8), `depth.npy` (float16 metres, NaN for sky),
`camera_from_world.npy` and `intrinsics.npy`. A folder appears under its name only when complete.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np

from moe3d.io.files.atomic import new_folder
from moe3d.training.data.generator import GeneratedScenes

ARRAYS = ("images", "depth", "camera_from_world", "intrinsics")
SCENES_AT_ONCE = 10


@runtime_checkable
class DrawsScenes(Protocol):
    """A generator of scenes, of whatever kind."""

    def generate(
        self, seeds: Sequence[int], num_views: int, height: int, width: int
    ) -> GeneratedScenes:
        """Make one scene a seed."""
        ...


@dataclass(frozen=True)
class ShardPlan:
    """What one shard holds."""

    first_seed: int
    """Seed of its first scene; the others follow."""
    num_scenes: int
    """Scenes in the shard."""
    num_views: int
    """Photos a scene."""
    height: int
    """Pixels."""
    width: int
    """Pixels."""
    kind: str = ""
    """Kind of scenes, where it is not the usual one: shards of several kinds make one pool."""

    @property
    def name(self) -> str:
        """Folder name."""
        ending = f"-{self.kind}" if self.kind else ""
        return f"{self.height}x{self.width}-{self.first_seed:07d}{ending}"


def write_shard(plan: ShardPlan, folder: Path, generator: DrawsScenes) -> Path:
    """Generate a shard, or leave it if it is already there.

    Args:
        plan: what to generate.
        folder: the pool.
        generator: draws the scenes.
    """
    target = folder / plan.name
    if target.exists():
        return target
    columns: dict[str, list[np.ndarray]] = {name: [] for name in ARRAYS}
    end = plan.first_seed + plan.num_scenes
    for first in range(plan.first_seed, end, SCENES_AT_ONCE):
        seeds = range(first, min(first + SCENES_AT_ONCE, end))
        scenes = generator.generate(seeds, plan.num_views, plan.height, plan.width)
        for name in ARRAYS:
            columns[name].append(getattr(scenes, name).cpu().numpy())
    with new_folder(target) as part:
        for name, values in columns.items():
            array = np.concatenate(values)
            np.save(part / f"{name}.npy", array.astype(np.float16) if name == "depth" else array)
        (part / "plan.json").write_text(json.dumps(plan.__dict__))
    return target


def list_shards(folder: Path, sizes: Sequence[tuple[int, int]] | None = None) -> list[Path]:
    """Find the finished shards, in the order of their names.

    Args:
        folder: the pool.
        sizes: (height, width) to keep; None keeps all.
    """
    shards = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    if sizes is None:
        return shards
    names = tuple(f"{height}x{width}-" for height, width in sizes)
    return [shard for shard in shards if shard.name.startswith(names)]
