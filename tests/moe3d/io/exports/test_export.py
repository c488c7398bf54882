"""Exports as a whole: sidecars, refusals, full disks, and the same bytes every time."""

import json
import resource
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from moe3d.errors import EmptyExportError, JobCancelledError, OutputError, UsageError
from moe3d.io.exports.export import EXPORT_FORMATS, export, exporter
from moe3d.io.exports.export_content import Content
from moe3d.io.exports.export_job import ExportOptions, MeshSettings
from moe3d.io.formats.ply import read_ply
from moe3d.progress import Progress
from moe3d.scene.cloud import point_cloud
from moe3d.scene.filters import CloudOptions
from moe3d.scene.records import PredictionMetadata
from tests.file_permissions import bound_by_permissions
from tests.scenes import refined_prediction, step_prediction

SCENE = step_prediction()
QUICK = ExportOptions(mesh=MeshSettings(voxel_size=0.1, poisson_depth=4))


def contents(folder) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("name", EXPORT_FORMATS)
def test_every_format_is_written_read_back_and_described(tmp_path, name):
    (done,) = export(SCENE, tmp_path / "out", [name], QUICK)
    assert done.path.exists()
    assert done.size_bytes > 0
    sidecar = json.loads(done.sidecar.read_text(encoding="utf-8"))
    assert sidecar["format"] == name
    assert sidecar["reread_check"].startswith("passed")
    assert sidecar["units"] == "relative"
    assert sidecar["photos"][0]["name"] == "photo 1.jpg"
    assert sidecar["photos"][0]["pixel_transform"]["original_width"] == 84
    assert not [path for path in tmp_path.rglob("*") if path.name.endswith(".part")]


def test_the_sidecar_says_how_the_photos_agree(tmp_path):
    (done,) = export(refined_prediction(), tmp_path, ["ply"])
    sidecar = json.loads(done.sidecar.read_text(encoding="utf-8"))
    assert sidecar["agreement"]["photos_placed"] == 3
    assert sidecar["agreement"]["disagreement"] == 0.014
    assert sidecar["photos"][1]["agreement"]["matches"] == 2512
    assert sidecar["photos"][3]["agreement"]["residual_px"] is None
    assert sidecar["photos"][3]["agreement"]["disagrees"] is True
    assert sidecar["agreement"]["sentence"] in sidecar["notes"]
    (plain,) = export(SCENE, tmp_path / "plain", ["ply"])
    assert json.loads(plain.sidecar.read_text(encoding="utf-8"))["agreement"] is None


def test_the_exported_points_are_those_of_the_cloud(tmp_path):
    options = ExportOptions(CloudOptions(confidence_percentile=30, edge_rtol=0.03, normals=True))
    (done,) = export(SCENE, tmp_path, options=options)
    cloud = point_cloud(SCENE, confidence_percentile=30, edge_rtol=0.03)
    vertices = read_ply(done.path)
    np.testing.assert_array_equal(vertices.points, cloud.points)
    np.testing.assert_array_equal(vertices.colors, cloud.colors)
    assert done.written["points"] == len(cloud)
    assert done.removed_by == cloud.removed_by


@pytest.mark.parametrize(
    ("scene", "layer"), [(refined_prediction(), "refined"), (step_prediction(), "fused")]
)
def test_the_refined_depth_is_written_where_there_is_one(tmp_path, scene, layer):
    options = ExportOptions(cloud=CloudOptions(confidence_percentile=0))
    (file,) = export(scene, tmp_path, ("ply",), options)
    wanted = point_cloud(scene, layer, confidence_percentile=0)
    np.testing.assert_array_equal(read_ply(file.path).points, wanted.points)
    described = json.loads(file.sidecar.read_text())
    assert described["options"]["cloud"]["layer"] == layer
    raw = point_cloud(scene, confidence_percentile=0)
    np.testing.assert_array_equal(raw.points, point_cloud(scene, "fused", 0).points)


def test_axes_and_scale_are_applied_to_points_and_normals(tmp_path):
    plain = point_cloud(SCENE).points
    cloud_options = CloudOptions(normals=True)
    for up, columns in {"y": (0, -1, -2), "z": (0, 2, -1)}.items():
        options = ExportOptions(cloud_options, up=up, scale=2, name=up)
        records = read_ply(export(SCENE, tmp_path, options=options)[0].path).records
        expected = np.stack(
            [plain[:, abs(c)] * (-1 if c < 0 else 1) for c in columns], axis=1
        )  # y: (x, -y, -z); z: (x, z, -y)
        found = np.stack([records[name] for name in "xyz"], axis=1)
        np.testing.assert_allclose(found, 2 * expected, rtol=1e-6)
        facing = np.stack([records[name] for name in ("nx", "ny", "nz")], axis=1)
        toward = {"y": [0, 0, 1], "z": [0, -1, 0]}[up]
        np.testing.assert_allclose(facing, np.broadcast_to(toward, facing.shape), atol=1e-4)


@pytest.mark.parametrize(("up", "axis"), [("y", [0, 1, 0]), ("z", [0, 0, 1])])
def test_a_tilted_scene_is_levelled_with_its_cameras(tmp_path, up, axis):
    turn = Rotation.from_rotvec([0.4, 0.1, -0.3]).as_matrix()  # the photographer held it askew
    tilted = SCENE.camera_from_world.copy()
    tilted[:, :3, :3] = turn @ tilted[:, :3, :3]
    scene = replace(SCENE, camera_from_world=tilted)
    options = ExportOptions(up=up, level=True, level_up=(0.0, -1.0, 0.0))
    (done,) = export(scene, tmp_path, ["transforms"], options)
    sidecar = json.loads(done.sidecar.read_text(encoding="utf-8"))["options"]
    assert sidecar["levelled"]
    export_from_world = np.array(sidecar["export_from_world"])
    np.testing.assert_allclose(export_from_world[:3, :3] @ [0, -1, 0], axis, atol=1e-12)
    np.testing.assert_allclose(
        export_from_world[:3, :3] @ export_from_world[:3, :3].T, np.eye(3), atol=1e-12
    )
    frame = json.loads((done.path / "transforms.json").read_text())["frames"][1]
    centre = export_from_world[:3, :3] @ np.linalg.inv(tilted[1])[:3, 3]
    np.testing.assert_allclose(np.array(frame["transform_matrix"])[:3, 3], centre, atol=1e-9)


def test_the_photos_mean_up_is_level_unless_told_otherwise(tmp_path):
    turn = Rotation.from_rotvec([0.4, 0, 0]).as_matrix()
    tilted = SCENE.camera_from_world.copy()
    tilted[:, :3, :3] = turn
    scene = replace(SCENE, camera_from_world=tilted)
    (done,) = export(scene, tmp_path, ["glb"], ExportOptions(level=True))
    matrix = json.loads(done.sidecar.read_text(encoding="utf-8"))["options"]["export_from_world"]
    up = -turn[1]
    np.testing.assert_allclose(np.array(matrix)[:3, :3] @ up, [0, 1, 0], atol=1e-12)
    (raw,) = export(scene, tmp_path, ["colmap"], ExportOptions(level=True))
    matrix = json.loads(raw.sidecar.read_text(encoding="utf-8"))["options"]["export_from_world"]
    np.testing.assert_array_equal(matrix, np.eye(4))


def test_untrained_experts_are_named_in_the_file_and_beside_it(tmp_path):
    untrained = replace(SCENE, metadata=PredictionMetadata("vggt-1b", demonstration=True))
    (done,) = export(untrained, tmp_path)
    comments = " ".join(read_ply(done.path).comments)
    assert "EXPERTS UNTRAINED" in comments
    assert "DEMONSTRATION MODEL" in comments
    assert "relative units" in comments
    assert "EXPERTS UNTRAINED" in done.sidecar.read_text(encoding="utf-8")
    (trained,) = export(SCENE, tmp_path / "trained")
    assert "UNTRAINED" not in trained.sidecar.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (CloudOptions(confidence_min=99.0), "the filter confidence_min"),
        (CloudOptions(edge_rtol=1e-9, confidence_percentile=100), "edge_rtol|percentile"),
        (CloudOptions(views=()), "the filter views"),
    ],
)
def test_an_empty_export_is_refused_naming_the_filter(tmp_path, options, words):
    ramp = replace(SCENE, depth=SCENE.depth * np.linspace(1, 2, 28, dtype=np.float32)[:, None])
    with pytest.raises(EmptyExportError, match=words):
        export(ramp, tmp_path / "out", options=ExportOptions(options))
    assert contents(tmp_path) == {}


def test_a_prediction_without_valid_pixels_is_refused(tmp_path):
    nothing = replace(SCENE, valid_mask=np.zeros_like(SCENE.valid_mask))
    with pytest.raises(EmptyExportError, match="no valid pixel"):
        export(nothing, tmp_path)


def test_nothing_is_overwritten_unless_asked(tmp_path):
    export(SCENE, tmp_path, ["ply"])
    before = contents(tmp_path)
    with pytest.raises(OutputError, match=r"scene\.ply: exists already"):
        export(replace(SCENE, names=("a", "b")), tmp_path, ["npz", "ply"])
    assert contents(tmp_path) == before
    export(SCENE, tmp_path, ["npz", "ply"], overwrite=True)
    assert contents(tmp_path)["scene.ply"] == before["scene.ply"]


def test_unknown_formats_axes_and_scales_are_refused_before_anything_is_written(tmp_path):
    with pytest.raises(UsageError, match="no format 'stl'"):
        export(SCENE, tmp_path / "out", ["ply", "stl"])
    with pytest.raises(UsageError, match="up axis"):
        export(SCENE, tmp_path / "out", options=ExportOptions(up="sideways"))
    with pytest.raises(UsageError, match="scale"):
        export(SCENE, tmp_path / "out", options=ExportOptions(scale=0))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", EXPORT_FORMATS)
def test_a_full_disk_leaves_the_old_export(tmp_path, name):
    export(SCENE, tmp_path, [name], QUICK)
    before = contents(tmp_path)
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, old[1]))
    try:
        with pytest.raises(OutputError, match="the disk is full"):
            export(SCENE, tmp_path, [name], QUICK, overwrite=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("name", EXPORT_FORMATS)
def test_a_cancelled_export_leaves_nothing(tmp_path, name):
    progress = Progress()
    progress.cancel()
    with pytest.raises(JobCancelledError):
        export(SCENE, tmp_path, [name], progress=progress)
    assert contents(tmp_path) == {}


@pytest.mark.parametrize("fused", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_exports_repeat_byte_by_byte_in_any_order_and_in_parallel(tmp_path, fused):
    formats = [name for name in EXPORT_FORMATS if (name in ("mesh-tsdf", "mesh-poisson")) == fused]
    export(SCENE, tmp_path / "first", formats, QUICK)
    export(SCENE, tmp_path / "reversed", formats[::-1], QUICK)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: export(SCENE, tmp_path / "parallel", [name], QUICK), formats))
    first = contents(tmp_path / "first")
    assert contents(tmp_path / "reversed") == first
    assert contents(tmp_path / "parallel") == first


def test_what_does_not_read_back_is_an_error_and_is_removed(tmp_path, monkeypatch):
    broken = replace(exporter("ply"), reread=lambda path: Content(num_points=1))
    monkeypatch.setattr("moe3d.io.exports.export.exporter", lambda name: broken)
    with pytest.raises(OutputError, match="does not read back"):
        export(SCENE, tmp_path)
    assert contents(tmp_path) == {}


@pytest.mark.parametrize("name", ["../climb", "a/b\\c", "größe 🏠", "", "...", "x" * 300])
def test_the_name_of_an_export_never_leaves_its_folder(tmp_path, name):
    (done,) = export(SCENE, tmp_path / "out", options=ExportOptions(name=name))
    assert done.path.parent == tmp_path / "out"
    assert sorted(tmp_path.iterdir()) == [tmp_path / "out"]


def test_a_read_only_folder_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="may not be written"):
        bound_by_permissions(lambda: export(SCENE, tmp_path / "out"))
    tmp_path.chmod(0o700)
