"""Clouds and meshes of other programs: what they wrote is what is read."""

import contextlib
import json
import tracemalloc
from pathlib import Path

import laspy
import numpy as np
import open3d as o3d
import pye57
import pytest
import trimesh

from moe3d.errors import FileFormatError
from moe3d.io.exports.export import export
from moe3d.io.exports.export_job import ExportOptions
from moe3d.io.objects import loaded
from moe3d.io.objects.loaded import NOWHERE, ObjectFileError
from moe3d.io.objects.meshes import srgb_bytes
from moe3d.io.objects.read import OBJECT_ENDINGS, read_object
from moe3d.io.scenes.prediction_file import write_prediction
from moe3d.scene.cloud import filtered_cloud, point_cloud
from moe3d.scene.filters.settings import CloudOptions
from moe3d.scene.objects import ObjectCloud
from moe3d.scene.records import Mesh
from tests.scenes import step_prediction

RANDOM = np.random.default_rng(5)
POINTS = RANDOM.uniform(-2, 3, (500, 3))
COLORS = RANDOM.integers(0, 256, (500, 3)).astype(np.uint8)
SURVEY = np.array([4_432_118.25, 5_331_977.5, 512.0])


def cloud_of(path: Path, **more: object) -> ObjectCloud:
    data = read_object(path, **more).data  # type: ignore[arg-type]
    assert isinstance(data, ObjectCloud)
    return data


def write_open3d(path: Path) -> None:
    cloud = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(POINTS))
    cloud.colors = o3d.utility.Vector3dVector(COLORS / 255)
    assert o3d.io.write_point_cloud(str(path), cloud)


def write_las(path: Path, points: np.ndarray, step: float = 1e-4) -> None:
    header = laspy.LasHeader(point_format=7, version="1.4")
    header.scales, header.offsets = np.full(3, step), np.floor(points.min(axis=0))
    las = laspy.LasData(header)
    las.x, las.y, las.z = points.T
    las.red, las.green, las.blue = (COLORS[: len(points)].astype(np.uint16) * 257).T
    las.write(str(path))


def write_e57(path: Path) -> None:
    with pye57.E57(str(path), mode="w") as file:
        columns = {f"cartesian{axis}": POINTS[:, index] for index, axis in enumerate("XYZ")}
        names = ("colorRed", "colorGreen", "colorBlue")
        columns |= {name: COLORS[:, index] for index, name in enumerate(names)}
        file.write_scan_raw(columns, rotation=np.array([1.0, 0, 0, 0]), translation=SURVEY)


def write_npz(path: Path) -> None:
    np.savez(path, points=POINTS, colors=COLORS / 255)


def write_npy(path: Path) -> None:
    np.save(path, np.hstack([POINTS, COLORS]))


def write_text(path: Path) -> None:
    rows = np.hstack([POINTS, COLORS])
    np.savetxt(path, rows, header="x y z r g b", fmt="%.9g")


def write_table(path: Path) -> None:
    rows = np.hstack([POINTS, COLORS])
    path.write_text("X;Y;Z;R;G;B\n" + "\n".join(";".join(map(repr, row.tolist())) for row in rows))


def write_trimesh(path: Path) -> None:
    trimesh.Scene(trimesh.PointCloud(POINTS, COLORS)).export(str(path))


WRITERS = {
    "ascii.ply": lambda path: o3d.io.write_point_cloud(
        str(path), _open3d_cloud(), write_ascii=True
    ),
    "binary.ply": write_open3d,
    "a.pcd": write_open3d,
    "a.pts": write_open3d,
    "a.xyzrgb": write_open3d,
    "a.xyz": write_text,
    "a.asc": write_table,
    "a.las": lambda path: write_las(path, POINTS),
    "a.laz": lambda path: write_las(path, POINTS),
    "a.npz": write_npz,
    "a.npy": write_npy,
    "a.glb": write_trimesh,
}


def _open3d_cloud() -> o3d.geometry.PointCloud:
    cloud = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(POINTS))
    cloud.colors = o3d.utility.Vector3dVector(COLORS / 255)
    return cloud


@pytest.mark.parametrize("name", WRITERS)
def test_a_cloud_of_another_program_has_its_points_and_colours(tmp_path: Path, name: str):
    WRITERS[name](tmp_path / name)
    cloud = cloud_of(tmp_path / name)
    assert np.abs(cloud.points - POINTS).max() < 1.1e-4
    assert cloud.colors is not None
    assert np.abs(cloud.colors.astype(int) - COLORS).max() <= 1


def test_the_axis_that_points_up_follows_from_the_format(tmp_path: Path):
    write_las(tmp_path / "a.las", POINTS)
    write_trimesh(tmp_path / "a.glb")
    write_npy(tmp_path / "a.npy")
    for name, up in (("a.las", (0, 0, 1)), ("a.glb", (0, 1, 0)), ("a.npy", (0, -1, 0))):
        world = read_object(tmp_path / name).start[:3, :3] @ np.array(up, float)
        assert world.tolist() == [0, -1, 0], name


@pytest.mark.parametrize("name", ["survey.las", "survey.ply", "survey.e57", "survey.xyz"])
def test_huge_coordinates_keep_their_millimetres(tmp_path: Path, name: str):
    path, points = tmp_path / name, POINTS + SURVEY
    if name.endswith(".las"):
        write_las(path, points, 1e-4)
    elif name.endswith(".e57"):
        write_e57(path)
    elif name.endswith(".xyz"):
        np.savetxt(path, points, fmt="%.6f")
    else:
        cloud = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(points))
        o3d.io.write_point_cloud(str(path), cloud)  # doubles
    found = read_object(path)
    assert found.origin != NOWHERE
    assert found.notes[-1].startswith("its coordinates are shown without 4,43")
    assert isinstance(found.data, ObjectCloud)
    placed = found.data.points.astype(np.float64) + np.array(found.origin)
    assert np.abs(placed - points).max() < 2e-4


def test_two_surveys_of_one_place_share_their_origin(tmp_path: Path):
    write_las(tmp_path / "west.las", POINTS + SURVEY)
    write_las(tmp_path / "east.las", POINTS + SURVEY + (5, 0, 0))
    west = read_object(tmp_path / "west.las")
    east = read_object(tmp_path / "east.las", near=west.origin)
    assert east.origin == west.origin
    assert isinstance(west.data, ObjectCloud)
    assert isinstance(east.data, ObjectCloud)
    assert np.abs(east.data.points - west.data.points - (5, 0, 0)).max() < 3e-4
    write_las(tmp_path / "far.las", POINTS + SURVEY * 2)
    assert read_object(tmp_path / "far.las", near=west.origin).origin != west.origin


@pytest.mark.parametrize("format_", ["ply", "ply-cloudcompare", "las", "e57", "glb"])
def test_our_own_exports_lie_where_their_points_were(tmp_path: Path, format_: str):
    prediction = step_prediction()
    options = ExportOptions(cloud=CloudOptions(layer="fused"), name="scene", scale=2.0)
    (done,) = export(prediction, tmp_path, [format_], options)
    found = read_object(done.path)
    assert isinstance(found.data, ObjectCloud)
    assert len(found.data) == done.written["points"]
    here = found.data.points @ found.start[:3, :3].T + found.start[:3, 3]
    wanted = filtered_cloud(prediction, options.cloud)
    assert np.allclose(here.min(axis=0), wanted.points.min(axis=0), atol=1e-4)
    assert np.allclose(here.max(axis=0), wanted.points.max(axis=0), atol=1e-4)
    assert found.data.colors is not None
    assert np.abs(found.data.colors.mean(axis=0) - wanted.colors.mean(axis=0)).max() < 3


def test_a_saved_prediction_opens_as_a_cloud(tmp_path: Path):
    prediction = step_prediction()
    write_prediction(prediction, tmp_path / "result.npz")
    cloud = cloud_of(tmp_path / "result.npz")
    assert np.array_equal(cloud.points, point_cloud(prediction).points)


def test_point_maps_of_a_network_take_colours_from_its_pictures(tmp_path: Path):
    points = RANDOM.normal(size=(2, 4, 5, 3)).astype(np.float32)
    points[0, 0, 0] = np.nan
    pictures = RANDOM.uniform(size=(2, 3, 4, 5)).astype(np.float32)
    np.savez(tmp_path / "a.npz", world_points=points, images=pictures, depth=points[..., 0])
    found = read_object(tmp_path / "a.npz")
    assert found.notes == ("1 points without a place were left out",)
    assert isinstance(found.data, ObjectCloud)
    assert len(found.data) == 39
    assert found.data.colors is not None
    expected = np.round(255 * pictures[1, :, 3, 4])
    assert np.abs(found.data.colors[-1] - expected).max() <= 1


def test_gaussian_splats_open_as_points_in_their_colours(tmp_path: Path):
    prediction = step_prediction()
    options = ExportOptions(cloud=CloudOptions(layer="fused"), name="scene")
    (splat,) = export(prediction, tmp_path, ["ply-splat"], options)
    cloud = cloud_of(splat.path)
    wanted = filtered_cloud(prediction, options.cloud)
    assert len(cloud) == len(wanted)
    assert cloud.colors is not None
    assert np.abs(cloud.colors.mean(axis=0) - wanted.colors.mean(axis=0)).max() < 2


@pytest.mark.parametrize("ending", [".ply", ".obj", ".stl", ".off", ".glb", ".gltf"])
def test_meshes_have_their_triangles(tmp_path: Path, ending: str):
    box = trimesh.creation.icosphere(subdivisions=2, radius=1.5)
    path = tmp_path / f"ball{ending}"
    if ending == ".gltf":
        for name, data in trimesh.exchange.gltf.export_gltf(trimesh.Scene(box)).items():
            (tmp_path / name).write_bytes(data)
        path = tmp_path / "model.gltf"
    else:
        box.export(str(path))
    found = read_object(path).data
    assert isinstance(found, Mesh)
    assert len(found.faces) == 320
    assert np.allclose(found.vertices.min(axis=0), -1.5, atol=1e-4)
    areas = trimesh.Trimesh(found.vertices, found.faces, process=False).area
    assert areas == pytest.approx(box.area, rel=1e-4)


def test_vertex_colours_and_textures_of_meshes_are_kept(tmp_path: Path):
    box = trimesh.creation.box()
    colors = RANDOM.integers(0, 256, (8, 4)).astype(np.uint8)
    box.visual = trimesh.visual.ColorVisuals(box, vertex_colors=colors)
    for name in ("a.ply", "a.glb"):
        box.export(str(tmp_path / name))
        found = read_object(tmp_path / name).data
        assert isinstance(found, Mesh)
        assert found.vertex_colors is not None
        assert np.array_equal(found.vertex_colors, colors[:, :3]), name
    options = ExportOptions(cloud=CloudOptions(layer="fused"), name="scene")
    (glb,) = export(step_prediction(num_views=1), tmp_path, ["mesh-grid"], options)
    textured = read_object(glb.path).data
    assert isinstance(textured, Mesh)
    assert textured.texture is not None
    assert textured.vertex_uvs is not None
    assert 0 <= textured.vertex_uvs.min() < textured.vertex_uvs.max() <= 1


def test_linear_colours_of_gltf_become_those_of_photos():
    grey = np.array([[0, 55, 255]], np.uint8)  # 55 / 255 linear is 0.5 in sRGB (IEC 61966-2-1)
    assert srgb_bytes(grey).tolist() == [[0, 128, 255]]


def test_a_cloud_with_too_many_points_is_thinned_and_says_so(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(loaded, "MOST_POINTS", 200)
    write_npy(tmp_path / "a.npy")
    found = read_object(tmp_path / "a.npy")
    assert isinstance(found.data, ObjectCloud)
    assert len(found.data) == 167
    assert found.notes == ("every 3rd of 500 points is shown",)


@pytest.mark.parametrize("ending", OBJECT_ENDINGS)
def test_what_is_no_such_file_is_refused_in_one_sentence(tmp_path: Path, ending: str):
    path = tmp_path / f"broken{ending}"
    path.write_bytes(b"\x00\x01 this is nothing of the kind \xff" * 9)
    with pytest.raises(FileFormatError) as caught:
        read_object(path)
    assert "broken" in str(caught.value)
    assert "\n" not in str(caught.value)
    path.write_bytes(b"")
    with pytest.raises(FileFormatError):
        read_object(path)


def test_an_unknown_ending_names_those_that_are_read(tmp_path: Path):
    with pytest.raises(FileFormatError, match=r"scene\.blend: is no cloud or mesh .* \.ply \.glb"):
        read_object(tmp_path / "scene.blend")
    with pytest.raises(FileFormatError, match="no such file"):
        read_object(tmp_path / "gone.ply")


def test_a_description_that_makes_no_sense_is_passed_over(tmp_path: Path):
    write_npy(tmp_path / "a.npy")
    for text in ("{", "[]", json.dumps({"options": {"export_from_world": [[1, 2], [3, 4]]}})):
        (tmp_path / "a.npy.json").write_text(text)
        assert read_object(tmp_path / "a.npy").world_from_object is None


def peak_of_reading(path: Path) -> int:
    """Most bytes held while a file is read, or refused."""
    tracemalloc.start()
    with contextlib.suppress(ObjectFileError):
        read_object(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize("at", [96, 100, 243])
def test_a_las_header_that_names_gigabytes_costs_none(tmp_path: Path, at: int):
    """Where points begin, how many records, how many records at the end (LAS 1.4 R15, table 3)."""
    write_las(tmp_path / "a.las", POINTS)
    data = bytearray((tmp_path / "a.las").read_bytes())
    data[at : at + 4] = (0xF0000000).to_bytes(4, "little")
    (tmp_path / "a.las").write_bytes(data)
    assert peak_of_reading(tmp_path / "a.las") < 20e6


def test_a_las_file_that_ends_early_says_so(tmp_path: Path):
    write_las(tmp_path / "a.las", POINTS)
    whole = (tmp_path / "a.las").read_bytes()
    (tmp_path / "a.las").write_bytes(whole[: -36 * 34])
    found = read_object(tmp_path / "a.las")
    assert len(found.data.points) == 500 - 34
    assert "466 of 500 points" in " ".join(found.notes)


def test_a_glb_chunk_that_names_gigabytes_costs_none(tmp_path: Path):
    trimesh.creation.box().export(str(tmp_path / "a.glb"))
    data = bytearray((tmp_path / "a.glb").read_bytes())
    data[12:16] = (0xF0000000).to_bytes(4, "little")
    (tmp_path / "a.glb").write_bytes(data)
    assert peak_of_reading(tmp_path / "a.glb") < 20e6
