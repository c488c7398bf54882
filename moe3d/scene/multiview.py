"""What the photos of a scene say of each other: tracks, and how well they agree."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Float32, Int, Int32, UInt8

from moe3d.errors import RecordError
from moe3d.scene.record_checks import check_arrays, checks_itself

REFERENCE = "reference"
BUNDLE_ADJUSTED = "bundle adjustment"
PLACED = "matching + PnP"
NETWORK = "camera head"

DISAGREES_ABOVE = 3.0
"""A photo whose depth is off by this many times the scene's median disagrees with the others."""
DISAGREES_AT_LEAST = 0.05
"""And by at least this share of the depth."""
MOST_CONFIRMING = 6
"""More photos that confirm a point are not told apart on the screen."""
USUALLY_CONFIRMED = 1 / 3
"""Share of the valid pixels that must be confirmed before the others are left out unasked."""


@checks_itself
@dataclass(frozen=True)
class Tracks:
    """Points found in two or more photos, with the pixels at which they were measured."""

    points: Float32[np.ndarray, "P 3"]
    """World frame, scene units."""
    point_index: Int32[np.ndarray, " M"]
    """Which point each observation is of; ascending."""
    view_index: Int32[np.ndarray, " M"]
    """Which photo it was measured in."""
    pixels: Float32[np.ndarray, "M 2"]
    """(u, v) in the upright photo at its own size; a pixel's centre is at whole numbers."""

    def __post_init__(self) -> None:
        check_arrays(self)
        index = self.point_index
        if len(index) and not 0 <= index.min() <= index.max() < len(self.points):
            raise RecordError(
                f"Tracks.point_index: wanted 0 to {len(self.points) - 1}, one of the points; "
                f"got {index.min()} to {index.max()}"
            )

    def __len__(self) -> int:
        return len(self.points)


@checks_itself
@dataclass(frozen=True)
class Agreement:
    """How well the photos of a scene agree; every array has one entry a photo."""

    camera_sources: tuple[str, ...]
    """What each camera rests on: "reference", "bundle adjustment", "matching + PnP" or
    "camera head" (the network's own: nothing better was found)."""
    matches: Int[np.ndarray, " S"]
    """Spots of each photo that were found in another one and fit."""
    residual_px: Float[np.ndarray, " S"]
    """Median reprojection error of these, pixels of the photo; NaN without a match."""
    confirmed_share: Float[np.ndarray, " S"]
    """Share of the valid pixels whose depth at least one other photo confirms, 0..1."""
    disagreement: Float[np.ndarray, " S"]
    """Median |depth - what the other photos say| / depth over the overlap; NaN without one."""
    scene_residual_px: float = float("nan")
    """Median reprojection error of all photos together."""
    scene_confirmed_share: float = 0.0
    """Confirmed share of all photos together."""
    scene_disagreement: float = float("nan")
    """Median relative disagreement of all photos together."""
    depth_refined: bool = False
    """Whether the refined layer is more than the network's depth."""
    sentence: str = ""
    """What was not possible, and why; empty when nothing was."""

    def __post_init__(self) -> None:
        check_arrays(self, S=len(self.camera_sources))

    @property
    def num_placed(self) -> int:
        """Photos whose camera rests on matches, the reference among them if another one does."""
        placed = sum(source in (BUNDLE_ADJUSTED, PLACED) for source in self.camera_sources)
        return placed + (placed > 0 and REFERENCE in self.camera_sources)

    def disagreeing_views(self) -> tuple[int, ...]:
        """Photos to be marked: their depth is far from what the other photos say."""
        return self._disagreeing

    @cached_property
    def _disagreeing(self) -> tuple[int, ...]:
        known = self.disagreement[np.isfinite(self.disagreement)]
        if len(known) < 3:
            return ()
        limit = max(DISAGREES_AT_LEAST, DISAGREES_ABOVE * float(np.median(known)))
        return tuple(np.flatnonzero(np.nan_to_num(self.disagreement) > limit).tolist())


def confirmed_share(
    support: UInt8[np.ndarray, "S H W"] | None, valid: Bool[np.ndarray, "S H W"]
) -> float:
    """Share of the valid pixels that another photo confirms, 0..1; 0 without support."""
    if support is None:
        return 0.0
    confirmed = np.count_nonzero(valid & (support > 0))
    return confirmed / max(int(np.count_nonzero(valid)), 1)


def usual_min_support(share: float) -> int:
    """How many photos must confirm a point that is shown unasked: 1 where the confirmed share of
    the valid pixels is a third or more, else 0."""
    return int(share >= USUALLY_CONFIRMED)
