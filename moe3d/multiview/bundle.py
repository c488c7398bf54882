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
from scipy.sparse import csr_matrix, diags
from scipy.sparse.linalg import splu
from scipy.spatial.transform import Rotation

from moe3d.multiview.camera_state import CameraState
from moe3d.multiview.matching import KeypointTracks
from moe3d.progress import Progress

POSE = 7
"""Parameters of a free view: turn (3) and shift (3) in its camera's frame, log depth scale."""
COLUMNS = POSE + 1
"""And one of its camera: log focal length."""
DENSE_UP_TO = 200
"""Camera parameters up to which the normal matrix is solved as a full one. A larger one is mostly
empty, as a photo shares tracks with few others, and full solvers' threads fight for the cores."""
SYMMETRIC = {"SymmetricMode": True, "DiagPivotThresh": 0.01}
BLOCK_VALUES = 4_000_000
"""Numbers that are held at once where memory would grow with the observations."""


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
        self._is_settled = not free.any() and settings.focal_sigma <= 0
        # Where the columns of each observation stand; fixed views' go to one that is cut off.
        pose = np.where(slots[self._view] >= 0, slots[self._view] * POSE, self._size)
        columns = np.where(
            slots[self._view][:, None] >= 0, pose[:, None] + np.arange(POSE), self._size
        )
        focal = self._num_cameras + groups[self._view]
        if settings.focal_sigma <= 0:
            focal = np.full_like(focal, self._size)
        self._columns = np.concatenate([columns, focal[:, None]], axis=1)  # (M, 8)
        self._view_columns = np.full((len(free), COLUMNS), self._size)
        self._view_columns[self._view] = self._columns
        # The sparse matrix of cameras by points: which numbers stand where, row after row.
        rows = self._columns.ravel().repeat(3)
        order = np.argsort(rows, kind="stable")
        self._row_starts = np.searchsorted(rows[order], np.arange(self._size + 1))
        self._entries = order[: self._row_starts[-1]]
        point_columns = (3 * self._track[:, None, None] + np.arange(3)).repeat(COLUMNS, axis=1)
        self._entry_columns = point_columns.ravel()[self._entries]

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
        steps = self._settings.max_steps
        for is_last in (False, True):
            progress.report("adjust cameras", is_last * steps, 2 * steps)
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
        carried = terms.mixed_block @ inverse[self._track]  # (M, 8, 3)
        system = self._reduced(terms, carried, 0.0)
        covariance = np.zeros((self._size + 1,) * 2)  # fixed views' column at the end
        covariance[:-1, :-1] = _invert(system)
        camera = state.camera_from_world[self._view]
        seen = np.einsum("mij,mj->mi", camera[:, :3, :3], points[self._track]) + camera[:, :3, 3]
        z = np.maximum(seen[:, 2], 1e-6)
        by_point = camera[:, 2, :3] / z[:, None]  # (M, 3)
        by_pose = np.zeros((len(z), COLUMNS))
        by_pose[:, :3] = -_cross_matrices(seen)[:, 2] / z[:, None]
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
        """What uncertain cameras add to the variance of each observation's log z-depth.

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
                slope = -np.einsum("nli,nkci->nlkc", by_point[rows], carried[rows])
                each = np.arange(length)
                slope[:, each, each] += by_pose[rows]
                slope = slope.reshape(len(rows), length, -1)  # (N, L, 8 L)
                columns = self._columns[rows].reshape(len(rows), -1)
                block = covariance[columns[:, :, None], columns[:, None]]
                variance[rows] = ((slope @ block) * slope).sum(axis=2)
        return variance

    def _reduced(
        self, terms: "_Terms", carried: Float64[np.ndarray, "M 8 3"], damping: float
    ) -> csr_matrix:
        """The normal matrix of the cameras with the points eliminated (Schur complement)."""
        cameras = self._camera_matrix(terms)
        damped = cameras + diags(damping * cameras.diagonal() + 1e-9)
        return damped - self._mixed(carried) @ self._mixed(terms.mixed_block).T

    def _camera_matrix(self, terms: "_Terms") -> csr_matrix:
        """The normal matrix of the cameras (C, C)."""
        columns = self._view_columns
        rows = columns.repeat(COLUMNS, axis=1).ravel()
        where = rows, np.tile(columns, COLUMNS).ravel()
        block = csr_matrix((terms.camera_block.ravel(), where), (self._size + 1,) * 2)[:-1, :-1]
        return block + diags(terms.prior)

    def _mixed(self, blocks: Float64[np.ndarray, "M 8 3"]) -> csr_matrix:
        """Blocks of cameras by points as one sparse matrix (C, 3 T)."""
        values = blocks.reshape(-1)[self._entries]
        shape = (self._size, 3 * self._count)
        return csr_matrix((values, self._entry_columns, self._row_starts), shape)

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
        steps = self._settings.max_steps
        for done in range(steps):
            progress.report("adjust cameras", is_last * steps + done, 2 * steps)
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
        if self._is_settled:  # nothing but points moves
            step = np.zeros(self._size)
            return step, -np.einsum("tij,tj->ti", inverse, terms.point_slope)
        carried = terms.mixed_block @ inverse[self._track]
        system = self._reduced(terms, carried, damping)
        by_track = np.einsum("mci,mi->mc", carried, terms.point_slope[self._track])
        slope = terms.camera_slope - self._sum_columns(by_track)
        step = _solve(system, -slope)
        if step is None:
            return None
        moves = np.append(step, 0.0)[self._columns]  # (M, 8)
        change = np.einsum("mci,mc->mi", terms.mixed_block, moves)
        change = terms.point_slope + _sum_by(self._track, change, self._count)
        return step, -np.einsum("tij,tj->ti", inverse, change)

    def _sum_columns(self, values: Float64[np.ndarray, "M 8"]) -> Float64[np.ndarray, " C"]:
        """Add what each observation says to its columns."""
        return np.bincount(self._columns.ravel(), values.ravel(), self._size + 1)[:-1]

    def _sum_views(self, values: Float64[np.ndarray, "M 8 8"]) -> Float64[np.ndarray, "S 8 8"]:
        """Add the blocks of each view."""
        at = self._view[:, None] * COLUMNS**2 + np.arange(COLUMNS**2)
        total = np.bincount(at.ravel(), values.ravel(), len(self._free) * COLUMNS**2)
        return total.reshape(-1, COLUMNS, COLUMNS)

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
        by_point = by_seen @ rotation
        weights = np.stack([weight, weight, depth_weight], axis=1)
        residual = np.concatenate([error, ratio[:, None]], axis=1)
        weighted_point = by_point * weights[:, :, None]
        point_slope = np.einsum("mri,mr->mi", weighted_point, residual)
        terms = _Terms(
            cost=float(cost.sum() + depth_cost[self._has_depth].sum()),
            pixel_errors=np.where(is_behind, np.inf, np.sqrt(square)),
            camera_block=np.zeros((len(self._free), COLUMNS, COLUMNS)),
            prior=np.zeros(self._size),
            camera_slope=np.zeros(self._size),
            point_block=_sum_by(self._track, weighted_point.mT @ by_point, self._count),
            point_slope=_sum_by(self._track, point_slope, self._count),
            mixed_block=np.zeros((len(z), COLUMNS, 3)),
        )
        if self._is_settled:
            return terms
        by_camera = np.zeros((len(z), 3, COLUMNS))
        by_camera[:, :, :3] = -by_seen @ _cross_matrices(seen)
        by_camera[:, :, 3:6] = by_seen
        by_camera[:, 2, 6] = -1 / self._depth_sigma
        by_camera[:, :2, 7] = offset / self._sigma_px[:, None]
        weighted_camera = by_camera * weights[:, :, None]
        camera_slope = np.einsum("mri,mr->mi", weighted_camera, residual)
        terms = replace(
            terms,
            camera_block=self._sum_views(weighted_camera.mT @ by_camera),
            camera_slope=self._sum_columns(camera_slope),
            mixed_block=weighted_camera.mT @ by_point,
        )
        return self._with_priors(terms, state, start)

    def _with_priors(self, terms: "_Terms", state: CameraState, start: CameraState) -> "_Terms":
        """Add how unlikely the depth scales and focal lengths are."""
        settings = self._settings
        slope, cost, prior = terms.camera_slope, terms.cost, np.zeros(self._size)
        scales = np.log(state.depth_scales[self._free]) / settings.scale_sigma
        at = np.arange(len(scales)) * POSE + 6
        prior[at] = 1 / settings.scale_sigma**2
        slope[at] += scales / settings.scale_sigma
        cost += float((scales**2).sum())
        first = np.unique(self._groups, return_index=True)[1]
        focal = state.intrinsics[first, 0, 0] / start.intrinsics[first, 0, 0]
        sigma = max(settings.focal_sigma, 1e-6)
        focal = np.log(focal) / sigma
        at = self._num_cameras + np.arange(len(first))
        prior[at] = 1 / sigma**2
        slope[at] += focal / sigma
        return replace(terms, prior=prior, cost=cost + float((focal**2).sum()))


@dataclass(frozen=True)
class _Terms:
    """One evaluation: cost, errors, and the blocks of the normal equations."""

    cost: float
    pixel_errors: Float64[np.ndarray, " M"]
    camera_block: Float64[np.ndarray, "S 8 8"]
    """Of each view's own columns."""
    prior: Float64[np.ndarray, " C"]
    """What belongs to the diagonal beside them."""
    camera_slope: Float64[np.ndarray, " C"]
    point_block: Float64[np.ndarray, "T 3 3"]
    point_slope: Float64[np.ndarray, "T 3"]
    mixed_block: Float64[np.ndarray, "M 8 3"]


def _solve(
    system: csr_matrix, right: Float64[np.ndarray, " C"]
) -> Float64[np.ndarray, " C"] | None:
    """The solution of a symmetric system; None where it has none."""
    try:
        if len(right) <= DENSE_UP_TO:
            return cho_solve(cho_factor(system.toarray()), right)
        found = splu(system.tocsc(), permc_spec="MMD_AT_PLUS_A", options=SYMMETRIC).solve(right)
    except (LinAlgError, ValueError, RuntimeError):
        return None
    return found if np.isfinite(found).all() else None


def _invert(system: csr_matrix) -> Float64[np.ndarray, "C C"]:
    """The inverse; that of the well determined part where the matrix is singular."""
    size = int(system.get_shape()[0])
    if size > DENSE_UP_TO:
        try:
            factors = splu(system.tocsc(), permc_spec="MMD_AT_PLUS_A", options=SYMMETRIC)
        except RuntimeError:
            pass
        else:
            return factors.solve(np.eye(size))
    return np.linalg.pinv(system.toarray(), hermitian=True)


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
