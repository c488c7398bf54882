"""Saved maps hold what the map holds, as other libraries read them."""

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

import moe3d
from moe3d.errors import EmptyExportError, OutputError, UsageError
from moe3d.io.exporters.map_files import MAP_FORMATS, SCALE_KEY, SavedMap, write_map
from moe3d.io.formats.exr import read_exr
from tests.scenes import refined_prediction, step_prediction


def saved(key: str, prediction=None, view: int = 0) -> SavedMap:
    prediction = prediction or step_prediction()
    source = moe3d.MapSource(
        prediction, view, prediction.depth, flying=moe3d.flying_pixels(prediction, ["fused"])
    )
    style = moe3d.MapStyle((1.0, 2.0), other_ranges=moe3d.map_ranges(prediction))
    return SavedMap(source, key, style)


def with_hole(prediction):
    """The same with one pixel of which nothing is known."""
    valid = prediction.valid_mask.copy()
    valid[:, 3, 4] = False
    return replace(prediction, valid_mask=valid)


def test_a_picture_has_every_pixel_of_the_map_and_no_other(tmp_path: Path):
    one = saved("fused")
    write_map(one, "picture", tmp_path / "a.png")
    read = cv2.imread(str(tmp_path / "a.png"), cv2.IMREAD_UNCHANGED)[..., ::-1]
    np.testing.assert_array_equal(read, moe3d.map_picture(one.source, "fused", one.style))
    assert read.shape[:2] == one.source.prediction.depth.shape[1:]


@pytest.mark.parametrize("key", ["fused", "difference", "entropy", "gating", "support", "sides"])
def test_the_colour_bar_stands_beside_the_untouched_map(tmp_path: Path, key: str):
    one = saved(key, refined_prediction())
    write_map(one, "bar", tmp_path / "a.png")
    read = cv2.imread(str(tmp_path / "a.png"))[..., ::-1]
    picture = moe3d.map_picture(one.source, key, one.style)
    height, width = picture.shape[:2]
    np.testing.assert_array_equal(read[:height, :width], picture)
    beside = read[:, width:].reshape(-1, 3)
    assert (beside == 255).all(axis=1).mean() > 0.4, "the paper is white"
    assert (beside < 90).all(axis=1).any(), "numbers are dark"
    if key == "gating":
        colors = moe3d.expert_colors(one.style.palette, 4)
    else:
        colors = moe3d.color_table(one.style.scale(key).color_map)[[8, 128, 247]]
    for color in np.asarray(colors, int):
        assert np.abs(beside - color).max(axis=1).min() <= 12, f"{color} is in the bar"


@pytest.mark.parametrize("key", ["fused", "difference", "spread", "confidence", "support"])
def test_sixteen_bits_and_the_scale_in_the_file_give_the_values_back(tmp_path: Path, key: str):
    one = saved(key, with_hole(refined_prediction()), view=1)
    write_map(one, "png16", tmp_path / "a.png")
    steps = cv2.imread(str(tmp_path / "a.png"), cv2.IMREAD_UNCHANGED)
    assert steps.dtype == np.uint16
    with Image.open(tmp_path / "a.png") as image:
        scale = json.loads(image.info[SCALE_KEY])
    read = np.where(steps > 0, scale["offset"] + scale["per_step"] * steps.astype(float), np.nan)
    wanted = moe3d.map_values(one.source, key).astype(float)
    assert np.isnan(read[3, 4])
    read[3, 4] = wanted[3, 4] = 0
    np.testing.assert_allclose(read, wanted, atol=0.51 * scale["per_step"])
    assert (scale["map"], scale["units"], scale["unknown"]) == (key, "relative", 0)


def test_floats_are_the_very_values_in_exr_and_npy(tmp_path: Path):
    one = saved("fused", with_hole(step_prediction()))
    for name in ("exr", "npy"):
        write_map(one, name, tmp_path / f"a.{name}")
    wanted = one.source.prediction.depth[0].copy()
    wanted[3, 4] = np.nan
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), wanted)
    np.testing.assert_array_equal(read_exr(tmp_path / "a.exr")["Y"], wanted)


@pytest.mark.interop
def test_openexr_reads_values_and_header(tmp_path: Path):
    OpenEXR = pytest.importorskip("OpenEXR")
    one = saved("difference")
    write_map(one, "exr", tmp_path / "a.exr")
    with OpenEXR.File(str(tmp_path / "a.exr")) as file:
        np.testing.assert_array_equal(file.channels()["Y"].pixels, one.values())
        assert file.header()["moe3d_units"] == "relative"


def test_the_gate_is_saved_as_its_weights(tmp_path: Path):
    one = saved("gating")
    weights = one.source.prediction.gate_weights()[0]
    write_map(one, "npy", tmp_path / "a.npy")
    write_map(one, "exr", tmp_path / "a.exr")
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), weights)
    channels = read_exr(tmp_path / "a.exr")
    np.testing.assert_array_equal(channels["expert_3"], weights[2])
    np.testing.assert_allclose(sum(channels.values()), 1, atol=1e-6)


def test_flying_points_are_ones_and_the_photo_its_colours(tmp_path: Path):
    flying, photo = saved("flying:fused"), saved("photo")
    write_map(flying, "npy", tmp_path / "f.npy")
    mask = moe3d.flying_pixels(flying.source.prediction, ["fused"])["fused"].mask[0]
    np.testing.assert_array_equal(np.load(tmp_path / "f.npy"), mask.astype(np.float32))
    write_map(photo, "npy", tmp_path / "p.npy")
    np.testing.assert_array_equal(np.load(tmp_path / "p.npy"), photo.source.prediction.images[0])


def test_what_cannot_be_saved_is_refused_and_nothing_is_there(tmp_path: Path):
    with pytest.raises(UsageError, match="Photo cannot be saved as Values, float"):
        write_map(saved("photo"), "exr", tmp_path / "a.exr")
    with pytest.raises(UsageError, match="there is no format 'gif'"):
        write_map(saved("fused"), "gif", tmp_path / "a.gif")
    nothing = step_prediction()
    nothing = replace(nothing, valid_mask=np.zeros_like(nothing.valid_mask))
    with pytest.raises(EmptyExportError, match="not one pixel"):
        write_map(saved("fused", nothing), "png16", tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_stays_unless_it_may_be_replaced(tmp_path: Path):
    path = tmp_path / "a.npy"
    path.write_bytes(b"mine")
    with pytest.raises(OutputError, match="exists already"):
        write_map(saved("fused"), "npy", path)
    assert path.read_bytes() == b"mine"
    write_map(saved("fused"), "npy", path, overwrite=True)
    assert np.load(path).shape == (28, 42)


def test_every_map_of_a_scene_is_taken_by_some_format():
    for key in (*moe3d.map_keys(refined_prediction(), has_truth=True), "sides"):
        assert any(form.takes(key) for form in MAP_FORMATS.values()), key
