"""Clouds brought onto each other, and their distances, against numbers known by hand."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from moe3d.errors import UsageError
from moe3d.scene.registration.alignment import align_by_pairs, align_closer
from moe3d.scene.registration.distances import cloud_distances, summarize_distances

RANDOM = np.random.default_rng(3)
TURN = Rotation.from_rotvec([0.1, -0.2, 0.15]).as_matrix()
SHIFT = np.array([0.3, -0.1, 0.2])


def corner(step: float = 0.05) -> np.ndarray:
    """Three faces of a box of 2 x 1.5 x 1, whose place is certain in every direction."""
    x, y, z = (np.arange(0, end, step) for end in (2, 1.5, 1))
    floor = np.stack([part.ravel() for part in np.meshgrid(x, y, [0.0])], axis=1)
    wall = np.stack([part.ravel() for part in np.meshgrid(x, [0.0], z)], axis=1)
    side = np.stack([part.ravel() for part in np.meshgrid([0.0], y, z)], axis=1)
    return np.concatenate([floor, wall, side])


def room(step: float = 0.05) -> np.ndarray:
    """The corner with a ball in it, so that its size is certain too."""
    index = np.arange(int(4 * np.pi * 0.3**2 / step**2)) + 0.5
    height, turn = 1 - 2 * index / len(index), np.pi * (1 + 5**0.5) * index
    ring = np.sqrt(1 - height**2)
    ball = 0.3 * np.stack([ring * np.cos(turn), ring * np.sin(turn), height], axis=1)
    return np.concatenate([corner(step), ball + np.array([1.2, 0.8, 0.4])])


def angle_deg(matrix: np.ndarray) -> float:
    return float(np.degrees(Rotation.from_matrix(matrix).magnitude()))


@pytest.mark.parametrize("scale", [1.0, 2.5])
def test_three_pairs_recover_a_motion_exactly(scale: float):
    source = np.array([[0, 0, 0], [1, 0, 0], [0, 2, 0.5]], float)
    target = scale * source @ TURN.T + SHIFT
    found = align_by_pairs(source, target)
    assert np.allclose(found.target_from_source[:3, :3], scale * TURN, atol=1e-12)
    assert np.allclose(found.target_from_source[:3, 3], SHIFT, atol=1e-12)
    assert found.rms < 1e-12


def test_without_scale_sizes_stay_and_the_rest_is_told():
    source = np.array([[-1, 0, 0], [1, 0, 0], [0, 1, 0], [0, -1, 0]], float)
    found = align_by_pairs(source, 1.5 * source, with_scale=False)
    assert np.allclose(found.target_from_source, np.eye(4), atol=1e-12)
    assert found.rms == pytest.approx(0.5)  # every point is 1 from the middle, and wanted at 1.5


def test_points_on_a_line_are_refused():
    line = np.array([[0, 0, 0], [1, 1, 1], [2, 2, 2]], float)
    with pytest.raises(UsageError, match="not on one line"):
        align_by_pairs(line, line)
    with pytest.raises(UsageError, match="not on one line are needed; got 2"):
        align_by_pairs(line[:2], line[:2])


@pytest.mark.parametrize("with_scale", [False, True])
def test_a_known_motion_is_recovered_from_clouds_with_noise(with_scale: bool):
    target = room() + RANDOM.normal(0, 0.002, room().shape)
    other = room(0.037) + RANDOM.normal(0, 0.002, room(0.037).shape)
    scale = 1.06 if with_scale else 1.0
    small = Rotation.from_rotvec([0.03, -0.04, 0.02]).as_matrix()
    source = (other - 0.05) @ small / scale  # target = scale * small @ source + 0.05
    found = align_closer(source.astype(np.float32), target.astype(np.float32), with_scale)
    turn = found.target_from_source[:3, :3]
    size = np.cbrt(np.linalg.det(turn))
    assert angle_deg(turn / size @ small.T) < 0.5
    assert size == pytest.approx(scale, abs=0.01)
    moved = source @ turn.T + found.target_from_source[:3, 3]
    assert np.sqrt(np.mean(np.sum((moved - other) ** 2, axis=1))) < 0.02
    assert found.rms < 0.03
    assert found.share > 0.95


def test_where_size_cannot_be_seen_it_is_left_alone():
    found = align_closer(corner(0.037) + 0.01, corner(), with_scale=True)
    assert np.cbrt(np.linalg.det(found.target_from_source[:3, :3])) == pytest.approx(1, abs=0.03)


def test_clouds_that_are_far_apart_are_refused_with_advice():
    with pytest.raises(UsageError, match="pick three pairs first"):
        align_closer(corner() + 100, corner())
    with pytest.raises(UsageError, match="at least four points; got 2"):
        align_closer(corner()[:2], corner())


def test_distances_to_a_plane_are_how_far_it_was_moved():
    x, y = np.meshgrid(np.arange(0, 3, 0.05), np.arange(0, 3, 0.05))
    plane = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], axis=1)
    above = np.stack(
        [*RANDOM.uniform(0.5, 2.5, (2, 400)), RANDOM.choice([-0.03, 0.03], 400)], axis=1
    )
    found = cloud_distances(above.astype(np.float32), plane.astype(np.float32))
    # less than the spacing of the samples: the nearest point would be up to 0.046 away
    assert np.abs(found - 0.03).max() < 1e-5
    summary = summarize_distances(found)
    assert summary.mean == pytest.approx(0.03, abs=1e-5)
    assert summary.count == summary.bin_counts.sum() == 400


def test_beyond_its_edge_the_distance_is_to_the_nearest_point():
    plane = np.stack([*np.mgrid[0:10, 0:10].reshape(2, -1), np.zeros(100)], axis=1).astype(float)
    found = cloud_distances(np.array([[9.0, 13.0, 0.0], [4.0, 4.0, 0.0]]), plane)
    assert found.tolist() == pytest.approx([4.0, 0.0], abs=1e-6)
    assert cloud_distances(np.array([[3.0, 4.0, 0.0]]), np.zeros((1, 3)))[0] == 5.0


def test_the_figures_of_distances_by_hand():
    summary = summarize_distances(np.array([1.0, 2.0, 3.0, 4.0, np.nan]))
    assert (summary.count, summary.mean, summary.median) == (4, 2.5, 2.5)
    assert summary.percentile_90 == pytest.approx(3.7)
    assert summary.largest == 4.0
    with pytest.raises(UsageError):
        summarize_distances(np.array([np.nan]))
    with pytest.raises(UsageError):
        cloud_distances(np.zeros((1, 3)), np.zeros((0, 3)))
