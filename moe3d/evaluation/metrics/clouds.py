"""Accuracy, completeness and normal consistency of point clouds.

Two clouds with overlapping views hold duplicates, so means are over pixels, not surface area.
Normals are PCA of 30 neighbours: numbers of clouds of different density do not compare.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float64, Int, Shaped

from moe3d.errors import EvaluationError, ShapeError
from moe3d.geometry.open3d_module import load_open3d
from moe3d.geometry.similarity import Similarity

if TYPE_CHECKING:
    import open3d as o3d
else:
    o3d = load_open3d()

NORMAL_NEIGHBOURS = 30


@dataclass(frozen=True)
class CloudMetrics:
    """Distances in scene units of the truth; consistencies 0 to 1."""

    acc_mean: float
    """mean distance of a predicted point to the nearest true point"""
    acc_median: float
    comp_mean: float
    """mean distance of a true point to the nearest predicted point"""
    comp_median: float
    nc1_mean: float
    """mean |cosine| between the normals of a predicted point and its nearest true point"""
    nc1_median: float
    nc2_mean: float
    """the same from truth to prediction"""
    nc2_median: float
    nc_mean: float
    """(nc1_mean + nc2_mean) / 2"""
    nc_median: float
    chamfer_l1: float
    """(acc_mean + comp_mean) / 2"""
    precision: float
    """share of predicted points closer than the threshold"""
    recall: float
    """share of true points closer than the threshold"""
    fscore: float
    """2PR / (P + R), 0 if P + R = 0"""
    num_points: int
    num_true_points: int


@dataclass(frozen=True)
class Registration:
    """What ICP found."""

    motion: Similarity
    """Rigid: scale 1."""
    fitness: float
    """Share of source points with a correspondence."""
    rmse: float
    """Of the correspondences, scene units."""


def score_clouds(
    prediction: Shaped[np.ndarray, "..."],
    truth: Shaped[np.ndarray, "..."],
    fscore_threshold: float = 0.05,
) -> CloudMetrics:
    """Score a cloud that is aligned already.

    Args:
        prediction: (N, 3), scene units of the truth; finite.
        truth: (M, 3); finite.
        fscore_threshold: distance below which a point counts as found, scene units.

    Raises:
        ShapeError: not (N, 3).
        EvaluationError: an empty cloud or a point not finite.

    Source: Wang & Agapito 2024 (Spann3R), section 4; F-score: Knapitsch et al. 2017.
    """
    points, true_points = as_points(prediction, "prediction"), as_points(truth, "truth")
    distance, nearest = _nearest(points, true_points)
    true_distance, true_nearest = _nearest(true_points, points)
    normals, true_normals = estimate_normals(points), estimate_normals(true_points)
    nc1 = _consistency(normals, true_normals[nearest])
    nc2 = _consistency(true_normals, normals[true_nearest])
    precision = float(np.mean(distance < fscore_threshold))
    recall = float(np.mean(true_distance < fscore_threshold))
    acc, comp = float(distance.mean()), float(true_distance.mean())
    nc1_median, nc2_median = float(np.median(nc1)), float(np.median(nc2))
    return CloudMetrics(
        acc_mean=acc,
        acc_median=float(np.median(distance)),
        comp_mean=comp,
        comp_median=float(np.median(true_distance)),
        nc1_mean=float(nc1.mean()),
        nc1_median=nc1_median,
        nc2_mean=float(nc2.mean()),
        nc2_median=nc2_median,
        nc_mean=float(nc1.mean() + nc2.mean()) / 2,
        nc_median=(nc1_median + nc2_median) / 2,
        chamfer_l1=(acc + comp) / 2,
        precision=precision,
        recall=recall,
        fscore=2 * precision * recall / (precision + recall) if precision + recall else 0.0,
        num_points=len(points),
        num_true_points=len(true_points),
    )


def register_icp(
    source: Shaped[np.ndarray, "..."], target: Shaped[np.ndarray, "..."], reach: float = 0.1
) -> Registration:
    """Point-to-point ICP from the identity, without scale.

    Args:
        source: (N, 3), finite.
        target: (M, 3), finite.
        reach: largest distance of a correspondence, scene units.

    Raises:
        ShapeError: not (N, 3).
        EvaluationError: an empty cloud or a point not finite.

    Convention: Open3D's defaults: at most 30 iterations, stop when fitness and RMSE both change by
    less than 1e-6.
    Source: Besl & McKay 1992.
    """
    pipeline = o3d.pipelines.registration
    result = pipeline.registration_icp(
        _open3d_cloud(as_points(source, "source")),
        _open3d_cloud(as_points(target, "target")),
        reach,
        np.eye(4),
        pipeline.TransformationEstimationPointToPoint(),
    )
    target_from_source = np.asarray(result.transformation)
    motion = Similarity(1.0, target_from_source[:3, :3].copy(), target_from_source[:3, 3].copy())
    return Registration(motion, float(result.fitness), float(result.inlier_rmse))


def estimate_normals(points: Float64[np.ndarray, "N 3"]) -> Float64[np.ndarray, "N 3"]:
    """Unoriented unit normals: PCA of the 30 nearest points, the point itself among them.

    Source: Hoppe et al. 1992, section 3; Open3D's default.
    """
    cloud = _open3d_cloud(points)
    cloud.estimate_normals(o3d.geometry.KDTreeSearchParamKNN(NORMAL_NEIGHBOURS))
    return np.asarray(cloud.normals)


def as_points(points: Shaped[np.ndarray, "..."], name: str) -> Float64[np.ndarray, "N 3"]:
    """Points in float64.

    Raises:
        ShapeError: not (N, 3).
        EvaluationError: none, not numbers, or one not finite.
    """
    if points.ndim != 2 or points.shape[1] != 3:
        raise ShapeError(f"the {name} must be an (N, 3) array of points; got {points.shape}")
    if points.dtype.kind not in "fiu":
        raise EvaluationError(f"the {name} must hold real numbers; got dtype {points.dtype}")
    if len(points) == 0:
        raise EvaluationError(f"the {name} has no points")
    broken = int(np.count_nonzero(~np.isfinite(points).all(axis=1)))
    if broken:
        raise EvaluationError(f"{broken} of {len(points)} points of the {name} are not finite")
    return points.astype(np.float64)


def _nearest(
    points: Float64[np.ndarray, "N 3"], others: Float64[np.ndarray, "M 3"]
) -> tuple[Float64[np.ndarray, " N"], Int[np.ndarray, " N"]]:
    """Distance to and index of the nearest other point.

    Open3D's tree, on all processors: the numbers of scipy's to the last bit, in a ninth of its
    processor time where the clouds lie apart.
    """
    asked, known = (
        o3d.core.Tensor.from_numpy(np.ascontiguousarray(part)) for part in (points, others)
    )
    search = o3d.core.nns.NearestNeighborSearch(known)
    search.knn_index()
    index, squares = search.knn_search(asked, 1)
    return np.sqrt(squares.numpy()[:, 0]), index.numpy()[:, 0].astype(np.int64)


def _consistency(
    normals: Float64[np.ndarray, "N 3"], others: Float64[np.ndarray, "N 3"]
) -> Float64[np.ndarray, " N"]:
    return np.abs(np.sum(normals * others, axis=1))


def _open3d_cloud(points: Float64[np.ndarray, "N 3"]) -> o3d.geometry.PointCloud:
    return o3d.geometry.PointCloud(o3d.utility.Vector3dVector(points))
