"""First guesses for a camera, on exact matches with known depth."""

import numpy as np
import pytest

from moe3d.multiview.camera_state import CameraState
from moe3d.multiview.solving.camera_candidates import (
    camera_from_epipolar_geometry,
    camera_from_points,
    world_points,
)
from tests.multiview_scenes import (
    INTRINSICS,
    MadeScene,
    arc_of_cameras,
    evidence_of,
    made_scene,
    rotation_errors_deg,
)


@pytest.fixture(scope="module")
def scene() -> MadeScene:
    return made_scene(arc_of_cameras(5), num_points=150)


def truth(scene: MadeScene) -> CameraState:
    return CameraState(scene.cameras, np.ones(len(scene.cameras)), scene.intrinsics)


def test_world_points_are_the_points(scene: MadeScene):
    matches = evidence_of(scene, depth_scales=[1, 2, 1, 0.5, 1]).matches
    state = CameraState(scene.cameras, np.array([1, 2, 1, 0.5, 1.0]), scene.intrinsics)
    found = world_points(matches, state)
    nearest = np.linalg.norm(found[:, None] - scene.points[None], axis=-1).min(axis=1)
    assert nearest.max() < 1e-4  # keypoints are kept as float32


@pytest.mark.parametrize("view", [1, 4])
def test_both_first_guesses_are_right_on_exact_matches(scene: MadeScene, view: int):
    matches, state = evidence_of(scene).matches, truth(scene)
    own = matches.select((matches.target == view) & (matches.source == 2))
    by_points = camera_from_points(world_points(own, state), own.target_pixels, INTRINSICS, 5.0)
    by_lines = camera_from_epipolar_geometry(own, state, 1.0)
    for guess in (by_points, by_lines):
        assert guess is not None
        assert rotation_errors_deg(guess[None], scene.cameras[view : view + 1])[0] < 0.05
        np.testing.assert_allclose(guess[:3, 3], scene.cameras[view, :3, 3], atol=0.01)


def test_points_that_allow_no_camera_are_no_error():
    line = np.linspace([0.0, 0, 4], [0, 0, 8], 12)  # one line through the camera
    pixels = np.tile([319.5, 239.5], (12, 1))
    camera_from_points(line, pixels, INTRINSICS, 5.0)  # any answer will do, an error will not
    assert camera_from_points(line[:5], pixels[:5], INTRINSICS, 5.0) is None
