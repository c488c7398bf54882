"""A prediction that is the truth scores perfectly in every protocol on every fake data set."""

from dataclasses import replace

import numpy as np
import pytest

from moe3d.evaluation.boundary import count_occlusions
from moe3d.evaluation.models import EvaluatedModel
from moe3d.evaluation.protocols import PROTOCOLS
from moe3d.evaluation.runner import Evaluation, run_evaluation
from moe3d.evaluation.tasks.boundary import Boundary
from moe3d.evaluation.tasks.mono_depth import MonoDepth
from moe3d.evaluation.tasks.pose import Pose
from moe3d.evaluation.tasks.reconstruction import MultiViewReconstruction
from moe3d.io.datasets.bonn import Bonn
from moe3d.io.datasets.kitti import Kitti
from moe3d.io.datasets.nrgbd import NeuralRgbd
from moe3d.io.datasets.nyu import NyuDepth
from moe3d.io.datasets.own import OwnScenes
from moe3d.io.datasets.seven_scenes import SevenScenes
from moe3d.io.datasets.sintel import Sintel
from tests import data_sets
from tests.fake_models import WatchedData, fake_model

DATA = {
    "sintel": (Sintel, data_sets.write_sintel, "alley_2"),
    "bonn": (Bonn, data_sets.write_bonn, "crowd2"),
    "kitti": (Kitti, data_sets.write_kitti, "2011_09_26_drive_0002_sync"),
    "nyu-v2": (NyuDepth, data_sets.write_nyu, "00001"),
    "scenes": (OwnScenes, data_sets.write_own, "scene-1000001"),
    "7-scenes": (
        lambda root: SevenScenes(root, registration="file"),
        lambda root: data_sets.write_seven_scenes(root, frames=2),
        "heads/seq-01",
    ),
    "nrgbd": (NeuralRgbd, lambda root: data_sets.write_nrgbd(root, frames=3), "kitchen"),
}
LARGE = ("7-scenes", "nrgbd")
"""640 x 480: once is enough where a protocol changes nothing but the alignment."""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    for name, (_, write, _) in DATA.items():
        write(folder / name)
    return folder


def rows_of(task, data, scene, folder):
    model = EvaluatedModel("perfect", fake_model(data, task.protocol.input_size))
    (result,) = run_evaluation(Evaluation(task, data, (model,), folder, (scene,)))
    assert result.error == ""
    return result.rows


def opened(root, name):
    reader, _, scene = DATA[name]
    return WatchedData(reader(root / name)), scene


def shrunk(protocol):
    """The same protocol on images a seventh of the size, every frame."""
    size = protocol.input_size
    small = size and replace(size, width=round(size.width / 7), height=round(size.height / 7))
    crops = tuple(crop // 7 for crop in protocol.crops_px)
    return replace(protocol, input_size=small, crops_px=crops, strides={})


@pytest.mark.parametrize("name", PROTOCOLS)
@pytest.mark.parametrize("place", LARGE)
def test_clouds_of_a_perfect_prediction_are_perfect(root, tmp_path, place, name):
    protocol = shrunk(PROTOCOLS[name])
    (row,) = rows_of(MultiViewReconstruction(protocol), *opened(root, place), tmp_path)
    for crop in protocol.crops_px:
        label = f" crop {crop}" if crop else ""
        assert row["acc_mean" + label] < 1e-5
        assert row["comp_mean" + label] < 1e-5
        assert row["nc_mean" + label] > 0.999
        assert row["fscore" + label] == 1
        assert row["icp_fitness" + label] == 1
        assert row["alignment_scale" + label] == pytest.approx(2, rel=1e-4)


@pytest.mark.parametrize("name", PROTOCOLS)
@pytest.mark.parametrize("place", ["scenes", "sintel"])
def test_clouds_of_small_photos_are_perfect_as_they_are(root, tmp_path, place, name):
    protocol = replace(PROTOCOLS[name], input_size=None, crops_px=(0, 24), strides={})
    (row,) = rows_of(MultiViewReconstruction(protocol), *opened(root, place), tmp_path)
    for label in ("", " crop 24"):
        assert max(row["acc_mean" + label], row["comp_mean" + label]) < 1e-5
        assert row["fscore" + label] == 1


@pytest.mark.parametrize("name", PROTOCOLS)
@pytest.mark.parametrize("place", DATA)
def test_single_frame_depth_is_perfect(root, tmp_path, place, name):
    data, scene = opened(root, place)
    task = MonoDepth.for_dataset(PROTOCOLS[name], data)
    for row in rows_of(task, data, scene, tmp_path):
        assert row["absrel"] < 1e-6
        assert (row["d1"], row["d2"], row["d3"]) == (1, 1, 1)


BOUNDARY_CASES = [
    (place, name)
    for place in DATA
    for name in PROTOCOLS
    if place not in LARGE or name in ("project", "pi3-sparse")
]


@pytest.mark.parametrize(("place", "name"), BOUNDARY_CASES)
def test_boundaries_are_perfect(root, tmp_path, place, name):
    data, scene = opened(root, place)
    rows = rows_of(Boundary.for_dataset(PROTOCOLS[name], data, 1), data, scene, tmp_path)
    for index, row in enumerate(rows[:2]):
        truth = data.inner.read(scene, [index]).depth[0]
        reachable = count_occlusions(np.nan_to_num(truth), truth).f1
        assert row["boundary_f1_masked"] == pytest.approx(reachable, rel=1e-9)
        assert row["boundary_f1_pooled_r1"] == pytest.approx(1 if reachable else 0, abs=1e-9)
        assert (row["fpr_gt_flying_pixels"], row["absrel_photo"] < 1e-6) == (0, True)
        assert row["dbe_acc"] in (None, 0) or np.isnan(row["dbe_acc"])
    if place != "kitti":  # its lidar columns have no neighbour beside them
        assert rows[0]["boundary_f1_masked"] > 0.99


@pytest.mark.parametrize("name", PROTOCOLS)
@pytest.mark.parametrize("place", ["scenes", "sintel", *LARGE])
def test_cameras_are_perfect(root, tmp_path, place, name):
    data, scene = opened(root, place)
    task = Pose.for_dataset(replace(PROTOCOLS[name], strides={}, nrgbd_half_rule=False), data)
    (row,) = rows_of(task, data, scene, tmp_path)
    assert (row["auc5"], row["auc30"], row["rra5"], row["rta5"]) == (1, 1, 1, 1)
    assert row["rre_median"] < 1e-6
    assert row["ate"] is None or row["ate"] < 1e-6
