"""PLY files as other libraries read them."""

import numpy as np
import open3d
import plyfile
import pytest
import trimesh

from moe3d.errors import OutputError
from moe3d.io.formats.ply import PlyError, read_ply, write_ply
from moe3d.scene.cloud import point_cloud
from tests.scenes import step_prediction
from tests.supported_scenes import supported_prediction

CLOUD = point_cloud(step_prediction(), normals=True)


@pytest.mark.parametrize("preset", ["plain", "universal", "cloudcompare"])
def test_other_libraries_see_the_same_points_and_colours(tmp_path, preset):
    path = write_ply(tmp_path / "a.ply", CLOUD, preset)
    with path.open("rb") as stream:
        vertex = plyfile.PlyData.read(stream)["vertex"]
    for axis, name in enumerate("xyz"):
        np.testing.assert_array_equal(vertex[name], CLOUD.points[:, axis])
    for channel, name in enumerate(("red", "green", "blue")):
        np.testing.assert_array_equal(vertex[name], CLOUD.colors[:, channel])
    mesh = trimesh.load(path)
    np.testing.assert_array_equal(mesh.vertices, CLOUD.points)
    np.testing.assert_array_equal(mesh.visual.vertex_colors[:, :3], CLOUD.colors)
    cloud = open3d.io.read_point_cloud(str(path))
    np.testing.assert_array_equal(np.asarray(cloud.points), CLOUD.points)
    np.testing.assert_allclose(np.asarray(cloud.colors) * 255, CLOUD.colors, atol=1e-6)
    np.testing.assert_allclose(np.asarray(cloud.normals), CLOUD.normals, atol=1e-6)


def test_properties_have_the_names_that_programs_know(tmp_path):
    def names(preset):
        path = write_ply(tmp_path / f"{preset}.ply", CLOUD, preset)
        return [item.name for item in plyfile.PlyData.read(str(path))["vertex"].properties]

    common = ["x", "y", "z", "nx", "ny", "nz", "red", "green", "blue"]
    assert names("universal") == [*common, "quality", "photo_id", "winner"]
    assert names("cloudcompare") == [
        *common,
        "scalar_confidence",
        "scalar_winner",
        "scalar_photo",
    ]


def test_extra_values_belong_to_their_point(tmp_path):
    path = write_ply(tmp_path / "a.ply", CLOUD, "cloudcompare")
    vertex = plyfile.PlyData.read(str(path))["vertex"]
    np.testing.assert_array_equal(vertex["scalar_confidence"], CLOUD.confidence)
    np.testing.assert_array_equal(vertex["scalar_winner"], CLOUD.expert_index)
    np.testing.assert_array_equal(vertex["scalar_photo"], CLOUD.view_index)


def test_support_is_a_column_of_files_that_have_it(tmp_path):
    cloud = point_cloud(supported_prediction(), confidence_percentile=0)
    columns = cloud.pixel_index % 42
    for preset, name in (("universal", "support"), ("cloudcompare", "scalar_support")):
        path = write_ply(tmp_path / f"{preset}.ply", cloud, preset)
        vertex = plyfile.PlyData.read(str(path))["vertex"]
        assert vertex.properties[-1].name == name
        np.testing.assert_array_equal(vertex[name], columns * 4 // 42)
    kinds = {
        item.name: item.val_dtype
        for item in plyfile.PlyData.read(str(tmp_path / "universal.ply"))["vertex"].properties
    }
    assert kinds["support"] == "u1"
    plain = plyfile.PlyData.read(str(write_ply(tmp_path / "plain.ply", cloud, "plain")))
    assert "support" not in plain["vertex"].data.dtype.names


def test_our_reader_reads_our_files_and_keeps_comments(tmp_path):
    path = write_ply(tmp_path / "a.ply", CLOUD, comments=("relative units", "two\nlines é"))
    vertices = read_ply(path)
    np.testing.assert_array_equal(vertices.points, CLOUD.points)
    np.testing.assert_array_equal(vertices.colors, CLOUD.colors)
    assert vertices.comments == ("relative units", "two lines ?")


@pytest.mark.parametrize(("text", "byte_order"), [(True, "<"), (False, "<"), (False, ">")])
def test_our_reader_reads_what_others_write(tmp_path, text, byte_order):
    records = np.zeros(5, [("x", "f4"), ("y", "f4"), ("z", "f4"), ("red", "u1"), ("q", "f8")])
    records["x"], records["red"], records["q"] = np.arange(5) / 4, 7, 0.5
    element = plyfile.PlyElement.describe(records, "vertex")
    plyfile.PlyData([element], text=text, byte_order=byte_order).write(str(tmp_path / "a.ply"))
    vertices = read_ply(tmp_path / "a.ply")
    np.testing.assert_array_equal(vertices.points[:, 0], np.arange(5) / 4)
    np.testing.assert_array_equal(vertices.records["q"], 0.5)
    assert vertices.colors is None


def test_a_cloud_longer_than_a_chunk_is_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("moe3d.io.formats.ply.CHUNK_POINTS", 100)
    path = write_ply(tmp_path / "a.ply", CLOUD)
    np.testing.assert_array_equal(read_ply(path).points, CLOUD.points)


def test_an_existing_file_is_kept(tmp_path):
    path = write_ply(tmp_path / "a.ply", CLOUD)
    with pytest.raises(OutputError, match="exists already"):
        write_ply(path, CLOUD)
    assert write_ply(path, CLOUD, overwrite=True) == path


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no PLY file"),
        (b"hello", "is no PLY file"),
        (b"ply\nformat ascii 1.0\n", "header has no end"),
        (b"ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nend_header\n", "no vertices"),
        (b"ply\nformat ascii 1.0\nelement face 1\nend_header\n", "first element is face"),
        (b"ply\nelement vertex 1\nproperty list uchar int x\nend_header\n", "lists"),
        (b"ply\nelement vertex 1\nproperty wide x\nend_header\n", "make no sense"),
        (b"ply\nelement vertex x\nend_header\n", "damaged"),
    ],
)
def test_what_is_no_cloud_is_named(tmp_path, content, words):
    (tmp_path / "a.ply").write_bytes(content)
    with pytest.raises(PlyError, match=words):
        read_ply(tmp_path / "a.ply")


def test_a_file_cut_short_is_refused(tmp_path):
    path = write_ply(tmp_path / "a.ply", CLOUD)
    data = path.read_bytes()
    for percent in range(100):
        path.write_bytes(data[: len(data) * percent // 100])
        with pytest.raises(PlyError, match=r"a\.ply"):
            read_ply(path)
