"""Which expert wins where: over a photo, near its depth edges, and by the distance to them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from moe3d.geometry.edges import jump_pixels
from moe3d.late_opencv import cv2
from moe3d.scene.records import ScenePrediction

EDGE_JUMP = 0.10
"""Relative depth step between neighbours that makes an edge, as in the flying-point measure."""
BAND_PX = 3
"""Pixels no farther than this from an edge are its band."""
FARTHEST_PX = 40
"""Larger distances, and photos without an edge, are counted here."""
DEAD_SHARE = 0.1
"""An expert is dead when it wins less than this share of an even share."""


@dataclass(frozen=True)
class ExpertUse:
    """Pixels that each expert wins, by view and by Chebyshev distance to the nearest edge."""

    wins: Int[np.ndarray, "S D E"]

    def share(self, views: Sequence[int] | None = None) -> Float[np.ndarray, " E"]:
        """Of all pixels of these views (all when None); sums to 1, zeros without a pixel."""
        return _shares(self._of(views).sum(axis=0))

    def band_share(self, views: Sequence[int] | None = None) -> Float[np.ndarray, " E"]:
        """Of the pixels within BAND_PX of an edge; zeros when there is no edge."""
        return _shares(self._of(views)[: BAND_PX + 1].sum(axis=0))

    def by_distance(self, views: Sequence[int] | None = None) -> Float[np.ndarray, "D E"]:
        """Share of each expert at every distance, 0 to FARTHEST_PX; NaN where no pixel lies."""
        wins = self._of(views).astype(float)
        total = wins.sum(axis=1, keepdims=True)
        return np.divide(wins, total, out=np.full_like(wins, np.nan), where=total > 0)

    def has_edges(self, views: Sequence[int] | None = None) -> bool:
        """Whether any pixel lies in an edge's band."""
        return bool(self._of(views)[: BAND_PX + 1].any())

    def dead_experts(self) -> tuple[int, ...]:
        """0-based experts that win less than a tenth of an even share of the scene."""
        share = self.share()
        if len(share) == 1 or not share.any():
            return ()
        return tuple(int(index) for index in np.flatnonzero(share < DEAD_SHARE / len(share)))

    def _of(self, views: Sequence[int] | None) -> Int[np.ndarray, "D E"]:
        chosen = self.wins if views is None else self.wins[list(views)]
        return chosen.sum(axis=0)


def measure_expert_use(prediction: ScenePrediction) -> ExpertUse:
    """Count the winners of all valid pixels; edges are those of the fused depth."""
    num_experts = prediction.num_experts
    wins = np.zeros((prediction.num_views, FARTHEST_PX + 1, num_experts), np.int64)
    for view in range(prediction.num_views):
        valid = prediction.valid_mask[view]
        winner = prediction.gate_logits[view].argmax(axis=0)[valid]
        distance = edge_distance(prediction.depth[view], valid)[valid]
        cells = np.bincount(distance * num_experts + winner, minlength=wins[view].size)
        wins[view] = cells.reshape(-1, num_experts)
    return ExpertUse(wins)


def edge_distance(
    depth: Float[np.ndarray, "H W"], valid: Bool[np.ndarray, "H W"], jump: float = EDGE_JUMP
) -> Int[np.ndarray, "H W"]:
    """Chebyshev distance of every pixel to the nearest depth edge, at most FARTHEST_PX.

    Args:
        depth: z-depth, scene units.
        valid: pixels that can be an edge.
        jump: relative depth step between 4-neighbours that makes both of them an edge.
    """
    known = valid & np.isfinite(depth) & (depth > 0)
    edges = jump_pixels(depth, known, jump)
    if not edges.any():
        return np.full(depth.shape, FARTHEST_PX, np.int64)
    distance = cv2.distanceTransform((~edges).astype(np.uint8), cv2.DIST_C, 3)
    return np.minimum(distance, FARTHEST_PX).astype(np.int64)


def _shares(counts: Int[np.ndarray, " E"]) -> Float[np.ndarray, " E"]:
    return counts / max(counts.sum(), 1)
