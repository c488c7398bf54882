"""The shader hides the points that Python says it hides: every filter of the registry."""

from dataclasses import replace

import numpy as np
import pytest

from moe3d.scene.filters import PointFilters
from moe3d.scene.filters.registry import OPTIONS
from moe3d_viewer.rendering.points.point_buffer import PointExtras, build_point_buffer
from moe3d_viewer.rendering.points.point_values import DrawnPoints, visible_points
from moe3d_viewer.rendering.space.camera_frusta import PhotoCameras
from moe3d_viewer.rendering.space.view_colors import DARK
from tests.app.clouds import cloud_of
from tests.filter_scenes import example

pytestmark = pytest.mark.gl

BACKGROUND = (60, 60, 120)
COLUMNS, ROWS = 6, 5
CAMERAS = np.tile(np.eye(4), (2, 1, 1))
CAMERAS[1, :3, 3] = -0.3, 0, 0.1
LENSES = np.tile(np.array([[100.0, 0, 50], [0, 100, 50], [0, 0, 1]]), (2, 1, 1))


def grid():
    """Points 1 to 2.2 away, no two behind each other, with mixed values of every kind."""
    generator = np.random.default_rng(5)
    column, row = (part.ravel() for part in np.meshgrid(np.arange(COLUMNS), np.arange(ROWS)))
    depth = np.linspace(1.0, 2.2, COLUMNS)[column]
    points = np.stack(
        [(column / 5 - 0.5) * 0.5 * depth, (row / 4 - 0.5) * 0.4 * depth, depth], axis=1
    )
    count = len(points)
    colors = generator.integers(100, 200, (count, 3))
    colors[::7], colors[3::7] = 9, 250
    cloud = cloud_of(
        points,
        colors,
        confidence=generator.random(count) + 1,
        views=generator.integers(0, 2, count),
        experts=generator.integers(0, 4, count),
    )
    extras = PointExtras(
        flying=generator.random(count) < 0.3,
        sky=generator.random(count) < 0.3,
        edge_jump=generator.random(count) / 10,
        other=generator.integers(0, 1001, count).astype(np.uint16),
        support=generator.integers(0, 4, count).astype(np.uint8),
        other_support=generator.integers(0, 4, count).astype(np.uint8),
    )
    return points, build_point_buffer(cloud, extras)


def hidden(count, shown):
    return frozenset(range(count)) - frozenset(range(count) if shown is None else shown)


@pytest.mark.parametrize("names", [*([name] for name in OPTIONS), list(OPTIONS)])
def test_the_shader_hides_what_python_hides(screen, names):
    points, buffer = grid()
    settings = PointFilters(**{name: example(name) for name in names})
    screen.restyle(size_px=5)
    screen.view.set_colors(replace(DARK, background_top=BACKGROUND, background_bottom=BACKGROUND))
    screen.view.look.set_lighting(False)
    screen.view.set_buffer(buffer)
    screen.view.set_cameras(PhotoCameras(CAMERAS, LENSES, np.zeros((2, 100, 100, 3), np.uint8)))
    screen.view.overlays.show_cameras(False)
    style = replace(
        screen.view.style,
        confidence_threshold=1.4 if "confidence_percentile" in names else -np.inf,
        hidden_experts=hidden(4, settings.experts),
        hidden_photos=hidden(2, settings.views),
        filters=settings,
    )
    centers = np.array([[0, 0, 0], [0.3, 0, -0.1]], np.float32)
    drawn = DrawnPoints(buffer.vertices, style, lambda: buffer.extras, centers)
    assert buffer.places is not None
    wanted = visible_points(drawn, buffer)[np.argsort(buffer.places.sources())]
    if len(names) == 1 and names != ["confidence_min"]:  # that one is in the threshold
        assert 0 < wanted.sum() < len(points)
    screen.settle()
    screen.view.set_style(style)
    picture = screen.picture()
    shown = []
    for point in points:
        column, row = screen.pixel_of(point)
        shown.append(picture[row, column].tolist() != list(BACKGROUND))
    assert shown == wanted.tolist()
    assert screen.view.visible_count() == wanted.sum()
