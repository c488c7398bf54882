"""What the panels need of a prediction beyond its own arrays; made by a job, never changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from jaxtyping import Float32

from moe3d import ExpertUse, FlyingPixels
from moe3d.scene.confidence_levels import ConfidenceLevels


class RangeLock(StrEnum):
    """Over what the depth colours are spread."""

    PHOTO = "photo"
    SCENE = "scene"
    BOTH = "both"
    """The scene, with both networks' depths."""
    OWN = "own"
    """Two ends that the user chose."""


DepthRange = tuple[float, float]


@dataclass(frozen=True)
class DepthRanges:
    """2nd to 98th percentile of valid depth, for every way to lock it."""

    photos: tuple[DepthRange, ...]
    scene: DepthRange
    both: DepthRange
    other_maps: Mapping[str, DepthRange] = field(default_factory=dict)
    """Ends of the colours of the maps that hold no depth, by key."""
    spread: Float32[np.ndarray, " K"] = field(default_factory=lambda: np.zeros(0, np.float32))
    """Ascending depths of the scene in both networks, some ten thousand, evenly chosen."""

    def range_for(self, lock: RangeLock, view_index: int) -> DepthRange:
        """Depths of the first and the last colour."""
        if lock is RangeLock.PHOTO:
            return self.photos[view_index]
        return self.scene if lock is RangeLock.SCENE else self.both


@dataclass(frozen=True)
class CloudDisplay:
    """The unfiltered points of one layer."""

    layer: str
    buffer: object
    """A `PointBuffer` of the rendering; the state hands it on and never looks inside. None once
    it was handed on."""
    levels: ConfidenceLevels
    places: Any = None
    """A `PointPlaces` of the rendering: which point lies where in the buffer, also once that was
    handed on; a byte or two a pixel. For the jobs that move or light the points."""
    sample: Float32[np.ndarray, "K 3"] = field(default_factory=lambda: np.zeros((0, 3), np.float32))
    """Some ten thousand points from everywhere, in the world."""
    has_flying: bool = False
    """Whether flying points are marked."""


@dataclass(frozen=True)
class SceneDisplay:
    """Statistics and the first clouds of a prediction."""

    use: ExpertUse
    """Which expert wins where."""
    ranges: DepthRanges
    clouds: Mapping[str, CloudDisplay] = field(default_factory=dict)
    """By layer name: those that are shown first, MoE3D's and VGGT's where there is a baseline."""
    flying: Mapping[str, FlyingPixels] = field(default_factory=dict)
    """By layer name, judged at the same edges; empty when it was not computed."""
    confirmed: Mapping[str, float] = field(default_factory=dict)
    """Share of the valid pixels that another photo confirms, 0..1, of every layer with support."""
    sky_share: float = 0.0
    """Share of the valid pixels that show sky, 0..1."""


def same_photo(index: int, before: Sequence[str], now: Sequence[str]) -> int:
    """Where another result holds the photo that was looked at; 0 where it does not.

    Args:
        before: names of the photos of what was shown; none when nothing was.
        now: names of those of what is shown next.
    """
    if index < len(before) and tuple(before) != tuple(now):
        return now.index(before[index]) if before[index] in now else 0
    return index if index < len(now) else 0
