"""Distances between depth edges: in the image (DBE) and in space (3D boundary accuracy)."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float64, Shaped
from scipy.ndimage import distance_transform_edt
from scipy.spatial import KDTree
from skimage.feature import canny

from moe3d.errors import ShapeError
from moe3d.evaluation.flying_points import FlyingSettings, edge_band
from moe3d.evaluation.metrics.pairs import depth_pair, require_image
from moe3d.evaluation.metrics.point_maps import camera_points

EDGE_REACH_PX = 10.0


@dataclass(frozen=True)
class EdgeDistances:
    """Distances between predicted and true depth edges, pixels."""

    accuracy: float
    """Mean distance of predicted edges within 10 px of a true edge; NaN without true edges."""
    completeness: float
    """Mean distance of true edges to the next predicted edge; NaN without true edges."""


@dataclass(frozen=True)
class BandDistances:
    """Acc and Comp of the lifted pixels at depth edges, scene units; NaN without an edge."""

    accuracy: float
    completeness: float
    num_points: int


def measure_edge_distances(
    prediction: Shaped[np.ndarray, "..."],
    truth: Shaped[np.ndarray, "..."],
    mask: Shaped[np.ndarray, "..."] | None = None,
    true_edges: Bool[np.ndarray, "..."] | None = None,
    canny_thresholds: tuple[float, float] = (0.1, 0.2),
) -> EdgeDistances:
    """Depth-boundary errors (DBE): distances between Canny edges of prediction and truth.

    Args:
        prediction: (H, W) z-depth, any scale and shift: it is scaled to 0..1, zeros left out.
        truth: (H, W) z-depth.
        mask: pixels that count, besides having truth.
        true_edges: (H, W) annotated edges, compared with those of the whole prediction; None takes
            Canny edges of the truth (PDBE), and looks at valid pixels of both alone.
        canny_thresholds: low and high, of the scaled depth; sigma is sqrt 2.

    Raises:
        ShapeError: shapes differ, or not one image.
        EvaluationError: nothing valid, or a prediction not finite.

    Source: Koch et al. 2018 (iBims-1), section 4; true edges by Canny: Pham et al. 2024.
    """
    pair = depth_pair(prediction, truth, mask)
    require_image(pair)
    known = np.isfinite(pair.prediction) & (pair.prediction != 0)
    if true_edges is None:
        known &= pair.valid
        true_edges = _canny_edges(pair.truth, pair.valid, canny_thresholds)
    elif true_edges.shape != pair.truth.shape:
        raise ShapeError(f"edges must be {pair.truth.shape} like truth; got {true_edges.shape}")
    edges = _canny_edges(pair.prediction, known, canny_thresholds)
    return _distances_between(edges, true_edges)


def _canny_edges(
    depth: Float64[np.ndarray, "H W"],
    known: Bool[np.ndarray, "H W"],
    thresholds: tuple[float, float],
) -> Bool[np.ndarray, "H W"]:
    """Edges of the depth scaled to 0..1 over the known pixels."""
    if not known.any():
        return np.zeros(depth.shape, bool)
    lowest, highest = depth[known].min(), depth[known].max()
    scaled = np.where(known, depth - lowest, 0) / max(highest - lowest, np.finfo(float).tiny)
    holes = None if known.all() else known
    low, high = thresholds
    return canny(scaled, sigma=np.sqrt(2), low_threshold=low, high_threshold=high, mask=holes)


def _distances_between(
    edges: Bool[np.ndarray, "H W"], true_edges: Bool[np.ndarray, "H W"]
) -> EdgeDistances:
    if not true_edges.any():
        return EdgeDistances(float("nan"), float("nan"))
    from_truth = _distance_to(true_edges)[edges]
    near = from_truth[from_truth < EDGE_REACH_PX]
    if near.size == 0:
        return EdgeDistances(EDGE_REACH_PX, EDGE_REACH_PX)
    to_prediction = _distance_to(edges)[true_edges]
    return EdgeDistances(float(near.mean()), float(to_prediction.mean()))


def _distance_to(edges: Bool[np.ndarray, "H W"]) -> Float64[np.ndarray, "H W"]:
    """Euclidean distance of every pixel to the next edge pixel."""
    return np.asarray(distance_transform_edt(~edges))


def measure_band_distances(
    prediction: Shaped[np.ndarray, "..."],
    truth: Shaped[np.ndarray, "..."],
    intrinsics: Float[np.ndarray, "3 3"],
    mask: Shaped[np.ndarray, "..."] | None = None,
    settings: FlyingSettings = FlyingSettings(),  # noqa: B008 (frozen)
) -> BandDistances:
    """3D boundary accuracy: Acc and Comp of the pixels near a depth edge of the truth.

    Args:
        prediction: (H, W) z-depth, aligned; no second alignment is made.
        truth: (H, W) z-depth.
        intrinsics: pixels of these maps, used for both.
        mask: pixels that count, besides having truth.
        settings: what the band is.

    Raises:
        ShapeError: shapes differ, or not one image.
        EvaluationError: nothing valid, or a prediction not finite.

    Source: own definition, after the boundary accuracy of MDA and PXDepth; `docs/metrics.md`.
    """
    pair = depth_pair(prediction, truth, mask)
    require_image(pair)
    band = edge_band(pair.truth, pair.valid, settings)
    if not band.any():
        return BandDistances(float("nan"), float("nan"), 0)
    points = camera_points(pair.prediction, intrinsics)[band]
    true_points = camera_points(pair.truth, intrinsics)[band]
    accuracy = KDTree(true_points).query(points)[0].mean()
    completeness = KDTree(points).query(true_points)[0].mean()
    return BandDistances(float(accuracy), float(completeness), len(points))
