"""The sheet shows what was computed, in the order in which it was asked for."""

import numpy as np
import pytest
from PIL import Image

from moe3d.evaluation.models import Answer
from moe3d.evaluation.reports.figures import FigureSheet
from moe3d.evaluation.reports.panels import (
    BAND,
    FLYING,
    RESTING,
    UNRESOLVED,
    ComparedPhoto,
    error_colors,
    model_panels,
    truth_panels,
)
from moe3d.io.datasets.records import SceneTruth
from moe3d.io.exports.sheet import INVALID
from moe3d.scene.layers import named_layer
from moe3d.scene.records import View, ViewSet
from tests.fake_models import prediction_of


def step_truth():
    depth = np.full((1, 24, 32), 4.0)
    depth[:, :, 16:] = 2.0
    depth[:, 0] = np.nan
    view = View("a", 32, 24, pixels=np.full((24, 32, 3), 200, np.uint8))
    return SceneTruth(ViewSet((view,)), depth)


def answer_to(truth, layer="fused", distort=lambda depth: depth):
    prediction = prediction_of(truth, truth.views, distort)
    return Answer(prediction, named_layer(prediction, layer))


def pixels_of(panel, color):
    return (panel.picture == np.array(color)).all(axis=-1)


def test_flying_pixels_are_red_and_tested_ones_blue():
    def fly(depth):
        depth = depth.copy()
        depth[10, 15] = 2.8
        return depth

    truth = step_truth()
    answer = answer_to(truth, distort=fly)
    panels = {one.label: one for one in model_panels(ComparedPhoto.of(answer, truth), answer)}
    red = pixels_of(panels["flying points"], FLYING)
    assert np.argwhere(red).tolist() == [[10, 15]]
    assert pixels_of(panels["flying points"], RESTING).sum() == 8 * 23 - 1
    assert not pixels_of(panels["flying points"], UNRESOLVED).any()
    assert pixels_of(panels["relative error"], INVALID)[0].all()
    np.testing.assert_array_equal(
        panels["relative error"].picture[10, 15],
        error_colors(np.array([[1.0]]), np.ones((1, 1), bool))[0, 0],
    )
    assert (pixels_of(panels["relative error"], (0, 0, 4))[1:].sum()) == 32 * 23 - 1


def test_a_flat_prediction_keeps_no_surfaces_apart():
    truth = step_truth()
    answer = answer_to(truth, distort=lambda depth: np.full_like(depth, 3.0))
    panels = {one.label: one for one in model_panels(ComparedPhoto.of(answer, truth), answer)}
    assert pixels_of(panels["flying points"], UNRESOLVED).sum() == 8 * 23


def test_the_band_is_drawn_and_the_photo_itself_stays_as_it_was():
    truth = step_truth()
    answer = answer_to(truth)
    before = answer.prediction.images.copy()
    panels = {one.label: one for one in truth_panels(ComparedPhoto.of(answer, truth))}
    assert pixels_of(panels["edge band, 3 px"], BAND).sum() == 8 * 23
    assert pixels_of(panels["photo"], FLYING).any()
    np.testing.assert_array_equal(answer.prediction.images, before)


def test_the_sheet_has_the_asked_models_in_their_order(tmp_path):
    truth, sheet = step_truth(), FigureSheet(tmp_path)
    for model, layer in (("plain", "vggt"), ("moe", "fused"), ("old", "fused")):
        sheet.watch("a/1", model, answer_to(truth, layer), truth)
    sheet.watch("a/2", "moe", answer_to(truth), truth)
    again = FigureSheet(tmp_path)  # a later run, in which nothing is drawn
    heights = []
    for models in (("moe", "plain"), ("plain", "moe"), ("moe",)):
        again.write(tmp_path / "sheet.png", ("a/1",), models)
        heights.append(np.asarray(Image.open(tmp_path / "sheet.png")))
    assert heights[0].shape == heights[1].shape
    assert (heights[0] != heights[1]).any()
    assert heights[2].shape[0] == heights[0].shape[0] - 188
    again.write(tmp_path / "both.png", ("a/1", "a/2", "missing"), ("moe",))
    assert Image.open(tmp_path / "both.png").height > 2 * 370


@pytest.mark.parametrize("spoil", [np.nan, 0.0])
def test_a_scene_that_cannot_be_compared_is_not_drawn(tmp_path, spoil):
    truth = step_truth()
    answer = answer_to(truth)
    truth.depth[:] = spoil
    sheet = FigureSheet(tmp_path)
    sheet.watch("a", "moe", answer, truth)
    sheet.write(tmp_path / "sheet.png", ("a",), ("moe",))
    assert not (tmp_path / "sheet.png").exists()
