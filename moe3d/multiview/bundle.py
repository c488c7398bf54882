"""Bundle adjustment with predicted depth: cameras, points, depth scales and focal lengths together.

Each observation of a point has its reprojection error and, where the network's depth is known, the
logarithm of the ratio of its z-depth to that depth. The second keeps in place what the first leaves
open: the scale, photos taken from nearly one spot, and photos with few matches. The points are
eliminated (Schur complement), so that a step costs what the cameras cost.

Source: Triggs, McLauchlan, Hartley & Fitzgibbon 2000; robust weights as Zach 2014.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float64, Int
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.sparse import csr_matrix
from scipy.spatial.transform import Rotation

from moe3d.multiview.camera_state import CameraState
from moe3d.multiview.matching import KeypointTracks
from moe3d.progress import Progress

POSE = 7
"""Parameters of a free view: turn (3) and shift (3) in its camera's frame, log depth scale."""
COLUMNS = POSE + 1
"""And one of its camera: log focal length."""


@dataclass(frozen=True)
class BundleSettings:
    """What errors are expected, and how long to look."""

    depth_sigma: float = 0.15
    """Expected error of the network's depth, in the logarithm."""
    depth_crowd: float = 250.0
    """Observations of a photo above which its depth counts less and less: so many matches tell the
    cameras by themselves, and the errors of a depth map are alike over large parts of it."""
    scale_sigma: float = 0.05
    """Spread of the photos' depth scales, in the logarithm."""
    focal_sigma: float = 0.006
    """Freedom of each camera's focal length, in the logarithm; 0 keeps it."""
    outlier_sigmas: float = 3.0
    """Reprojection errors beyond this many expected ones count less and less."""
    max_steps: int = 30
    """Steps of each of the two descents."""
    tolerance: float = 1e-4
    """A descent ends when a step lowers the cost by less than this share."""


@dataclass(frozen=True)
class Bundle:
    """Adjusted cameras and points."""

    state: CameraState
    points: Float64[np.ndarray, "T 3"]
    """World frame, one a track."""
    errors: Float64[np.ndarray, " M"]
    """Reprojection error of each observation, in expected errors; inf behind a camera."""
    cost: float
    """Robust sum of squares."""


class BundleAdjustment:
    """The problem of some free views; the other views stay."""

    def __init__(
        self,
        tracks: KeypointTracks,
        depth: Float64[np.ndarray, " M"],
        sigma_px: Float64[np.ndarray, " S"],
        free: Bool[np.ndarray, " S"],
        groups: Int[np.ndarray, " S"],
        settings: BundleSettings,
    ) -> None:
        """Set up.

        Args:
            tracks: observations in photo pixels.
            depth: z-depth that the network gives each observation; NaN where unknown.
            sigma_px: expected error of a keypoint in each photo.
            free: views whose camera and depth scale may move.
            groups: views that share a focal length.
            settings: errors expected.
        """
        self._track, self._view, self._pixels = tracks.track, tracks.view, tracks.pixels
        self._count = tracks.count
        self._log_depth = np.log(depth)
        self._has_depth = np.isfinite(self._log_depth)
        self._sigma_px = sigma_px[self._view]
        known = np.bincount(self._view[self._has_depth], minlength=len(free))[self._view]
        crowd = np.maximum(known / settings.depth_crowd, 1.0)
        self._depth_sigma = settings.depth_sigma * crowd
        self._free, self._groups, self._settings = free, groups, settings
        slots = np.full(len(free), -1)
        slots[free] = np.arange(free.sum())
        self._num_cameras = int(free.sum()) * POSE
        self._size = self._num_cameras + int(groups.max()) + 1
        # Where the columns of each observation stand; fixed views' go to one that is cut off.
        pose = np.where(slots[self._view] >= 0, slots[self._view] * POSE, self._size)
        columns = np.where(
            slots[self._view][:, None] >= 0, pose[:, None] + np.arange(POSE), self._size
        )
        focal = self._num_cameras + groups[self._view]
        if settings.focal_sigma <= 0:
            focal = np.full_like(focal, self._size)
        self._columns = np.concatenate([columns, focal[:, None]], axis=1)  # (M, 8)

    def solve(self, start: CameraState, progress: Progress | None = None) -> Bundle:
        """The best cameras and points near the start.

        First with a loss that pulls from afar, then with one for which wrong matches hardly count.

        Raises:
            JobCancelledError: progress was cancelled; noticed within one step.
        """
        progress = progress or Progress()
        if self._count == 0:
            return Bundle(start, np.zeros((0, 3)), np.zeros(0), 0.0)
        points = self._first_points(start)
        state = start
        for is_last in (False, True):
            state, points = self._descend(state, points, start, is_last, progress)
        terms = self._terms(state, points, start, True)
        return Bundle(state, points, terms.pixel_errors, terms.cost)

    def depth_sigmas(
        self, state: CameraState, points: Float64[np.ndarray, "T 3"]
    ) -> Float64[np.ndarray, " M"]:
        """How well each observation's log z-depth is known, as a standard deviation.

        From the covariance of cameras and points under the errors that the matches really have.
        This problem's settings should leave to depth and focal length what is truly unknown.
        """
        if self._count == 0:
            return np.zeros(0)
        terms = self._terms(state, points, state, True)
        inverse = _inverses(terms.point_block, 1e-6)
        mixed, carried = self._mixed(terms.mixed_block), self._mixed(
            terms.mixed_block @ inverse[self._track]
        )  # fmt: skip
        schur = terms.camera_block - (carried @ mixed.T).toarray()
        schur[np.diag_indices(self._size)] += 1e-9
        covariance = np.linalg.pinv(schur, hermitian=True)
        camera = state.camera_from_world[self._view]
        seen = np.einsum("mij,mj->mi", camera[:, :3, :3], points[self._track]) + camera[:, :3, 3]
        z = np.maximum(seen[:, 2], 1e-6)
        by_point = camera[:, 2, :3] / z[:, None]  # (M, 3)
        by_pose = np.zeros((len(z), COLUMNS))
        by_pose[:, :3] = -_cross_matrices(seen)[:, 2] / z[:, None]
        by_pose[:, 5] = 1 / z
        at = np.arange(len(z))
        rows, columns = at.repeat(COLUMNS), self._columns.ravel()
        pose = csr_matrix((by_pose.ravel(), (rows, columns)), (len(z), self._size + 1))
        point = csr_matrix(
            (
                by_point.ravel(),
                (at.repeat(3), (3 * self._track[:, None] + np.arange(3)).ravel()),
            ),
            (len(z), 3 * self._count),
        )
        slope = (pose[:, : self._size] - point @ carried.T).toarray()
        own = np.einsum("mi,mij,mj->m", by_point, inverse[self._track], by_point)
        variance = own + ((slope @ covariance) * slope).sum(axis=1)
        spread = max(float(np.median(terms.pixel_errors)) / 1.18, 0.3)  # 1.18: 2D Gaussian
        return np.sqrt(np.maximum(variance, 0)) * spread

    def _mixed(self, blocks: Float64[np.ndarray, "M 8 3"]) -> csr_matrix:
        """Blocks of cameras by points as one sparse matrix (C, 3 T)."""
        rows = self._columns.ravel()[:, None] + np.zeros(3, int)
        columns = (3 * self._track[:, None, None] + np.arange(3)).repeat(COLUMNS, axis=1)
        shape = (self._size + 1, 3 * self._count)
        return csr_matrix((blocks.ravel(), (rows.ravel(), columns.ravel())), shape)[: self._size]

    def _first_points(self, state: CameraState) -> Float64[np.ndarray, "T 3"]:
        """Points by the network's depth; where there is none, at the typical depth."""
        log_scale = np.log(state.depth_scales)[self._view]
        typical = np.nanmedian(self._log_depth) if self._has_depth.any() else 0.0
        depth = np.exp(np.where(self._has_depth, self._log_depth, typical) + log_scale)
        weight = np.where(self._has_depth, 1.0, 1e-3)
        matrices = state.intrinsics[self._view]
        focal = matrices[:, [0, 1], [0, 1]]
        rays = np.concatenate(
            [(self._pixels - matrices[:, :2, 2]) / focal, np.ones((len(focal), 1))], axis=1
        )
        camera = state.camera_from_world[self._view]
        world = np.einsum("mji,mj->mi", camera[:, :3, :3], rays * depth[:, None] - camera[:, :3, 3])
        total = np.stack(
            [np.bincount(self._track, weight * world[:, axis], self._count) for axis in range(3)],
            axis=1,
        )
        points = total / np.bincount(self._track, weight, self._count)[:, None]
        for _ in range(3):
            terms = self._terms(state, points, state, False)
            points = points - np.einsum("tij,tj->ti", _inverses(terms.point_block, 1e-3),
                                        terms.point_slope)  # fmt: skip
        return points

    def _descend(
        self,
        state: CameraState,
        points: Float64[np.ndarray, "T 3"],
        start: CameraState,
        is_last: bool,
        progress: Progress,
    ) -> tuple[CameraState, Float64[np.ndarray, "T 3"]]:
        """Levenberg-Marquardt until a step no longer pays."""
        damping = 1e-3
        terms = self._terms(state, points, start, is_last)
        for _ in range(self._settings.max_steps):
            progress.raise_if_cancelled()
            step = self._step(terms, damping)
            if step is None:
                damping *= 10
                continue
            moved = self._moved(state, step[0])
            moved_points = points + step[1]
            there = self._terms(moved, moved_points, start, is_last)
            if not there.cost < terms.cost:
                damping *= 10
                if damping > 1e6:
                    break
                continue
            gain = (terms.cost - there.cost) / max(terms.cost, 1e-12)
            state, points, terms = moved, moved_points, there
            damping = max(damping / 5, 1e-7)
            if gain < self._settings.tolerance:
                break
        return state, points

    def _moved(self, state: CameraState, step: Float64[np.ndarray, " C"]) -> CameraState:
        """The cameras after a step."""
        cameras, scales = state.camera_from_world.copy(), state.depth_scales.copy()
        moves = step[: self._num_cameras].reshape(-1, POSE)
        turns = Rotation.from_rotvec(moves[:, :3]).as_matrix()
        cameras[self._free, :3] = turns @ cameras[self._free, :3]
        cameras[self._free, :3, 3] += moves[:, 3:6]
        scales[self._free] *= np.exp(moves[:, 6])
        matrices = state.intrinsics.copy()
        factor = np.exp(step[self._num_cameras :])[self._groups]
        matrices[:, [0, 1], [0, 1]] *= factor[:, None]
        return CameraState(cameras, scales, matrices)

    def _step(
        self, terms: "_Terms", damping: float
    ) -> tuple[Float64[np.ndarray, " C"], Float64[np.ndarray, "T 3"]] | None:
        """Solve the damped normal equations with the points eliminated; None where singular."""
        inverse = _inverses(terms.point_block, damping)
        mixed = self._mixed(terms.mixed_block)
        carried = self._mixed(terms.mixed_block @ inverse[self._track])
        block = terms.camera_block.copy()
        block[np.diag_indices(self._size)] *= 1 + damping
        block[np.diag_indices(self._size)] += 1e-9
        schur = block - (carried @ mixed.T).toarray()
        slope = terms.camera_slope - carried @ terms.point_slope.ravel()
        try:
            step = -cho_solve(cho_factor(schur), slope)
        except (LinAlgError, ValueError):
            return None
        change = terms.point_slope + (mixed.T @ step).reshape(-1, 3)
        return step, -np.einsum("tij,tj->ti", inverse, change)

    def _terms(
        self,
        state: CameraState,
        points: Float64[np.ndarray, "T 3"],
        start: CameraState,
        is_last: bool,
    ) -> "_Terms":
        """Residuals at these cameras and points, their cost, and the normal equations."""
        settings = self._settings
        camera = state.camera_from_world[self._view]
        rotation = camera[:, :3, :3]
        seen = np.einsum("mij,mj->mi", rotation, points[self._track]) + camera[:, :3, 3]
        is_behind = seen[:, 2] <= 1e-6
        z = np.where(is_behind, 1e-6, seen[:, 2])
        matrices = state.intrinsics[self._view]
        focal = matrices[:, [0, 1], [0, 1]]
        offset = seen[:, :2] / z[:, None] * focal  # (M, 2) from the principal point
        error = (offset + matrices[:, :2, 2] - self._pixels) / self._sigma_px[:, None]
        error = np.clip(error, -1e4, 1e4)
        square = (error**2).sum(axis=1)
        limit = settings.outlier_sigmas**2
        if is_last:
            cost = square / (1 + square / limit)
            weight = 1 / (1 + square / limit) ** 2
        else:
            cost = limit * np.log1p(square / limit)
            weight = 1 / (1 + square / limit)
        ratio = np.log(z) - self._log_depth - np.log(state.depth_scales)[self._view]
        ratio = np.where(self._has_depth, ratio, 0.0) / self._depth_sigma
        depth_cost = 4 * np.log1p(ratio**2 / 4)
        depth_weight = np.where(self._has_depth, 1 / (1 + ratio**2 / 4), 0.0)

        # Slopes of (u, v, depth) by the point in the camera's frame, then by all parameters.
        by_seen = np.zeros((len(z), 3, 3))
        by_seen[:, [0, 1], [0, 1]] = focal / z[:, None] / self._sigma_px[:, None]
        by_seen[:, :2, 2] = -offset / z[:, None] / self._sigma_px[:, None]
        by_seen[:, 2, 2] = 1 / z / self._depth_sigma
        by_camera = np.zeros((len(z), 3, COLUMNS))
        by_camera[:, :, :3] = -by_seen @ _cross_matrices(seen)
        by_camera[:, :, 3:6] = by_seen
        by_camera[:, 2, 6] = -1 / self._depth_sigma
        by_camera[:, :2, 7] = offset / self._sigma_px[:, None]
        by_point = by_seen @ rotation
        weights = np.stack([weight, weight, depth_weight], axis=1)
        residual = np.concatenate([error, ratio[:, None]], axis=1)
        weighted_camera = by_camera * weights[:, :, None]
        weighted_point = by_point * weights[:, :, None]
        size = self._size + 1
        at = (self._columns[:, :, None] * size + self._columns[:, None, :]).ravel()
        blocks = np.einsum("mri,mrj->mij", weighted_camera, by_camera)
        camera_block = np.bincount(at, blocks.ravel(), size**2).reshape(size, size)
        slope = np.einsum("mri,mr->mi", weighted_camera, residual)
        camera_slope = np.bincount(self._columns.ravel(), slope.ravel(), size)
        point_slope = np.einsum("mri,mr->mi", weighted_point, residual)
        point_block = np.einsum("mri,mrj->mij", weighted_point, by_point)
        terms = _Terms(
            cost=float(cost.sum() + depth_cost[self._has_depth].sum()),
            pixel_errors=np.where(is_behind, np.inf, np.sqrt(square)),
            camera_block=camera_block[:-1, :-1],
            camera_slope=camera_slope[:-1],
            point_block=_sum_by(self._track, point_block, self._count),
            point_slope=_sum_by(self._track, point_slope, self._count),
            mixed_block=np.einsum("mri,mrj->mij", weighted_camera, by_point),
        )
        return self._with_priors(terms, state, start)

    def _with_priors(self, terms: "_Terms", state: CameraState, start: CameraState) -> "_Terms":
        """Add how unlikely the depth scales and focal lengths are."""
        settings = self._settings
        block, slope, cost = terms.camera_block, terms.camera_slope, terms.cost
        scales = np.log(state.depth_scales[self._free]) / settings.scale_sigma
        at = np.arange(len(scales)) * POSE + 6
        block[at, at] += 1 / settings.scale_sigma**2
        slope[at] += scales / settings.scale_sigma
        cost += float((scales**2).sum())
        first = np.unique(self._groups, return_index=True)[1]
        focal = state.intrinsics[first, 0, 0] / start.intrinsics[first, 0, 0]
        sigma = max(settings.focal_sigma, 1e-6)
        focal = np.log(focal) / sigma
        at = self._num_cameras + np.arange(len(first))
        block[at, at] += 1 / sigma**2
        slope[at] += focal / sigma
        return replace(terms, cost=cost + float((focal**2).sum()))


@dataclass(frozen=True)
class _Terms:
    """One evaluation: cost, errors, and the blocks of the normal equations."""

    cost: float
    pixel_errors: Float64[np.ndarray, " M"]
    camera_block: Float64[np.ndarray, "C C"]
    camera_slope: Float64[np.ndarray, " C"]
    point_block: Float64[np.ndarray, "T 3 3"]
    point_slope: Float64[np.ndarray, "T 3"]
    mixed_block: Float64[np.ndarray, "M 8 3"]


def _inverses(blocks: Float64[np.ndarray, "T 3 3"], damping: float) -> Float64[np.ndarray, "T 3 3"]:
    damped = blocks.copy()
    diagonal = np.arange(3)
    damped[:, diagonal, diagonal] *= 1 + damping
    damped[:, diagonal, diagonal] += 1e-9 * (1 + np.trace(blocks, axis1=1, axis2=2)[:, None])
    return np.linalg.inv(damped)


def _sum_by(track: Int[np.ndarray, " M"], values: np.ndarray, count: int) -> np.ndarray:
    """Sum the rows of each track; tracks ascend."""
    starts = np.searchsorted(track, np.arange(count))
    return np.add.reduceat(values, starts, axis=0)


def _cross_matrices(vectors: Float64[np.ndarray, "M 3"]) -> Float64[np.ndarray, "M 3 3"]:
    x, y, z = vectors.T
    matrices = np.zeros((len(vectors), 3, 3))
    matrices[:, 0, 1], matrices[:, 0, 2] = -z, y
    matrices[:, 1, 0], matrices[:, 1, 2] = z, -x
    matrices[:, 2, 0], matrices[:, 2, 1] = -y, x
    return matrices
