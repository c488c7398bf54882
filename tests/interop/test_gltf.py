"""GLB files before the Khronos glTF validator, and in trimesh."""

import json
from pathlib import Path

import numpy as np
import pytest
import trimesh

from moe3d.io.exports.export import export
from moe3d.io.exports.export_job import ExportOptions, MeshSettings
from moe3d.scene.filters import CloudOptions
from tests.interop.checks import PLY_LIMIT, assert_same_cloud, cloud_of, run_program

pytestmark = pytest.mark.interop

VALIDATOR = Path(__file__).parents[2] / "build/interop/node_modules/gltf-validator"


def validated(path: Path) -> dict:
    if not VALIDATOR.is_dir():
        pytest.skip("the npm package gltf-validator is not in build/interop (make interop)")
    script = Path(__file__).with_name("validate_gltf.js")
    return json.loads(run_program("node", script, VALIDATOR, path))


def test_the_validator_has_nothing_against_points_and_cameras(room, work):
    options = ExportOptions(CloudOptions(max_points=PLY_LIMIT))
    (done,) = export(room, work / "gltf", ["glb"], options)
    report = validated(done.path)
    assert report["issues"]["numErrors"] == report["issues"]["numWarnings"] == 0
    assert report["info"]["totalVertexCount"] == done.written["points"]
    cloud = cloud_of(room, PLY_LIMIT)
    scene = trimesh.load(done.path)
    (found,) = scene.geometry.values()
    linear = np.asarray(found.colors)[:, :3] / 255
    srgb = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    assert_same_cloud(np.asarray(found.vertices), None, cloud, up="y")
    bright = cloud.colors > 60  # trimesh keeps linear colours as bytes, coarse where it is dark
    assert np.abs(srgb * 255 - cloud.colors)[bright].max() < 6


def test_the_validator_has_nothing_against_textured_meshes(room, work):
    options = ExportOptions(mesh=MeshSettings(grid_step=4))
    (done,) = export(room, work / "gltf", ["mesh-grid"], options)
    report = validated(done.path)
    assert report["issues"]["numErrors"] == report["issues"]["numWarnings"] == 0
    assert report["info"]["totalVertexCount"] == done.written["points"]
    assert report["info"]["hasTextures"]
