"""Bring one cloud onto another: by pairs of points, then by all of them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from moe3d.errors import EvaluationError, UsageError
from moe3d.geometry.open3d_module import load_open3d
from moe3d.geometry.similarity import fit_similarity
from moe3d.progress import Progress

MOST_POINTS = 100_000
"""Of either cloud that take part in the fit."""
REACHES = (0.1, 0.03)
"""Farthest correspondences of each round by points, as shares of the target's extent."""
STEPS = 60
"""Of each round at most."""
LAST_REACH, LAST_SPACINGS = 0.01, 3.0
"""The same for the rounds by planes; at least so many times the spacing of the target's points."""
PLANE_STEPS = 25
SETTLED = 1e-7
LEAST_SEEN = 0.1
"""Share of the effect of growing that no motion has, for scale to be fitted."""


@dataclass(frozen=True, eq=False)
class CloudAlignment:
    """Where the source goes, and how well it lies there."""

    target_from_source: Float[np.ndarray, "4 4"]
    """A similarity."""
    rms: float
    """Root mean square of what is left, in the target's units."""
    share: float
    """Of the source's points that have a partner, 0 to 1."""


def align_by_pairs(
    source: Float[np.ndarray, "..."], target: Float[np.ndarray, "..."], with_scale: bool = True
) -> CloudAlignment:
    """The similarity, or rigid motion, that best takes points to their partners.

    Args:
        source: (N, 3), three or more, not on one line.
        target: (N, 3), in the same order.
        with_scale: False keeps sizes.

    Raises:
        UsageError: too few pairs, or points on one line.

    Source: Umeyama 1991.
    """
    try:
        found = fit_similarity(np.asarray(source, float), np.asarray(target, float), with_scale)
    except EvaluationError as error:
        raise UsageError(
            f"three pairs of points that are not on one line are needed; got {len(source)}"
        ) from error
    left = found.apply(np.asarray(source, float)) - target
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = found.scale * found.rotation, found.translation
    return CloudAlignment(matrix, float(np.sqrt(np.mean(np.sum(left**2, axis=1)))), 1.0)


def align_closer(
    source: Float[np.ndarray, "N 3"],
    target: Float[np.ndarray, "M 3"],
    with_scale: bool = True,
    progress: Progress | None = None,
) -> CloudAlignment:
    """Fit two clouds that already lie roughly on each other.

    Args:
        source: at least four points.
        target: at least four points.
        with_scale: False keeps sizes.
        progress: told and asked between rounds.

    Raises:
        UsageError: too few points, or the clouds do not lie on each other.

    Convention: Open3D's point-to-point ICP with ever shorter reach, then planes at the target's
    points, with scale as a seventh unknown; clouds are thinned at random. `rms` is to the planes.
    Source: Besl & McKay 1992; Chen & Medioni 1992.
    """
    o3d = load_open3d()
    progress = progress or Progress()
    if min(len(source), len(target)) < 4:
        raise UsageError(
            f"both clouds need at least four points; got {len(source)} and {len(target)}"
        )
    middle = np.asarray(target, np.float64).mean(axis=0)
    moved, fixed = (_thinned(points) - middle for points in (source, target))
    extent = float(np.linalg.norm(np.ptp(fixed, axis=0)))
    clouds = [o3d.geometry.PointCloud(o3d.utility.Vector3dVector(part)) for part in (moved, fixed)]
    pipeline = o3d.pipelines.registration
    matrix = np.eye(4)
    for number, reach in enumerate(REACHES):
        progress.report("fit", number, len(REACHES) + 1)
        found = pipeline.registration_icp(
            *clouds,
            reach * extent,
            matrix,
            pipeline.TransformationEstimationPointToPoint(with_scale),
            pipeline.ICPConvergenceCriteria(max_iteration=STEPS),
        )
        matrix = np.array(found.transformation)
        if not found.fitness > 0:
            raise UsageError("the clouds do not lie on each other yet; pick three pairs first")
    clouds[1].estimate_normals()
    progress.report("fit", len(REACHES), len(REACHES) + 1)
    fit = _PlaneFit(fixed, np.asarray(clouds[1].normals), extent, with_scale)
    matrix, rms, share = fit.run(moved, matrix, progress)
    there, back = np.eye(4), np.eye(4)
    there[:3, 3], back[:3, 3] = -middle, middle
    return CloudAlignment(back @ matrix @ there, rms, share)


class _PlaneFit:
    """Gauss-Newton on the distances to the planes at the nearest points."""

    def __init__(
        self,
        points: Float[np.ndarray, "M 3"],
        normals: Float[np.ndarray, "M 3"],
        extent: float,
        with_scale: bool,
    ) -> None:
        from scipy.spatial import KDTree  # noqa: PLC0415 (slow to load)

        self._points, self._normals, self._with_scale = points, normals, with_scale
        self._tree = KDTree(points)
        spacing = float(np.median(self._tree.query(points[:2000], k=2)[0][:, 1]))
        self._reach = max(LAST_REACH * extent, LAST_SPACINGS * spacing)

    def run(
        self, source: Float[np.ndarray, "N 3"], start: Float[np.ndarray, "4 4"], progress: Progress
    ) -> tuple[Float[np.ndarray, "4 4"], float, float]:
        """Where the source goes, what is left, and the share of points that have a partner."""
        matrix = start
        for _ in range(PLANE_STEPS):
            progress.report("fit", len(REACHES), len(REACHES) + 1)
            points = source @ matrix[:3, :3].T + matrix[:3, 3]
            near, normals, gap = self._partners(points)
            if len(gap) < 12:
                break
            columns = np.hstack([np.cross(near, normals), normals])
            growth = np.einsum("ni,ni->n", near, normals)[:, None]
            if self._with_scale and _is_seen(growth, columns):
                columns = np.hstack([columns, growth])
            step = np.linalg.lstsq(columns, -gap, rcond=1e-6)[0]
            matrix = _moved_by(step) @ matrix
            if np.abs(step).max() < SETTLED:
                break
        points = source @ matrix[:3, :3].T + matrix[:3, 3]
        gap = self._partners(points)[2]
        rms = float(np.sqrt(np.mean(gap**2))) if len(gap) else float("nan")
        return matrix, rms, len(gap) / len(source)

    def _partners(
        self, points: Float[np.ndarray, "N 3"]
    ) -> tuple[Float[np.ndarray, "K 3"], Float[np.ndarray, "K 3"], Float[np.ndarray, " K"]]:
        """Points that have a partner, normals there, and signed distances to the planes."""
        distance, index = self._tree.query(points, distance_upper_bound=self._reach)
        chosen = np.isfinite(distance)
        near, index = points[chosen], np.asarray(index)[chosen]
        normals = self._normals[index]
        return near, normals, np.einsum("ni,ni->n", near - self._points[index], normals)


def _is_seen(growth: Float[np.ndarray, "K 1"], others: Float[np.ndarray, "K 6"]) -> bool:
    """Whether growing differs from moving: in the corner of a room alone it does not."""
    left = growth - others @ np.linalg.lstsq(others, growth, rcond=1e-6)[0]
    return float(np.linalg.norm(left)) > LEAST_SEEN * float(np.linalg.norm(growth))


def _moved_by(step: Float[np.ndarray, " K"]) -> Float[np.ndarray, "4 4"]:
    """A small turn, shift and perhaps growth as a matrix."""
    from scipy.spatial.transform import Rotation  # noqa: PLC0415 (slow to load)

    matrix = np.eye(4)
    growth = float(np.exp(np.clip(step[6], -0.1, 0.1))) if len(step) > 6 else 1.0
    matrix[:3, :3] = growth * Rotation.from_rotvec(step[:3]).as_matrix()
    matrix[:3, 3] = step[3:6]
    return matrix


def _thinned(points: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "K 3"]:
    chosen = points
    if len(points) > MOST_POINTS:
        generator = np.random.default_rng(0)
        chosen = points[np.sort(generator.choice(len(points), MOST_POINTS, replace=False))]
    return chosen.astype(np.float64)
