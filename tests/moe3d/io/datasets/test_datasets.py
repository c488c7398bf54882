"""Every reader on an analytic room in its own layout, and what it says of a missing file."""

import json
import shutil

import numpy as np
import pytest

from moe3d.errors import DatasetError, UsageError
from moe3d.io.datasets.bonn import Bonn
from moe3d.io.datasets.catalog import DATASETS, open_dataset
from moe3d.io.datasets.kitti import Kitti
from moe3d.io.datasets.nrgbd import NeuralRgbd
from moe3d.io.datasets.nyu import NyuDepth
from moe3d.io.datasets.own import OwnScenes
from moe3d.io.datasets.seven_scenes import SevenScenes, register_depth
from moe3d.io.datasets.sintel import Sintel
from tests import data_sets

HALF_MILLIMETRE = 0.00051


def test_seven_scenes_registers_depth_to_the_colour_camera(tmp_path):
    data_sets.write_seven_scenes(tmp_path)
    truth = SevenScenes(tmp_path).read("heads/seq-01", [0, 2])
    cameras = data_sets.cameras(3)
    np.testing.assert_allclose(truth.camera_from_world, cameras[[0, 2]], atol=1e-12)
    exact = data_sets.room_depth(cameras[2], truth.intrinsics[1], 480, 640)
    gap = np.abs(truth.depth[1] - exact)
    known = np.isfinite(gap)
    assert 0.5 < known.mean() < 0.95
    assert np.median(gap[known]) < 0.002
    assert np.mean(gap[known] < 0.03) > 0.99


def test_seven_scenes_drops_invalid_depth_and_the_usual_script_does_not(tmp_path):
    data_sets.write_seven_scenes(tmp_path, frames=1)
    ours = SevenScenes(tmp_path).read("heads/seq-01", [0]).depth
    usual = SevenScenes(tmp_path, registration="usual-script").read("heads/seq-01", [0]).depth
    assert np.nanmin(ours) > 0.9
    assert np.nanmin(usual) < 0.5
    assert np.count_nonzero(usual < 0.6) > 1000
    by_file = SevenScenes(tmp_path, registration="file").read("heads/seq-01", [0]).depth
    exact = data_sets.room_depth(np.eye(4), data_sets.intrinsics(525.0, (320.0, 240.0)), 480, 640)
    assert np.nanmax(np.abs(by_file[0] - exact)) < HALF_MILLIMETRE


def slow_registration(raw, keep_invalid):
    from moe3d.io.datasets.seven_scenes import COLOUR_FROM_DEPTH as T

    best = {}
    for v, u in np.ndindex(raw.shape):
        if raw[v, u] == 0 or (raw[v, u] == 65535 and not keep_invalid):
            continue
        d = raw[v, u] / 1000
        point = T @ [(u + 0.5 - 320) / 585 * d, (v + 0.5 - 240) / 585 * d, d, 1]
        x, y = round(525 * point[0] / point[2] + 320), round(525 * point[1] / point[2] + 240)
        if 0 <= x < raw.shape[1] and 0 <= y < raw.shape[0]:
            best[y, x] = min(best.get((y, x), np.inf), point[2])
    registered = np.zeros(raw.shape, np.uint16)
    for pixel, z in best.items():
        registered[pixel] = int(z * 1000) % 65536
    return registered


@pytest.mark.parametrize("keep_invalid", [False, True])
def test_registration_is_that_of_a_slow_reference(keep_invalid):
    generator = np.random.default_rng(0)
    raw = generator.integers(500, 6000, (60, 80)).astype(np.uint16)
    raw[generator.random(raw.shape) < 0.2] = 65535
    raw[generator.random(raw.shape) < 0.1] = 0
    np.testing.assert_array_equal(
        register_depth(raw, keep_invalid), slow_registration(raw, keep_invalid)
    )


def test_seven_scenes_has_eighteen_test_sequences(tmp_path):
    names = SevenScenes(tmp_path).scene_names()
    assert len(names) == 18
    assert "redkitchen/seq-14" in names


def test_a_missing_sequence_is_named_with_where_it_is_had(tmp_path):
    with pytest.raises(DatasetError, match=r"chess.seq-03 is missing .*Microsoft"):
        SevenScenes(tmp_path).num_frames("chess/seq-03")


def test_a_missing_depth_image_is_named(tmp_path):
    data_sets.write_seven_scenes(tmp_path, frames=2)
    (tmp_path / "heads/seq-01/frame-000001.depth.png").unlink()
    with pytest.raises(DatasetError, match=r"frame-000001\.depth\.png is missing"):
        SevenScenes(tmp_path).read("heads/seq-01", [0, 1])


def test_frames_without_a_pose_are_left_out_and_noted(tmp_path):
    data_sets.write_seven_scenes(tmp_path, frames=2)
    np.savetxt(tmp_path / "heads/seq-01/frame-000001.pose.txt", np.full((4, 4), np.inf))
    truth = SevenScenes(tmp_path).read("heads/seq-01", [0, 1])
    assert len(truth.views) == 1
    assert truth.notes == ("frame-000001 has no finite pose",)


def test_nrgbd_turns_opengl_poses_and_skips_invalid_ones(tmp_path):
    data_sets.write_nrgbd(tmp_path)
    data = NeuralRgbd(tmp_path)
    assert data.num_frames("kitchen") == 4
    truth = data.read("kitchen", [0, 2, 3])
    np.testing.assert_allclose(truth.camera_from_world, data_sets.cameras(3)[[0, 2]], atol=1e-12)
    exact = data_sets.room_depth(data_sets.cameras(3)[2], truth.intrinsics[1], 480, 640)
    assert np.nanmax(np.abs(truth.depth[1] - exact)) < HALF_MILLIMETRE
    assert truth.views.names == ("img0.png", "img2.png")
    assert truth.notes == ("img3 has an invalid pose",)


def test_nrgbd_sorts_its_unpadded_names_as_numbers(tmp_path):
    data_sets.write_nrgbd(tmp_path, frames=12)
    assert NeuralRgbd(tmp_path).read("kitchen", [2, 10]).views.names == ("img2.png", "img10.png")


def test_nrgbd_without_focal_or_with_another_one_is_refused(tmp_path):
    data_sets.write_nrgbd(tmp_path)
    focal = tmp_path / "kitchen" / "focal.txt"
    focal.write_text("600\n")
    with pytest.raises(DatasetError, match="says 600"):
        NeuralRgbd(tmp_path).read("kitchen", [0])
    focal.unlink()
    with pytest.raises(DatasetError, match=r"focal\.txt is missing .*TU Munich"):
        NeuralRgbd(tmp_path).read("kitchen", [0])


def test_sintel_reads_depth_below_seventy_metres_and_cameras(tmp_path):
    data_sets.write_sintel(tmp_path)
    truth = Sintel(tmp_path).read("alley_2", [0, 1])
    assert np.isnan(truth.depth[:, :3]).all()
    exact = data_sets.small_room(1)[3:]
    np.testing.assert_allclose(truth.depth[1, 3:], exact, rtol=1e-6)
    np.testing.assert_array_equal(truth.camera_from_world, data_sets.cameras(2))
    np.testing.assert_array_equal(truth.intrinsics[0], data_sets.SMALL)
    assert len(Sintel(tmp_path).scene_names()) == 14
    assert len(Sintel(tmp_path, sequences="23").scene_names()) == 23


def test_a_sintel_depth_file_that_is_cut_short_is_refused(tmp_path):
    data_sets.write_sintel(tmp_path)
    path = tmp_path / "training/depth/alley_2/frame_0001.dpt"
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(DatasetError, match=r"frame_0001\.dpt says 48 x 36"):
        Sintel(tmp_path).read("alley_2", [0])
    path.write_bytes(b"abc")
    with pytest.raises(DatasetError, match="cut short"):
        Sintel(tmp_path).read("alley_2", [0])


def test_bonn_pairs_frames_from_the_thirtieth_by_order(tmp_path):
    data_sets.write_bonn(tmp_path)
    data = Bonn(tmp_path)
    assert data.num_frames("crowd2") == 3
    truth = data.read("crowd2", [0])
    assert truth.views.names == ("1030.5.png",)
    np.testing.assert_allclose(truth.depth[0], data_sets.small_room() + 0.3, atol=0.0002)


def test_bonn_sorts_times_as_decimals(tmp_path):
    data_sets.write_bonn(tmp_path, frames=31)
    folder = tmp_path / "rgbd_bonn_crowd2"
    for name, ending in (("rgb", "5"), ("depth", "7")):
        (folder / name / f"1030.{ending}.png").rename(folder / name / f"1029.{ending}05.png")
    assert Bonn(tmp_path).read("crowd2", [0]).views.names == ("1029.505.png",)
    (folder / "rgb" / "1029.505.png").rename(folder / "rgb" / "1029.45.png")
    assert Bonn(tmp_path).read("crowd2", [0]).views.names == ("1029.5.png",)


def test_kitti_reads_sparse_depth_and_finds_the_raw_photo(tmp_path):
    data_sets.write_kitti(tmp_path)
    scene = Kitti(tmp_path).scene_names()[0]
    truth = Kitti(tmp_path).read(scene, [1])
    known = np.isfinite(truth.depth[0])
    assert known.mean() == pytest.approx(1 / 3, abs=0.01)
    np.testing.assert_allclose(truth.depth[0][known], data_sets.small_room(1)[known], atol=0.004)
    assert len(Kitti(tmp_path).scene_names()) == 13
    shutil.rmtree(tmp_path / "2011_09_26")
    with pytest.raises(DatasetError, match=r"raw photo is missing; looked for .*KITTI depth page"):
        Kitti(tmp_path).read(scene, [1])


def test_nyu_reads_every_file_as_a_scene(tmp_path):
    pytest.importorskip("h5py")
    data_sets.write_nyu(tmp_path)
    data = NyuDepth(tmp_path)
    assert data.scene_names() == ("00001", "00002")
    truth = data.read("00002", [0])
    np.testing.assert_allclose(truth.depth[0], data_sets.small_room(), rtol=1e-6)
    assert truth.views.views[0].pixels.shape == (36, 48, 3)
    assert truth.intrinsics is None


def test_our_own_scenes_come_back_as_they_were_written(tmp_path):
    data_sets.write_own(tmp_path)
    data = OwnScenes(tmp_path)
    assert data.scene_names() == ("scene-1000000", "scene-1000001")
    truth = data.read("scene-1000001", [1])
    np.testing.assert_allclose(truth.depth[0], data_sets.small_room(2), rtol=1e-6)
    np.testing.assert_array_equal(truth.camera_from_world[0], data_sets.cameras(3)[2])
    assert OwnScenes(tmp_path / "scene-1000000").scene_names() == ("scene-1000000",)


def test_an_own_scene_without_a_depth_map_or_cameras_is_named(tmp_path):
    data_sets.write_own(tmp_path)
    (tmp_path / "scene-1000000/depth/001.npy").unlink()
    (tmp_path / "scene-1000001/cameras.json").write_text("[]")
    with pytest.raises(DatasetError, match=r"001\.npy is missing"):
        OwnScenes(tmp_path).read("scene-1000000", [0, 1])
    with pytest.raises(DatasetError, match=r"each of 3 photos|no list of cameras"):
        OwnScenes(tmp_path).read("scene-1000001", [0])


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("camera_from_world", np.zeros((4, 4)), "camera of 001.png is no rigid motion"),
        ("camera_from_world", np.full((4, 4), np.nan), "camera of 001.png is no rigid motion"),
        ("camera_from_world", np.diag([1, 1, -1, 1]), "camera of 001.png is no rigid motion"),
        ("intrinsics", np.zeros((3, 3)), "intrinsics of 001.png have no focal length"),
        ("intrinsics", np.eye(2), "no list of cameras"),
    ],
)
def test_a_broken_camera_is_one_clear_line(tmp_path, key, value, message):
    data_sets.write_own(tmp_path)
    path = tmp_path / "scene-1000000/cameras.json"
    document = json.loads(path.read_text())
    document["views"][1][key] = value.tolist()
    path.write_text(json.dumps(document))
    data = OwnScenes(tmp_path)
    with pytest.raises(DatasetError, match=message):
        data.read("scene-1000000", [0, 1])


def test_a_pose_file_that_is_no_pose_is_refused(tmp_path):
    data_sets.write_seven_scenes(tmp_path, frames=1)
    path = tmp_path / "heads/seq-01/frame-000000.pose.txt"
    for matrix, message in ((np.zeros((4, 4)), "no rigid motion"), (np.eye(4)[:3], "4x4")):
        np.savetxt(path, matrix)
        with pytest.raises(DatasetError, match=message):
            SevenScenes(tmp_path).read("heads/seq-01", [0])


def test_depth_maps_of_two_sizes_are_refused(tmp_path):
    data_sets.write_own(tmp_path)
    np.save(tmp_path / "scene-1000000/depth/001.npy", np.ones((5, 5), np.float32))
    with pytest.raises(DatasetError, match="one size"):
        OwnScenes(tmp_path).read("scene-1000000", [0, 1])


@pytest.mark.parametrize("name", DATASETS)
def test_an_empty_folder_is_told_what_belongs_there(tmp_path, name):
    data = open_dataset(name, tmp_path)
    with pytest.raises(DatasetError, match=r"is missing .*The data is had from"):
        [data.num_frames(scene) for scene in data.scene_names()]


def test_an_unknown_data_set_or_folder_is_refused(tmp_path):
    with pytest.raises(UsageError, match="nrgbd"):
        open_dataset("imagenet", tmp_path)
    with pytest.raises(DatasetError, match="no folder"):
        open_dataset("nrgbd", tmp_path / "nowhere")
