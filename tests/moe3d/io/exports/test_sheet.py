"""The picture sheet of a prediction: one range for all maps, the winner's colour in the gate."""

from dataclasses import replace

import numpy as np

from moe3d.io.exports.sheet import color_depth, depth_range, sheet_image
from moe3d.scene.palettes import expert_colors
from tests.scenes import step_prediction


def test_the_range_is_that_of_the_valid_fused_depth():
    assert depth_range(step_prediction()) == (1.0, 2.0)


def test_a_scene_without_a_valid_pixel_still_has_a_range():
    prediction = step_prediction()
    empty = replace(prediction, valid_mask=np.zeros_like(prediction.valid_mask))
    assert depth_range(empty) == (0.0, 1.0)
    assert sheet_image(empty).ndim == 3


def test_near_is_warm_and_far_is_cold():
    colors = color_depth(np.array([[1.0, 2.0]]), np.ones((1, 2), bool), 1.0, 2.0)
    near, far = colors[0].astype(int)
    assert near[0] > near[2]
    assert far[2] > far[0]


def test_invalid_pixels_are_grey():
    colors = color_depth(np.array([[np.nan, 1.5]]), np.array([[False, True]]), 1.0, 2.0)
    assert np.ptp(colors[0, 0].astype(int)) <= 4


def test_the_gate_tile_shows_each_half_in_its_winners_colour():
    prediction = step_prediction(num_views=1)
    black = replace(prediction, images=np.zeros_like(prediction.images))
    sheet = sheet_image(black).astype(int)
    tile_width, gap = 42 * 168 // 28, 8  # a 42x28 map at the sheet's row height
    gate_left = gap + (2 + prediction.num_experts) * (tile_width + gap)
    row = 26 + 84
    wanted = expert_colors(4)[:2].astype(int) * 65 // 100
    for share, color in zip((0.25, 0.75), wanted, strict=True):
        pixel = sheet[row, gate_left + int(tile_width * share)]
        np.testing.assert_allclose(pixel, color, atol=3)


def test_refined_depth_stands_beside_the_fused_in_its_range():
    raw = step_prediction()
    refined = replace(raw, refined_depth=np.full_like(raw.depth, 1.25))
    tile_width, gap = 42 * 168 // 28, 8
    sheet = sheet_image(refined)
    assert sheet.shape[1] == sheet_image(raw).shape[1] + tile_width + gap
    tile = sheet[26 + 84, gap + 2 * (tile_width + gap) :][:tile_width]
    color = color_depth(np.full((1, 1), 1.25), np.ones((1, 1), bool), 1.0, 2.0)[0, 0]
    np.testing.assert_allclose(tile.astype(int), np.tile(color, (tile_width, 1)), atol=3)


def test_many_views_give_eight_rows():
    tall = sheet_image(step_prediction(num_views=20)).shape[0]
    assert tall == sheet_image(step_prediction(num_views=8)).shape[0]
