"""Sharpness of depth boundaries.

Score at the prediction's own grid: bring truth there by nearest neighbour. Interpolating the
prediction rounds its edges and makes flying points.
"""

from moe3d.evaluation.boundary.distances import (
    BandDistances,
    EdgeDistances,
    measure_band_distances,
    measure_edge_distances,
)
from moe3d.evaluation.boundary.mattes import count_matte_edges
from moe3d.evaluation.boundary.occlusion import (
    OCCLUSION_THRESHOLDS,
    BoundaryCounts,
    count_occlusions,
    count_pooled,
)

__all__ = [
    "OCCLUSION_THRESHOLDS",
    "BandDistances",
    "BoundaryCounts",
    "EdgeDistances",
    "count_matte_edges",
    "count_occlusions",
    "count_pooled",
    "measure_band_distances",
    "measure_edge_distances",
]
