"""Normals are asked for when a view is coloured by them, with the places of its points."""

import pytest

from moe3d_viewer.state.layers.view_options import Layout
from moe3d_viewer.state.points.point_normals import POINT_NORMALS


@pytest.fixture
def asked(result, backend):
    """Layers and places of every question; the answers name their layer."""
    asked = []

    def point_normals(prediction, layer, places, progress):
        asked.append((layer, places))
        return f"normals of {layer}"

    backend.replace(POINT_NORMALS, point_normals)
    return asked


def test_both_sides_get_normals_at_the_places_of_their_points(result, runner, asked):
    result.view.set_layout(Layout.SPLIT)
    result.view.set_color_mode("normal")
    runner.run_all()
    display = result.display
    assert asked == [(layer, display.cloud(layer).places) for layer in ("fused", "vggt")]
    assert result.normals.of("vggt") == "normals of vggt"
    result.view.set_color_mode("photo")
    assert result.normals.of("vggt") is None


def test_a_layer_without_points_yet_is_asked_about_once_they_are_there(result, runner, asked):
    result.view.set_layout(Layout.SINGLE)
    result.view.set_color_mode("normal")
    runner.run_all()
    result.view.select_layer("expert:2")
    assert [layer for layer, _ in asked] == ["fused"]
    runner.run_all()
    assert [layer for layer, _ in asked] == ["fused", "expert:2"]
    assert asked[1][1] is result.display.cloud("expert:2").places
