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
from scipy.spatial.transform import Rotation

from moe3d.multiview.camera_state import CameraState
from moe3d.multiview.matches.matching import KeypointTracks
from moe3d.multiview.solving.normal_equations import (
    COLUMNS,
    POSE,
    EquationLayout,
    NormalEquations,
    cross_matrices,
    inverses,
    invert,
    sum_by,
)
from moe3d.progress import Progress

BLOCK_VALUES = 4_000_000
"""Numbers that are held at once where memory would grow with the observations."""


@dataclass(frozen=True)
class BundleSettings:
    """Noise of the observations, priors, and when the minimisation ends."""

    depth_sigma: float = 0.15
    """Standard deviation of the network's depth, in the logarithm."""
    depth_crowd: float = 250.0
    """Observations of a photo above which its depth counts less and less: so many matches tell the
    cameras by themselves, and the errors of a depth map are alike over large parts of it."""
    scale_sigma: float = 0.05
    """Prior standard deviation of the photos' depth scales, in the logarithm."""
    focal_sigma: float = 0.006
    """Prior standard deviation of each camera's focal length, in the logarithm; 0 keeps it."""
    outlier_sigmas: float = 3.0
    """Reprojection errors beyond this many standard deviations count less and less."""
    max_steps: int = 30
    """Steps of each of the two minimisations."""
    tolerance: float = 1e-4
    """A minimisation ends when a step lowers the cost by less than this share."""


@dataclass(frozen=True)
class Bundle:
    """Adjusted cameras and points."""

    state: CameraState
    points: Float64[np.ndarray, "T 3"]
    """World frame, one a track."""
    errors: Float64[np.ndarray, " M"]
    """Reprojection error of each observation, in standard deviations; inf behind a camera."""
    cost: float
    """Robust sum of squared residuals, priors included."""


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
        focal_px: Float64[np.ndarray, " S"] | None = None,
    ) -> None:
        """Set up.

        Args:
            tracks: observations in photo pixels.
            depth: z-depth that the network gives each observation; NaN where unknown.
            sigma_px: standard deviation of a keypoint in each photo.
            free: views whose camera and depth scale may move.
            groups: views that share a focal length.
            settings: noise and priors.
            focal_px: mean of the prior on each photo's focal length, that of the start by default:
                without it, focal lengths drift over several adjustments.
        """
        self._focal_px = focal_px
        self._track, self._view, self._pixels = tracks.track, tracks.view, tracks.pixels
        self._count = tracks.count
        self._log_depth = np.log(depth)
        self._has_depth = np.isfinite(self._log_depth)
        self._sigma_px = sigma_px[self._view]
        known = np.bincount(self._view[self._has_depth], minlength=len(free))[self._view]
        crowd = np.maximum(known / settings.depth_crowd, 1.0)
        self._depth_sigma = settings.depth_sigma * crowd
        self._free, self._groups, self._settings = free, groups, settings
        self._layout = EquationLayout(tracks, free, groups, settings.focal_sigma > 0)

    def solve(self, start: CameraState, progress: Progress | None = None) -> Bundle:
        """Minimise the robust cost from a start.

        First with a loss that pulls from afar, then with one for which outliers hardly count.

        Raises:
            JobCancelledError: progress was cancelled; noticed within one step.
        """
        progress = progress or Progress()
        if self._count == 0:
            return Bundle(start, np.zeros((0, 3)), np.zeros(0), 0.0)
        points = self._first_points(start)
        state = start
        steps = self._settings.max_steps
        for is_last in (False, True):
            progress.report("adjust cameras", is_last * steps, 2 * steps)
            state, points = self._minimise(state, points, start, is_last, progress)
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
        inverse = inverses(terms.point_block, 1e-6)
        carried = terms.mixed_block @ inverse[self._track]  # (M, 8, 3)
        system = self._layout.reduced(terms, carried, 0.0)
        covariance = np.zeros((self._layout.size + 1,) * 2)  # fixed views' column at the end
        covariance[:-1, :-1] = invert(system)
        camera = state.camera_from_world[self._view]
        seen = np.einsum("mij,mj->mi", camera[:, :3, :3], points[self._track]) + camera[:, :3, 3]
        z = np.maximum(seen[:, 2], 1e-6)
        by_point = camera[:, 2, :3] / z[:, None]  # (M, 3)
        by_pose = np.zeros((len(z), COLUMNS))
        by_pose[:, :3] = -cross_matrices(seen)[:, 2] / z[:, None]
        by_pose[:, 5] = 1 / z
        own = np.einsum("mi,mij,mj->m", by_point, inverse[self._track], by_point)
        variance = own + self._camera_variance(by_pose, by_point, carried, covariance)
        spread = max(float(np.median(terms.pixel_errors)) / 1.18, 0.3)  # 1.18: 2D Gaussian
        return np.sqrt(np.maximum(variance, 0)) * spread

    def _camera_variance(
        self,
        by_pose: Float64[np.ndarray, "M 8"],
        by_point: Float64[np.ndarray, "M 3"],
        carried: Float64[np.ndarray, "M 8 3"],
        covariance: Float64[np.ndarray, "C C"],
    ) -> Float64[np.ndarray, " M"]:
        """Variance of each observation's log z-depth by the covariance of the cameras.

        A depth hangs on the cameras of its own track alone, so tracks of one length are taken
        together: memory does not grow as observations times cameras.
        """
        variance = np.zeros(len(by_pose))
        starts = np.searchsorted(self._track, np.arange(self._count))
        lengths = np.diff(np.append(starts, len(self._track)))
        for length in np.unique(lengths).tolist():
            mine = starts[lengths == length][:, None] + np.arange(length)  # (N, L)
            at_once = max(1, BLOCK_VALUES // (COLUMNS * length) ** 2)
            for begin in range(0, len(mine), at_once):
                rows = mine[begin : begin + at_once]
                jacobian = -np.einsum("nli,nkci->nlkc", by_point[rows], carried[rows])
                each = np.arange(length)
                jacobian[:, each, each] += by_pose[rows]
                jacobian = jacobian.reshape(len(rows), length, -1)  # (N, L, 8 L)
                columns = self._layout.columns[rows].reshape(len(rows), -1)
                block = covariance[columns[:, :, None], columns[:, None]]
                variance[rows] = ((jacobian @ block) * jacobian).sum(axis=2)
        return variance

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
            points = points - np.einsum("tij,tj->ti", inverses(terms.point_block, 1e-3),
                                        terms.point_gradient)  # fmt: skip
        return points

    def _minimise(
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
        steps = self._settings.max_steps
        for done in range(steps):
            progress.report("adjust cameras", is_last * steps + done, 2 * steps)
            step = self._layout.step(terms, damping)
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
        moves = step[: self._layout.num_poses].reshape(-1, POSE)
        turns = Rotation.from_rotvec(moves[:, :3]).as_matrix()
        cameras[self._free, :3] = turns @ cameras[self._free, :3]
        cameras[self._free, :3, 3] += moves[:, 3:6]
        scales[self._free] *= np.exp(moves[:, 6])
        matrices = state.intrinsics.copy()
        factor = np.exp(step[self._layout.num_poses :])[self._groups]
        matrices[:, [0, 1], [0, 1]] *= factor[:, None]
        return CameraState(cameras, scales, matrices)

    def _terms(
        self,
        state: CameraState,
        points: Float64[np.ndarray, "T 3"],
        start: CameraState,
        is_last: bool,
    ) -> NormalEquations:
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

        # Jacobians of (u, v, depth) by the point in the camera's frame, then by all parameters.
        by_seen = np.zeros((len(z), 3, 3))
        by_seen[:, [0, 1], [0, 1]] = focal / z[:, None] / self._sigma_px[:, None]
        by_seen[:, :2, 2] = -offset / z[:, None] / self._sigma_px[:, None]
        by_seen[:, 2, 2] = 1 / z / self._depth_sigma
        by_point = by_seen @ rotation
        weights = np.stack([weight, weight, depth_weight], axis=1)
        residual = np.concatenate([error, ratio[:, None]], axis=1)
        weighted_point = by_point * weights[:, :, None]
        point_gradient = np.einsum("mri,mr->mi", weighted_point, residual)
        terms = NormalEquations(
            cost=float(cost.sum() + depth_cost[self._has_depth].sum()),
            pixel_errors=np.where(is_behind, np.inf, np.sqrt(square)),
            camera_block=np.zeros((len(self._free), COLUMNS, COLUMNS)),
            prior=np.zeros(self._layout.size),
            camera_gradient=np.zeros(self._layout.size),
            point_block=sum_by(self._track, weighted_point.mT @ by_point, self._count),
            point_gradient=sum_by(self._track, point_gradient, self._count),
            mixed_block=np.zeros((len(z), COLUMNS, 3)),
        )
        if self._layout.is_settled:
            return terms
        by_camera = np.zeros((len(z), 3, COLUMNS))
        by_camera[:, :, :3] = -by_seen @ cross_matrices(seen)
        by_camera[:, :, 3:6] = by_seen
        by_camera[:, 2, 6] = -1 / self._depth_sigma
        by_camera[:, :2, 7] = offset / self._sigma_px[:, None]
        weighted_camera = by_camera * weights[:, :, None]
        camera_gradient = np.einsum("mri,mr->mi", weighted_camera, residual)
        terms = replace(
            terms,
            camera_block=self._layout.sum_products(weighted_camera, by_camera),
            camera_gradient=self._layout.sum_columns(camera_gradient),
            mixed_block=weighted_camera.mT @ by_point,
        )
        return self._with_priors(terms, state, start)

    def _with_priors(
        self, terms: NormalEquations, state: CameraState, start: CameraState
    ) -> NormalEquations:
        """Add the priors on depth scales and focal lengths."""
        settings = self._settings
        gradient, cost, prior = terms.camera_gradient, terms.cost, np.zeros(self._layout.size)
        scales = np.log(state.depth_scales[self._free]) / settings.scale_sigma
        at = np.arange(len(scales)) * POSE + 6
        prior[at] = 1 / settings.scale_sigma**2
        gradient[at] += scales / settings.scale_sigma
        cost += float((scales**2).sum())
        first = np.unique(self._groups, return_index=True)[1]
        likely = start.intrinsics[:, 0, 0] if self._focal_px is None else self._focal_px
        focal = state.intrinsics[first, 0, 0] / likely[first]
        sigma = max(settings.focal_sigma, 1e-6)
        focal = np.log(focal) / sigma
        at = self._layout.num_poses + np.arange(len(first))
        prior[at] = 1 / sigma**2
        gradient[at] += focal / sigma
        return replace(terms, prior=prior, cost=cost + float((focal**2).sum()))
