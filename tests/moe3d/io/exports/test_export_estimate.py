"""Estimates against what is then written."""

import pytest

from moe3d.errors import EmptyExportError
from moe3d.io.exports.export import EXPORT_FORMATS, export
from moe3d.io.exports.export_estimate import estimate_export
from moe3d.io.exports.export_job import ExportOptions, MeshSettings
from moe3d.scene.filters import CloudOptions
from tests.scenes import step_prediction
from tests.supported_scenes import supported_prediction

SCENE = step_prediction(num_views=3, height=112, width=168)
FUSED = ("mesh-tsdf", "mesh-poisson")


@pytest.mark.parametrize(
    "name", ["ply", "ply-cloudcompare", "ply-splat", "las", "e57", "glb", "npz"]
)
def test_sizes_of_clouds_are_right_within_a_tenth(tmp_path, name):
    estimate = estimate_export(SCENE, name)
    (done,) = export(SCENE, tmp_path, [name])
    assert estimate.size_bytes == pytest.approx(done.size_bytes, rel=0.1)
    assert estimate.num_points == done.written.get("points", estimate.num_points)


@pytest.mark.parametrize("name", ["mesh-grid", "obj", "colmap", "depth-exr", "expert-maps"])
def test_sizes_of_models_are_right_within_a_factor_of_two(tmp_path, name):
    estimate = estimate_export(SCENE, name)
    (done,) = export(SCENE, tmp_path, [name])
    assert 0.5 < estimate.size_bytes / done.size_bytes < 2


@pytest.mark.parametrize("name", EXPORT_FORMATS)
def test_every_format_has_an_estimate(name):
    estimate = estimate_export(SCENE, name, ExportOptions(mesh=MeshSettings(grid_step=2)))
    assert estimate.size_bytes > 0
    assert estimate.seconds > 0


def test_normals_count(tmp_path):
    options = ExportOptions(CloudOptions(normals=True))
    (done,) = export(SCENE, tmp_path, ["ply"], options)
    assert estimate_export(SCENE, "ply", options).size_bytes == pytest.approx(
        done.size_bytes, rel=0.01
    )


@pytest.mark.parametrize("name", ["ply", "ply-cloudcompare", "las"])
def test_support_counts(tmp_path, name):
    scene = supported_prediction(num_views=3, height=112, width=168)
    (done,) = export(scene, tmp_path, [name])
    estimated = estimate_export(scene, name).size_bytes
    plain = estimate_export(SCENE, name).size_bytes
    assert plain < estimated == pytest.approx(done.size_bytes, rel=0.02)


def test_an_estimate_refuses_what_an_export_would_refuse():
    options = ExportOptions(CloudOptions(confidence_min=99.0))
    with pytest.raises(EmptyExportError, match="confidence_min"):
        estimate_export(SCENE, "ply", options)
    assert estimate_export(SCENE, "npz", options).size_bytes > 0
