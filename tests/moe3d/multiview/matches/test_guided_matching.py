"""Keypoints matched where cameras expect them: made points whose partners are known."""

from dataclasses import replace

import numpy as np
import pytest

from moe3d.errors import JobCancelledError
from moe3d.multiview.camera_state import CameraState
from moe3d.multiview.matches.features import match_features
from moe3d.multiview.matches.guided_matching import (
    GuidedSettings,
    drop_unexpected,
    match_by_cameras,
)
from moe3d.multiview.matches.matching import MatchedPhotos, MatchingSettings
from moe3d.progress import Progress
from tests.multiview_scenes import MadeScene, arc_of_cameras, camera, made_scene


@pytest.fixture(scope="module")
def scene() -> MadeScene:
    """Two photos in which every point looks like the one across the scene, but for a little."""
    scene = made_scene(arc_of_cameras(2), num_points=200)
    rng = np.random.default_rng(5)
    looks = rng.normal(size=(100, 128))
    features = []
    for item, index in zip(scene.matched.features, scene.order, strict=True):
        descriptors = looks[index % 100] + 0.05 * rng.normal(size=(len(index), 128))
        descriptors /= np.linalg.norm(descriptors, axis=1, keepdims=True)
        features.append(replace(item, descriptors=descriptors.astype(np.float32)))
    return replace(scene, matched=MatchedPhotos(tuple(features), ()))


def state_of(scene: MadeScene, cameras: np.ndarray | None = None) -> CameraState:
    cameras = scene.cameras if cameras is None else cameras
    return CameraState(cameras, np.ones(len(cameras)), scene.intrinsics)


def match(scene: MadeScene, state: CameraState, reach: float = 0.03, depths=None):
    return match_by_cameras(
        scene.matched, depths or scene.keypoint_depths, state, [(0, 1)], MatchingSettings(),
        GuidedSettings(reach), Progress(),
    ).pairs  # fmt: skip


def share_right(scene: MadeScene, index: np.ndarray) -> float:
    return float(np.mean(scene.order[0][index[:, 0]] == scene.order[1][index[:, 1]]))


def test_what_looks_alike_elsewhere_does_not_compete(scene: MadeScene):
    blind = match_features(*scene.matched.features[:2], MatchingSettings().features)
    (pair,) = match(scene, state_of(scene))
    assert (pair.first, pair.second) == (0, 1)
    assert len(pair) > 3 * len(blind)
    assert share_right(scene, pair.index) > 0.97
    common = np.intersect1d(scene.order[0], scene.order[1])
    assert len(pair) > 0.85 * len(common)
    assert len(np.unique(pair.index[:, 0])) == len(np.unique(pair.index[:, 1])) == len(pair)


def test_cameras_and_depth_may_be_a_little_wrong(scene: MadeScene):
    cameras = scene.cameras.copy()
    cameras[1] = camera((0, 1.5, 0), (0.05, 0, 0)) @ cameras[1]
    bent = [depth * 1.06 for depth in scene.keypoint_depths]
    (pair,) = match(scene, state_of(scene, cameras), 0.08, bent)
    assert share_right(scene, pair.index) > 0.9
    assert len(pair) > 60


def test_one_known_depth_of_the_two_is_enough(scene: MadeScene):
    first, second = scene.keypoint_depths
    (pair,) = match(scene, state_of(scene), depths=[first, np.full_like(second, np.nan)])
    assert share_right(scene, pair.index) > 0.9
    unknown = [np.full_like(first, np.nan), np.full_like(second, np.nan)]
    assert match(scene, state_of(scene), depths=unknown) == ()


def test_under_wrong_cameras_nothing_is_found(scene: MadeScene):
    cameras = scene.cameras.copy()
    cameras[1] = camera((0, 180, 0)) @ cameras[1]  # looks away
    assert match(scene, state_of(scene, cameras)) == ()


def test_it_can_be_cancelled(scene: MadeScene):
    progress = Progress()
    progress.cancel()
    with pytest.raises(JobCancelledError):
        match_by_cameras(
            scene.matched, scene.keypoint_depths, state_of(scene), [(0, 1)], MatchingSettings(),
            GuidedSettings(), progress,
        )  # fmt: skip


def test_matches_that_are_not_expected_are_dropped():
    scene = made_scene(arc_of_cameras(2), num_points=200)
    (pair,) = scene.matched.pairs
    wrong = np.arange(0, len(pair), 4)
    index = pair.index.copy()
    index[wrong, 1] = np.roll(index[wrong, 1], 1)
    matched_to = scene.pixels[1][scene.order[1][index[:, 1]]]
    right = scene.pixels[1][scene.order[0][index[:, 0]]]
    off = np.linalg.norm(matched_to - right, axis=1) / 640
    matched = MatchedPhotos(scene.matched.features, (replace(pair, index=index),))
    bent = [depth * 1.02 for depth in scene.keypoint_depths]
    (kept,) = drop_unexpected(matched, bent, state_of(scene), 15, 0.05).pairs
    is_kept = np.isin(index[:, 0], kept.index[:, 0])
    assert is_kept[off == 0].all()
    assert not is_kept[off > 0.1].any()  # seen from either side, with two per cent of depth between
    # Nothing is known without depth: nothing is dropped.
    unknown = [np.full_like(depth, np.nan) for depth in bent]
    (all_of_them,) = drop_unexpected(matched, unknown, state_of(scene), 15, 0.05).pairs
    np.testing.assert_array_equal(all_of_them.index, index)


def test_pairs_with_few_matches_left_are_left_out():
    scene = made_scene(arc_of_cameras(3), num_points=100)
    cameras = scene.cameras.copy()
    cameras[2] = camera((0, 40, 0)) @ cameras[2]
    kept = drop_unexpected(scene.matched, scene.keypoint_depths, state_of(scene, cameras), 15, 0.05)
    assert [(pair.first, pair.second) for pair in kept.pairs] == [(0, 1)]
