"""Voxel thinning against a slow dictionary."""

import numpy as np
import pytest

from moe3d.errors import UsageError
from moe3d.geometry.voxels import first_per_voxel, voxel_groups

POINTS = np.random.default_rng(0).uniform(-2, 3, (2000, 3)).astype(np.float32)


def slow_voxels(points: np.ndarray, size: float) -> dict[tuple, list[int]]:
    lowest = points.min(axis=0).astype(np.float64)
    voxels: dict[tuple, list[int]] = {}
    for index, point in enumerate(points):
        voxels.setdefault(tuple(np.floor((point - lowest) / size).astype(int)), []).append(index)
    return voxels


@pytest.mark.parametrize("size", [0.05, 0.37, 1.0, 50.0])
def test_the_first_point_of_every_voxel_stays(size):
    expected = sorted(indices[0] for indices in slow_voxels(POINTS, size).values())
    np.testing.assert_array_equal(first_per_voxel(POINTS, size), expected)


def test_the_mean_is_that_of_the_voxel():
    groups = voxel_groups(POINTS, 0.5)
    means = groups.mean(POINTS)
    slow = slow_voxels(POINTS, 0.5)
    assert len(means) == len(slow)
    by_first = {indices[0]: POINTS[indices].mean(axis=0) for indices in slow.values()}
    for first, mean in zip(groups.order[groups.starts], means, strict=True):
        np.testing.assert_allclose(mean, by_first[int(first)], rtol=1e-5)


def test_tiny_voxels_that_do_not_fit_one_integer_give_the_same_answer():
    expected = sorted(indices[0] for indices in slow_voxels(POINTS, 3e-6).values())
    np.testing.assert_array_equal(first_per_voxel(POINTS, 3e-6), expected)


def test_no_points_have_no_voxels():
    assert len(first_per_voxel(np.zeros((0, 3), np.float32), 1.0)) == 0


@pytest.mark.parametrize("size", [0.0, -1.0, float("nan"), 1e-9])
def test_a_size_that_cannot_be_meant_is_refused(size):
    with pytest.raises(UsageError, match="voxel"):
        first_per_voxel(POINTS, size)
