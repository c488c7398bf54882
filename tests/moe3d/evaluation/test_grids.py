"""Photos and truth at a protocol's image size lie on each other to a fraction of a pixel."""

from dataclasses import replace

import numpy as np
import pytest

from moe3d.errors import EvaluationError
from moe3d.evaluation.grids import (
    InputSize,
    prediction_on_photo,
    shown_to_models,
    truth_on_grid,
)
from moe3d.io.datasets.records import SceneTruth
from moe3d.scene.pixel_transform import PixelTransform
from moe3d.scene.records import View, ViewSet


def ramp(height=480, width=640):
    """Red is x / 4, green is y / 4, depth is x + 1: all tell where they come from."""
    y, x = np.mgrid[:height, :width]
    pixels = np.stack([x // 4, y // 4, 0 * x], axis=-1).astype(np.uint8)
    matrix = np.array([[525.0, 0, 320], [0, 525, 240], [0, 0, 1]])
    view = View("ramp", width, height, pixels=pixels)
    return SceneTruth(ViewSet((view,)), x[None] + 1.0, matrix[None], np.eye(4)[None])


@pytest.mark.parametrize(
    "size",
    [InputSize(518, 392), InputSize(224, 224), InputSize(512, 384), InputSize(518, 392, "stretch")],
)
def test_photo_depth_and_camera_agree_on_where_a_pixel_came_from(size):
    shown = shown_to_models(ramp(), size)
    (view,), matrix = shown.views.views, shown.intrinsics[0]
    u = np.arange(8, size.width - 8)
    x = (u - matrix[0, 2]) / matrix[0, 0] * 525 + 320
    red = view.pixels[size.height // 2, u, 0].astype(float)
    bias = red - (x - 1.5) / 4  # red is x rounded down to whole fours
    assert abs(bias.mean()) < 0.05
    assert np.abs(bias).max() < 0.8
    assert np.abs(shown.depth[0, 0, u] - 1 - x).max() < 0.51 / min(1, matrix[0, 0] / 525) + 0.2


def test_a_cover_crops_equally_on_both_sides():
    matrix = shown_to_models(ramp(), InputSize(518, 392)).intrinsics[0]
    # the photo's middle, (319.5, 239.5), stays the middle
    middle = matrix @ np.linalg.inv(ramp().intrinsics[0]) @ np.array([319.5, 239.5, 1])
    np.testing.assert_allclose(middle, [258.5, 195.5, 1], atol=1e-9)


def test_truth_outside_of_the_photo_is_unknown_and_another_size_is_refused():
    move = PixelTransform(640, 480, 20, 12, 1 / 32, 1 / 32, offset_y=-1.5)
    truth = truth_on_grid(ramp(), (replace(move, offset_y=1.5, height=18),))
    assert np.isnan(truth.depth[0, [0, 17]]).all()
    assert np.isfinite(truth.depth[0, 2:16]).all()
    with pytest.raises(EvaluationError, match="640 x 480"):
        truth_on_grid(replace(ramp(), depth=np.ones((1, 5, 5))), (move,))


def test_a_prediction_goes_to_the_photos_size_without_a_new_depth():
    small = np.arange(12.0).reshape(3, 4)
    move = PixelTransform(8, 6, 4, 3, 0.5, 0.5)
    np.testing.assert_array_equal(prediction_on_photo(small, move), small.repeat(2, 0).repeat(2, 1))
    cropped = prediction_on_photo(small, replace(move, offset_x=-1.0))
    np.testing.assert_array_equal(cropped[:, 2:], small.repeat(2, 0).repeat(2, 1)[:, :6])
    assert np.isnan(cropped[:, :2]).all()
