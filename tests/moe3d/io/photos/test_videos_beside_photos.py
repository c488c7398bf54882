"""Videos where photos are looked for: in folders of data sets, in shots of several files."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from moe3d.io.photos.companions import sort_files
from moe3d.io.photos.images import read_views
from tests.videos import noise, write_video


def write_photo(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(noise(seed)).save(path)


def test_a_list_of_folders_photos_and_videos_keeps_its_order(tmp_path):
    write_photo(tmp_path / "scene" / "images" / "2.png", 1)
    write_video(tmp_path / "scene" / "images" / "walk.mp4", [0], [noise(2)])
    write_photo(tmp_path / "last.png", 3)
    write_video(tmp_path / "first.mp4", [0], [noise(4)])
    listed = [tmp_path / "first.mp4", tmp_path / "scene", tmp_path / "last.png"]
    views = read_views(listed)
    assert views.names == ("first_0000.00s.jpg", "2.png", "walk_0000.00s.jpg", "last.png")
    assert views.refused == ()


def test_the_video_that_a_folder_of_photos_was_taken_from_is_named_and_left_out(tmp_path):
    for number in (1, 2):
        write_photo(tmp_path / "images" / f"{number}.png", number)
    write_video(tmp_path / "walk.mp4", [0], [noise(3)])
    views = read_views(tmp_path)
    assert views.names == ("1.png", "2.png")
    assert views.notes == ("walk.mp4 beside images/ is not used.",)


def test_videos_alone_in_a_sub_folder_are_found(tmp_path):
    (tmp_path / "images").mkdir()
    write_video(tmp_path / "images" / "walk.mp4", [0], [noise(3)])
    assert read_views(tmp_path).names == ("walk_0000.00s.jpg",)


def test_the_two_photos_and_the_moving_part_of_a_shot_are_one_photo(tmp_path):
    paths = [tmp_path / name for name in ("IMG_1.HEIC", "IMG_1.JPG", "IMG_1.MOV", "IMG_1.mp4")]
    found = sort_files(paths)
    assert [shot.files for shot in found.shots] == [(paths[1], paths[0]), (paths[3],)]
    assert [file.path for file in found.refused] == [paths[2]]


@pytest.mark.parametrize("name", ["walk.mp4.png", "walk_mask.png", "masks/walk.png"])
def test_a_mask_is_not_given_to_a_video_of_its_name(tmp_path, name):
    write_video(tmp_path / "walk.mp4", [0], [noise(3)])
    write_photo(tmp_path / name, 4)
    views = read_views(tmp_path)
    assert "walk_0000.00s.jpg" in views.names
    assert all(view.mask is None for view in views.views)


def test_a_photo_keeps_its_mask_where_a_video_has_the_same_name(tmp_path):
    write_photo(tmp_path / "walk.png", 1)
    write_video(tmp_path / "walk.mp4", [0], [noise(3)])
    half = np.zeros(noise(1).shape[:2], np.uint8)
    half[:, half.shape[1] // 2 :] = 255
    Image.fromarray(half).save(tmp_path / "walk_mask.png")
    masks = {view.name: view.mask for view in read_views(tmp_path).views}
    assert masks == {"walk.png": tmp_path / "walk_mask.png", "walk_0000.00s.jpg": None}
