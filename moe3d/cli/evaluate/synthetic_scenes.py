"""Generated validation scenes as a data set, without a file on the disk."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from moe3d.errors import UsageError
from moe3d.io.datasets.records import SceneTruth
from moe3d.scene.records import View, ViewSet

FIRST_SEED = 1_000_000
MAX_SCENES = 1000
"""Seeds from 1,001,000 on belong to no split, and 2,000,000 and above are never looked at."""


@dataclass(frozen=True)
class SyntheticScenes:
    """Scenes of the validation seeds, with exact depth and cameras."""

    count: int
    views: int = 4
    width: int = 224
    height: int = 168
    generator: Any = field(default=None)
    """A `SceneGenerator`."""
    name: str = "synthetic"
    clip_above_m: float | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MAX_SCENES:
            raise UsageError(f"--synthetic must be 1 to {MAX_SCENES} scenes; got {self.count}")
        if not 1 <= self.views <= 8:
            raise UsageError(f"--views must be 1 to 8; got {self.views}")

    def scene_names(self) -> tuple[str, ...]:
        """ "seed-1000000" and so on."""
        return tuple(f"seed-{FIRST_SEED + index}" for index in range(self.count))

    def num_frames(self, scene: str) -> int:
        """Photos a scene."""
        return self.views

    def read(self, scene: str, frames: Sequence[int]) -> SceneTruth:
        """Generate the scene; the same seed gives the same scene."""
        seed = int(scene.removeprefix("seed-"))
        made = self.generator.generate([seed], self.views, self.height, self.width)
        chosen = list(frames)
        images = made.images[0].cpu().numpy()[chosen]
        views = tuple(
            View(f"{frame:03d}.png", self.width, self.height, pixels=pixels)
            for frame, pixels in zip(chosen, images, strict=True)
        )
        return SceneTruth(
            views=ViewSet(views),
            depth=made.depth[0].cpu().numpy()[chosen].astype(np.float64),
            intrinsics=made.intrinsics[0].cpu().numpy()[chosen].astype(np.float64),
            camera_from_world=made.camera_from_world[0].cpu().numpy()[chosen].astype(np.float64),
        )
