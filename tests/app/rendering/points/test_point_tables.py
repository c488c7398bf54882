import numpy as np

from moe3d.scene.filters import PointFilters
from moe3d.scene.maps.color_tables import SUPPORT_RGB, expert_colors
from moe3d_viewer.rendering.pictures.color_mode import ColorMode
from moe3d_viewer.rendering.pictures.palettes import map_of_mode, photo_colors
from moe3d_viewer.rendering.points.point_buffer import PointExtras, build_point_buffer
from moe3d_viewer.rendering.points.point_shader import PHOTO_TEXELS
from moe3d_viewer.rendering.points.point_style import PointStyle
from moe3d_viewer.rendering.points.point_tables import (
    color_table,
    expert_table,
    photo_table,
    scene_depth_range,
)
from moe3d_viewer.rendering.points.point_values import DrawnPoints, visible_points
from tests.app.clouds import cloud_of


def test_near_is_warm_and_far_is_cold_in_the_depth_map():
    near, far = map_of_mode(ColorMode.DEPTH)[[30, 225]].astype(int)
    assert near[0] > near[2]
    assert far[2] > far[0]


def test_no_difference_is_neutral_grey():
    middle = map_of_mode(ColorMode.DIFFERENCE)[127].astype(int)
    assert np.ptp(middle) < 12


def test_experts_and_photos_have_different_colors():
    assert len(set(expert_colors("okabe-ito", 8))) == 8
    assert len(np.unique(photo_colors(24), axis=0)) == 24
    assert photo_colors(0).shape == (0, 3)


def test_hidden_experts_are_invisible_in_their_table():
    table = expert_table(frozenset({1, 99}))
    assert table[:4, 3].tolist() == [1, 0, 1, 1]
    paper = expert_table(frozenset(), "paper")
    np.testing.assert_allclose(paper[0, :3] * 255, expert_colors("paper", 1)[0], atol=1e-3)


def test_the_photo_table_holds_depth_row_focal_length_and_visibility():
    poses = np.tile(np.eye(4), (300, 1, 1))
    poses[:, 2, 3] = np.arange(300)
    intrinsics = np.tile(np.diag([50.0, 50.0, 1.0]), (300, 1, 1))
    table = photo_table(300, frozenset({299}), poses, intrinsics)
    texels = table.reshape(-1, PHOTO_TEXELS, 4)
    np.testing.assert_array_equal(texels[257, 0], [0, 0, 1, 257])
    assert texels[257, 1].tolist()[:2] == [np.float32(0.02), 1.0]
    assert texels[299, 1, 1] == 0


def test_the_confidence_map_goes_by_value_and_not_by_rank():
    confidence = np.concatenate([np.linspace(1, 1.01, 900), np.linspace(5, 10, 100)])
    buffer = build_point_buffer(cloud_of(np.zeros((1000, 3)), confidence=confidence))
    table = color_table(PointStyle(color_mode=ColorMode.CONFIDENCE), buffer)[0].astype(int)
    assert np.abs(table[128] - table[0]).sum() < 12
    assert np.abs(table[255] - table[0]).sum() > 200


def test_the_depth_range_comes_from_the_photos_cameras():
    z = np.linspace(2, 4, 5000)
    buffer = build_point_buffer(cloud_of(np.stack([z * 0, z * 0, z], axis=1)))
    pose = np.eye(4)[None]
    pose[:, 2, 3] = 1.0
    low, high = scene_depth_range(buffer, pose)
    np.testing.assert_allclose((low, high), (3.04, 4.96), atol=0.02)


def test_unconfirmed_points_have_a_colour_of_their_own_and_three_is_as_good_as_more():
    buffer = build_point_buffer(cloud_of(np.zeros((1, 3))))
    table = color_table(PointStyle(color_mode=ColorMode.SUPPORT), buffer)[0]
    places = [round(255 * support / 3) for support in range(4)]
    assert table[places].tolist() == [list(color) for color in SUPPORT_RGB]
    distances = np.linalg.norm(np.diff(table[places].astype(int), axis=0), axis=1)
    assert distances.min() > 60


def test_support_and_the_other_network_hide_points_only_where_they_are_known():
    support, other = np.array([0, 1, 2, 3], np.uint8), np.array([3, 2, 0, 1], np.uint8)
    levels = np.array([1, 1, 1, 0], np.uint16)  # the other network lacks the last pixel
    extras = PointExtras(other=levels, support=support, other_support=other)
    buffer = build_point_buffer(cloud_of(np.eye(4, 3)), extras)
    order = np.argsort(buffer.places.sources())

    def kept(**style):
        drawn = PointStyle(filters=PointFilters(**style))
        points = DrawnPoints(buffer.vertices, drawn, lambda: buffer.extras)
        return visible_points(points, buffer)[order].tolist()

    assert kept() == [True] * 4
    assert kept(min_support=2) == [False, False, True, True]
    assert kept(same_pixels=True) == [True, True, True, False]
    assert kept(same_pixels=True, min_support=1) == [False, True, False, False]
    buffer = build_point_buffer(cloud_of(np.eye(4, 3)), PointExtras(other=levels))
    assert all(kept(min_support=2))
    assert not PointStyle(filters=PointFilters(min_support=1)).only_counted_filters
