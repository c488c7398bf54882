"""Truth brought to a prediction's grid and scale."""

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from moe3d.errors import DatasetError
from moe3d.evaluation.one_scene.scene_truth import read_truth
from tests.scenes import step_prediction

NAMES = ("photo 1", "photo 2")


def photo_depth(scale: float = 3.0) -> np.ndarray:
    """The step of `step_prediction` at the photos' 84 x 56 pixels, in other units."""
    depth = np.full((56, 84), scale)
    depth[:, 42:] = 2 * scale
    return depth


def truth_folder(folder: Path, scale: float = 3.0) -> Path:
    (folder / "depth").mkdir(parents=True)
    for name in NAMES:
        np.save(folder / "depth" / f"{name}.npy", photo_depth(scale).astype(np.float32))
    world = [np.eye(4).tolist(), np.eye(4).tolist()]
    world[1][0][3] = -0.3
    lens = [[84.0, 0, 42], [0, 84.0, 28], [0, 0, 1]]
    views = [
        {"image": f"images/{name}.jpg", "camera_from_world": matrix, "intrinsics": lens}
        for name, matrix in reversed(list(zip(NAMES, world, strict=True)))
    ]
    (folder / "cameras.json").write_text(json.dumps({"views": views}))
    return folder


def test_a_folder_gives_depth_in_the_predictions_units_and_cameras_by_name(tmp_path):
    prediction = step_prediction()
    truth = read_truth(truth_folder(tmp_path / "t"), prediction)
    assert truth.scale == pytest.approx(3.0)
    np.testing.assert_allclose(truth.depth, prediction.depth)
    assert truth.num_known_views == 2
    assert truth.camera_from_world[1, 0, 3] == pytest.approx(-0.3)  # listed last photo first
    # half the photo's size: focal length halves, centre (42 + 0.5) / 2 - 0.5
    np.testing.assert_allclose(truth.intrinsics[0], [[42, 0, 20.75], [0, 42, 13.75], [0, 0, 1]])


def test_sixteen_bit_png_knows_neither_zero_nor_the_highest_value(tmp_path):
    values = (1000 * photo_depth()).astype(np.uint16)
    values[:4], values[4:8] = 0, 65535
    for name in NAMES:
        cv2.imwrite(str(tmp_path / f"{name}.png"), values)
    truth = read_truth(tmp_path, step_prediction())
    assert truth.scale == pytest.approx(3000)
    assert np.isnan(truth.depth[:, :4]).all()
    assert np.isfinite(truth.depth[:, 4:]).all()


@pytest.mark.parametrize("size", [(28, 42), (14, 21), (168, 252)])
def test_depth_of_the_networks_size_or_of_the_photos_shape_will_do(tmp_path, size):
    depth = np.repeat([[1.0, 2.0]], size[0], axis=0).repeat(size[1] // 2 + 1, axis=1)[:, : size[1]]
    depth = np.where(np.arange(size[1]) < size[1] / 2, 1.0, 2.0) * np.ones((size[0], 1))
    for name in NAMES:
        np.save(tmp_path / f"{name}.npy", depth)
    truth = read_truth(tmp_path, step_prediction())
    assert np.mean(truth.depth == step_prediction().depth) > 0.97


def test_photos_without_truth_are_unknown_and_named(tmp_path):
    np.save(tmp_path / "photo 2.npy", photo_depth())
    truth = read_truth(tmp_path, step_prediction())
    assert np.isnan(truth.depth[0]).all()
    assert truth.notes == ("1 of 2 photos have no true depth",)


def test_one_array_of_all_photos_and_one_file_of_one(tmp_path):
    np.save(tmp_path / "all.npy", np.stack([photo_depth()] * 2))
    assert read_truth(tmp_path / "all.npy", step_prediction()).num_known_views == 2
    np.save(tmp_path / "photo 1.npy", photo_depth())
    assert read_truth(tmp_path / "photo 1.npy", step_prediction()).num_known_views == 1


def test_a_cropped_photo_takes_the_part_that_the_network_saw(tmp_path):
    prediction = step_prediction()
    moved = replace(prediction.pixel_transforms[0], original_width=104, offset_x=-10.0)
    cropped = replace(prediction, pixel_transforms=(moved, moved))
    wide = np.full((56, 104), 9.0)
    wide[:, 20:62], wide[:, 62:] = 3.0, 6.0
    for name in NAMES:
        np.save(tmp_path / f"{name}.npy", wide)
    np.testing.assert_allclose(read_truth(tmp_path, cropped).depth, prediction.depth)


def test_a_cloud_alone_is_truth_without_depth(tmp_path):
    points = "0 0 1\n1 0 1\n0 1 2\n"
    header = "ply\nformat ascii 1.0\nelement vertex 3\n"
    header += "property float x\nproperty float y\nproperty float z\nend_header\n"
    (tmp_path / "scan.ply").write_text(header + points)
    truth = read_truth(tmp_path / "scan.ply", step_prediction())
    assert len(truth.cloud) == 3
    assert not truth.has_depth


def write_nothing(folder: Path) -> Path:
    return folder / "nowhere"


def write_foreign(folder: Path) -> Path:
    np.save(folder / "kitchen.npy", photo_depth())
    return folder


def write_photo(folder: Path) -> Path:
    cv2.imwrite(str(folder / "photo 1.png"), np.zeros((56, 84, 3), np.uint8))
    return folder


def write_square(folder: Path) -> Path:
    np.save(folder / "photo 1.npy", np.ones((50, 50)))
    return folder


def write_text(folder: Path) -> Path:
    (folder / "notes.txt").write_text("hello")
    return folder / "notes.txt"


def write_bad_cameras(folder: Path) -> Path:
    (folder / "cameras.json").write_text('{"views": [{"image": "photo 1.jpg"}]}')
    return folder / "cameras.json"


def write_unknown(folder: Path) -> Path:
    for name in NAMES:
        np.save(folder / f"{name}.npy", np.zeros((56, 84)))
    return folder


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (write_nothing, "is not there; wanted a folder with depth/NAME.npy"),
        (write_foreign, "holds no truth for these 2 photos"),
        (write_photo, "must be a 16-bit PNG of depth with one channel; it is uint8"),
        (write_square, "is 50 x 50; wanted the photo's 84 x 56"),
        (write_text, "is no truth that can be read"),
        (write_bad_cameras, "is no list of cameras"),
        (write_unknown, "no depth is known at any valid pixel"),
    ],
)
def test_wrong_files_get_one_clear_sentence(tmp_path, write, message):
    with pytest.raises(DatasetError, match=message) as caught:
        read_truth(write(tmp_path), step_prediction())
    assert "\n" not in str(caught.value)
