import json

import cv2
import numpy as np
import pytest

from moe3d.io.photos.samples import SampleScene, sample_scenes

SCENES = sample_scenes()


def test_the_program_comes_with_real_photos_and_a_room_with_ground_truth() -> None:
    assert [scene.has_ground_truth for scene in SCENES] == [False, True]
    assert [scene.name for scene in SCENES] == ["leuven", "room"]


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_sample_has_its_photos_and_its_licence(scene: SampleScene) -> None:
    photos = sorted(scene.images.iterdir())
    assert len(photos) == scene.num_photos >= 2
    assert all(cv2.imread(str(photo)) is not None for photo in photos)
    assert scene.licence
    assert len((scene.folder / "LICENSE.txt").read_text()) > 200


def test_the_samples_stay_small() -> None:
    files = [path for scene in SCENES for path in scene.folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 7e6


def test_the_rooms_cameras_and_depth_agree() -> None:
    """A spot of one view, lifted by its depth, lies at the depth that a second view says."""
    folder = SCENES[-1].folder
    views = json.loads((folder / "cameras.json").read_text())["views"]
    first, second = views[1], views[3]
    depths = [np.load(folder / view["depth"]).astype(float) for view in (first, second)]
    rows, columns = np.mgrid[20:460:8, 20:620:8]
    rays = np.stack([columns, rows, np.ones_like(rows)], -1) @ np.linalg.inv(
        first["intrinsics"]
    ).T.astype(float)
    points = rays * depths[0][rows, columns][..., None]
    second_from_first = np.array(second["camera_from_world"]) @ np.linalg.inv(
        first["camera_from_world"]
    )
    points = points @ second_from_first[:3, :3].T + second_from_first[:3, 3]
    pixels = points @ np.array(second["intrinsics"]).T
    u = np.rint(pixels[..., 0] / pixels[..., 2]).astype(int)
    v = np.rint(pixels[..., 1] / pixels[..., 2]).astype(int)
    inside = (u >= 0) & (u < 640) & (v >= 0) & (v < 480)
    ratio = points[inside][:, 2] / depths[1][v[inside], u[inside]]
    assert inside.mean() > 0.5
    assert abs(np.median(ratio) - 1) < 1e-3
    assert (np.abs(ratio - 1) < 0.01).mean() > 0.75  # the rest is hidden in the second view


def test_a_broken_sample_is_left_out(tmp_path) -> None:
    for name, text in (
        ("good", '{"title": "T", "licence": "CC0-1.0", "num_photos": 1}'),
        ("bad", "{"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "sample.json").write_text(text)
    assert [scene.name for scene in sample_scenes(tmp_path)] == ["good"]


def test_without_samples_there_are_none(tmp_path) -> None:
    assert sample_scenes(tmp_path / "none") == ()
