"""Whole predictions refined: a bent network in the sample room, and photos that tell nothing."""

from dataclasses import replace
from itertools import groupby

import cv2
import numpy as np
import pytest
import torch

from moe3d.errors import JobCancelledError
from moe3d.multiview.agreement import NO_DEPTH, NO_MATCHES, ONE_PHOTO
from moe3d.multiview.cameras import CameraSettings
from moe3d.multiview.depths.depth import DepthSettings
from moe3d.multiview.matches.features import FeatureSettings
from moe3d.multiview.matches.matching import MatchingSettings
from moe3d.multiview.refine import RefineSettings, refine_prediction
from moe3d.progress import Progress
from moe3d.scene.pixel_transform import PixelTransform
from moe3d.scene.records import ScenePrediction
from tests.multiview_scenes import (
    Room,
    camera,
    centres,
    photos_of,
    prediction_of,
    room_views,
    rotation_errors_deg,
    with_wrong_cameras,
)

QUICK = RefineSettings(
    CameraSettings(MatchingSettings(FeatureSettings(max_features=600)), mapping=None, rounds=0),
    DepthSettings(long_side=96),
)
WITH_MAPPING = RefineSettings(
    CameraSettings(MatchingSettings(FeatureSettings(max_features=1000))),
    DepthSettings(long_side=96),
)


def bent(prediction: ScenePrediction) -> ScenePrediction:
    """Depth times a smooth factor of up to 15 %, and a scale of its own for each photo."""
    count, height, width = prediction.depth.shape
    u, v = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    factor = np.stack(
        [np.exp(0.15 * np.sin(2.5 * u + i) * np.cos(1.5 * v - i) + 0.05 * i) for i in range(count)]
    ).astype(np.float32)
    assert prediction.baseline is not None
    baseline = replace(prediction.baseline, depth=prediction.baseline.depth * factor[:, ::-1])
    return replace(prediction, depth=prediction.depth * factor, baseline=baseline)


def abs_rel(depth: np.ndarray, truth: np.ndarray) -> float:
    """Mean relative error with one median scale for the scene."""
    scale = np.median(truth / depth)
    return float(np.abs(scale * depth / truth - 1).mean())


@pytest.fixture(scope="module")
def room() -> Room:
    return room_views((1, 3, 5))


@pytest.fixture(scope="module")
def given(room: Room) -> ScenePrediction:
    return with_wrong_cameras(bent(prediction_of(room, with_baseline=True)), 4.0, 0.15)


@pytest.fixture(scope="module")
def refined(room: Room, given: ScenePrediction) -> ScenePrediction:
    return refine_prediction(given, room.views)


def test_what_the_network_said_is_still_there(given: ScenePrediction, refined: ScenePrediction):
    for name in ("images", "depth", "confidence", "valid_mask", "expert_depths", "gate_logits"):
        assert getattr(refined, name) is getattr(given, name)
    assert given.baseline is not None
    assert refined.baseline is not None
    assert refined.baseline.depth is given.baseline.depth
    fresh = with_wrong_cameras(
        bent(prediction_of(room_views((1, 3, 5)), with_baseline=True)), 4.0, 0.15
    )
    np.testing.assert_array_equal(given.depth, fresh.depth)
    np.testing.assert_array_equal(given.camera_from_world, fresh.camera_from_world)
    assert given.refined_depth is None
    assert "bundle adjustment" in refined.metadata.pose_source


def test_cameras_come_back(room: Room, given: ScenePrediction, refined: ScenePrediction):
    assert rotation_errors_deg(given.camera_from_world, room.cameras).max() > 3
    assert rotation_errors_deg(refined.camera_from_world, room.cameras).max() < 1
    np.testing.assert_allclose(refined.camera_from_world[0], room.cameras[0], atol=1e-9)
    true = prediction_of(room).intrinsics
    np.testing.assert_allclose(refined.intrinsics[:, 0, 0], true[:, 0, 0], rtol=0.03)
    assert refined.baseline is not None
    np.testing.assert_array_equal(refined.baseline.camera_from_world, refined.camera_from_world)
    assert refined.agreement is not None
    assert refined.agreement.num_placed == 3


def test_depth_is_more_than_twice_as_good(
    room: Room, given: ScenePrediction, refined: ScenePrediction
):
    truth = prediction_of(room).depth
    assert refined.refined_depth is not None
    raw, better = abs_rel(given.depth, truth), abs_rel(refined.refined_depth, truth)
    assert raw > 0.06
    assert better < 0.5 * raw
    assert given.baseline is not None
    assert refined.baseline is not None
    assert refined.baseline.refined_depth is not None
    raw = abs_rel(given.baseline.depth, truth)
    assert abs_rel(refined.baseline.refined_depth, truth) < 0.5 * raw


def test_most_pixels_are_confirmed_and_the_agreement_says_so(refined: ScenePrediction):
    agreement, support = refined.agreement, refined.support
    assert agreement is not None
    assert support is not None
    confirmed = (support >= 1) & refined.valid_mask
    assert confirmed.mean() > 0.6
    assert support.max() <= 2
    share = confirmed.sum(axis=(1, 2)) / refined.valid_mask.sum(axis=(1, 2))
    np.testing.assert_allclose(agreement.confirmed_share, share)
    assert agreement.scene_confirmed_share == pytest.approx(confirmed.mean(), abs=1e-6)
    assert agreement.depth_refined
    assert agreement.sentence == ""
    assert 0 < agreement.scene_disagreement < 0.02
    assert agreement.disagreement.max() < 0.02
    assert refined.baseline is not None
    assert refined.baseline.support is not None
    assert (refined.baseline.support > 0).mean() > 0.6


def test_tracks_are_reprojected_with_the_error_that_is_told(refined: ScenePrediction):
    tracks, agreement = refined.tracks, refined.agreement
    assert tracks is not None
    assert agreement is not None
    errors = np.full(len(tracks.view_index), np.nan)
    for view, transform in enumerate(refined.pixel_transforms):
        mine = tracks.view_index == view
        matrix = refined.camera_from_world[view]
        seen = tracks.points[tracks.point_index[mine]] @ matrix[:3, :3].T + matrix[:3, 3]
        pixels = seen @ refined.intrinsics[view].T
        pixels = transform.original_from_network(pixels[:, :2] / pixels[:, 2:])
        errors[mine] = np.linalg.norm(pixels - tracks.pixels[mine], axis=1)
        assert agreement.residual_px[view] == pytest.approx(np.median(errors[mine]), abs=2e-3)
        assert agreement.matches[view] == mine.sum() > 100
    assert agreement.scene_residual_px == pytest.approx(np.median(errors), abs=2e-3)
    assert agreement.scene_residual_px < 0.5
    assert np.bincount(tracks.point_index).min() >= 2


def test_points_and_refined_depth_have_the_scale_of_the_networks_depth(
    given: ScenePrediction, refined: ScenePrediction
):
    tracks = refined.tracks
    assert tracks is not None
    assert refined.refined_depth is not None
    for view, transform in enumerate(refined.pixel_transforms):
        mine = tracks.view_index == view
        matrix = refined.camera_from_world[view]
        z = tracks.points[tracks.point_index[mine]] @ matrix[2, :3] + matrix[2, 3]
        pixels = transform.network_from_original(tracks.pixels[mine].astype(float))
        column, row = np.clip(np.rint(pixels), 0, [319, 239]).astype(int).T
        ratio = z / refined.refined_depth[view][row, column]
        assert np.median(np.abs(np.log(ratio))) < 0.02
    assert np.median(refined.refined_depth / given.depth) == pytest.approx(1, abs=0.05)


# What follows is about photos of 320 x 240 pixels, as small as the prediction.


def at_half_size(prediction: ScenePrediction) -> ScenePrediction:
    height, width = prediction.depth.shape[1:]
    same = PixelTransform(width, height, width, height, 1.0, 1.0)
    return replace(prediction, pixel_transforms=(same,) * prediction.num_views)


@pytest.fixture(scope="module")
def small(given: ScenePrediction) -> ScenePrediction:
    return at_half_size(given)


def test_the_cameras_alone_leave_the_depth_alone(room: Room, small: ScenePrediction):
    found = refine_prediction(small, photos_of(small.images), "cameras", QUICK)
    assert rotation_errors_deg(found.camera_from_world, room.cameras).max() < 2
    assert found.refined_depth is None
    assert found.baseline is not None
    assert found.baseline.refined_depth is None
    assert found.depth is small.depth
    assert found.support is not None
    assert found.tracks is not None
    assert found.agreement is not None
    assert not found.agreement.depth_refined
    assert found.agreement.sentence == ""


def test_the_result_repeats_and_each_stage_is_reported(small: ScenePrediction):
    stages: list[str] = []
    progress = Progress(lambda report: stages.append(report.stage))
    first = refine_prediction(small, photos_of(small.images), "full", QUICK, progress)
    second = refine_prediction(
        small, photos_of(small.images), "full", QUICK, device=torch.device("cpu")
    )
    for name in ("camera_from_world", "intrinsics", "support", "refined_depth"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
    # Both layers, MoE3D's and VGGT's, are one stage of refining and one of confirming.
    assert [stage for stage, _ in groupby(stages)] == [
        "find keypoints", "match photos", "adjust cameras",
        "compare photos", "refine depth", "confirm depth",
    ]  # fmt: skip


@pytest.mark.parametrize("stage", ["compare photos", "refine depth", "confirm depth"])
def test_it_stops_in_every_stage(small: ScenePrediction, stage: str):
    progress = Progress(lambda report: progress.cancel() if report.stage == stage else None)
    with pytest.raises(JobCancelledError):
        refine_prediction(small, photos_of(small.images), "full", QUICK, progress)


def assert_untouched(found: ScenePrediction, given: ScenePrediction, sentence: str) -> None:
    for name in ("depth", "camera_from_world", "intrinsics", "baseline", "metadata"):
        assert getattr(found, name) is getattr(given, name)
    assert found.refined_depth is None
    assert found.support is None
    assert found.tracks is None
    assert found.agreement is not None
    assert found.agreement.sentence == sentence
    assert found.agreement.num_placed == 0
    assert not found.agreement.depth_refined
    assert len(found.agreement.camera_sources) == given.num_views
    assert np.isnan(found.agreement.residual_px).all()


def first_views(prediction: ScenePrediction, images: np.ndarray) -> ScenePrediction:
    """The prediction of the first so many photos, with other pictures."""
    n = len(images)
    arrays = ("depth", "confidence", "camera_from_world", "intrinsics", "valid_mask",
              "expert_depths", "gate_logits", "pixel_transforms")  # fmt: skip
    parts = {name: getattr(prediction, name)[:n] for name in arrays}
    names = tuple(f"{index}.png" for index in range(n))
    return replace(prediction, names=names, images=images, baseline=None, **parts)


def test_one_photo_stays_as_it_is(small: ScenePrediction):
    one = first_views(small, small.images[:1])
    assert_untouched(refine_prediction(one, photos_of(one.images)), one, ONE_PHOTO)


def test_unrelated_photos_keep_the_networks_answer(small: ScenePrediction):
    noise = np.random.default_rng(0).integers(0, 255, (2, 60, 80, 3), np.uint8)
    images = np.stack([np.kron(n, np.ones((4, 4, 1), np.uint8)) for n in noise])
    two = first_views(small, images)
    assert_untouched(refine_prediction(two, photos_of(images)), two, NO_MATCHES)


def test_textureless_photos_keep_the_networks_answer(small: ScenePrediction):
    given = replace(small, images=np.full_like(small.images, 127))
    assert_untouched(refine_prediction(given, photos_of(given.images)), given, NO_MATCHES)


def test_a_photo_that_shows_something_else_is_named(room: Room, small: ScenePrediction):
    images = small.images.copy()
    images[1] = np.random.default_rng(0).integers(0, 255, images[1].shape, np.uint8)
    found = refine_prediction(replace(small, images=images), photos_of(images), "full", QUICK)
    assert found.agreement is not None
    assert found.agreement.camera_sources[1] == "camera head"
    assert small.names[1] in found.agreement.sentence
    # Its camera is the network's. The scene was scaled by the others, about the first camera.
    np.testing.assert_allclose(
        found.camera_from_world[1, :3, :3], small.camera_from_world[1, :3, :3], atol=1e-9
    )
    np.testing.assert_allclose(found.camera_from_world[1], small.camera_from_world[1], atol=1e-6)
    if found.refined_depth is not None:
        np.testing.assert_array_equal(found.refined_depth[1], small.depth[1])
    assert found.support is not None
    assert (found.support[1] == 0).all()


def test_photos_from_one_spot_get_their_turn_and_no_wrong_depth(room: Room):
    """By hand: turned pictures and depths of one photo."""
    truth = prediction_of(room)
    intrinsics = truth.intrinsics[0]
    height, width = truth.depth.shape[1:]
    images, depths, cameras = [], [], []
    v, u = np.mgrid[:height, :width].astype(float)
    rays = np.stack([u, v, np.ones_like(u)], axis=-1) @ np.linalg.inv(intrinsics).T
    for turn in ((0, 0, 0), (1, 6, 2), (-2, -7, -3)):
        matrix = camera(turn)
        homography = intrinsics @ matrix[:3, :3] @ np.linalg.inv(intrinsics)
        images.append(cv2.warpPerspective(truth.images[0], homography, (width, height)))
        z = (truth.depth[0] * (rays @ matrix[2, :3])).astype(np.float32)
        depths.append(cv2.warpPerspective(z, homography, (width, height), flags=cv2.INTER_NEAREST))
        cameras.append(matrix)
    depth = np.stack(depths)
    given = at_half_size(replace(
        truth, images=np.stack(images), depth=depth, valid_mask=depth > 0,
        camera_from_world=np.array(cameras), intrinsics=np.tile(intrinsics, (3, 1, 1)),
    ))  # fmt: skip
    wrong = with_wrong_cameras(given, 4.0, 0.1)
    found = refine_prediction(wrong, photos_of(given.images), "full", WITH_MAPPING)
    assert rotation_errors_deg(found.camera_from_world, given.camera_from_world).max() < 0.5
    # The points are 2 to 6 units away.
    assert np.linalg.norm(centres(found.camera_from_world), axis=1).max() < 0.15
    layer = given.depth if found.refined_depth is None else found.refined_depth
    change = np.log(layer[given.valid_mask] / given.depth[given.valid_mask])
    assert np.median(np.abs(change)) < 0.03


def test_a_photo_that_is_given_three_times_is_no_error(small: ScenePrediction):
    images = np.stack([small.images[0]] * 3)
    depth = np.stack([small.depth[0]] * 3)
    given = replace(
        first_views(small, images), depth=depth, valid_mask=depth > 0,
        camera_from_world=np.tile(np.eye(4), (3, 1, 1)),
    )  # fmt: skip
    found = refine_prediction(given, photos_of(images), "full", WITH_MAPPING)
    assert found.agreement is not None
    assert rotation_errors_deg(found.camera_from_world, given.camera_from_world).max() < 0.1
    assert np.linalg.norm(centres(found.camera_from_world), axis=1).max() < 0.05
    # Nothing is told of its depth, and so it is the network's.
    assert found.refined_depth is None
    assert found.agreement.sentence == NO_DEPTH


def test_nothing_is_nan_where_the_depth_is_known(small: ScenePrediction):
    valid = small.valid_mask.copy()
    valid[:, :40] = False
    depth = small.depth.copy()
    depth[:, :40] = np.nan
    depth[2] = np.nan  # a photo of which the network knows nothing
    valid[2] = False
    given = replace(small, depth=depth, valid_mask=valid, baseline=None)
    found = refine_prediction(given, photos_of(small.images), "full", QUICK)
    assert np.isfinite(found.camera_from_world).all()
    if found.refined_depth is not None:
        assert np.isfinite(found.refined_depth[valid]).all()
        assert np.isnan(found.refined_depth[:, :40]).all()
    assert found.support is not None
    assert (found.support[~valid] == 0).all()
