"""Pose errors against evo and values found by hand."""

import numpy as np
import pytest
from evo.core.metrics import PoseRelation, Unit
from evo.core.trajectory import PosePath3D
from evo.main_ape import ape
from evo.main_rpe import rpe
from scipy.spatial.transform import Rotation

from moe3d.errors import EvaluationError, ShapeError
from moe3d.evaluation.metrics.pose_scores import score_poses
from moe3d.evaluation.metrics.poses import score_pairs, score_trajectory


def camera(rotation=None, centre=(0, 0, 0)):
    """camera_from_world of a camera at `centre`."""
    matrix = np.eye(4)
    matrix[:3, :3] = np.eye(3) if rotation is None else rotation
    matrix[:3, 3] = -matrix[:3, :3] @ np.array(centre, float)
    return matrix


def walk(count=12, seed=0, noise=0.0):
    generator = np.random.default_rng(seed)
    noisy = np.random.default_rng(seed + 1)
    cameras = []
    for index in range(count):
        turn = Rotation.from_rotvec(0.1 * index * generator.standard_normal(3))
        shake = Rotation.from_rotvec(noise * noisy.standard_normal(3))
        centre = np.array([index, np.sin(index), 0.2 * index**1.5])
        centre = centre + noise * noisy.standard_normal(3)
        cameras.append(camera((shake * turn).as_matrix(), centre))
    return np.stack(cameras)


def similar(cameras, scale=2.5):
    """The same trajectory in another world frame and scale."""
    turn = Rotation.from_euler("xyz", [20, -50, 80], degrees=True).as_matrix()
    moved = []
    for matrix in cameras:
        centre = -matrix[:3, :3].T @ matrix[:3, 3]
        moved.append(camera(matrix[:3, :3] @ turn.T, scale * turn @ centre + [1, 2, 3]))
    return np.stack(moved)


def evo_path(cameras):
    return PosePath3D(poses_se3=[np.linalg.inv(matrix) for matrix in cameras])


def test_ate_and_rpe_are_those_of_evo():
    truth, prediction = walk(), similar(walk(noise=0.05))
    errors = score_trajectory(prediction, truth)
    reference, estimate = evo_path(truth), evo_path(prediction)
    part = PoseRelation.translation_part
    found = ape(reference, estimate, part, align=True, correct_scale=True)
    assert errors.ate_rmse == pytest.approx(found.stats["rmse"], rel=1e-10)
    settings = {"delta": 1, "delta_unit": Unit.frames, "all_pairs": True}
    settings |= {"align": True, "correct_scale": True}
    found = rpe(evo_path(truth), evo_path(prediction), part, **settings)
    assert errors.rpe_translation_rmse == pytest.approx(found.stats["rmse"], rel=1e-10)
    found = rpe(evo_path(truth), evo_path(prediction), PoseRelation.rotation_angle_deg, **settings)
    assert errors.rpe_rotation_rmse_deg == pytest.approx(found.stats["rmse"], rel=1e-8)


def test_the_same_trajectory_in_another_frame_and_scale_is_perfect():
    scores = score_poses(similar(walk()), walk())
    assert scores.ate < 1e-12
    assert (scores.auc5, scores.auc30, scores.rra5, scores.rta5) == (1, 1, 1, 1)
    assert scores.auc30_exact == pytest.approx(1, abs=1e-12)
    assert scores.sim3_scale == pytest.approx(1 / 2.5)


def test_pair_errors_are_those_of_a_plain_loop():
    truth, prediction = walk(6), similar(walk(6, noise=0.1))
    errors = score_pairs(prediction, truth)
    row = 0
    for i in range(6):
        for j in range(i + 1, 6):
            a = prediction[j] @ np.linalg.inv(prediction[i])
            b = truth[j] @ np.linalg.inv(truth[i])
            angle = Rotation.from_matrix(a[:3, :3].T @ b[:3, :3]).magnitude()
            assert errors.rotation_deg[row] == pytest.approx(np.degrees(angle), rel=1e-9)
            cosine = a[:3, 3] @ b[:3, 3] / np.linalg.norm(a[:3, 3]) / np.linalg.norm(b[:3, 3])
            assert errors.translation_deg[row] == pytest.approx(
                np.degrees(np.arccos(abs(cosine))), rel=1e-6
            )
            row += 1


def test_the_angle_of_a_pair_by_hand():
    turn = Rotation.from_euler("z", 12, degrees=True).as_matrix()
    truth = np.stack([camera(), camera(centre=(-1, 0, 0))])
    prediction = np.stack([camera(), camera(turn, centre=(-1, 0, 0))])
    errors = score_pairs(prediction, truth)
    np.testing.assert_allclose(errors.rotation_deg, [12])
    np.testing.assert_allclose(errors.translation_deg, [12])


def test_the_sign_of_a_baseline_is_ignored_but_for_the_diagnostic():
    truth = np.stack([camera(), camera(centre=(1, 0, 0))])
    prediction = np.stack([camera(), camera(centre=(-1, 0, 0))])
    errors = score_pairs(prediction, truth)
    assert (errors.translation_deg[0], errors.signed_translation_deg[0]) == (0, 180)


def test_a_zero_baseline_is_ninety_degrees_off():
    truth = np.stack([camera(centre=(5, 6, 7)), camera(centre=(6, 6, 7))])
    turn = Rotation.from_euler("y", 33, degrees=True).as_matrix()
    prediction = np.stack([camera(centre=(5, 6, 7)), camera(turn, centre=(5, 6, 7))])
    assert score_pairs(prediction, truth).translation_deg[0] == 90
    assert score_pairs(truth, prediction).translation_deg[0] == 90


def rotated_by(angles_deg):
    """Cameras whose only errors are rotations of the second of each pair."""
    turn = Rotation.from_euler("x", angles_deg, degrees=True).as_matrix()
    truth = np.stack([camera(), camera(centre=(1, 0, 0))])
    return score_pairs(np.stack([camera(), camera(turn, centre=(1, 0, 0))]), truth)


def test_the_area_under_the_curve_is_a_histogram_and_its_exact_twin_is_not():
    # 2.5 degrees: below k for k = 3, 4, 5
    errors = rotated_by(2.5)
    assert errors.auc(5) == 3 / 5
    assert errors.auc_exact(5) == pytest.approx(0.5)
    assert errors.rra(5) == 1
    assert rotated_by(7).auc(5) == 0


def test_the_last_bin_is_closed():
    errors = score_pairs(*[np.stack([camera(), camera(centre=(1, 0, 0))])] * 2)
    object.__setattr__(errors, "rotation_deg", np.array([5.0]))
    assert errors.auc(5) == 1 / 5
    assert errors.rra(5) == 0


def test_two_views_have_pairs_but_no_trajectory():
    scores = score_poses(walk(2), walk(2))
    assert (scores.auc30, scores.pairs) == (1, 1)
    assert np.isnan(scores.ate)
    assert "three points" in scores.note


def test_a_three_by_four_list_is_the_same_list():
    assert score_poses(walk()[:, :3], walk()).ate == score_poses(walk(), walk()).ate


def test_lists_that_do_not_fit_are_refused():
    with pytest.raises(ShapeError, match="12 and 11"):
        score_poses(walk(12), walk(11))
    with pytest.raises(ShapeError, match=r"\(N, 4, 4\)"):
        score_poses(np.zeros((4, 4)), walk())
    with pytest.raises(EvaluationError, match="in pairs"):
        score_poses(walk(1), walk(1))
    broken = walk()
    broken[3, 0, 0] = np.nan
    with pytest.raises(EvaluationError, match="not finite"):
        score_poses(broken, walk())
    with pytest.raises(EvaluationError, match="pose 0 of the prediction is not rigid"):
        score_poses(walk() * 2, walk())
