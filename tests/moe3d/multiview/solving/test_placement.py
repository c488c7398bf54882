"""Cameras placed one after the other, on exact matches with known depth."""

from dataclasses import replace

import numpy as np
import pytest

from moe3d.errors import JobCancelledError
from moe3d.multiview.camera_state import CameraState
from moe3d.multiview.solving.placement import PlacementSettings, place_cameras, place_view
from moe3d.progress import Progress
from tests.multiview_scenes import (
    MadeScene,
    arc_of_cameras,
    centre_errors,
    evidence_of,
    lost_cameras,
    made_scene,
    rotation_errors_deg,
)

VIEWS = 5
NONE_KNOWN = np.zeros(VIEWS, int)


@pytest.fixture(scope="module")
def scene() -> MadeScene:
    return made_scene(arc_of_cameras(VIEWS), num_points=150)


def start_of(scene: MadeScene) -> CameraState:
    return CameraState(
        lost_cameras(scene.cameras), np.ones(len(scene.cameras)), scene.intrinsics
    )  # fmt: skip


def place(scene: MadeScene, start: CameraState | None = None, known=NONE_KNOWN, **lacks):
    start = start or start_of(scene)
    return place_cameras(evidence_of(scene, **lacks), start, known, PlacementSettings(), Progress())


def test_all_cameras_are_placed(scene: MadeScene):
    found = place(scene)
    assert rotation_errors_deg(found.state.camera_from_world, scene.cameras).max() < 0.02
    assert centre_errors(found.state.camera_from_world, scene.cameras).max() < 2e-3
    assert found.is_anchor.tolist() == [True, False, False, False, False]
    assert found.inliers[0] == 0
    matches = evidence_of(scene).matches
    arriving = np.bincount(matches.target, minlength=VIEWS)
    assert (found.inliers[1:] > 0).all()
    assert (found.inliers <= arriving).all()


def test_depth_scales_of_the_photos_are_found(scene: MadeScene):
    scales = [1.0, 1.04, 0.95, 1.0, 1.06]
    found = place(scene, depth_scales=scales)
    assert rotation_errors_deg(found.state.camera_from_world, scene.cameras).max() < 0.5
    np.testing.assert_allclose(found.state.depth_scales, scales, rtol=0.04)


def test_a_view_without_matches_keeps_the_networks_camera(scene: MadeScene):
    start = start_of(scene)
    found = place(scene, start, lost=[2])
    np.testing.assert_array_equal(found.state.camera_from_world[2], start.camera_from_world[2])
    assert found.inliers[2] == 0
    others = [0, 1, 3, 4]
    turns = rotation_errors_deg(found.state.camera_from_world[others], scene.cameras[others])
    assert turns.max() < 0.05


def test_the_reference_without_matches_leaves_an_anchor_to_the_others(scene: MadeScene):
    start = start_of(scene)
    found = place(scene, start, lost=[0])
    assert found.is_anchor.sum() == 2
    assert found.is_anchor[0]
    anchor = int(np.flatnonzero(found.is_anchor)[1])
    cameras = found.state.camera_from_world
    np.testing.assert_array_equal(cameras[anchor], start.camera_from_world[anchor])
    group = [1, 2, 3, 4]
    from_anchor = cameras[group] @ np.linalg.inv(cameras[anchor])
    wanted = scene.cameras[group] @ np.linalg.inv(scene.cameras[anchor])
    assert rotation_errors_deg(from_anchor, wanted).max() < 0.05
    np.testing.assert_allclose(from_anchor[:, :3, 3], wanted[:, :3, 3], atol=0.01)


def test_each_group_of_photos_has_an_anchor_of_its_own(scene: MadeScene):
    apart = [(a, b) for a in (0, 1, 2) for b in (3, 4)]
    start = start_of(scene)
    found = place(scene, start, apart=apart)
    assert found.is_anchor[[0, 3, 4]].tolist() in ([True, True, False], [True, False, True])
    cameras = found.state.camera_from_world
    for group in ([0, 1, 2], [3, 4]):
        relative = cameras[group[1:]] @ np.linalg.inv(cameras[group[0]])
        wanted = scene.cameras[group[1:]] @ np.linalg.inv(scene.cameras[group[0]])
        assert rotation_errors_deg(relative, wanted).max() < 0.05


def test_known_cameras_stay_and_support_the_others(scene: MadeScene):
    start = start_of(scene)
    cameras = start.camera_from_world.copy()
    cameras[[1, 3]] = scene.cameras[[1, 3]]
    start = CameraState(cameras, start.depth_scales, start.intrinsics)
    known = np.array([0, 200, 0, 200, 0])
    found = place(scene, start, known)
    assert found.is_anchor.tolist() == [False] * VIEWS
    for view in (1, 3):
        np.testing.assert_array_equal(found.state.camera_from_world[view], scene.cameras[view])
        assert found.inliers[view] == 200
    assert rotation_errors_deg(found.state.camera_from_world, scene.cameras).max() < 0.05
    assert found.inliers[0] > 0


def test_a_view_with_too_few_matches_is_not_touched(scene: MadeScene):
    evidence, start = evidence_of(scene), start_of(scene)
    nobody = np.zeros(VIEWS, bool)
    state, fitting = place_view(evidence, 2, nobody, start, PlacementSettings())
    assert state is start
    assert fitting == 0


def test_matches_that_fit_no_camera_place_nobody(scene: MadeScene):
    evidence, start = evidence_of(scene), start_of(scene)
    order = np.random.default_rng(0).permutation(len(evidence.matches))
    mixed = replace(evidence.matches, target_pixels=evidence.matches.target_pixels[order])
    found = place_cameras(
        replace(evidence, matches=mixed), start, NONE_KNOWN, PlacementSettings(), Progress()
    )
    np.testing.assert_array_equal(found.inliers, 0)
    np.testing.assert_array_equal(found.state.camera_from_world, start.camera_from_world)


def test_a_cancel_ends_placement(scene: MadeScene):
    progress = Progress(lambda _: progress.cancel())
    with pytest.raises(JobCancelledError):
        place_cameras(
            evidence_of(scene), start_of(scene), NONE_KNOWN, PlacementSettings(), progress
        )
