"""Small linear algebra of the joint adjustment, against numpy's own and by hand."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from moe3d.multiview.solving import normal_equations
from moe3d.multiview.solving.normal_equations import (
    _solve,
    cross_matrices,
    inverses,
    invert,
    sum_by,
)

SOLVERS = pytest.mark.parametrize("dense_up_to", [0, 200])


def positive(size: int, seed: int = 0) -> np.ndarray:
    """A symmetric matrix with eigenvalues of 1 and more."""
    root = np.random.default_rng(seed).normal(size=(size, size))
    return root @ root.T + np.eye(size)


@SOLVERS
def test_a_system_is_solved_and_inverted(monkeypatch: pytest.MonkeyPatch, dense_up_to: int):
    monkeypatch.setattr(normal_equations, "DENSE_UP_TO", dense_up_to)
    answer = np.arange(1.0, 13.0)
    system = positive(12)
    found = _solve(csr_matrix(system), system @ answer)
    assert found is not None
    np.testing.assert_allclose(found, answer, rtol=1e-9)
    np.testing.assert_allclose(invert(csr_matrix(system)) @ system, np.eye(12), atol=1e-9)


@SOLVERS
def test_a_singular_system_has_no_solution_and_its_other_part_is_inverted(
    monkeypatch: pytest.MonkeyPatch, dense_up_to: int
):
    monkeypatch.setattr(normal_equations, "DENSE_UP_TO", dense_up_to)
    system = csr_matrix(np.diag([2.0, 0.0, 4.0]))
    assert _solve(system, np.ones(3)) is None
    np.testing.assert_allclose(invert(system), np.diag([0.5, 0, 0.25]), atol=1e-12)


def test_each_block_is_inverted_with_its_raised_diagonal():
    blocks = np.stack([positive(3, seed) for seed in range(5)])
    raised = blocks + 0.1 * np.stack([np.diag(np.diag(block)) for block in blocks])
    np.testing.assert_allclose(inverses(blocks, 0.1) @ raised, np.tile(np.eye(3), (5, 1, 1)),
                               atol=1e-6)  # fmt: skip
    # A point that nothing is known of goes far, but not out of the numbers.
    assert np.isfinite(inverses(np.zeros((1, 3, 3)), 1e-3)).all()


def test_rows_are_summed_by_track():
    rows = np.array([[1.0, 2], [3, 4], [5, 6], [7, 8], [9, 10]])
    found = sum_by(np.array([0, 0, 1, 2, 2]), rows, 3)
    np.testing.assert_array_equal(found, [[4, 6], [5, 6], [16, 18]])


def test_cross_matrices_give_cross_products():
    first, second = np.random.default_rng(1).normal(size=(2, 6, 3))
    found = np.einsum("mij,mj->mi", cross_matrices(first), second)
    np.testing.assert_allclose(found, np.cross(first, second), atol=1e-12)
