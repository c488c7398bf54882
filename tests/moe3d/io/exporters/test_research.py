"""Research arrays and expert maps as numpy, OpenCV, Pillow and our EXR reader see them."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from moe3d.io.exports.export import export
from moe3d.io.formats.exr import read_exr
from moe3d.io.scenes.prediction_file import read_prediction
from moe3d.scene.cloud import point_cloud
from moe3d.scene.palettes import expert_colors
from tests.scenes import step_prediction
from tests.supported_scenes import supported_prediction

HOLE = (0, 3, 5)


def scene_with_a_hole():
    scene = step_prediction()
    valid = scene.valid_mask.copy()
    valid[HOLE] = False
    return replace(scene, valid_mask=valid)


SCENE = scene_with_a_hole()


def test_npz_has_vggts_names_and_points_that_fit_its_depth(tmp_path):
    (done,) = export(SCENE, tmp_path, ["npz"])
    with np.load(done.path, allow_pickle=False) as arrays:
        assert {"depth", "depth_conf", "extrinsic", "intrinsic", "images"} <= set(arrays)
        points = arrays["world_points_from_depth"]
        assert points.shape == (2, 28, 42, 3)
        assert np.isnan(points[HOLE]).all()
        known = points[SCENE.valid_mask]
        np.testing.assert_array_equal(known, point_cloud(SCENE, confidence_percentile=0).points)
        in_camera = points[1] @ arrays["extrinsic"][1, :, :3].T + arrays["extrinsic"][1, :, 3]
        np.testing.assert_allclose(in_camera[..., 2], arrays["depth"][1], rtol=1e-6)
        np.testing.assert_array_equal(arrays["winner"][0, 0, [0, -1]], [0, 1])
        logits = arrays["gate_logits"] / arrays["gate_temperature"]
        weights = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        fused = (weights * arrays["depth_experts"]).sum(axis=1)
        np.testing.assert_allclose(fused, arrays["depth"], atol=1e-4)
        np.testing.assert_array_equal(arrays["original_size"], [[84, 56]] * 2)
        scale_x, _, offset_x, _ = arrays["pixel_transform"][0]
        assert scale_x * (83 + 0.5) - 0.5 + offset_x == pytest.approx(41.25)
    assert read_prediction(done.path).names == SCENE.names


def test_npz_has_refined_depth_and_support_where_photos_were_compared(tmp_path):
    scene = supported_prediction()
    (done,) = export(scene, tmp_path, ["npz"])
    with np.load(done.path, allow_pickle=False) as arrays:
        np.testing.assert_array_equal(arrays["support"][0, 0, [0, 11, 21, 32]], [0, 1, 2, 3])
        np.testing.assert_array_equal(arrays["support_vggt"][1, 9, [0, 10, 41]], [3, 2, 0])
        np.testing.assert_allclose(arrays["depth_refined"], scene.depth * 1.01, rtol=1e-6)
        np.testing.assert_allclose(
            arrays["depth_vggt_refined"], scene.baseline.depth * 1.01, rtol=1e-6
        )
    (plain,) = export(SCENE, tmp_path / "plain", ["npz"])
    with np.load(plain.path, allow_pickle=False) as arrays:
        assert not {"support", "depth_refined", "depth_vggt_refined"} & set(arrays)


def test_every_experts_depth_and_weight_are_in_the_maps(tmp_path):
    (done,) = export(SCENE, tmp_path, ["expert-maps"])
    channels = read_exr(done.path / "photo_1.exr")
    assert set(channels) == {
        "Y",
        *(f"expert{number}.Y" for number in range(1, 5)),
        *(f"gate{number}.Y" for number in range(1, 5)),
    }
    known = SCENE.valid_mask[0]
    np.testing.assert_array_equal(channels["expert2.Y"][known], 2.0)
    np.testing.assert_array_equal(channels["Y"][known], SCENE.depth[0][known])
    total = sum(channels[f"gate{number}.Y"] for number in range(1, 5))
    np.testing.assert_allclose(total[known], 1, atol=1e-6)
    assert all(values[HOLE[1:]] == 0 for values in channels.values())
    with Image.open(done.path / "photo_1_winner.png") as image:
        winner = np.asarray(image)
        colors = np.asarray(image.convert("RGB"))
    np.testing.assert_array_equal(winner[known], SCENE.dominant_expert()[0][known])
    assert winner[HOLE[1:]] == 255
    np.testing.assert_array_equal(colors[0, 0], expert_colors(4)[0])
    np.testing.assert_array_equal(colors[0, -1], expert_colors(4)[1])


def test_openexr_reads_all_channels(tmp_path):
    openexr = pytest.importorskip("OpenEXR")
    (done,) = export(SCENE, tmp_path, ["expert-maps"])
    with openexr.File(str(done.path / "photo_2.exr"), separate_channels=True) as file:
        found = file.channels()["expert3.Y"].pixels.copy()
    np.testing.assert_allclose(found[SCENE.valid_mask[1]], 4 / 3, rtol=1e-6)
