"""Every colour mode has a legend, and its colours are those that are drawn."""

import numpy as np
import pytest

from moe3d import expert_colors
from moe3d_viewer.rendering.pictures.color_mode import ColorMode
from moe3d_viewer.rendering.points.point_style import PointStyle
from moe3d_viewer.state.layers.view_options import COLOR_MODES
from moe3d_viewer.widgets.viewport.mode_legends import MODES, Colored, mode_legend

NAMES = tuple(f"garden {number}.jpg" for number in range(1, 4))
STYLE = PointStyle(depth_range=(1.0, 3.0), confidence_range=(2.0, 40.0), difference_range=0.08)
POINTS = Colored(STYLE, NAMES, 4, "m", frozenset({"support", "flying", "difference"}))
BARS = {"depth", "confidence", "entropy", "difference"}


def test_every_mode_of_the_state_and_of_the_shader_has_a_legend():
    assert set(MODES) == set(COLOR_MODES)
    assert set(MODES.values()) == set(ColorMode)
    for mode in COLOR_MODES:
        assert mode_legend(mode, POINTS).title, mode


@pytest.mark.parametrize("mode", COLOR_MODES)
def test_a_mode_has_a_bar_with_numbers_or_classes_or_is_the_photos_own_colours(mode):
    legend = mode_legend(mode, POINTS)
    assert bool(legend.bar) is (mode in BARS)
    assert bool(legend.bar) is (len(legend.ticks) >= 2)
    assert bool(legend.classes) is (mode not in BARS | {"photo"})


def test_depth_has_its_unit_the_range_of_the_style_and_near_on_top():
    legend = mode_legend("depth", POINTS)
    assert legend.heading == "Depth, m"
    assert legend.low_on_top
    assert [tick.text for tick in legend.ticks] == ["1.0", "1.5", "2.0", "2.5", "3.0"]


def test_the_difference_says_who_is_nearer_with_sign_and_per_cent():
    legend = mode_legend("difference", POINTS)
    assert legend.heading == "MoE3D minus VGGT, %"
    assert (legend.low_text, legend.high_text) == ("MoE3D is nearer", "MoE3D is farther")
    assert [tick.text for tick in legend.ticks] == ["\u22125", "0", "+5"]
    blue, red = np.array(legend.bar[0], int), np.array(legend.bar[-1], int)
    assert blue[2] - blue[0] > 100 < red[0] - red[2]


def test_hidden_experts_and_photos_are_left_out():
    style = PointStyle(hidden_experts=frozenset({1}), hidden_photos=frozenset({0}))
    points = Colored(style, NAMES, 4)
    colors = expert_colors("okabe-ito", 4)
    experts = mode_legend("expert", points).classes
    assert [entry.text for entry in experts] == ["Expert 1", "Expert 3", "Expert 4"]
    assert [entry.color for entry in experts] == [colors[0], colors[2], colors[3]]
    photos = mode_legend("view", points).classes
    assert [entry.text for entry in photos] == ["2  garden 2.jpg", "3  garden 3.jpg"]


def test_a_layer_without_support_says_so():
    classes = mode_legend("support", Colored(STYLE)).classes
    assert [entry.text for entry in classes] == ["not known of this layer"]
    assert classes[0].color == POINTS.plain
