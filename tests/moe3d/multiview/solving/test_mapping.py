"""Structure from motion on exact matches, and models brought into the network's world."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from moe3d.errors import JobCancelledError
from moe3d.multiview.camera_state import CameraState
from moe3d.multiview.matches.matching import MatchedPhotos
from moe3d.multiview.solving.mapping import MappedCameras, MappingSettings, align_model, map_cameras
from moe3d.progress import Progress
from tests.multiview_scenes import (
    MadeScene,
    arc_of_cameras,
    camera,
    centres,
    made_scene,
    rotation_errors_deg,
)

ONE_GROUP = np.zeros(5, int)


@pytest.fixture(scope="module")
def scene() -> MadeScene:
    return made_scene(arc_of_cameras(5), num_points=150)


def mapped(scene: MadeScene, groups: np.ndarray = ONE_GROUP) -> MappedCameras:
    found = map_cameras(scene.matched, scene.intrinsics, groups, MappingSettings(), Progress())
    assert found is not None
    return found


def similarity_errors(found: np.ndarray, true: np.ndarray) -> tuple[float, float]:
    """Largest turn in degrees and largest shift, once the first camera and the distance of the
    last one to it are made equal."""
    found, true = (cameras @ np.linalg.inv(cameras[0]) for cameras in (found, true))
    for cameras in (found, true):
        cameras[:, :3, 3] /= np.linalg.norm(cameras[-1, :3, 3])
    shift = np.abs(found[:, :3, 3] - true[:, :3, 3]).max()
    return rotation_errors_deg(found, true).max(), float(shift)


@pytest.mark.parametrize("groups", [ONE_GROUP, np.arange(5)], ids=["one camera", "five cameras"])
def test_exact_matches_give_the_cameras_up_to_a_similarity(scene: MadeScene, groups: np.ndarray):
    found = mapped(scene, groups)
    assert found.views.tolist() == [0, 1, 2, 3, 4]
    turn_deg, shift = similarity_errors(found.camera_from_model, scene.cameras)
    assert turn_deg < 0.005
    assert shift < 2e-4
    np.testing.assert_array_equal(found.focal_px, 500)


def test_points_of_the_model_are_the_points(scene: MadeScene):
    found = mapped(scene)
    true = np.array(
        [
            scene.points[scene.order[view][keypoint]]
            for view, keypoint in zip(found.point_view, found.point_keypoint, strict=True)
        ]
    )
    # Under each model camera a point falls where its keypoint is.
    row = np.searchsorted(found.views, found.point_view)
    cameras = found.camera_from_model[row]
    seen = np.einsum("mij,mj->mi", cameras[:, :3, :3], found.point) + cameras[:, :3, 3]
    pixels = np.array(
        [
            scene.matched.features[view].pixels[keypoint]
            for view, keypoint in zip(found.point_view, found.point_keypoint, strict=True)
        ]
    )
    np.testing.assert_allclose(seen[:, :2] / seen[:, 2:] * 500 + [319.5, 239.5], pixels, atol=0.01)
    # And distances between points are the true ones times one scale.
    gap, true_gap = (np.linalg.norm(p[1:] - p[:-1], axis=1) for p in (found.point, true))
    usable = true_gap > 0.5
    ratio = gap[usable] / true_gap[usable]
    assert ratio.std() < 2e-3 * ratio.mean()
    assert len(found.point) > 0.95 * len(scene.tracks.track)


def test_the_model_repeats(scene: MadeScene):
    first, second = mapped(scene), mapped(scene)
    np.testing.assert_array_equal(first.camera_from_model, second.camera_from_model)


def test_a_photo_without_matches_is_left_out(scene: MadeScene):
    pairs = tuple(pair for pair in scene.matched.pairs if 2 not in (pair.first, pair.second))
    found = mapped(replace(scene, matched=MatchedPhotos(scene.matched.features, pairs)))
    assert found.views.tolist() == [0, 1, 3, 4]
    assert set(found.point_view.tolist()) == {0, 1, 3, 4}
    others = scene.cameras[[0, 1, 3, 4]]
    assert similarity_errors(found.camera_from_model, others)[0] < 0.005


def test_without_matches_or_parallax_there_is_no_model(scene: MadeScene):
    nothing = MatchedPhotos(scene.matched.features, ())
    args = (scene.intrinsics, ONE_GROUP, MappingSettings(), Progress())
    assert map_cameras(nothing, *args) is None
    turned = made_scene(np.array([camera((0, 3.0 * i, 0)) for i in range(5)]))
    assert map_cameras(turned.matched, *args) is None


@pytest.mark.parametrize("is_other_thread", [False, True])
def test_a_cancel_ends_mapping(scene: MadeScene, is_other_thread: bool):
    def cancel(_) -> None:
        if is_other_thread:
            threading.Thread(target=progress.cancel).start()
        else:
            progress.cancel()

    progress = Progress(cancel)
    args = (scene.matched, scene.intrinsics, ONE_GROUP, MappingSettings(), progress)
    with pytest.raises(JobCancelledError):
        map_cameras(*args)
    assert len(mapped(scene).views) == 5  # and the next one works


def model_of(scene: MadeScene, views: list[int], scale: float) -> MappedCameras:
    """What a perfect mapper would say: the truth in a frame of its own."""
    model_from_world = camera((20, -30, 40), (1, 2, 3))
    cameras = scene.cameras[views] @ np.linalg.inv(model_from_world)
    cameras[:, :3, 3] *= scale
    points = (scene.points @ model_from_world[:3, :3].T + model_from_world[:3, 3]) * scale
    seen = [(points[p], v, k) for v in views for k, p in enumerate(scene.order[v])]
    point, view, keypoint = (np.array(column) for column in zip(*seen, strict=True))
    return MappedCameras(
        np.array(views), cameras, np.full((len(views), 2), 500.0), point, view, keypoint
    )


def start_of(scene: MadeScene) -> CameraState:
    """The network's cameras: right for photos 0 and 1, lost for the others."""
    cameras = scene.cameras.copy()
    cameras[2:] = camera((50, 0, 0), (9, 9, 9))
    return CameraState(cameras, np.ones(5), scene.intrinsics)


@pytest.mark.parametrize("scale", [0.01, 1.0, 37.0])
def test_a_model_gets_the_scale_of_the_depth_and_the_place_of_its_first_photo(
    scene: MadeScene, scale: float
):
    model, start = model_of(scene, [1, 2, 4], scale), start_of(scene)
    depths = scene.keypoint_depths
    state = align_model(model, depths, start)
    assert state is not None
    np.testing.assert_allclose(state.camera_from_world[[1, 2, 4]], scene.cameras[[1, 2, 4]],
                               atol=1e-9)  # fmt: skip
    np.testing.assert_array_equal(state.camera_from_world[[0, 3]], start.camera_from_world[[0, 3]])
    np.testing.assert_allclose(state.depth_scales, 1, atol=1e-9)
    np.testing.assert_array_equal(start.camera_from_world, start_of(scene).camera_from_world)


def test_each_photo_gets_the_scale_of_its_own_depth(scene: MadeScene):
    depths = [depth.copy() for depth in scene.keypoint_depths]
    depths[2] *= 0.8
    depths[4][::3] = np.nan
    state = align_model(model_of(scene, [0, 1, 2, 3, 4], 2.0), depths, start_of(scene))
    assert state is not None
    np.testing.assert_allclose(state.depth_scales, [1, 1, 1.25, 1, 1], atol=1e-6)
    np.testing.assert_allclose(centres(state.camera_from_world), centres(scene.cameras), atol=1e-6)


def test_wrong_depths_do_not_move_the_scale(scene: MadeScene):
    depths = [depth.copy() for depth in scene.keypoint_depths]
    for depth in depths:
        depth[::4] *= 5  # the median of exact and wrong ones is exact
    state = align_model(model_of(scene, [0, 1, 2], 0.3), depths, start_of(scene))
    assert state is not None
    np.testing.assert_allclose(state.camera_from_world[:3], scene.cameras[:3], atol=1e-6)


def test_without_depth_a_model_has_no_scale(scene: MadeScene):
    unknown = [np.full_like(depth, np.nan) for depth in scene.keypoint_depths]
    assert align_model(model_of(scene, [0, 1], 1.0), unknown, start_of(scene)) is None
