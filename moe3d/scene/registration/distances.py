"""How far points lie from a cloud: to the plane through its nearest points, or to the nearest."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Float32, Int64

from moe3d.errors import UsageError
from moe3d.progress import Progress

if TYPE_CHECKING:
    from scipy.spatial import KDTree

CHUNK_POINTS = 1 << 17
NEIGHBOURS = 6
"""Nearest points that a local plane goes through."""
BINS = 40


@dataclass(frozen=True, eq=False)
class DistanceSummary:
    """Figures of the distances of many points."""

    count: int
    mean: float
    median: float
    percentile_90: float
    largest: float
    bin_counts: Int64[np.ndarray, " B"]
    """Points by distance, from 0 to `bins_end` in equal steps; what lies beyond is in the last."""
    bins_end: float


def cloud_distances(
    points: Float[np.ndarray, "N 3"],
    reference: Float[np.ndarray, "M 3"],
    progress: Progress | None = None,
) -> Float32[np.ndarray, " N"]:
    """Distance of every point to the surface that a cloud samples, at least 0.

    The nearest points of the cloud give a plane; the distance is to it where the foot lies among
    them, so that the gaps between samples do not count. Else it is to the nearest point.

    Args:
        points: finite.
        reference: the cloud.
        progress: told and asked often.

    Raises:
        UsageError: the cloud has no point.
    """
    from scipy.spatial import KDTree  # noqa: PLC0415 (slow to load)

    progress = progress or Progress()
    if not len(reference):
        raise UsageError("there are no points to measure to")
    fixed = np.asarray(reference, np.float64)
    progress.report("sort points")
    tree = KDTree(fixed)
    found = np.empty(len(points), np.float32)
    for start in range(0, len(points), CHUNK_POINTS):
        progress.report("measure", start, len(points))
        part = np.asarray(points[start : start + CHUNK_POINTS], np.float64)
        found[start : start + len(part)] = _distances(part, fixed, tree)
    return found


def summarize_distances(distances: Float[np.ndarray, " N"]) -> DistanceSummary:
    """Figures of distances; those that are not known are left out.

    Raises:
        UsageError: none is known.
    """
    known = distances[np.isfinite(distances)].astype(np.float64)
    if not len(known):
        raise UsageError("no distance is known")
    median, high, end = np.percentile(known, [50, 90, 99])
    end = max(float(end), 1e-12)
    counts, _ = np.histogram(np.minimum(known, end), BINS, (0.0, end))
    return DistanceSummary(
        len(known),
        float(known.mean()),
        float(median),
        float(high),
        float(known.max()),
        counts.astype(np.int64),
        end,
    )


def _distances(part: np.ndarray, fixed: np.ndarray, tree: "KDTree") -> np.ndarray:
    wanted = min(NEIGHBOURS, len(fixed))
    distance, index = tree.query(part, k=wanted)
    if wanted < 4:
        return distance if wanted == 1 else distance[:, 0]
    near = fixed[index]  # (N, K, 3)
    middle = near.mean(axis=1)
    spread = near - middle[:, None]
    squares, axes = np.linalg.eigh(np.einsum("nki,nkj->nij", spread, spread))
    normal = axes[:, :, 0]
    offset = part - middle
    height = np.einsum("ni,ni->n", offset, normal)
    along = np.linalg.norm(offset - height[:, None] * normal, axis=1)
    reach = np.linalg.norm(spread, axis=2).max(axis=1)
    is_flat = squares[:, 0] <= 0.1 * squares[:, 1]
    has_foot = is_flat & (along <= reach)
    return np.where(has_foot, np.minimum(np.abs(height), distance[:, 0]), distance[:, 0])
