"""COLMAP models of measured tracks, read, measured and adjusted by pycolmap."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pycolmap
import pytest
from PIL import Image
from scipy.spatial.transform import Rotation

from moe3d.io.exporters.colmap import COLMAP
from moe3d.io.exports.export import export
from moe3d.io.exports.export_estimate import estimate_export
from moe3d.io.exports.export_job import ExportOptions
from moe3d.scene.cloud import point_cloud
from moe3d.scene.multiview import Tracks
from moe3d.scene.pixel_transform import PixelTransform
from moe3d.scene.records import PredictionMetadata, ScenePrediction
from tests.scenes import step_prediction

FOCAL_PX, NOISE_PX, NUM_POINTS = 90.0, 0.3, 80
LANDSCAPE = PixelTransform(84, 56, 42, 28, 0.5, 0.5)
PORTRAIT = PixelTransform(56, 84, 42, 28, 0.75, 0.75, 0.0, -17.5)
"""The same camera, turned: the network sees the middle of this photo, at another scale."""
TRANSFORMS = (LANDSCAPE, LANDSCAPE, PORTRAIT, LANDSCAPE, PORTRAIT)


def lens(transform: PixelTransform) -> np.ndarray:
    """Of the upright photo, pixel centres at integers."""
    middle = (transform.original_width - 1) / 2, (transform.original_height - 1) / 2
    return np.array([[FOCAL_PX, 0, middle[0]], [0, FOCAL_PX, middle[1]], [0, 0, 1.0]])


def cameras() -> np.ndarray:
    """camera_from_world of a walk round the points, the turned photos rolled by 90 degrees."""
    matrices = np.tile(np.eye(4), (len(TRANSFORMS), 1, 1))
    for index, transform in enumerate(TRANSFORMS):
        turn = Rotation.from_rotvec([0.02 * index, 0.08 * index, 0])
        if transform is PORTRAIT:
            turn = Rotation.from_rotvec([0, 0, np.pi / 2]) * turn
        matrices[index, :3, :3] = turn.as_matrix()
        matrices[index, :3, 3] = turn.apply([-0.3 * index, 0.05 * index, 0])
    return matrices


def scene_with_tracks(folder: Path) -> ScenePrediction:
    """Photos on the disk whose red is 3 x and whose green is 3 y, and points seen with noise."""
    random = np.random.default_rng(3)
    points = random.uniform([-0.6, -0.5, 3.5], [1.4, 0.5, 5.5], (NUM_POINTS, 3)).astype(np.float32)
    matrices, found, names = cameras(), [], []
    for index, transform in enumerate(TRANSFORMS):
        size = transform.original_width, transform.original_height
        x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
        names.append(f"{index}.png")
        photo = np.stack([3 * x, 3 * y, 0 * x], axis=-1).astype(np.uint8)
        Image.fromarray(photo).save(folder / names[-1])
        seen = points @ matrices[index, :3, :3].T + matrices[index, :3, 3]
        at = seen @ lens(transform).T
        at = at[:, :2] / at[:, 2:] + random.normal(0, NOISE_PX, (NUM_POINTS, 2))
        inside = np.flatnonzero(((at > 1) & (at < np.array(size) - 2)).all(axis=1))
        found += [(point, index, *at[point]) for point in inside]
    rows = np.array(sorted(found))
    tracks = Tracks(
        points,
        rows[:, 0].astype(np.int32),
        rows[:, 1].astype(np.int32),
        rows[:, 2:].astype(np.float32),
    )
    intrinsics = np.stack([one.network_intrinsics(lens(one)) for one in TRANSFORMS])
    scene = step_prediction(num_views=len(TRANSFORMS))
    base = replace(scene.baseline, camera_from_world=matrices, intrinsics=intrinsics)
    return replace(
        scene,
        names=tuple(names),
        camera_from_world=matrices,
        intrinsics=intrinsics,
        pixel_transforms=TRANSFORMS,
        baseline=base,
        tracks=tracks,
        metadata=PredictionMetadata("x", sources=tuple(str(folder / name) for name in names)),
    )


def shared_rows(tracks: Tracks) -> np.ndarray:
    """Observations of points that two photos see."""
    return np.bincount(tracks.point_index, minlength=NUM_POINTS)[tracks.point_index] >= 2


def errors_by_point(scene: ScenePrediction) -> dict[int, float]:
    """Mean distance between where each point is and where it was measured, photo pixels."""
    tracks, errors = scene.tracks, {}
    for row in np.flatnonzero(shared_rows(tracks)):
        point, view = int(tracks.point_index[row]), int(tracks.view_index[row])
        matrix = scene.camera_from_world[view]
        seen = lens(TRANSFORMS[view]) @ (matrix[:3, :3] @ tracks.points[point] + matrix[:3, 3])
        distance = np.linalg.norm(seen[:2] / seen[2] - tracks.pixels[row])
        errors.setdefault(point, []).append(distance)
    return {point: float(np.mean(some)) for point, some in errors.items()}


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tracks")
    (folder / "in").mkdir()
    scene = scene_with_tracks(folder / "in")
    return scene, export(scene, folder / "out", ["colmap"])[0]


def model_of(folder: Path) -> pycolmap.Reconstruction:
    return pycolmap.Reconstruction(folder / "sparse/0")


def test_tracks_are_written_with_their_measured_pixels_and_real_errors(exported):
    scene, done = exported
    model, errors = model_of(done.path), errors_by_point(scene)
    assert len(model.points3D) == len(errors)
    assert model.compute_mean_track_length() > 2
    assert model.compute_mean_reprojection_error() == pytest.approx(np.mean(list(errors.values())))
    assert 0.5 * NOISE_PX < model.compute_mean_reprojection_error() < 2 * NOISE_PX
    found = np.array([model.points3D[number].xyz for number in sorted(model.points3D)])
    np.testing.assert_allclose(found, scene.tracks.points[sorted(errors)], rtol=1e-6)
    stored = [model.points3D[number].error for number in sorted(model.points3D)]
    np.testing.assert_allclose(stored, [errors[point] for point in sorted(errors)], rtol=1e-4)
    for view, name in enumerate(scene.names):
        image = model.find_image_with_name(name)
        at = np.array([point.xy for point in image.points2D if point.has_point3D()])
        rows = shared_rows(scene.tracks) & (scene.tracks.view_index == view)
        np.testing.assert_allclose(at, scene.tracks.pixels[rows] + 0.5, rtol=1e-6)
    sidecar = json.loads(done.sidecar.read_text())["details"]
    assert sidecar["tracks"] == "measured in the photos"
    assert sidecar["points_without_track"] == 0
    assert sidecar["mean_reprojection_error_px"] == pytest.approx(
        model.compute_mean_reprojection_error(), abs=1e-4
    )


def test_points_have_the_mean_colour_of_the_photos_where_they_were_measured(exported):
    scene, done = exported
    model, tracks = model_of(done.path), scene.tracks
    for number, point in zip(sorted(model.points3D), sorted(errors_by_point(scene)), strict=True):
        wanted = 3 * tracks.pixels[tracks.point_index == point].mean(axis=0)
        np.testing.assert_allclose(model.points3D[number].color[:2], wanted, atol=1.5)


def test_a_camera_that_was_turned_is_two_cameras_of_one_focal_length(exported):
    _, done = exported
    model = model_of(done.path)
    sizes = {(one.width, one.height): one.params for one in model.cameras.values()}
    assert len(model.cameras) == len(sizes) == 2
    np.testing.assert_allclose(sizes[84, 56], [FOCAL_PX, FOCAL_PX, 42, 28], rtol=1e-9)
    np.testing.assert_allclose(sizes[56, 84], [FOCAL_PX, FOCAL_PX, 28, 42], rtol=1e-9)
    for view, transform in enumerate(TRANSFORMS):
        camera = model.find_image_with_name(f"{view}.png").camera
        assert (camera.width, camera.height) == (
            transform.original_width,
            transform.original_height,
        )


def squared_error(model: pycolmap.Reconstruction) -> float:
    """What a bundle adjustment makes small: squared distances of all observations, pixels."""
    total = 0.0
    for image in model.images.values():
        for spot in image.points2D:
            if spot.has_point3D():
                seen = image.project_point(model.points3D[spot.point3D_id].xyz)
                total += float(((seen - spot.xy) ** 2).sum())
    return total


@pytest.mark.parametrize("format_", ["colmap", "colmap-dense"])
def test_a_bundle_adjustment_of_the_model_does_not_raise_its_error(exported, tmp_path, format_):
    scene, _ = exported
    model = model_of(export(scene, tmp_path, [format_])[0].path)
    before, mean_before = squared_error(model), model.compute_mean_reprojection_error()
    pycolmap.bundle_adjustment(model)
    model.update_point_3d_errors()
    assert squared_error(model) <= before
    if format_ == "colmap":  # all is measured
        assert model.compute_mean_reprojection_error() <= mean_before


def test_dense_models_have_the_cloud_behind_the_measured_spots(exported, tmp_path):
    scene, sparse = exported
    (done,) = export(scene, tmp_path, ["colmap-dense"])
    model, cloud = model_of(done.path), point_cloud(scene)
    number = len(model_of(sparse.path).points3D)
    ids = sorted(model.points3D)
    assert done.written["points"] == len(ids) == number + len(cloud)
    assert all(model.points3D[one].track.length() >= 2 for one in ids[:number])
    found = np.array([model.points3D[one].xyz for one in ids[number:]])
    np.testing.assert_allclose(found, cloud.points)
    colors = np.array([model.points3D[one].color for one in ids[number:]])
    np.testing.assert_array_equal(colors, cloud.colors)
    assert done.path.name == "scene_splats"


def test_every_photo_of_a_dense_model_sees_the_cloud_where_it_is(exported, tmp_path):
    scene, sparse = exported
    model = model_of(export(scene, tmp_path, ["colmap-dense"])[0].path)
    number, cloud = len(model_of(sparse.path).points3D), point_cloud(scene)
    for view, name in enumerate(scene.names):
        image = model.find_image_with_name(name)
        spots = [spot for spot in image.points2D if spot.point3D_id > number]
        assert len(spots) > 100
        world = np.array([model.points3D[spot.point3D_id].xyz for spot in spots])
        matrix, size = (
            scene.camera_from_world[view],
            np.array([image.camera.width, image.camera.height]),
        )
        seen = (world @ matrix[:3, :3].T + matrix[:3, 3]) @ lens(TRANSFORMS[view]).T
        at = np.array([spot.xy for spot in spots])
        np.testing.assert_allclose(seen[:, :2] / seen[:, 2:] + 0.5, at, atol=0.02)
        assert ((at >= 0) & (at <= size)).all()
    for number_, point in model.points3D.items():
        images = [element.image_id for element in point.track.elements]
        assert len(images) != 1  # COLMAP's adjuster stops at a lone one
        assert len(set(images)) == len(images)
        if number_ > number and images:
            own = cloud.view_index[number_ - number - 1]
            assert model.find_image_with_name(scene.names[own]).image_id in images


def test_measured_spots_of_a_dense_model_are_those_of_the_sparse_one(exported, tmp_path):
    scene, sparse = exported
    dense, alone = (
        model_of(folder)
        for folder in (export(scene, tmp_path, ["colmap-dense"])[0].path, sparse.path)
    )
    for number, point in alone.points3D.items():
        same = dense.points3D[number]
        np.testing.assert_array_equal(same.xyz, point.xyz)
        np.testing.assert_array_equal(same.color, point.color)
        assert same.error == pytest.approx(point.error)
        assert {(e.image_id, *dense.images[e.image_id].points2D[e.point2D_idx].xy)
                for e in same.track.elements} == {
            (e.image_id, *alone.images[e.image_id].points2D[e.point2D_idx].xy)
            for e in point.track.elements
        }  # fmt: skip


def test_where_photos_are_gone_the_pixels_are_those_of_the_images_that_stand_in(exported, tmp_path):
    scene, _ = exported
    gone = replace(scene, metadata=PredictionMetadata("x"))
    model = model_of(export(gone, tmp_path, ["colmap"])[0].path)
    errors = []
    for view, transform in enumerate(TRANSFORMS):
        image = model.find_image_with_name(f"{view}.png")
        assert (image.camera.width, image.camera.height) == (42, 28)
        ratio = transform.scale_x
        assert image.camera.params[0] == pytest.approx(FOCAL_PX * ratio)
        own = scene.tracks.pixels[scene.tracks.view_index == view]
        wanted = transform.network_from_original(own.astype(np.float64)) + 0.5
        for point in image.points2D:
            assert np.abs(wanted - point.xy).max(axis=1).min() < 1e-3
            assert 0 <= point.xy[1] <= 28  # what the crop left out is not in the image
        errors.append(len(image.points2D))
    assert min(errors) > 3
    assert len(model.cameras) == 2  # one network size, but photos of two shapes


def test_scale_and_axes_move_tracks_and_cameras_together(exported, tmp_path):
    scene, done = exported
    options = ExportOptions(up="z", scale=3.0)
    model = model_of(export(scene, tmp_path, ["colmap"], options)[0].path)
    plain = model_of(done.path)
    assert model.compute_mean_reprojection_error() == pytest.approx(
        plain.compute_mean_reprojection_error(), rel=1e-6
    )
    number = sorted(plain.points3D)[5]
    x, y, z = plain.points3D[number].xyz
    np.testing.assert_allclose(model.points3D[number].xyz, [3 * x, 3 * z, -3 * y], rtol=1e-9)


def test_a_layer_with_other_cameras_is_written_without_tracks_that_do_not_fit(exported, tmp_path):
    scene, _ = exported
    moved = scene.camera_from_world.copy()
    moved[1, 0, 3] += 0.1
    other = replace(scene, baseline=replace(scene.baseline, camera_from_world=moved))
    options = ExportOptions(replace(ExportOptions().cloud, layer="vggt"))
    (done,) = export(other, tmp_path, ["colmap"], options)
    assert json.loads(done.sidecar.read_text())["details"]["tracks"] == "projected depth"
    assert done.written["points"] == len(point_cloud(other, "vggt"))


def test_a_model_cut_short_on_the_disk_does_not_pass_for_whole(exported, tmp_path):
    scene, _ = exported
    (done,) = export(scene, tmp_path, ["colmap"])
    points = done.path / "sparse/0/points3D.bin"
    points.write_bytes(points.read_bytes()[:-40])
    with pytest.raises(ValueError, match=r"Check failed|COLMAP cannot read it"):
        COLMAP.reread(done.path)


def test_the_estimate_counts_what_is_written(exported, tmp_path):
    scene, _ = exported
    for name in ("colmap", "colmap-dense"):
        (done,) = export(scene, tmp_path, [name])
        alone = NUM_POINTS - len(errors_by_point(scene))  # no other photo saw these
        assert estimate_export(scene, name).num_points - alone == done.written["points"]
