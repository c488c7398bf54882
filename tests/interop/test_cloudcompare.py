"""PLY clouds and meshes through CloudCompare's command line."""

from pathlib import Path

import numpy as np
import pytest

from moe3d.io.exports.export import export
from moe3d.io.exports.export_job import ExportOptions, MeshSettings
from moe3d.scene.filters import CloudOptions
from tests.interop.checks import PLY_LIMIT, assert_same_cloud, cloud_of, run_program

pytestmark = pytest.mark.interop


def through_cloudcompare(path: Path, out: Path) -> tuple[list[str], np.ndarray]:
    """Column names and values of what CloudCompare read, saved as text by itself; it takes a space
    in the name of `out` for the end of the name."""
    run_program(
        "CloudCompare", "-SILENT", "-AUTO_SAVE", "OFF", "-C_EXPORT_FMT", "ASC", "-PREC", "9",
        "-ADD_HEADER", "-ADD_PTS_COUNT", "-O", path, "-SAVE_CLOUDS", "FILE", out,
    )  # fmt: skip
    lines = out.read_text().splitlines()
    names = lines[0].removeprefix("//").split()
    assert int(lines[1]) == len(lines) - 2
    return names, np.loadtxt(lines[2:])


def test_the_cloudcompare_preset_arrives_with_named_scalar_fields(room, work, tmp_path):
    options = ExportOptions(CloudOptions(max_points=PLY_LIMIT, normals=True))
    path = export(room, work / "cc", ["ply-cloudcompare"], options)[0].path
    names, table = through_cloudcompare(path, tmp_path / "out.asc")
    cloud = cloud_of(room, PLY_LIMIT)
    assert_same_cloud(table[:, :3], table[:, 3:6], cloud)
    assert names[:9] == ["X", "Y", "Z", "R", "G", "B", "confidence", "winner", "photo"]
    np.testing.assert_allclose(table[:, 6], cloud.confidence, rtol=1e-6)
    np.testing.assert_array_equal(table[:, 7], cloud.expert_index)
    np.testing.assert_array_equal(table[:, 8], cloud.view_index)
    assert names[9:12] == ["Nx", "Ny", "Nz"]
    np.testing.assert_allclose(np.linalg.norm(table[:, 9:12], axis=1), 1, atol=0.01)


def test_a_fused_surface_is_a_mesh_to_cloudcompare(room, work):
    options = ExportOptions(mesh=MeshSettings(tsdf_voxels=96))
    (done,) = export(room, work / "cc", ["mesh-tsdf"], options)
    said = run_program(
        "CloudCompare", "-SILENT", "-AUTO_SAVE", "OFF", "-O", done.path, "-C_EXPORT_FMT", "ASC",
        "-SAMPLE_MESH", "POINTS", "1000",
    )  # fmt: skip
    assert f"{done.written['points']}" in said
