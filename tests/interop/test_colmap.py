"""COLMAP models in COLMAP itself (Debian's 3.8) and in pycolmap (4.x)."""

import re
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.spatial.transform import Rotation

from moe3d.io.exports.export import export
from moe3d.io.exports.export_job import ExportOptions
from moe3d.scene.filters import CloudOptions
from tests.interop.checks import (
    COLMAP_LIMIT,
    assert_reprojects,
    assert_same_cloud,
    camera_centre,
    cloud_of,
    numbers,
    photo_pixels,
    run_program,
)

pytestmark = pytest.mark.interop


@pytest.fixture(scope="module")
def exported(room, tmp_path_factory) -> Path:
    options = ExportOptions(CloudOptions(max_points=COLMAP_LIMIT))
    return export(room, tmp_path_factory.mktemp("colmap"), ["colmap"], options)[0].path


def analysed(model: Path) -> dict[str, float]:
    """What `colmap model_analyzer` says, by name."""
    said = run_program("colmap", "model_analyzer", "--path", model)
    return {
        name.strip(): float(value) for name, value in re.findall(r"([A-Z][\w ]+): ([\d.]+)", said)
    }


def test_model_analyzer_counts_photos_points_and_tracks(exported, room):
    told = analysed(exported / "sparse/0")
    cloud = cloud_of(room, COLMAP_LIMIT)
    assert told["Registered images"] == room.num_views
    assert told["Points"] == len(cloud)
    assert told["Observations"] > 2 * len(cloud)
    assert told["Mean track length"] > 2
    assert told["Mean reprojection error"] < 0.5


@pytest.mark.parametrize("ending", ["bin", "txt"])
def test_model_converter_gives_back_points_colours_and_cameras(exported, room, tmp_path, ending):
    given, out = tmp_path / "given", tmp_path / "out"
    given.mkdir()
    out.mkdir()
    for file in (exported / "sparse/0").glob(f"*.{ending}"):
        shutil.copy(file, given)
    run_program(
        "colmap", "model_converter", "--input_path", given, "--output_path", out, "--output_type",
        "TXT",
    )  # fmt: skip
    cloud = cloud_of(room, COLMAP_LIMIT)
    lines = [row for row in (out / "points3D.txt").read_text().splitlines() if row[0] != "#"]
    lines.sort(key=lambda row: int(row.split(maxsplit=1)[0]))
    table = numbers([" ".join(row.split()[:7]) for row in lines])
    assert_same_cloud(table[:, 1:4], table[:, 4:7], cloud)
    rows = [row for row in (out / "images.txt").read_text().splitlines() if row[0] != "#"]
    cameras = [row for row in (out / "cameras.txt").read_text().splitlines() if row[0] != "#"]
    intrinsics = {int(row.split()[0]): row.split() for row in cameras}
    for head in rows[::2]:
        words = head.split(" ")
        view = int(words[0]) - 1
        rotation = Rotation.from_quat([float(word) for word in words[1:5]], scalar_first=True)
        translation = np.array([float(word) for word in words[5:8]])
        centre = -rotation.inv().apply(translation)
        np.testing.assert_allclose(centre, camera_centre(room, view), atol=1e-6)
        _, model, width, height, fx, fy, cx, cy = intrinsics[int(words[8])]
        assert (model, width, height) == ("PINHOLE", "640", "480")
        own = cloud.points[cloud.view_index == view]
        x, y, z = (rotation.apply(own) + translation).T
        seen = np.stack([float(fx) * x / z + float(cx), float(fy) * y / z + float(cy)], axis=1)
        assert_reprojects(seen, photo_pixels(room, cloud, view), 0.05)


def test_bundle_adjuster_finds_nothing_to_mend(exported, room, tmp_path):
    run_program(
        "colmap", "bundle_adjuster", "--input_path", exported / "sparse/0", "--output_path",
        tmp_path, "--BundleAdjustment.max_num_iterations", "10",
    )  # fmt: skip
    pycolmap = pytest.importorskip("pycolmap")
    model = pycolmap.Reconstruction(tmp_path)
    for view, number in enumerate(sorted(model.images)):
        moved = model.images[number].projection_center() - camera_centre(room, view)
        assert np.linalg.norm(moved) < 1e-3


def test_point_triangulator_finds_its_own_points_by_our_cameras_over_our_photos(
    exported, room, tmp_path
):
    """COLMAP's own features in the exported photos, triangulated with the exported cameras."""
    database, out = tmp_path / "database.db", tmp_path / "out"
    out.mkdir()
    images = exported / "images"
    where = ["--database_path", str(database)]
    run_program(
        "colmap", "feature_extractor", *where, "--image_path", images, "--SiftExtraction.use_gpu",
        "0", "--SiftExtraction.num_threads", "1", "--SiftExtraction.max_num_features", "2000",
    )  # fmt: skip
    with sqlite3.connect(database) as tables:
        by_name = dict(tables.execute("SELECT name, image_id FROM images"))
    names = sorted(path.name for path in images.iterdir())
    assert [by_name[name] for name in names] == list(range(1, len(names) + 1)), "ids must agree"
    run_program(
        "colmap", "exhaustive_matcher", *where, "--SiftMatching.use_gpu", "0",
        "--SiftMatching.num_threads", "2",
    )  # fmt: skip
    run_program(
        "colmap", "point_triangulator", *where, "--image_path", images, "--input_path",
        exported / "sparse/0", "--output_path", out, "--clear_points", "1",
    )  # fmt: skip
    told = analysed(out)
    assert told["Registered images"] == room.num_views
    assert told["Points"] > 300
    assert told["Mean reprojection error"] < 0.6
    pycolmap = pytest.importorskip("pycolmap")
    found = np.array([point.xyz for point in pycolmap.Reconstruction(out).points3D.values()])
    from scipy.spatial import KDTree

    cloud = cloud_of(room, 400_000).points
    distance = KDTree(cloud).query(found)[0]
    assert np.median(distance) < 0.005 * np.ptp(cloud, axis=0).max()


@pytest.mark.parametrize("ending", ["bin", "txt"])
def test_pycolmap_reads_the_model_and_reprojects_below_half_a_pixel(
    exported, room, tmp_path, ending
):
    pycolmap = pytest.importorskip("pycolmap")
    for file in (exported / "sparse/0").glob(f"*.{ending}"):
        shutil.copy(file, tmp_path)
    model = pycolmap.Reconstruction(tmp_path)
    cloud = cloud_of(room, COLMAP_LIMIT)
    ids = sorted(model.points3D)
    points = np.array([model.points3D[number].xyz for number in ids])
    assert_same_cloud(points, np.array([model.points3D[number].color for number in ids]), cloud)
    for view, number in enumerate(sorted(model.images)):
        image = model.images[number]
        np.testing.assert_allclose(image.projection_center(), camera_centre(room, view), atol=1e-6)
        seen = [point for point in image.points2D if point.has_point3D()]
        world = np.array([model.points3D[point.point3D_id].xyz for point in seen])
        projected = np.array([image.project_point(point) for point in world])
        assert_reprojects(projected, np.array([point.xy for point in seen]))
        photo = np.asarray(Image.open(exported / "images" / image.name)).astype(int)
        rows = np.clip(projected.astype(int), 0, [639, 479])
        told = [model.points3D[point.point3D_id].color for point in seen]
        assert np.median(np.abs(photo[rows[:, 1], rows[:, 0]] - told)) < 12
    assert model.compute_mean_reprojection_error() < 0.5
