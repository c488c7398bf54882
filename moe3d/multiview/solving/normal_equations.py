"""Normal equations of cameras and points: their layout, the Schur complement, the solution."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.sparse import csc_matrix, csr_matrix, diags
from scipy.sparse.linalg import splu

from moe3d.multiview.matches.matching import KeypointTracks

POSE = 7
"""Parameters of a free view: rotation vector (3) and translation (3) in its camera's frame, and its
log depth scale."""
COLUMNS = POSE + 1
"""And one of its camera: log focal length."""
DENSE_UP_TO = 200
"""Camera parameters up to which the normal matrix is solved as a full one. A larger one is mostly
empty, as a photo shares tracks with few others, and full solvers' threads fight for the cores."""
FULL_UP_TO = 110
"""Camera parameters up to which the matrix of cameras by points is a full one too: of few photos it
is a fifth full, and sparse products take ten times (four photos) to twice (eight) as long."""
SYMMETRIC = {"SymmetricMode": True, "DiagPivotThresh": 0.01}


@dataclass(frozen=True)
class NormalEquations:
    """One evaluation: cost, reprojection errors, and the blocks of the normal equations."""

    cost: float
    pixel_errors: Float64[np.ndarray, " M"]
    camera_block: Float64[np.ndarray, "S 8 8"]
    """Of each view's own parameters."""
    prior: Float64[np.ndarray, " C"]
    """Inverse variances of the priors, on the diagonal."""
    camera_gradient: Float64[np.ndarray, " C"]
    point_block: Float64[np.ndarray, "T 3 3"]
    point_gradient: Float64[np.ndarray, "T 3"]
    mixed_block: Float64[np.ndarray, "M 8 3"]


class EquationLayout:
    """Which parameters the observations of some free views depend on, and in which columns."""

    def __init__(
        self,
        tracks: KeypointTracks,
        free: Bool[np.ndarray, " S"],
        groups: Int[np.ndarray, " S"],
        has_free_focal: bool,
    ) -> None:
        """Set up.

        Args:
            tracks: what is observed.
            free: views whose camera and depth scale may move.
            groups: views that share a focal length.
            has_free_focal: whether focal lengths may move.
        """
        self._track, self._view, self._count = tracks.track, tracks.view, tracks.count
        self._num_views = len(free)
        ends = np.cumsum(np.bincount(self._view, minlength=len(free)))
        self._of_view = np.split(np.argsort(self._view, kind="stable"), ends[:-1])
        slots = np.full(len(free), -1)
        slots[free] = np.arange(free.sum())
        self.num_poses = int(free.sum()) * POSE
        self.size = self.num_poses + int(groups.max()) + 1
        self.is_settled = not free.any() and not has_free_focal
        # Where the columns of each observation stand; fixed views' go to one that is cut off.
        pose = np.where(slots[self._view] >= 0, slots[self._view] * POSE, self.size)
        columns = np.where(
            slots[self._view][:, None] >= 0, pose[:, None] + np.arange(POSE), self.size
        )
        focal = self.num_poses + groups[self._view]
        if not has_free_focal:
            focal = np.full_like(focal, self.size)
        self.columns = np.concatenate([columns, focal[:, None]], axis=1)  # (M, 8)
        self._view_columns = np.full((len(free), COLUMNS), self.size)
        self._view_columns[self._view] = self.columns
        # The sparse matrix of cameras by points: which numbers stand where, row after row.
        rows = self.columns.ravel().repeat(3)
        order = np.argsort(rows, kind="stable")
        self._row_starts = np.searchsorted(rows[order], np.arange(self.size + 1))
        self._entries = order[: self._row_starts[-1]]
        point_columns = (3 * self._track[:, None, None] + np.arange(3)).repeat(COLUMNS, axis=1)
        self._entry_columns = point_columns.ravel()[self._entries]
        self._places = rows[self._entries] * (3 * self._count) + self._entry_columns

    def step(
        self, terms: NormalEquations, damping: float
    ) -> tuple[Float64[np.ndarray, " C"], Float64[np.ndarray, "T 3"]] | None:
        """Solve the damped normal equations with the points eliminated; None where singular."""
        inverse = inverses(terms.point_block, damping)
        if self.is_settled:  # nothing but points moves
            step = np.zeros(self.size)
            return step, -np.einsum("tij,tj->ti", inverse, terms.point_gradient)
        carried = terms.mixed_block @ inverse[self._track]
        system = self.reduced(terms, carried, damping)
        by_track = np.einsum("mci,mi->mc", carried, terms.point_gradient[self._track])
        gradient = terms.camera_gradient - self.sum_columns(by_track)
        step = _solve(system, -gradient)
        if step is None:
            return None
        moves = np.append(step, 0.0)[self.columns]  # (M, 8)
        change = np.einsum("mci,mc->mi", terms.mixed_block, moves)
        change = terms.point_gradient + sum_by(self._track, change, self._count)
        return step, -np.einsum("tij,tj->ti", inverse, change)

    def sum_columns(self, values: Float64[np.ndarray, "M 8"]) -> Float64[np.ndarray, " C"]:
        """Add what each observation says to its columns."""
        return np.bincount(self.columns.ravel(), values.ravel(), self.size + 1)[:-1]

    def sum_products(
        self, left: Float64[np.ndarray, "M R 8"], right: Float64[np.ndarray, "M R 8"]
    ) -> Float64[np.ndarray, "S 8 8"]:
        """Add `left[m].T @ right[m]` over the observations of each view: one product a view."""
        total = np.zeros((self._num_views, COLUMNS, COLUMNS))
        for view, rows in enumerate(self._of_view):
            total[view] = left[rows].reshape(-1, COLUMNS).T @ right[rows].reshape(-1, COLUMNS)
        return total

    def reduced(
        self, terms: NormalEquations, carried: Float64[np.ndarray, "M 8 3"], damping: float
    ) -> csr_matrix | Float64[np.ndarray, "C C"]:
        """The normal matrix of the cameras with the points eliminated (Schur complement)."""
        if self.size <= FULL_UP_TO:
            return self._full_reduced(terms, carried, damping)
        columns = self._view_columns
        rows = columns.repeat(COLUMNS, axis=1).ravel()
        where = rows, np.tile(columns, COLUMNS).ravel()
        block = csr_matrix((terms.camera_block.ravel(), where), (self.size + 1,) * 2)[:-1, :-1]
        diagonal = damping * (block.diagonal() + terms.prior) + terms.prior + 1e-9
        return block + diags(diagonal) - self.mixed(carried) @ self.mixed(terms.mixed_block).T

    def _full_reduced(
        self, terms: NormalEquations, carried: Float64[np.ndarray, "M 8 3"], damping: float
    ) -> Float64[np.ndarray, "C C"]:
        side, columns = self.size + 1, self._view_columns
        at = (columns[:, :, None] * side + columns[:, None]).ravel()
        block = np.bincount(at, terms.camera_block.ravel(), side * side)
        block = block.reshape(side, side)[:-1, :-1]
        diagonal = damping * (block.diagonal() + terms.prior) + terms.prior + 1e-9
        between = self._full_mixed(carried) @ self._full_mixed(terms.mixed_block).T
        return block + np.diag(diagonal) - between

    def _full_mixed(self, blocks: Float64[np.ndarray, "M 8 3"]) -> Float64[np.ndarray, "C T3"]:
        values = blocks.reshape(-1)[self._entries]
        shape = (self.size, 3 * self._count)
        total = np.bincount(self._places, values, shape[0] * shape[1])
        return total.astype(np.float64, copy=False).reshape(shape)  # of nothing numpy counts in int

    def mixed(self, blocks: Float64[np.ndarray, "M 8 3"]) -> csr_matrix:
        """Blocks of cameras by points as one sparse matrix (C, 3 T)."""
        values = blocks.reshape(-1)[self._entries]
        shape = (self.size, 3 * self._count)
        return csr_matrix((values, self._entry_columns, self._row_starts), shape)


def _solve(
    system: csr_matrix | Float64[np.ndarray, "C C"], right: Float64[np.ndarray, " C"]
) -> Float64[np.ndarray, " C"] | None:
    """The solution of a symmetric system; None where it has none."""
    try:
        if len(right) <= DENSE_UP_TO:
            return cho_solve(cho_factor(_full(system)), right)
        found = splu(csc_matrix(system), permc_spec="MMD_AT_PLUS_A", options=SYMMETRIC).solve(right)
    except (LinAlgError, ValueError, RuntimeError):
        return None
    return found if np.isfinite(found).all() else None


def _full(system: csr_matrix | Float64[np.ndarray, "C C"]) -> Float64[np.ndarray, "C C"]:
    return system if isinstance(system, np.ndarray) else system.toarray()


def invert(
    system: csr_matrix | Float64[np.ndarray, "C C"],
) -> Float64[np.ndarray, "C C"]:
    """The inverse; that of the well determined part where the matrix is singular."""
    size = len(system.diagonal())
    if size > DENSE_UP_TO:
        try:
            factors = splu(csc_matrix(system), permc_spec="MMD_AT_PLUS_A", options=SYMMETRIC)
        except RuntimeError:
            pass
        else:
            return factors.solve(np.eye(size))
    return np.linalg.pinv(_full(system), hermitian=True)


def inverses(blocks: Float64[np.ndarray, "T 3 3"], damping: float) -> Float64[np.ndarray, "T 3 3"]:
    """The inverse of each point's block, with its diagonal raised by a share of itself."""
    damped = blocks.copy()
    diagonal = np.arange(3)
    damped[:, diagonal, diagonal] *= 1 + damping
    damped[:, diagonal, diagonal] += 1e-9 * (1 + np.trace(blocks, axis1=1, axis2=2)[:, None])
    return np.linalg.inv(damped)


def sum_by(track: Int[np.ndarray, " M"], values: np.ndarray, count: int) -> np.ndarray:
    """Sum the rows of each track; tracks ascend."""
    starts = np.searchsorted(track, np.arange(count))
    return np.add.reduceat(values, starts, axis=0)


def cross_matrices(vectors: Float64[np.ndarray, "M 3"]) -> Float64[np.ndarray, "M 3 3"]:
    """The matrix of each cross product: `cross_matrices(a)[i] @ b` is `a[i] x b`."""
    x, y, z = vectors.T
    matrices = np.zeros((len(vectors), 3, 3))
    matrices[:, 0, 1], matrices[:, 0, 2] = -z, y
    matrices[:, 1, 0], matrices[:, 1, 2] = z, -x
    matrices[:, 2, 0], matrices[:, 2, 1] = -y, x
    return matrices
