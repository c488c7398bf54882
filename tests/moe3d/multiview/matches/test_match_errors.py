"""Distances of matches from what cameras say, by hand and on exact matches."""

import warnings
from dataclasses import replace

import numpy as np
import pytest

from moe3d.multiview.camera_state import CameraState
from moe3d.multiview.matches.match_errors import MatchErrors
from tests.multiview_scenes import (
    MadeScene,
    arc_of_cameras,
    camera,
    evidence_of,
    lost_cameras,
    made_scene,
)


@pytest.fixture(scope="module")
def scene() -> MadeScene:
    return made_scene(arc_of_cameras(5), num_points=150)


def truth(scene: MadeScene) -> CameraState:
    return CameraState(scene.cameras, np.ones(len(scene.cameras)), scene.intrinsics)


def start_of(scene: MadeScene) -> CameraState:
    return replace(truth(scene), camera_from_world=lost_cameras(scene.cameras))


def test_exact_matches_fit_the_true_cameras_only(scene: MadeScene):
    errors = MatchErrors(evidence_of(scene).matches, 0.1)
    across, along = errors.measure(truth(scene))
    assert np.abs(across).max() < 1e-3
    assert np.abs(along).max() < 1e-3
    assert errors.fits(truth(scene)).all()
    assert errors.cost(truth(scene)) < 1e-4  # keypoints are kept as float32
    assert errors.depth_spread(truth(scene)) < 1e-6
    assert errors.fits(start_of(scene)).mean() < 0.3
    assert errors.cost(start_of(scene)) > 9 * len(errors.matches) / 3


def test_an_error_across_the_epipolar_line_is_told_in_pixels():
    # Two cameras side by side: epipolar lines are rows. The second photo sees all 2 px lower.
    pair = made_scene(np.array([camera(), camera((0, 0, 0), (0.5, 0, 0))]), num_points=60)
    matches = evidence_of(pair).matches
    matches = matches.select(matches.source == 0)
    lower = replace(matches, target_pixels=matches.target_pixels + np.array([3.0, 2.0]))
    across, along = MatchErrors(lower, 0.1).measure(truth(pair))
    np.testing.assert_allclose(np.abs(across), 2 / 0.4, rtol=1e-3)
    # A change of log depth by one moves the spot along the row by f b / z = 50 px at 5 units.
    z = matches.source_depth
    # The slope is a difference over a step of 0.02, so 2 % short.
    np.testing.assert_allclose(np.abs(along), 3 / np.hypot(0.4, 0.1 * 250 / z), rtol=0.03)


def test_no_matches_cost_nothing_and_say_nothing(scene: MadeScene):
    nothing = evidence_of(scene).matches.select(np.zeros(0, int))
    errors = MatchErrors(nothing, 0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # numpy's "mean of empty slice"
        assert errors.cost(truth(scene)) == 0
        assert errors.fits(truth(scene)).shape == (0,)
        assert errors.depth_spread(truth(scene)) == 0.1
