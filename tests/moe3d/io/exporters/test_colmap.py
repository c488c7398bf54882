"""COLMAP models of depth alone, read by a small reader written from the format's description."""

import io
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.ImageCms import ImageCmsProfile, getProfileDescription
from scipy.spatial.transform import Rotation

from moe3d.io.exports.export import export
from moe3d.io.exports.export_job import ExportOptions
from moe3d.io.photos.color import matrix_profile
from moe3d.scene.cloud import point_cloud
from moe3d.scene.pixel_transform import PixelTransform
from moe3d.scene.records import PredictionMetadata, ScenePrediction
from tests.scenes import step_prediction

SIZES = [(84, 56), (84, 56), (56, 84)]


def scene_of_files(folder: Path) -> ScenePrediction:
    """Three photos: upright, EXIF-turned, and a portrait of which the middle is seen."""
    turned = Image.Exif()
    turned[0x0112] = 6
    names = ("photo 1.jpg", "größe.jpg", "Photo 1.png")
    Image.new("RGB", (84, 56), (200, 10, 10)).save(folder / names[0])
    Image.new("RGB", (56, 84), (10, 200, 10)).save(folder / names[1], exif=turned, quality=95)
    Image.new("RGB", (56, 84), (10, 10, 200)).save(folder / names[2])
    half = PixelTransform(84, 56, 42, 28, 0.5, 0.5)
    portrait = PixelTransform(56, 84, 42, 28, 0.75, 0.75, 0.0, -17.0)
    scene = step_prediction(num_views=3)
    tilted = scene.camera_from_world.copy()
    tilted[2, :3, :3] = Rotation.from_rotvec([0.02, -0.05, 0.03]).as_matrix()
    return replace(
        scene,
        names=names,
        camera_from_world=tilted,
        pixel_transforms=(half, replace(half, exif_orientation=6), portrait),
        metadata=PredictionMetadata("x", sources=tuple(str(folder / name) for name in names)),
    )


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("colmap")
    (folder / "in").mkdir()
    scene = scene_of_files(folder / "in")
    return scene, export(scene, folder / "out", ["colmap"])[0].path


def read_images_bin(path: Path) -> dict:
    data, position = path.read_bytes(), 8
    images = {}
    for _ in range(struct.unpack_from("<Q", data)[0]):
        number, *pose, camera = struct.unpack_from("<I7dI", data, position)
        position += 64
        end = data.index(b"\0", position)
        name = data[position:end].decode()
        (count,) = struct.unpack_from("<Q", data, end + 1)
        position = end + 9
        rows = [struct.unpack_from("<ddQ", data, position + 24 * row) for row in range(count)]
        position += 24 * count
        images[number] = (name, camera, np.array(pose), rows)
    assert position == len(data)
    return images


def read_points_bin(path: Path) -> dict:
    data, position = path.read_bytes(), 8
    points = {}
    for _ in range(struct.unpack_from("<Q", data)[0]):
        number, x, y, z, r, g, b, error, length = struct.unpack_from("<Q3d3BdQ", data, position)
        position += 51
        track = struct.unpack_from(f"<{2 * length}I", data, position)
        position += 8 * length
        points[number] = ((x, y, z), (r, g, b), error, track)
    assert position == len(data)
    return points


def read_cameras_bin(path: Path) -> dict:
    data = path.read_bytes()
    (count,) = struct.unpack_from("<Q", data)
    rows = [struct.unpack_from("<IiQQ4d", data, 8 + 56 * row) for row in range(count)]
    assert 8 + 56 * count == len(data)
    return {row[0]: row[1:] for row in rows}


def lines_of(path: Path) -> list[str]:
    return [line for line in path.read_text().splitlines() if not line.startswith("#")]


def test_points_and_colours_are_those_of_the_cloud(exported):
    scene, path = exported
    points = read_points_bin(path / "sparse/0/points3D.bin")
    cloud = point_cloud(scene)
    np.testing.assert_allclose([item[0] for item in points.values()], cloud.points)
    np.testing.assert_array_equal([item[1] for item in points.values()], cloud.colors)


def test_photos_are_upright_originals_under_safe_names(exported):
    _, path = exported
    images = read_images_bin(path / "sparse/0/images.bin")
    cameras = read_cameras_bin(path / "sparse/0/cameras.bin")
    names = [images[number][0] for number in (1, 2, 3)]
    assert names == ["photo_1.jpg", "groe.jpg", "Photo_1_2.png"]
    for number, (name, size, color) in enumerate(zip(names, SIZES, "rgb", strict=True), start=1):
        photo = Image.open(path / "images" / name)
        assert photo.size == size == cameras[images[number][1]][1:3]
        assert photo.getexif().get(0x0112, 1) == 1
        assert np.asarray(photo).reshape(-1, 3).mean(axis=0).argmax() == "rgb".index(color)


def test_points_reproject_onto_their_pixel_of_the_original_photo(exported):
    scene, path = exported
    images = read_images_bin(path / "sparse/0/images.bin")
    cameras = read_cameras_bin(path / "sparse/0/cameras.bin")
    points = read_points_bin(path / "sparse/0/points3D.bin")
    cloud = point_cloud(scene)
    for number, (_, camera, pose, rows) in images.items():
        _, width, height, fx, fy, cx, cy = cameras[camera]
        rotation = Rotation.from_quat(pose[:4], scalar_first=True)
        world = np.array([points[row[2]][0] for row in rows])
        x, y, z = (rotation.apply(world) + pose[4:]).T
        projected = np.stack([fx * x / z + cx, fy * y / z + cy], axis=1)
        seen = np.array([row[:2] for row in rows])
        np.testing.assert_allclose(projected, seen, atol=1e-3)
        assert (seen >= 0).all()
        assert (seen <= [width, height]).all()
        own = [cloud.view_index[row[2] - 1] == number - 1 for row in rows]
        pixel = cloud.pixel_index[[row[2] - 1 for row in rows]][own]
        at = np.stack([pixel % 42, pixel // 42], axis=1).astype(float)
        expected = scene.pixel_transforms[number - 1].original_from_network(at) + 0.5
        np.testing.assert_allclose(seen[own], expected, atol=1e-3)


def test_tracks_and_image_points_name_each_other(exported):
    _, path = exported
    images = read_images_bin(path / "sparse/0/images.bin")
    points = read_points_bin(path / "sparse/0/points3D.bin")
    lengths = []
    for number, (_, _, _, track) in points.items():
        pairs = list(zip(track[::2], track[1::2], strict=True))
        lengths.append(len(pairs))
        for image, place in pairs:
            assert images[image][3][place][2] == number
    assert set(lengths) == {0, 2, 3}  # one photo alone makes no track
    assert sum(lengths) == sum(len(image[3]) for image in images.values())


def test_the_text_files_say_the_same(exported):
    _, path = exported
    images = read_images_bin(path / "sparse/0/images.bin")
    points = read_points_bin(path / "sparse/0/points3D.bin")
    lines = lines_of(path / "sparse/0/images.txt")
    assert len(lines) == 2 * len(images)
    for head, row in zip(lines[::2], lines[1::2], strict=True):
        words = head.split(" ")
        assert len(words) == 10  # SuperSplat's reader splits at spaces
        name, _, pose, rows = images[int(words[0])]
        assert words[9] == name
        np.testing.assert_allclose([float(word) for word in words[1:8]], pose, atol=1e-8)
        numbers = np.array(row.split(), float).reshape(-1, 3)
        np.testing.assert_allclose(numbers, np.array(rows), rtol=1e-5)
    lines = lines_of(path / "sparse/0/points3D.txt")
    assert len(lines) == len(points)
    for line in lines:
        words = line.split()
        place, color, _, track = points[int(words[0])]
        np.testing.assert_allclose([float(word) for word in words[1:4]], place, rtol=1e-8)
        assert tuple(map(int, words[4:7])) == color
        assert tuple(map(int, words[8:])) == track


def test_a_missing_photo_is_replaced_by_the_networks_image_with_its_own_camera(tmp_path):
    scene = step_prediction(num_views=2)
    path = export(scene, tmp_path, ["colmap"])[0].path
    cameras = read_cameras_bin(path / "sparse/0/cameras.bin")
    assert cameras[1] == (1, 42, 28, 42.0, 42.0, 21.5, 14.5)
    photo = np.asarray(Image.open(path / "images/photo_1.png"))
    np.testing.assert_array_equal(photo, scene.images[0])
    assert "min_track_len=0" in (path / "project.ini").read_text()


def test_scale_and_axes_move_points_and_cameras_together(tmp_path):
    scene = step_prediction(num_views=2)
    options = ExportOptions(up="z", scale=3.0)
    path = export(scene, tmp_path, ["colmap"], options)[0].path
    points = read_points_bin(path / "sparse/0/points3D.bin")
    cloud = point_cloud(scene).points
    found = np.array([item[0] for item in points.values()])
    np.testing.assert_allclose(found, 3 * cloud[:, [0, 2, 1]] * [1, 1, -1], rtol=1e-6)
    for _, _, pose, rows in read_images_bin(path / "sparse/0/images.bin").values():
        rotation = Rotation.from_quat(pose[:4], scalar_first=True)
        world = np.array([points[row[2]][0] for row in rows])
        x, y, z = (rotation.apply(world) + pose[4:]).T
        projected = np.stack([42 * x / z + 21.5, 42 * y / z + 14.5], axis=1)
        np.testing.assert_allclose(projected, [row[:2] for row in rows], atol=1e-3)


@pytest.mark.parametrize("format_name", ["colmap", "transforms"])
def test_photos_of_other_colours_are_written_as_srgb_and_say_so(tmp_path, format_name):
    """Display P3 green is out of sRGB's reach; its middle tones are known from the formulas."""
    (tmp_path / "in").mkdir()
    scene = scene_of_files(tmp_path / "in")
    profile = matrix_profile(((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)))
    turned = Image.Exif()
    turned[0x0112] = 6
    exact = {"quality": 100, "subsampling": 0, "icc_profile": profile}
    Image.new("RGB", (84, 56), (90, 120, 60)).save(tmp_path / "in/photo 1.jpg", **exact)
    Image.new("RGB", (56, 84), (90, 120, 60)).save(tmp_path / "in/größe.jpg", exif=turned, **exact)
    folder = export(scene, tmp_path / "out", [format_name])[0].path
    written = sorted((folder / "images" if folder.is_dir() else folder.parent).rglob("*.jpg"))
    assert len(written) == 2
    for path in written:
        with Image.open(path) as photo:
            assert photo.size == (84, 56)
            said = ImageCmsProfile(io.BytesIO(photo.info["icc_profile"]))
            assert "sRGB" in getProfileDescription(said)
            colour = np.asarray(photo).reshape(-1, 3).mean(axis=0)
        assert np.abs(colour - [81.3, 121.1, 50.8]).max() < 2.5
    plain = next((folder if folder.is_dir() else folder.parent).rglob("*.png"))
    assert plain.read_bytes() == (tmp_path / "in/Photo 1.png").read_bytes()


def test_the_embedded_srgb_profile_has_the_same_bytes_every_time(tmp_path):
    (tmp_path / "in").mkdir()
    scene = scene_of_files(tmp_path / "in")
    paths = [export(scene, tmp_path / name, ["colmap"])[0].path for name in ("one", "two")]
    one, two = ((path / "images/groe.jpg").read_bytes() for path in paths)
    assert one == two
    assert b"ICC_PROFILE" in one
