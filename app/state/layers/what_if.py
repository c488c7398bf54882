"""A what-if mixture that is on the screen."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import Float32

from moe3d import Remix, ScenePrediction
from moe3d.scene.mixture import MODELS_OWN


@dataclass(frozen=True, eq=False)
class WhatIf:
    """A re-mix and its depth. Not the model's output: never exported, never measured."""

    remix: Remix = MODELS_OWN
    depth: Float32[np.ndarray, "S H W"] | None = None
    """None: the model's own."""
    points: object | None = None
    """A `PointGrowth` of the rendering, of the fused cloud, once it is there."""

    @property
    def is_active(self) -> bool:
        """Whether the screen shows something that the model did not say."""
        return self.depth is not None

    def fused(self, prediction: ScenePrediction) -> Float32[np.ndarray, "S H W"]:
        """The fused depth as it is shown."""
        return prediction.depth if self.depth is None else self.depth


class Remixer(Protocol):
    """Moves the points of the fused cloud."""

    def points(self, depth: Float32[np.ndarray, "S H W"]) -> object:
        """How a depth moves them."""
        ...


NOTHING_CHANGED = WhatIf()
