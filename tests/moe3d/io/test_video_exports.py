"""Frames of a video in exports: of their own size, taken from the video again."""

import dataclasses
import json
from fractions import Fraction

import numpy as np
import pytest
import trimesh
from PIL import Image

from moe3d.io.exports.export import export
from moe3d.io.exports.export_estimate import estimate_export
from moe3d.io.exports.export_job import ExportOptions
from moe3d.io.photos.images import read_views
from moe3d.io.scenes.prediction_file import read_prediction, write_prediction
from moe3d.io.videos import video
from moe3d.scene.pixel_transform import PixelTransform
from moe3d.scene.records import PredictionMetadata
from tests.scenes import step_prediction
from tests.videos import TURNS, levels_of, quarters, turn_track, write_video

WIDTH, HEIGHT = 168, 112
"""Four times the network's image."""


@pytest.fixture
def scene(tmp_path, monkeypatch):
    """An analytic scene whose views are a photo and a frame of a video kept small in memory."""
    monkeypatch.setattr(video, "MAX_SIDE", 40)
    pictures = [quarters(HEIGHT, WIDTH)] * 2  # held sideways
    path = write_video(tmp_path / "walk.mp4", [0, Fraction(1, 2)], pictures)
    turn_track(path, TURNS[90])
    Image.fromarray(quarters(WIDTH, HEIGHT)).save(tmp_path / "1.png")
    views = read_views(tmp_path).views
    assert [(view.width, view.height) for view in views] == [(WIDTH, HEIGHT)] * 2
    quarter = PixelTransform(WIDTH, HEIGHT, 42, 28, 0.25, 0.25)
    return dataclasses.replace(
        step_prediction(num_views=2),
        names=tuple(view.name for view in views),
        pixel_transforms=(quarter, quarter),
        metadata=PredictionMetadata("x", sources=tuple(view.source for view in views)),
    )


def test_exported_frames_are_as_large_as_the_video_and_upright(scene, tmp_path):
    write_prediction(scene, tmp_path / "scene.npz")
    done = export(read_prediction(tmp_path / "scene.npz"), tmp_path / "out", ["colmap"])[0]
    frame = Image.open(done.path / "images" / "walk_0000_00s.jpg")
    assert frame.size == (WIDTH, HEIGHT)
    np.testing.assert_allclose(levels_of(np.asarray(frame)), [[140, 40], [200, 90]], atol=4)
    details = json.loads(done.sidecar.read_text())["details"]
    assert details["network_images_instead_of_photos"] == []


def test_the_intrinsics_are_those_of_the_exported_frame(scene, tmp_path):
    folder = export(scene, tmp_path / "out", ["transforms"])[0].path
    frames = json.loads((folder / "transforms.json").read_text())["frames"]
    assert [(frame["w"], frame["h"]) for frame in frames] == [(WIDTH, HEIGHT)] * 2
    assert frames[1]["fl_x"] == pytest.approx(4 * scene.intrinsics[1, 0, 0])


def test_a_mesh_has_the_frame_for_its_texture(scene, tmp_path):
    (done,) = export(scene, tmp_path / "out", ["mesh-grid"])
    parts = trimesh.load(done.path).geometry.values()
    textures = [part.visual.material.baseColorTexture for part in parts]
    assert {texture.size for texture in textures} == {(WIDTH, HEIGHT)}


def test_the_estimate_does_not_count_the_video_for_each_frame(scene, tmp_path):
    before = estimate_export(scene, "colmap", ExportOptions()).size_bytes
    with (tmp_path / "walk.mp4").open("ab") as stream:
        stream.write(bytes(10_000_000))
    assert estimate_export(scene, "colmap", ExportOptions()).size_bytes == before


def test_without_the_video_the_network_image_stands_in(scene, tmp_path):
    (tmp_path / "walk.mp4").unlink()
    done = export(scene, tmp_path / "out", ["colmap"])[0]
    assert Image.open(done.path / "images" / "walk_0000_00s.png").size == (42, 28)
    details = json.loads(done.sidecar.read_text())["details"]
    assert details["network_images_instead_of_photos"] == ["walk_0000_00s.png"]


@pytest.mark.parametrize("name", ["a#t=1.jpg", "a.jpg#t=1", "walk#t=2.mp4", "walk.mp4"])
def test_names_that_look_like_frames_are_files(name):
    from moe3d.io.photos.image_files import split_source

    assert split_source(f"/photos/{name}")[1] is None
