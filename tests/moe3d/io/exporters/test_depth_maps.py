"""Depth maps as other readers see them."""

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from moe3d.io.exports.export import export
from moe3d.io.exports.export_job import ExportOptions
from moe3d.io.formats.exr import read_exr, write_exr
from moe3d.scene.filters import CloudOptions
from tests.scenes import step_prediction

SCENE = step_prediction()
ALL = ExportOptions(CloudOptions(confidence_percentile=0))


@pytest.mark.parametrize("factor", [1.0, 1000.0, 1e-6])
def test_png_holds_depth_in_steps_of_the_sidecars_factor(tmp_path, factor):
    scene = replace(SCENE, depth=SCENE.depth * np.float32(factor))
    (done,) = export(scene, tmp_path, ["depth-png"], ALL)
    details = json.loads(done.sidecar.read_text())["details"]
    steps = cv2.imread(str(done.path / "photo_1.png"), cv2.IMREAD_UNCHANGED)
    assert steps.dtype == np.uint16
    np.testing.assert_allclose(steps * details["depth_per_step"], scene.depth[0], rtol=1e-3)
    assert details["files"]["photo_2.png"] == "photo 2.jpg"


def test_filtered_pixels_are_zero(tmp_path):
    (done,) = export(SCENE, tmp_path, ["depth-png"])
    steps = cv2.imread(str(done.path / "photo_1.png"), cv2.IMREAD_UNCHANGED)
    assert (steps[:, 0] == 0).all()
    assert (steps[:, -1] == 2000).all()


def test_exr_holds_the_exact_depth(tmp_path):
    openexr = pytest.importorskip("OpenEXR")
    (done,) = export(SCENE, tmp_path, ["depth-exr"], ALL)
    with openexr.File(str(done.path / "photo_2.exr")) as file:
        np.testing.assert_array_equal(file.channels()["Y"].pixels, SCENE.depth[1])


def test_our_exr_comes_back(tmp_path):
    channels = {
        name: np.random.default_rng(index).normal(size=(5, 7)).astype(np.float32)
        for index, name in enumerate("RGB")
    }
    write_exr(tmp_path / "a.exr", channels)
    found = read_exr(tmp_path / "a.exr")
    for name, values in channels.items():
        np.testing.assert_array_equal(found[name], values)
