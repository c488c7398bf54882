"""Clouds of two planes with a step: every point and every count is known."""

from dataclasses import replace

import numpy as np
import pytest

from moe3d.errors import UsageError
from moe3d.geometry.box import OrientedBox
from moe3d.geometry.projection import project
from moe3d.scene.cloud import point_cloud
from moe3d.scene.filters import CloudOptions, select_pixels
from moe3d.scene.filters.selection import evenly_spread
from moe3d.scene.multiview import confirmed_share, usual_min_support
from tests.scenes import step_prediction
from tests.supported_scenes import supported_prediction

SCENE = step_prediction()
VIEWS, HEIGHT, WIDTH = SCENE.depth.shape
NUM_PIXELS = VIEWS * HEIGHT * WIDTH


def test_without_filters_every_pixel_is_a_point():
    cloud = point_cloud(SCENE, confidence_percentile=0)
    assert len(cloud) == cloud.num_valid == NUM_PIXELS
    assert dict(cloud.removed_by) == {}
    assert set(np.unique(cloud.points[:, 2])) == {1.0, 2.0}


def test_points_carry_colour_place_and_expert_of_their_pixel():
    cloud = point_cloud(SCENE)
    rows, columns = cloud.pixel_index // WIDTH, cloud.pixel_index % WIDTH
    np.testing.assert_array_equal(cloud.colors, SCENE.images[cloud.view_index, rows, columns])
    np.testing.assert_array_equal(
        cloud.confidence, SCENE.confidence[cloud.view_index, rows, columns]
    )
    np.testing.assert_array_equal(cloud.expert_index, columns >= WIDTH // 2)
    for view in range(VIEWS):
        chosen = cloud.view_index == view
        projection = project(
            cloud.points[chosen], SCENE.intrinsics[view], SCENE.camera_from_world[view]
        )
        np.testing.assert_allclose(projection.pixels[:, 0], columns[chosen], atol=1e-4)
        np.testing.assert_allclose(projection.pixels[:, 1], rows[chosen], atol=1e-4)


def test_the_percentile_removes_the_least_confident_share():
    cloud = point_cloud(SCENE, confidence_percentile=50)
    assert len(cloud) == NUM_PIXELS // 2
    assert cloud.removed_by == {"confidence_percentile": NUM_PIXELS // 2}
    assert (cloud.pixel_index % WIDTH).min() == WIDTH // 2


def test_the_percentile_is_over_the_valid_pixels_of_the_whole_scene():
    valid = SCENE.valid_mask.copy()
    valid[:, :, : WIDTH // 2] = False  # the less confident half
    cloud = point_cloud(replace(SCENE, valid_mask=valid), confidence_percentile=50, views=[1])
    assert cloud.num_valid == NUM_PIXELS // 2
    assert cloud.removed_by["confidence_percentile"] == NUM_PIXELS // 4 - VIEWS * HEIGHT // 2
    assert set(cloud.view_index) == {1}


def test_equal_confidence_is_not_torn_apart():
    flat = replace(SCENE, confidence=np.ones_like(SCENE.confidence))
    for percentile in (20.0, 100.0):
        assert len(point_cloud(flat, confidence_percentile=percentile)) == NUM_PIXELS


def test_an_absolute_minimum_is_counted_after_the_percentile():
    cloud = point_cloud(SCENE, confidence_percentile=20, confidence_min=1.5)
    assert list(cloud.removed_by) == ["confidence_percentile", "confidence_min"]
    assert (cloud.confidence >= 1.5).all()
    assert len(cloud) + sum(cloud.removed_by.values()) == cloud.num_valid


def test_the_edge_filter_removes_the_step_and_nothing_else():
    cloud = point_cloud(SCENE, confidence_percentile=0, edge_rtol=0.03)
    gone = np.setdiff1d(np.arange(WIDTH), cloud.pixel_index % WIDTH)
    np.testing.assert_array_equal(gone, [WIDTH // 2 - 1, WIDTH // 2])
    assert cloud.removed_by == {"edge_rtol": 2 * HEIGHT * VIEWS}


def test_layers_have_their_own_depth():
    expert = point_cloud(SCENE, layer="expert:2", confidence_percentile=0)
    assert set(np.unique(expert.points[:, 2])) == {2.0}
    blurred = point_cloud(SCENE, layer="vggt", confidence_percentile=0)
    assert ((blurred.points[:, 2] > 1.01) & (blurred.points[:, 2] < 1.99)).any()
    with pytest.raises(UsageError, match="expert:9"):
        point_cloud(SCENE, layer="expert:9")


def test_normals_face_the_cameras():
    cloud = point_cloud(SCENE, confidence_percentile=0, normals=True)
    assert cloud.normals is not None
    expected = np.broadcast_to([0, 0, -1.0], cloud.points.shape)
    np.testing.assert_allclose(cloud.normals, expected, atol=1e-4)
    assert point_cloud(SCENE).normals is None


def test_a_voxel_keeps_its_first_point():
    cloud = point_cloud(SCENE, confidence_percentile=0, voxel_size=0.2)
    cells = np.floor(
        (cloud.points - point_cloud(SCENE, confidence_percentile=0).points.min(0)) / 0.2
    )
    assert len(np.unique(cells, axis=0)) == len(cloud)
    assert len(cloud) + cloud.removed_by["voxel_size"] == NUM_PIXELS


def test_a_point_limit_is_met_exactly_and_spreads_over_all_views():
    cloud = point_cloud(SCENE, confidence_percentile=0, max_points=100)
    assert len(cloud) == 100
    assert abs((cloud.view_index == 0).sum() - 50) <= 1
    assert cloud.removed_by == {"max_points": NUM_PIXELS - 100}


@pytest.mark.parametrize(("count", "wanted"), [(10, 10), (11, 10), (1000, 7), (5, 1)])
def test_spread_indices_are_distinct_and_inside(count, wanted):
    indices = evenly_spread(count, wanted)
    assert len(np.unique(indices)) == wanted
    assert indices.min() >= 0
    assert indices.max() < count


def test_the_same_call_gives_the_same_cloud_and_changes_nothing():
    before = SCENE.depth.copy()
    first, second = (
        point_cloud(SCENE, edge_rtol=0.03, voxel_size=0.05, max_points=50, normals=True)
        for _ in range(2)
    )
    np.testing.assert_array_equal(first.points, second.points)
    np.testing.assert_array_equal(first.pixel_index, second.pixel_index)
    np.testing.assert_array_equal(SCENE.depth, before)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 0.0, -1.0, 3e38])
def test_depth_that_is_no_measurement_gives_no_point_even_if_marked_valid(bad):
    depth = SCENE.depth.copy()
    depth[0, 3, 4] = bad
    cloud = point_cloud(replace(SCENE, depth=depth), confidence_percentile=0, normals=True)
    assert cloud.num_valid == len(cloud) == NUM_PIXELS - 1
    assert np.isfinite(cloud.points).all()
    assert cloud.normals is not None
    assert np.isfinite(cloud.normals).all()


def test_an_unknown_camera_gives_no_points():
    intrinsics = SCENE.intrinsics.copy()
    intrinsics[0, 0, 0] = np.nan
    cloud = point_cloud(replace(SCENE, intrinsics=intrinsics), confidence_percentile=0)
    assert set(cloud.view_index) == {1}


def test_unknown_confidence_counts_as_the_lowest():
    confidence = SCENE.confidence.copy()
    confidence[:, :, -2:] = np.nan
    unsure = replace(SCENE, confidence=confidence)
    assert len(point_cloud(unsure, confidence_percentile=0)) == NUM_PIXELS
    cloud = point_cloud(unsure, confidence_percentile=20)
    assert np.isfinite(cloud.confidence).all()


def test_nothing_valid_is_an_empty_cloud():
    nothing = replace(SCENE, valid_mask=np.zeros_like(SCENE.valid_mask))
    cloud = point_cloud(nothing, normals=True, voxel_size=0.1, max_points=5, edge_rtol=0.1)
    assert len(cloud) == cloud.num_valid == 0


def test_a_selection_says_which_filter_emptied_it():
    selection = select_pixels(SCENE, CloudOptions(confidence_min=99.0, edge_rtol=0.03))
    assert selection.emptied_by() == "confidence_min"
    assert select_pixels(SCENE, CloudOptions()).emptied_by() is None


@pytest.mark.parametrize(
    "options",
    [
        {"confidence_percentile": -1},
        {"confidence_percentile": 101.0},
        {"max_points": 0},
        {"edge_rtol": 0.0},
        {"voxel_size": -1.0},
        {"views": [2]},
        {"views": [-1]},
        {"experts": [4]},
        {"min_support": -1},
    ],
)
def test_options_that_cannot_be_meant_are_refused(options):
    with pytest.raises(UsageError):
        select_pixels(SCENE, CloudOptions(**options))


def test_only_pixels_of_the_wanted_winners_stay():
    selection = select_pixels(SCENE, CloudOptions(confidence_percentile=0, experts=(1, 3)))
    is_far = np.arange(SCENE.depth.shape[2]) >= SCENE.depth.shape[2] // 2  # expert 1 wins there
    np.testing.assert_array_equal(selection.keep, np.broadcast_to(is_far, selection.keep.shape))
    assert selection.removed_by == {"experts": NUM_PIXELS // 2}


def test_black_white_and_what_lies_outside_a_box_can_go():
    images = SCENE.images.copy()
    images[0, 3, 4], images[0, 5, 6] = (16, 0, 9), (240, 255, 250)
    images[0, 7, 8], images[0, 9, 10] = (17, 0, 0), (239, 255, 255)  # just not
    scene = replace(SCENE, images=images)
    options = CloudOptions(confidence_percentile=0, hide_black=True, hide_white=True)
    selection = select_pixels(scene, options)
    gone = np.argwhere(~selection.keep)
    np.testing.assert_array_equal(gone, [[0, 3, 4], [0, 5, 6]])
    assert selection.removed_by == {"hide_black": 1, "hide_white": 1}
    box = OrientedBox((0.0, 0.0, 1.0), (0.3, 0.2, 0.5))
    cloud = point_cloud(SCENE, confidence_percentile=0).points
    inside = (np.abs(cloud - [0, 0, 1]) <= [0.3, 0.2, 0.5]).all(axis=1)
    selection = select_pixels(SCENE, CloudOptions(confidence_percentile=0, box=box))
    np.testing.assert_array_equal(selection.keep.ravel(), inside)


def support_only(least, layer="fused"):
    return CloudOptions(layer, confidence_percentile=0, min_support=least)


@pytest.mark.parametrize("layer", ["fused", "refined", "expert:2"])
@pytest.mark.parametrize(("least", "columns"), [(0, 42), (1, 31), (2, 21), (3, 10), (4, 0)])
def test_pixels_that_too_few_photos_confirm_go(layer, least, columns):
    selection = select_pixels(supported_prediction(), support_only(least, layer))
    assert selection.keep[..., 42 - columns :].all()
    assert not selection.keep[..., : 42 - columns].any()
    removed = {"min_support": 2 * 28 * (42 - columns)} if least else {}
    assert selection.removed_by == removed


def test_each_network_has_its_own_support():
    selection = select_pixels(supported_prediction(), support_only(1, "vggt-refined"))
    assert selection.keep[..., :31].all()
    assert not selection.keep[..., 31:].any()


def test_support_filters_nothing_where_photos_were_not_compared():
    for least in (1, "auto"):
        selection = select_pixels(SCENE, support_only(least))
        assert selection.keep.all()
        assert selection.removed_by == {}


@pytest.mark.parametrize(("columns", "usual"), [(0, 0), (13, 0), (14, 1), (42, 1)])
def test_unconfirmed_points_go_unasked_where_a_third_is_confirmed(columns, usual):
    support = np.zeros(SCENE.depth.shape, np.uint8)
    support[..., :columns] = 2
    scene = replace(SCENE, support=support)
    share = confirmed_share(support, scene.valid_mask)
    assert share == pytest.approx(columns / 42)
    assert usual_min_support(share) == usual
    selection = select_pixels(scene, support_only("auto"))
    gone = 2 * 28 * (42 - columns)
    assert selection.removed_by == ({"min_support": gone} if usual else {})


def test_only_valid_pixels_count_for_the_confirmed_share():
    support = np.zeros(SCENE.depth.shape, np.uint8)
    support[..., :13] = 1
    valid = np.broadcast_to(np.arange(42) < 39, SCENE.depth.shape)
    scene = replace(SCENE, support=support, valid_mask=valid)
    assert select_pixels(scene, support_only("auto")).keep[..., :13].all()
    assert select_pixels(scene, support_only("auto")).removed_by == {"min_support": 26 * 56}


def test_points_carry_their_support():
    cloud = point_cloud(supported_prediction(), "vggt", confidence_percentile=0)
    columns = cloud.pixel_index % 42
    np.testing.assert_array_equal(cloud.support, (41 - columns) * 4 // 42)
    assert point_cloud(SCENE).support is None
    assert len(point_cloud(supported_prediction(), confidence_percentile=0)) == NUM_PIXELS
