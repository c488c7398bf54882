"""Cameras searched for by whole photos: the sample room from cameras that are far off."""

import numpy as np
import pytest

from moe3d.errors import JobCancelledError
from moe3d.multiview.camera_state import CameraState
from moe3d.multiview.cameras import photo_intrinsics
from moe3d.multiview.matches.dense_agreement import DenseAgreement
from moe3d.multiview.matches.depth_matches import keypoint_depths
from moe3d.multiview.matches.features import Features, FeatureSettings
from moe3d.multiview.matches.matching import MatchedPhotos, MatchingSettings, match_photos
from moe3d.multiview.solving.pose_search import PoseSearch, SearchSettings
from moe3d.progress import Progress, ProgressReport
from tests.multiview_scenes import (
    Room,
    camera,
    prediction_of,
    room_views,
    rotation_errors_deg,
)


@pytest.fixture(scope="module")
def room() -> Room:
    return room_views((1, 3, 5, 7))


@pytest.fixture(scope="module")
def search(room: Room) -> PoseSearch:
    given = prediction_of(room)
    intrinsics = photo_intrinsics(given)
    settings = MatchingSettings(FeatureSettings(max_features=500))
    matched = match_photos(room.views, intrinsics, settings, Progress())
    # What was verified is not looked at: the search takes keypoints alone.
    matched = MatchedPhotos(matched.features, ())
    depths = keypoint_depths(matched, given.depth, given.pixel_transforms)
    photos = DenseAgreement(given.images, given.depth, given.intrinsics)
    return PoseSearch(matched, depths, photos, np.full((4, 4), 100), SearchSettings())


def state_of(room: Room, cameras: np.ndarray) -> CameraState:
    return CameraState(np.array(cameras), np.ones(len(cameras)), room.intrinsics)


def test_a_camera_far_off_is_found(room: Room, search: PoseSearch):
    cameras = room.cameras.copy()
    cameras[2] = camera((40, -30, 80), (1, 2, -1)) @ cameras[2]
    found = search.improve(state_of(room, cameras), Progress())
    assert rotation_errors_deg(found.camera_from_world, room.cameras).max() < 3
    np.testing.assert_array_equal(found.camera_from_world[0], cameras[0])


def test_groups_that_are_right_in_themselves_are_joined_as_wholes(room: Room, search: PoseSearch):
    cameras = room.cameras.copy()
    # The world of the last two photos is turned and twice as large: no single camera's move helps
    # without leaving its partner.
    move = camera((0, 70, 10), (2, -1, 3))
    cameras[2:] = cameras[2:] @ move
    given = state_of(room, cameras)
    found = search.improve(given, Progress())
    assert rotation_errors_deg(found.camera_from_world, room.cameras).max() < 3
    np.testing.assert_array_equal(found.camera_from_world[0], cameras[0])
    np.testing.assert_allclose(found.depth_scales, 1, atol=0.15)


def test_cameras_that_agree_are_left_alone(room: Room, search: PoseSearch):
    given = state_of(room, room.cameras)
    assert search.improve(given, Progress()) is given


def test_the_result_repeats(room: Room, search: PoseSearch):
    cameras = room.cameras.copy()
    cameras[3] = camera((0, 60, 0), (1, 0, 0)) @ cameras[3]
    first, second = (search.improve(state_of(room, cameras), Progress()) for _ in range(2))
    np.testing.assert_array_equal(first.camera_from_world, second.camera_from_world)


def test_it_can_be_cancelled(room: Room, search: PoseSearch):
    def stop(report: ProgressReport) -> None:
        del report
        progress.cancel()

    progress = Progress(stop)
    cameras = room.cameras.copy()
    cameras[1:] = camera((0, 60, 0), (1, 0, 0)) @ cameras[1:]
    with pytest.raises(JobCancelledError):
        search.improve(state_of(room, cameras), progress)


def test_photos_without_keypoints_keep_their_cameras(room: Room):
    given = prediction_of(room)
    none = Features(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32), 0.4)
    matched = MatchedPhotos((none,) * 4, ())
    depths = [np.zeros(0)] * 4
    plain = np.full_like(given.images, 90)
    photos = DenseAgreement(plain, given.depth, given.intrinsics)
    state = state_of(room, room.cameras)
    found = PoseSearch(matched, depths, photos, np.zeros((4, 4), int), SearchSettings())
    found = found.improve(state, Progress())
    assert found is state


def search_of(room: Room, fitting: np.ndarray) -> PoseSearch:
    """A search without keypoints, whose photos rest on so many matches of every two."""
    given = prediction_of(room)
    none = Features(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32), 0.4)
    photos = DenseAgreement(given.images, given.depth, given.intrinsics)
    matched = MatchedPhotos((none,) * 4, ())
    return PoseSearch(matched, [np.zeros(0)] * 4, photos, fitting, SearchSettings())


@pytest.mark.parametrize(("matches", "is_kept"), [(1000, True), (999, False)])
def test_a_photo_that_thousands_of_matches_fit_is_not_searched_for(
    room: Room, matches: int, is_kept: bool
):
    cameras = room.cameras.copy()
    cameras[2] = camera((0, 3, 0)) @ cameras[2]  # near enough for small steps
    given = state_of(room, cameras)
    fitting = matches * (1 - np.eye(4, dtype=int))
    found = search_of(room, fitting).improve(given, Progress())
    assert (found is given) == is_kept
