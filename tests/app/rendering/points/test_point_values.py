"""What the 3D view hides is what the filters take: every filter of the registry."""

import numpy as np
import pytest

from moe3d.evaluation.one_scene.scene_flying import flying_pixels
from moe3d.scene.filters import PointFilters, cloud_options, select_pixels
from moe3d.scene.filters.kinds.confidence import confidence_threshold
from moe3d.scene.filters.registry import OPTIONS
from moe3d.scene.layer_points import valid_pixels
from moe3d.scene.layers import named_layer
from moe3d.scene.sky import with_sky
from moe3d_viewer.rendering.points.point_style import PointStyle
from moe3d_viewer.rendering.points.point_values import (
    DRAWN,
    POINT_VALUES,
    DrawnPoints,
    visible_points,
)
from moe3d_viewer.rendering.space.scene_frame import camera_centers
from moe3d_viewer.workers.point_buffers import point_buffer
from tests.filter_scenes import LAYER, example, filtered_scene

SCENE = with_sky(filtered_scene())
BUFFER = point_buffer(SCENE, LAYER, flying_pixels(SCENE, (LAYER,))[LAYER].mask)


def hidden(count, shown):
    return frozenset(range(count)) - frozenset(range(count) if shown is None else shown)


def drawn(settings: PointFilters) -> np.ndarray:
    """Whether each point of the cloud is drawn, in the order of its pixels."""
    layer = named_layer(SCENE, LAYER)
    threshold = confidence_threshold(
        layer.confidence, valid_pixels(SCENE, layer), settings.confidence_percentile
    )
    style = PointStyle(
        confidence_threshold=max(threshold, settings.confidence_min or -np.inf),
        hidden_experts=hidden(SCENE.num_experts, settings.experts),
        hidden_photos=hidden(SCENE.num_views, settings.views),
        filters=settings,
    )
    centers = camera_centers(SCENE.camera_from_world).astype(np.float32)
    points = DrawnPoints(BUFFER.vertices, style, lambda: BUFFER.extras, centers)
    assert BUFFER.places is not None
    pixels = BUFFER.places.sources()
    return visible_points(points, BUFFER)[np.argsort(pixels)]


@pytest.mark.parametrize("names", [*([name] for name in OPTIONS), list(OPTIONS)])
def test_the_view_hides_the_points_that_an_export_leaves_out(names):
    settings = PointFilters(**{name: example(name) for name in names})
    valid = select_pixels(SCENE, cloud_options(PointFilters(), layer=LAYER)).keep
    kept = select_pixels(SCENE, cloud_options(settings, layer=LAYER)).keep
    shown = drawn(settings)
    if "confidence_min" in names:  # levels round a value down
        assert np.count_nonzero(shown != kept[valid]) <= len(shown) // 1000
    else:
        np.testing.assert_array_equal(shown, kept[valid])


def test_every_limit_is_of_a_value_that_the_view_knows():
    names = {limits.value for limits in DRAWN if isinstance(limits.value, str)}
    assert names <= set(POINT_VALUES)
