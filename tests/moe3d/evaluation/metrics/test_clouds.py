"""Cloud metrics against Open3D's own distances, a plain PCA, and by hand."""

import numpy as np
import open3d as o3d
import pytest
from scipy.spatial import KDTree
from scipy.spatial.transform import Rotation

from moe3d.errors import EvaluationError, ShapeError
from moe3d.evaluation.metrics.cloud_file import read_cloud
from moe3d.evaluation.metrics.cloud_scores import CloudAlignment, score_aligned
from moe3d.evaluation.metrics.clouds import estimate_normals, register_icp, score_clouds


def corner(count=1200, seed=0):
    """Points on three walls of a room's corner."""
    generator = np.random.default_rng(seed)
    points = generator.uniform(0, 1, (count, 3))
    points[np.arange(count), generator.integers(0, 3, count)] = 0
    return points


def cloud_of(points):
    return o3d.geometry.PointCloud(o3d.utility.Vector3dVector(points))


def test_distances_are_those_of_open3d():
    prediction, truth = corner(seed=1) + 0.01, corner(seed=2)
    scores = score_clouds(prediction, truth)
    forth = np.asarray(cloud_of(prediction).compute_point_cloud_distance(cloud_of(truth)))
    back = np.asarray(cloud_of(truth).compute_point_cloud_distance(cloud_of(prediction)))
    assert scores.acc_mean == pytest.approx(forth.mean(), rel=1e-13)
    assert scores.acc_median == pytest.approx(np.median(forth), rel=1e-13)
    assert scores.comp_mean == pytest.approx(back.mean(), rel=1e-13)
    assert scores.comp_median == pytest.approx(np.median(back), rel=1e-13)
    assert scores.chamfer_l1 == pytest.approx((forth.mean() + back.mean()) / 2, rel=1e-13)
    precision, recall = (forth < 0.05).mean(), (back < 0.05).mean()
    assert scores.fscore == pytest.approx(2 * precision * recall / (precision + recall))


def test_normals_are_the_smallest_axis_of_the_thirty_nearest_points():
    points = corner(400) + 0.003 * np.random.default_rng(5).standard_normal((400, 3))
    nearest = KDTree(points).query(points, k=30)[1]
    plain = np.stack(
        [np.linalg.svd(points[near] - points[near].mean(axis=0))[2][-1] for near in nearest]
    )
    cosine = np.abs(np.sum(plain * estimate_normals(points), axis=1))
    assert np.degrees(np.arccos(np.minimum(cosine, 1))).max() < 0.1


def test_normal_consistency_of_turned_planes_is_the_cosine():
    grid = np.stack(np.meshgrid(np.arange(12.0), np.arange(12.0)), axis=-1).reshape(-1, 2)
    plane = np.c_[grid, np.zeros(144)]
    turned = (plane - plane.mean(axis=0)) @ Rotation.from_euler("x", 20, degrees=True).as_matrix()
    scores = score_clouds(turned + plane.mean(axis=0), plane)
    assert scores.nc_mean == pytest.approx(np.cos(np.radians(20)), rel=1e-9)
    assert scores.nc_median == pytest.approx(np.cos(np.radians(20)), rel=1e-9)


def test_two_points_against_one_by_hand():
    scores = score_clouds(np.array([[0, 0, 0], [0, 0, 3.0]]), np.array([[0, 0, 1.0]]))
    assert (scores.acc_mean, scores.acc_median, scores.comp_mean) == (1.5, 1.5, 1.0)
    assert (scores.precision, scores.recall, scores.fscore) == (0, 0, 0)


def test_a_distance_of_exactly_the_threshold_is_not_found():
    one = np.array([[0, 0, 0.0]])
    assert score_clouds(one, one + np.array([0.5, 0, 0]), fscore_threshold=0.5).fscore == 0


def test_the_same_cloud_scores_perfectly():
    scores = score_clouds(corner(), corner())
    assert (scores.acc_mean, scores.comp_mean, scores.fscore) == (0, 0, 1)
    assert scores.nc_mean == pytest.approx(1, abs=1e-12)


def test_icp_is_that_of_open3d_and_undoes_a_small_motion():
    truth = corner(3000)
    turn = Rotation.from_euler("xyz", [1, -1, 1], degrees=True).as_matrix()
    source = truth @ turn.T + np.array([0.01, -0.01, 0.01])
    found = register_icp(source, truth, 0.1)
    assert np.abs(found.motion.apply(source) - truth).max() < 1e-6
    assert found.fitness == 1
    assert found.rmse < 1e-6


def test_icp_never_changes_the_scale():
    found = register_icp(corner(2000) * 1.05, corner(2000), 0.1)
    assert found.motion.scale == 1
    assert np.linalg.det(found.motion.rotation) == pytest.approx(1)


def test_umeyama_then_icp_undo_a_similarity():
    truth = corner(2000)
    turn = Rotation.from_euler("xyz", [40, 70, -10], degrees=True).as_matrix()
    scores = score_aligned(
        0.3 * truth @ turn.T + np.array([5, 6, 7]), truth, CloudAlignment("umeyama", icp_reach=0.1)
    )
    assert scores.acc_mean < 1e-9
    assert scores.alignment_scale == pytest.approx(1 / 0.3)
    assert scores.icp_fitness == 1


def test_the_median_alignment_leaves_a_rotation_to_icp():
    truth = corner(2000) + np.array([0, 0, 2])
    turn = Rotation.from_euler("y", 3, degrees=True).as_matrix()
    moved = 0.5 * truth @ turn.T
    rough = score_aligned(moved, truth, CloudAlignment("median"))
    fine = score_aligned(moved, truth, CloudAlignment("median", icp_reach=0.1))
    assert fine.acc_mean < 0.5 * rough.acc_mean


def test_a_cloud_without_points_or_with_nan_is_refused():
    with pytest.raises(EvaluationError, match="no points"):
        score_clouds(np.zeros((0, 3)), corner())
    with pytest.raises(EvaluationError, match="1 of 2 points"):
        score_clouds(np.array([[0, 0, 0], [np.nan, 0, 0]]), corner())
    with pytest.raises(ShapeError, match=r"\(N, 3\)"):
        score_clouds(np.zeros((4, 2)), corner())


def test_a_ply_keeps_the_precision_of_its_points(tmp_path):
    points = corner(50)
    o3d.io.write_point_cloud(str(tmp_path / "cloud.ply"), cloud_of(points))
    np.testing.assert_array_equal(read_cloud(tmp_path / "cloud.ply"), points)
