import numpy as np
import pytest

from moe3d.scene import palettes
from moe3d.scene.maps.color_tables import UNKNOWN_RGB, color_table, expert_colors
from moe3d.scene.maps.colorize import color_bar_pixels, colorize, depth_range


def test_ends_of_the_range_take_the_ends_of_the_table():
    table = color_table("turbo")
    picture = colorize(np.array([[0.5, 1, 2, 9]], np.float32), (1.0, 2.0), "turbo")
    assert (picture[0, :2] == table[255]).all()
    assert (picture[0, 2:] == table[0]).all()


def test_far_is_warm_when_asked():
    picture = colorize(np.array([[2.0]], np.float32), (1.0, 2.0), "grey", near_is_warm=False)
    assert picture[0, 0].tolist() == [255, 255, 255]


def test_unknown_and_masked_pixels_have_a_colour_of_their_own():
    values = np.array([[np.nan, np.inf, 1.5, 1.5]], np.float32)
    mask = np.array([[True, True, False, True]])
    picture = colorize(values, (1.0, 2.0), "viridis", mask)
    assert [tuple(pixel) == UNKNOWN_RGB for pixel in picture[0]] == [True, True, True, False]


def test_the_range_is_the_2nd_to_98th_percentile_of_all_valid_depths():
    first = np.arange(101, dtype=np.float32)
    second = np.full(101, np.nan, np.float32)
    everywhere = np.ones(101, bool)
    assert depth_range([first, second], [everywhere, everywhere]) == (2, 98)
    assert depth_range([second], [everywhere]) == (0, 1)


def test_a_flat_scene_still_has_a_range():
    low, high = depth_range([np.full(9, 2, np.float32)], [np.ones(9, bool)])
    assert low < 2 < high


@pytest.mark.parametrize("palette", ["okabe-ito", "paper"])
def test_eight_experts_have_eight_colours(palette):
    assert len(set(expert_colors(palette, 8))) == 8


def test_the_bar_begins_with_near():
    assert color_bar_pixels("turbo")[0, 0].tolist() == color_table("turbo")[255].tolist()


def test_the_window_has_the_colours_of_the_exports():
    for name, palette in (("okabe-ito", palettes.COLOR_BLIND_SAFE), ("paper", palettes.PAPER)):
        exported = palettes.expert_colors(10, palette)
        np.testing.assert_array_equal(expert_colors(name, 10), exported)
    okabe_ito = "E69F00 56B4E9 009E73 CC79A7 D55E00 0072B2 F0E442 999999"
    assert bytes.fromhex(okabe_ito.replace(" ", "")) == palettes.expert_colors(8).tobytes()
