"""Cameras of the sample room and of made points, found again from a wrong start."""

from dataclasses import replace
from itertools import groupby

import numpy as np
import pytest

from moe3d.errors import JobCancelledError
from moe3d.multiview.camera_state import CameraState
from moe3d.multiview.cameras import (
    CameraSettings,
    SceneCameras,
    find_cameras,
    photo_intrinsics,
    share_focal,
    solve_cameras,
)
from moe3d.multiview.matches.features import FeatureSettings
from moe3d.multiview.matches.matching import MatchedPhotos, MatchingSettings
from moe3d.multiview.solving.mapping import MappingSettings, map_cameras
from moe3d.progress import Progress, ProgressReport
from moe3d.scene.pixel_transform import PixelTransform
from moe3d.scene.records import ScenePrediction
from tests.multiview_scenes import (
    Room,
    arc_of_cameras,
    centre_errors,
    evidence_of,
    lost_cameras,
    made_scene,
    photos_of,
    prediction_of,
    room_views,
    rotation_errors_deg,
    with_bent_depth,
    with_wrong_cameras,
)

QUICK = CameraSettings(
    MatchingSettings(FeatureSettings(max_features=800)), mapping=None, rounds=1
)  # fmt: skip


@pytest.fixture(scope="module")
def room() -> Room:
    return room_views((1, 3, 5))


@pytest.fixture(scope="module")
def wrong(room: Room) -> ScenePrediction:
    """Exact depth at half the size of the photos, lost cameras."""
    return with_wrong_cameras(prediction_of(room))


@pytest.fixture(scope="module")
def found(room: Room, wrong: ScenePrediction) -> SceneCameras:
    cameras = find_cameras(room.views, wrong)
    assert cameras is not None
    return cameras


def at_half_size(prediction: ScenePrediction) -> ScenePrediction:
    """The same for photos that are as small as the prediction."""
    height, width = prediction.depth.shape[1:]
    same = PixelTransform(width, height, width, height, 1.0, 1.0)
    return replace(prediction, pixel_transforms=(same,) * prediction.num_views)


def test_with_exact_depth_wrong_cameras_come_back(room: Room, found: SceneCameras):
    cameras = found.state.camera_from_world
    assert rotation_errors_deg(cameras, room.cameras).max() < 0.5
    # The cameras are 0.9 apart. Things in the room repeat: of 1372 tracks 149 are wrong, and of the
    # 16 that were taken out of torn ones 5. Without these 16, errors are 0.009 and 0.0096 of the
    # focal length instead of 0.015 and 0.011.
    assert centre_errors(cameras, room.cameras).max() < 0.02
    np.testing.assert_array_equal(cameras[0], room.cameras[0])
    np.testing.assert_allclose(found.state.depth_scales, 1, atol=0.02)
    np.testing.assert_allclose(found.state.intrinsics, room.intrinsics, rtol=0.015)
    assert found.sources[0] == "reference"
    assert "camera head" not in found.sources
    assert found.is_placed.all()


def test_its_tracks_are_reprojected_where_they_were_measured(found: SceneCameras):
    tracks, state = found.tracks, found.state
    camera = state.camera_from_world[tracks.view]
    seen = np.einsum("mij,mj->mi", camera[:, :3, :3], found.points[tracks.track])
    seen += camera[:, :3, 3]
    pixels = np.einsum("mij,mj->mi", state.intrinsics[tracks.view], seen / seen[:, 2:])[:, :2]
    error = np.linalg.norm(pixels - tracks.pixels, axis=1)
    np.testing.assert_allclose(error, found.residual_px, atol=1e-6)
    assert np.median(error) < 0.5
    assert error.max() < 4 * 0.4 + 0.4  # what does not fit is in no track
    assert np.bincount(tracks.track).min() >= 2
    assert len(found.points) > 500


def test_its_points_lie_on_the_walls(room: Room, found: SceneCameras):
    tracks = found.tracks
    camera = room.cameras[tracks.view]
    z = np.einsum("mj,mj->m", camera[:, 2, :3], found.points[tracks.track]) + camera[:, 2, 3]
    column, row = np.rint(tracks.pixels).astype(int).T
    error = np.abs(np.log(z / room.depth[tracks.view, row, column]))
    assert np.median(error) < 0.02
    # Expected errors are of the size of the true ones.
    assert 0.3 < np.median(found.depth_sigma) / np.median(error) < 3


def test_the_prediction_is_not_changed_and_the_result_repeats(room: Room):
    given = with_wrong_cameras(prediction_of(room))
    kept = {name: np.copy(value) for name, value in vars(given).items()
            if isinstance(value, np.ndarray)}  # fmt: skip
    first, second = (find_cameras(room.views, given, QUICK) for _ in range(2))
    for name, value in kept.items():
        np.testing.assert_array_equal(getattr(given, name), value)
    assert first is not None
    assert second is not None
    for one, other in ((first.state, second.state), (first, second)):
        for name, value in vars(one).items():
            if isinstance(value, np.ndarray):
                np.testing.assert_array_equal(value, getattr(other, name))
    # Matching and the depth alone, without structure from motion, do nearly as well.
    assert set(first.sources[1:]) == {"matching + PnP"}
    assert rotation_errors_deg(first.state.camera_from_world, room.cameras).max() < 1


def test_with_bent_depth_cameras_are_good_to_a_few_degrees(room: Room, wrong: ScenePrediction):
    cameras = find_cameras(room.views, with_bent_depth(wrong, 0.1))
    assert cameras is not None
    assert rotation_errors_deg(cameras.state.camera_from_world, room.cameras).max() < 3
    assert centre_errors(cameras.state.camera_from_world, room.cameras).max() < 0.15


def test_a_view_without_matches_keeps_its_camera(room: Room, wrong: ScenePrediction):
    images = room.images.copy()
    images[1] = 90
    cameras = find_cameras(photos_of(images), wrong, QUICK)
    assert cameras is not None
    assert cameras.sources == ("reference", "camera head", "matching + PnP")
    np.testing.assert_array_equal(cameras.state.camera_from_world[1], wrong.camera_from_world[1])
    assert cameras.is_placed.tolist() == [True, False, True]


def test_textureless_photos_have_no_cameras(room: Room, wrong: ScenePrediction):
    assert find_cameras(photos_of(np.full_like(room.images, 127)), wrong) is None


WITH_MAPPING = replace(QUICK, mapping=MappingSettings())


@pytest.mark.parametrize(
    ("settings", "stages"),
    [
        (QUICK, ["find keypoints", "match photos", "adjust cameras"]),
        (WITH_MAPPING, ["find keypoints", "match photos", "place cameras", "adjust cameras"]),
    ],
)
def test_each_stage_is_reported_once_and_only_grows(
    room: Room, wrong: ScenePrediction, settings: CameraSettings, stages: list[str]
):
    reports: list[ProgressReport] = []
    progress = Progress(reports.append)
    find_cameras(photos_of(room.images[:, ::2, ::2]), at_half_size(wrong), settings, progress)
    # One run of reports a stage: however many ways are tried, none of them begins anew.
    assert [stage for stage, _ in groupby(report.stage for report in reports)] == stages
    for stage in stages:
        mine = [report for report in reports if report.stage == stage]
        done = [report.done for report in mine]
        assert done == sorted(done)
        assert done[-1] > done[0]
        assert len({report.total for report in mine}) == 1
        assert done[-1] <= mine[0].total


@pytest.mark.parametrize(
    "stage", ["find keypoints", "match photos", "place cameras", "adjust cameras"]
)
def test_it_stops_in_every_stage(room: Room, wrong: ScenePrediction, stage: str):
    progress = Progress(lambda report: progress.cancel() if report.stage == stage else None)
    with pytest.raises(JobCancelledError):
        find_cameras(
            photos_of(room.images[:, ::2, ::2]), at_half_size(wrong), WITH_MAPPING, progress
        )


def solve_made(focal_px: list[float], told_px: list[float], *, is_named: bool = False):
    """Cameras of made points whose photos have these focal lengths and are told others."""
    scene = made_scene(arc_of_cameras(4), num_points=200, focal_px=focal_px)
    evidence = evidence_of(scene)
    evidence = replace(evidence, is_named=np.full(4, is_named))
    intrinsics = scene.intrinsics.copy()
    intrinsics[:, [0, 1], [0, 1]] = np.array(told_px)[:, None]
    start = CameraState(lost_cameras(scene.cameras), np.ones(4), intrinsics)
    return scene, solve_cameras(evidence, start, None, CameraSettings(), Progress())


def test_cameras_of_made_points_come_back():
    scene, found = solve_made([500.0] * 4, [500.0] * 4)
    assert rotation_errors_deg(found.state.camera_from_world, scene.cameras).max() < 0.01
    assert centre_errors(found.state.camera_from_world, scene.cameras).max() < 1e-3
    np.testing.assert_allclose(np.sort(found.points, axis=0), np.sort(scene.track_points, axis=0),
                               atol=2e-3)  # fmt: skip


@pytest.mark.parametrize("zoom", [0.85, 1.2])
def test_the_other_zoom_of_one_unnamed_photo_is_found(zoom: float):
    focal_px = [500.0, 500.0 * zoom, 500.0, 500.0]
    scene, found = solve_made(focal_px, [500.0] * 4)
    np.testing.assert_allclose(found.state.intrinsics[:, 0, 0], focal_px, rtol=0.02)
    assert rotation_errors_deg(found.state.camera_from_world, scene.cameras).max() < 0.3


def test_photos_that_name_one_camera_keep_one_focal_length():
    _, found = solve_made([500.0, 550.0, 500.0, 500.0], [510.0] * 4, is_named=True)
    focal = found.state.intrinsics[:, [0, 1], [0, 1]]
    assert np.ptp(focal) == 0


def test_a_shared_wrong_focal_length_is_mended():
    scene, found = solve_made([500.0] * 4, [520.0] * 4)
    focal = found.state.intrinsics[:, 0, 0]
    # It is free by 0.6 % only; matches and exact depth pull more strongly than that.
    assert np.abs(focal / 500 - 1).max() < 0.02
    assert rotation_errors_deg(found.state.camera_from_world, scene.cameras).max() < 0.5


def test_photos_of_one_camera_get_the_median_focal_length():
    matrices = np.tile(np.diag([1.0, 1.0, 1.0]), (5, 1, 1))
    matrices[:, 0, 0] = matrices[:, 1, 1] = [100, 130, 90, 110, 400]
    shared = share_focal(matrices, np.array([0, 1, 0, 0, 1]))
    np.testing.assert_array_equal(shared[:, 0, 0], [100, 265, 100, 100, 265])
    np.testing.assert_array_equal(shared[:, 1, 1], shared[:, 0, 0])
    np.testing.assert_array_equal(matrices[:, 0, 0], [100, 130, 90, 110, 400])


@pytest.mark.parametrize("unknown", [np.nan, np.inf, 0.0, -100.0])
def test_an_unknown_focal_length_is_not_in_the_median_and_gets_it(unknown: float):
    matrices = np.tile(np.diag([1.0, 1.0, 1.0]), (5, 1, 1))
    matrices[:, 0, 0] = matrices[:, 1, 1] = [100, 130, unknown, 110, unknown]
    shared = share_focal(matrices, np.array([0, 1, 0, 0, 2]))
    np.testing.assert_array_equal(shared[:4, 0, 0], [105, 130, 105, 105])
    # The only photo of its camera: nothing better is known.
    np.testing.assert_array_equal(shared[4, 0, 0], unknown)
    np.testing.assert_array_equal(shared[:, 1, 1], shared[:, 0, 0])


def test_intrinsics_of_the_photos_are_those_of_the_room(room: Room):
    for step in (1, 2, 3):
        np.testing.assert_allclose(photo_intrinsics(prediction_of(room, step)), room.intrinsics)


def test_of_many_photos_structure_from_motion_places_most_and_matching_the_rest():
    scene = made_scene(arc_of_cameras(14, step_deg=5), num_points=150)
    evidence = evidence_of(scene)
    few = [pair for pair in scene.matched.pairs if 6 not in (pair.first, pair.second)]
    without_one = MatchedPhotos(scene.matched.features, tuple(few))
    mapped = map_cameras(
        without_one, scene.intrinsics, np.zeros(14, int), MappingSettings(), Progress()
    )
    assert mapped is not None
    start = CameraState(lost_cameras(scene.cameras), np.ones(14), scene.intrinsics)
    found = solve_cameras(evidence, start, mapped, CameraSettings(), Progress())
    assert rotation_errors_deg(found.state.camera_from_world, scene.cameras).max() < 0.02
    assert centre_errors(found.state.camera_from_world, scene.cameras).max() < 2e-3
    assert found.sources[0] == "reference"
    assert found.sources[6] == "matching + PnP"
    assert set(found.sources[1:6] + found.sources[7:]) == {"bundle adjustment"}


def test_two_photos_are_enough():
    scene = made_scene(arc_of_cameras(2), num_points=60)
    start = CameraState(lost_cameras(scene.cameras), np.ones(2), scene.intrinsics)
    found = solve_cameras(evidence_of(scene), start, None, CameraSettings(), Progress())
    assert rotation_errors_deg(found.state.camera_from_world, scene.cameras).max() < 0.05
    assert centre_errors(found.state.camera_from_world, scene.cameras).max() < 5e-3


def test_photos_without_a_camera_are_placed_by_their_matches(room: Room):
    """As are those of a chunk that could not be joined to the others."""
    exact = prediction_of(room)
    cameras = exact.camera_from_world.copy()
    cameras[2] = np.nan
    found = find_cameras(room.views, replace(exact, camera_from_world=cameras), QUICK)
    assert found is not None
    assert found.is_placed.all()
    assert rotation_errors_deg(found.state.camera_from_world, room.cameras).max() < 1.0
