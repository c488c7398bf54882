"""What the 3D view draws: points, colours, filters, overlays, pictures."""

from dataclasses import replace

import numpy as np
import pytest

from moe3d.geometry.box import OrientedBox
from moe3d.scene.filters import PointFilters
from moe3d.scene.maps.color_tables import FLYING_COLOR, SUPPORT_RGB, expert_colors
from moe3d_viewer.rendering.pictures.color_mode import ColorMode
from moe3d_viewer.rendering.points.point_buffer import PointExtras, build_point_buffer
from moe3d_viewer.rendering.points.point_growth import PointGrowth
from moe3d_viewer.rendering.space.camera_frusta import PhotoCameras
from moe3d_viewer.rendering.space.scene_frame import Bounds
from moe3d_viewer.rendering.space.view_colors import DARK, LIGHT
from tests.app.clouds import cloud_of
from tests.app.widgets.conftest import pixels_of

pytestmark = pytest.mark.gl

FOUR = np.array([[-0.6, -0.4, 3.0], [0.6, -0.4, 3.0], [-0.6, 0.4, 3.0], [0.6, 0.4, 3.0]])
COLORS = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0]])


def seen(screen, picture, point) -> list[int]:
    column, row = screen.pixel_of(point)
    return picture[row, column].tolist()


def is_background(color) -> bool:
    return max(color) < 60


def test_known_points_land_at_their_projected_pixels(screen):
    screen.restyle(size_px=7)
    screen.show(FOUR, COLORS)
    picture = screen.picture()
    for point, color in zip(FOUR, COLORS, strict=True):
        assert seen(screen, picture, point) == color.tolist()


def test_the_world_is_upright_and_not_mirrored(screen):
    screen.restyle(size_px=7)
    screen.show(FOUR, COLORS)
    (left, top), (right, _), (_, bottom), _ = (screen.pixel_of(point) for point in FOUR)
    assert left < right
    assert top < bottom


def test_a_threshold_hides_and_shows_a_point_without_an_upload(screen):
    screen.restyle(size_px=7)
    screen.show(FOUR, COLORS, confidence=[1.0, 2.0, 3.0, 4.0])
    screen.restyle(confidence_threshold=1.5)
    assert is_background(seen(screen, screen.picture(), FOUR[0]))
    assert seen(screen, screen.picture(), FOUR[1]) == [0, 255, 0]
    assert screen.view.visible_count() == 3
    screen.restyle(confidence_threshold=0.5)
    assert seen(screen, screen.picture(), FOUR[0]) == [255, 0, 0]


def test_hidden_experts_and_photos_disappear(screen):
    screen.restyle(size_px=7)
    screen.show(FOUR, COLORS, experts=[0, 1, 2, 3], views=[0, 0, 1, 1])
    screen.restyle(hidden_experts=frozenset({1}))
    screen.restyle(hidden_photos=frozenset({1}))
    picture = screen.picture()
    shown = [not is_background(seen(screen, picture, point)) for point in FOUR]
    assert shown == [True, False, False, False]
    assert screen.view.visible_count() == 1


def test_expert_mode_uses_the_experts_colors(screen):
    screen.restyle(size_px=7)
    screen.show(FOUR, experts=[0, 1, 2, 3])
    screen.restyle(color_mode=ColorMode.EXPERT)
    screen.view.look.set_lighting(False)
    picture = screen.picture()
    for point, color in zip(FOUR, expert_colors("okabe-ito", 4), strict=True):
        assert seen(screen, picture, point) == list(color)


def test_flying_points_are_lit_and_can_be_hidden(screen):
    screen.restyle(size_px=7)
    screen.view.look.set_lighting(False)
    flying = np.array([True, False, False, False])
    screen.view.set_buffer(build_point_buffer(cloud_of(FOUR), PointExtras(flying=flying)))
    screen.restyle(color_mode=ColorMode.FLYING)
    assert seen(screen, screen.picture(), FOUR[0]) == list(FLYING_COLOR)
    screen.restyle(filters=PointFilters(hide_flying=True))
    assert is_background(seen(screen, screen.picture(), FOUR[0]))


def test_points_that_the_other_network_drops_are_hidden_when_wanted(screen):
    screen.restyle(size_px=7)
    levels = np.array([0, 1, 201, 1001], np.uint16)  # never, at 0 %, up to 20 %, always
    screen.view.set_buffer(build_point_buffer(cloud_of(FOUR), PointExtras(other=levels)))
    for percentile, shown in ((None, 4), (0.0, 3), (20.0, 2), (20.1, 1), (99.0, 1)):
        filters = PointFilters(
            same_pixels=percentile is not None, confidence_percentile=percentile or 0
        )
        screen.view.set_style(replace(screen.view.style, filters=filters))
        picture = screen.picture()
        drawn = [not is_background(seen(screen, picture, point)) for point in FOUR]
        assert drawn == [False] * (4 - shown) + [True] * shown


def test_points_that_too_few_photos_confirm_are_hidden_where_it_is_known(screen):
    screen.restyle(size_px=7)
    support = np.array([0, 1, 2, 200], np.uint8)

    def drawn(**filters):
        screen.view.set_style(replace(screen.view.style, filters=PointFilters(**filters)))
        picture = screen.picture()
        shown = [not is_background(seen(screen, picture, point)) for point in FOUR]
        assert screen.view.visible_count() == sum(shown)
        return shown

    screen.view.set_buffer(build_point_buffer(cloud_of(FOUR), PointExtras(support=support)))
    for least in (0, 1, 2, 3, 6):
        assert drawn(min_support=least) == (support >= least).tolist()
    levels = np.array([1001, 1001, 1001, 0], np.uint16)
    extras = PointExtras(other=levels, support=support, other_support=support[::-1].copy())
    screen.view.set_buffer(build_point_buffer(cloud_of(FOUR), extras))
    assert drawn(min_support=1) == [False, True, True, True]
    assert drawn(min_support=1, same_pixels=True) == [False, True, True, False]
    assert drawn(min_support=2, same_pixels=True) == [False, False, False, False]
    screen.view.set_buffer(build_point_buffer(cloud_of(FOUR)))
    assert drawn(min_support=6) == [True] * 4


def test_support_has_a_colour_for_none_one_two_and_more(screen):
    screen.restyle(size_px=7)
    screen.view.look.set_lighting(False)
    support = np.array([0, 1, 2, 5], np.uint8)
    screen.restyle(color_mode=ColorMode.SUPPORT)
    screen.view.set_buffer(build_point_buffer(cloud_of(FOUR), PointExtras(support=support)))
    picture = screen.picture()
    found = [seen(screen, picture, point) for point in FOUR]
    assert found == [list(color) for color in SUPPORT_RGB]
    screen.view.set_buffer(build_point_buffer(cloud_of(FOUR)))
    picture = screen.picture()
    assert len({tuple(seen(screen, picture, point)) for point in FOUR}) == 1  # plain: unknown


def test_entropy_and_difference_follow_their_values(screen):
    screen.restyle(size_px=7)
    screen.view.look.set_lighting(False)
    extras = PointExtras(
        gate_entropy=np.array([0.0, 1.0, 0.5, 0.5]), difference=np.array([-1.0, 1.0, 0.0, 0.0])
    )
    screen.view.set_buffer(build_point_buffer(cloud_of(FOUR), extras))
    screen.restyle(color_mode=ColorMode.ENTROPY)
    picture = screen.picture()
    assert sum(seen(screen, picture, FOUR[1])) > 500 > 200 > sum(seen(screen, picture, FOUR[0]))
    screen.restyle(color_mode=ColorMode.DIFFERENCE)
    picture = screen.picture()
    blue, red, grey = (seen(screen, picture, FOUR[index]) for index in (0, 1, 2))
    assert blue[2] > blue[0] + 100
    assert red[0] > red[2] + 100
    assert max(grey) - min(grey) < 12


@pytest.mark.parametrize("mode", [ColorMode.PHOTO, ColorMode.CONFIDENCE])
def test_the_progressive_picture_equals_a_full_draw(screen, mode):
    generator = np.random.default_rng(1)
    points = generator.normal(size=(200_000, 3)) * [1, 0.6, 0.5] + [0, 0, 3]
    screen.restyle(color_mode=mode)
    screen.show(
        points,
        generator.integers(60, 256, (len(points), 3)),
        confidence=generator.random(len(points)),
    )
    screen.view.controller.orbit_by(40, 10)
    assert not screen.view.is_complete
    progressive = screen.picture()
    full = pixels_of(screen.view.image())
    assert full.shape == progressive.shape
    assert (full != progressive).any(axis=-1).mean() < 1e-4


def test_a_picture_of_another_size_shows_the_same(screen):
    screen.restyle(size_px=7)
    screen.show(FOUR, COLORS)
    large = pixels_of(screen.view.image(1200, 900))
    assert large.shape == (900, 1200, 3)
    for point, color in zip(FOUR, COLORS, strict=True):
        column, row = screen.pixel_of(point)
        assert large[row * 3 + 1, column * 3 + 1].tolist() == color.tolist()


def test_the_background_follows_the_theme(screen):
    screen.show(FOUR)
    screen.view.set_colors(LIGHT)
    corner = screen.picture()[2, 2].astype(int)
    assert np.abs(corner - LIGHT.background_top).max() <= 3
    screen.view.set_colors(DARK)
    screen.view.set_colors(
        replace(DARK, background_top=(10, 20, 30), background_bottom=(10, 20, 30))
    )
    assert np.abs(screen.picture()[150, 2].astype(int) - [10, 20, 30]).max() <= 1


def test_lighting_darkens_what_lies_behind_an_edge(screen):
    grid = np.stack(np.meshgrid(np.linspace(-0.5, 0.5, 200), np.linspace(-0.5, 0.5, 200)), -1)
    far = np.c_[grid.reshape(-1, 2), np.full(40_000, 3.4)]
    near = np.c_[grid.reshape(-1, 2) * 0.4, np.full(40_000, 2.6)]
    screen.restyle(size_px=3)
    screen.show(np.concatenate([far, near]))
    plain = screen.picture().astype(int).sum()
    screen.view.look.set_lighting(True)
    assert screen.picture().astype(int).sum() < plain


def test_an_empty_view_and_an_empty_cloud_show_the_background(screen):
    for buffer in (None, build_point_buffer(cloud_of(np.zeros((0, 3))))):
        screen.view.set_buffer(buffer)
        assert (screen.picture().max(axis=-1) < 60).all()
        assert screen.view.visible_count() == 0


def test_another_cloud_replaces_the_first(screen):
    screen.restyle(size_px=7)
    screen.show(FOUR, COLORS)
    screen.show(FOUR, COLORS[::-1])
    assert seen(screen, screen.picture(), FOUR[0]) == [255, 255, 0]
    screen.view.set_buffer(None)
    assert (screen.picture().max(axis=-1) < 60).all()


def test_moved_points_slide_along_their_photo_s_rays_and_back(screen):
    screen.restyle(size_px=7)
    pose = np.eye(4)[None]
    pose[0, :3, 3] = [0.0, 0.0, 3.0]  # the photo's camera stands at (0, 0, -3)
    lens = np.array([[[100.0, 0, 50], [0, 100.0, 50], [0, 0, 1]]])
    screen.view.set_cameras(PhotoCameras(pose, lens, np.zeros((1, 100, 100, 3), np.uint8)))
    screen.view.overlays.show_cameras(False)
    buffer = build_point_buffer(cloud_of(FOUR, COLORS))
    growth = np.array([0.5, -0.5, 0.0, 0.25], np.float32)  # 1.5, 0.5, 1 and 1.25 times as far
    moved = np.array([[-0.9, -0.6, 6.0], [0.3, -0.2, 0.0], [-0.6, 0.4, 3.0], [0.75, 0.5, 4.5]])
    ends = moved.min(0).astype("f4")[None], moved.max(0).astype("f4")[None]
    wanted = PointGrowth(growth[buffer.places.sources()], *ends, Bounds(ends[0][0], ends[1][0]))
    screen.view.set_buffer(buffer)
    before = screen.picture()
    screen.view.move_points(wanted)
    picture = screen.picture()
    for point, color in zip(moved, COLORS, strict=True):
        assert seen(screen, picture, point) == color.tolist()
    picked = screen.view.pick(screen.pixel_of(moved[0]))
    np.testing.assert_allclose(picked.position, moved[0], atol=1e-6)
    screen.view.move_points(None)
    assert (screen.picture() == before).all()
    picked = screen.view.pick(screen.pixel_of(FOUR[0]))
    np.testing.assert_allclose(picked.position, FOUR[0], atol=1e-6)


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"edge_rtol": 0.03}, [True, False, True, False]),
        ({"edge_rtol": 0.5}, [True, True, True, False]),
        ({"hide_black": True}, [False, True, True, True]),
        ({"hide_white": True}, [True, True, False, True]),
        ({"hide_sky": True}, [True, False, True, True]),
        ({"box": OrientedBox((0.6, 0.0, 3.0), (0.2, 1.0, 0.5))}, [False, True, False, True]),
    ],
)
def test_filters_hide_points_without_an_upload(screen, change, shown):
    screen.restyle(size_px=7)
    screen.view.set_colors(
        replace(DARK, background_top=(60, 60, 120), background_bottom=(60, 60, 120))
    )
    colors = np.array([[9, 16, 0], [0, 255, 0], [240, 250, 255], [255, 255, 0]])
    sky = np.array([False, True, False, False])
    extras = PointExtras(edge_jump=np.array([0.01, 0.04, 0.0, 0.9]), sky=sky)
    screen.view.set_buffer(build_point_buffer(cloud_of(FOUR, colors), extras))
    screen.settle()
    uploaded = screen.view.buffer
    screen.view.set_style(replace(screen.view.style, filters=PointFilters(**change)))
    picture = screen.picture()
    seen_colors = [seen(screen, picture, point) for point in FOUR]
    assert [
        color == wanted.tolist() for color, wanted in zip(seen_colors, colors, strict=True)
    ] == shown
    assert screen.view.visible_count() == sum(shown)
    assert screen.view.buffer is uploaded


def test_a_size_in_the_world_shrinks_with_distance(screen):
    screen.show(FOUR, COLORS)
    screen.view.set_style(replace(screen.view.style, size_world=0.2))
    sizes = []
    for _ in range(2):
        picture = screen.picture()
        sizes.append(int(((picture[..., 1] > 200) & (picture[..., 0] < 50)).any(axis=0).sum()))
        screen.view.controller.zoom_at(FOUR[1], -4)
    near, far = sizes
    assert near > 20
    assert far == pytest.approx(near * 0.85**4, abs=2)
