"""Tiles use the height they are given."""

import pytest

from moe3d_viewer.widgets.maps.tile_layout import GAP_PX, SMALLEST_PX, tile_layout

TITLE = 22
WIDE, UPRIGHT = (518, 392), (392, 518)


def size(room, count=10, image=WIDE):
    layout = tile_layout(count, room, image, TITLE)
    return layout.picture_width, layout.picture_height


@pytest.mark.parametrize("image", [WIDE, UPRIGHT])
@pytest.mark.parametrize("width", [500, 900, 1700])
def test_a_taller_strip_has_larger_tiles_and_never_smaller_ones(width, image):
    heights = [size((width, height), image=image)[1] for height in range(140, 900, 40)]
    assert heights == sorted(heights)
    assert heights[-1] > heights[0]


@pytest.mark.parametrize("image", [WIDE, UPRIGHT])
@pytest.mark.parametrize("room", [(900, 160), (900, 400), (1800, 260), (640, 900)])
def test_maps_keep_their_shape_and_stay_inside_the_height(room, image):
    layout = tile_layout(10, room, image, TITLE)
    shape = layout.picture_width / layout.picture_height
    assert shape == pytest.approx(image[0] / image[1], rel=0.03)
    used = layout.rows * (layout.picture_height + TITLE) + (layout.rows - 1) * GAP_PX
    assert used <= room[1]
    assert layout.rows * layout.columns >= 10


def test_all_are_seen_at_once_where_that_makes_them_larger():
    layout = tile_layout(3, (1000, 900), WIDE, TITLE)
    assert (layout.rows, layout.columns) == (2, 2)
    assert 2 * layout.picture_width + GAP_PX <= 1000


def test_a_low_strip_has_one_row_of_its_own_height_that_scrolls():
    layout = tile_layout(10, (860, 190), WIDE, TITLE)
    assert (layout.rows, layout.picture_height) == (1, 168)


def test_a_row_that_nearly_fits_is_made_to_fit():
    layout = tile_layout(4, (700, 160), WIDE, TITLE)  # at full height 4 x 182 px and the gaps
    assert (layout.rows, layout.columns) == (1, 4)
    assert 4 * layout.picture_width + 3 * GAP_PX <= 700
    scrolled = tile_layout(4, (500, 160), WIDE, TITLE)
    assert scrolled.picture_height == pytest.approx(160 - TITLE, abs=1)


def test_two_tiles_are_seen_in_a_narrow_strip_and_none_is_too_small():
    assert 2 * size((300, 700), count=30)[0] + GAP_PX <= 300
    assert size((80, 40), count=30)[0] == SMALLEST_PX
