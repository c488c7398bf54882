"""Few photos whose cameras do not agree: found anew, with matches that go with them."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from moe3d.multiview.camera_state import CameraState
from moe3d.multiview.cameras import photo_intrinsics
from moe3d.multiview.matches.features import FeatureSettings
from moe3d.multiview.matches.matching import MatchedPhotos, MatchingSettings, match_photos
from moe3d.multiview.photos import CameraGroups
from moe3d.multiview.solving.camera_settings import CameraSettings
from moe3d.multiview.solving.camera_solution import Solution, gather_evidence
from moe3d.multiview.solving.judged_cameras import WholePhotos
from moe3d.multiview.solving.placement import Evidence, PlacedCameras
from moe3d.progress import Progress
from tests.multiview_scenes import (
    Room,
    camera,
    centre_errors,
    prediction_of,
    room_views,
    rotation_errors_deg,
)

SETTINGS = CameraSettings(MatchingSettings(FeatureSettings(max_features=600)))
ONE_CAMERA = CameraGroups(np.zeros(4, int), np.ones(4, bool))


@dataclass(frozen=True)
class Scene:
    room: Room
    matched: MatchedPhotos
    photos: WholePhotos
    evidence: Evidence


@pytest.fixture(scope="module")
def scene() -> Scene:
    room = room_views((1, 3, 5, 7))
    given = prediction_of(room)
    intrinsics = photo_intrinsics(given)
    matched = match_photos(room.views, intrinsics, SETTINGS.matching, Progress())
    return Scene(
        room,
        matched,
        WholePhotos(matched, given, ONE_CAMERA, intrinsics),
        gather_evidence(matched, given, ONE_CAMERA, intrinsics),
    )


def solution_of(scene: Scene, cameras: np.ndarray) -> Solution:
    """These cameras, as if each rested on a hundred matches."""
    state = CameraState(np.array(cameras), np.ones(4), scene.room.intrinsics)
    inliers = np.array([0, 100, 100, 100])
    return Solution(PlacedCameras(state, inliers, np.arange(4) == 0), np.array([0, 100, 0, 50]))


@pytest.fixture(scope="module")
def wrong(scene: Scene) -> np.ndarray:
    """The last two photos together are elsewhere, as matches of a repeated pattern put them."""
    cameras = scene.room.cameras.copy()
    cameras[2:] = cameras[2:] @ camera((0, 50, 10), (1.5, -1, 2))
    return cameras


def test_cameras_that_matches_alone_hold_in_a_wrong_place_are_found(
    scene: Scene, wrong: np.ndarray
):
    found = solution_of(scene, wrong)
    evidence, better = scene.photos.improve(scene.evidence, found, SETTINGS, Progress())
    cameras, true = better.state.camera_from_world, scene.room.cameras
    assert rotation_errors_deg(cameras, true).max() < 1
    assert centre_errors(cameras, true).max() < 0.05
    np.testing.assert_array_equal(cameras[0], true[0])
    assert better.takes_part.all()
    assert len(evidence.matches) > 200
    # What was given is not changed.
    np.testing.assert_array_equal(found.state.camera_from_world, wrong)


def test_without_the_search_they_stay_there(scene: Scene, wrong: np.ndarray):
    settings = replace(SETTINGS, search=None)
    _, kept = scene.photos.improve(scene.evidence, solution_of(scene, wrong), settings, Progress())
    assert rotation_errors_deg(kept.state.camera_from_world, scene.room.cameras).max() > 20


def test_right_cameras_only_lose_matches_that_are_not_expected(scene: Scene):
    found = solution_of(scene, scene.room.cameras)
    evidence, kept = scene.photos.improve(scene.evidence, found, SETTINGS, Progress())
    assert rotation_errors_deg(kept.state.camera_from_world, scene.room.cameras).max() < 0.5
    assert 0.7 * len(scene.evidence.matches) < len(evidence.matches) < len(scene.evidence.matches)
    np.testing.assert_array_equal(kept.known, found.known)


def test_a_photo_that_shows_something_else_goes_back_to_the_camera_that_it_had(scene: Scene):
    room = scene.room
    given = prediction_of(room)
    images = given.images.copy()
    images[3] = np.random.default_rng(0).integers(0, 255, images[3].shape, np.uint8)
    other = replace(given, images=images)
    nothing = replace(scene.matched.features[3], descriptors=np.roll(
        scene.matched.features[0].descriptors[: len(scene.matched.features[3].pixels)], 64, axis=1),
        pixels=scene.matched.features[3].pixels[: len(scene.matched.features[0].pixels)],
    )  # fmt: skip
    features = (*scene.matched.features[:3], nothing)
    pairs = tuple(pair for pair in scene.matched.pairs if 3 not in (pair.first, pair.second))
    matched = MatchedPhotos(features, pairs)
    intrinsics = photo_intrinsics(given)
    photos = WholePhotos(matched, other, ONE_CAMERA, intrinsics)
    evidence = gather_evidence(matched, other, ONE_CAMERA, intrinsics)
    cameras = room.cameras.copy()
    cameras[2] = camera((0, 50, 10), (1.5, -1, 2)) @ cameras[2]
    found = solution_of(scene, cameras)
    found = replace(found, placed=replace(found.placed, inliers=np.array([0, 100, 100, 0])),
                    known=np.array([0, 100, 0, 0]))  # fmt: skip
    _, better = photos.improve(evidence, found, SETTINGS, Progress())
    assert rotation_errors_deg(better.state.camera_from_world[:3], room.cameras[:3]).max() < 2
    np.testing.assert_array_equal(better.state.camera_from_world[3], cameras[3])
    assert better.takes_part.tolist() == [True, True, True, False]


def test_an_adjustment_after_which_photos_still_agree_is_taken(scene: Scene):
    cameras = scene.room.cameras.copy()
    cameras[1] = camera((0, 0.4, 0.2)) @ cameras[1]
    evidence, better = scene.photos.adjust_by_expected(
        scene.evidence, solution_of(scene, cameras), SETTINGS, Progress()
    )
    true = scene.room.cameras
    assert rotation_errors_deg(better.state.camera_from_world, true).max() < 0.3
    assert len(evidence.matches) < len(scene.evidence.matches)


def test_one_after_which_they_agree_less_is_dropped(scene: Scene):
    """The bound is set so high that no adjustment can reach it."""
    found = solution_of(scene, scene.room.cameras)
    strict = replace(SETTINGS, still_agreeing=10.0)
    _, kept = scene.photos.adjust_by_expected(scene.evidence, found, strict, Progress())
    assert kept is found
