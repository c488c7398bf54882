"""Where data sets and programs keep their photos."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from moe3d.errors import ImageReadError
from moe3d.io.photos.images import read_views

GENERATOR = np.random.default_rng(5)


def make(folder: Path, *files: str) -> Path:
    """Small images (and texts) at these places."""
    for name in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix in (".txt", ".json", ".npy", ".bin"):
            path.write_text("1 2 3")
        else:
            Image.fromarray(GENERATOR.integers(0, 255, (40, 60, 3), np.uint8)).save(path)
    return folder


def found(folder: Path) -> tuple[str, ...]:
    """Places of the photos that are used, from the folder."""
    views = read_views(folder).views
    return tuple(view.path.relative_to(folder).as_posix() for view in views if view.path)


@pytest.mark.parametrize(
    ("layout", "files", "photos"),
    [
        ("COLMAP", "images/2.jpg images/10.jpg sparse/0/cameras.bin", "images/2.jpg images/10.jpg"),
        ("COLMAP, rigs", "images/a/1.jpg images/b/1.jpg", "images/a/1.jpg images/b/1.jpg"),
        ("COLMAP, dense", "dense/images/1.jpg dense/stereo/depth_maps/1.png", "dense/images/1.jpg"),
        ("nerfstudio", "images/1.png images_2/1.png transforms.json", "images/1.png"),
        ("shrunk alone", "images_8/1.png images_4/1.png", "images_4/1.png"),
        ("DTU, NeuS", "image/000000.png mask/000.png cameras.npy", "image/000000.png"),
        ("DTU, MVSNet", "images/00000000.jpg cams/0_cam.txt pair.txt", "images/00000000.jpg"),
        ("Tanks and Temples", "00001.jpg 00002.jpg Barn.json", "00001.jpg 00002.jpg"),
        ("TUM", "rgb/1.5.png depth/1.5.png rgb.txt", "rgb/1.5.png"),
        ("ScanNet", "color/0.jpg depth/0.png pose/0.txt label/0.png", "color/0.jpg"),
        ("NeRF", "train/r_0.png test/r_0.png transforms_train.json", "train/r_0.png"),
        ("ETH3D", "images/dslr_undistorted/1.jpg", "images/dslr_undistorted/1.jpg"),
        ("KITTI", "image_02/data/0.png image_03/data/0.png", "image_02/data/0.png"),
        ("Replica", "results/frame000.jpg results/depth000.png", "results/frame000.jpg"),
        ("7-Scenes", "seq-01/f-0.color.png seq-01/f-0.depth.png", "seq-01/f-0.color.png"),
        ("one down", "garden/1.jpg", "garden/1.jpg"),
        ("capitals", "Images/1.jpg", "Images/1.jpg"),
        ("depth comes first", "depth/0.png image/0.jpg", "image/0.jpg"),
    ],
)
def test_the_photos_of_usual_layouts_are_found(tmp_path, layout, files, photos):
    assert found(make(tmp_path, *files.split())) == tuple(photos.split()), layout


def test_a_preview_beside_the_photos_is_named(tmp_path):
    make(tmp_path, "preview.jpg", "images/0.jpg", "images/1.jpg")
    views = read_views(tmp_path)
    assert views.names == ("0.jpg", "1.jpg")
    assert views.notes == ("preview.jpg beside images/ is not used.",)


def test_photos_of_the_folder_itself_come_first_and_the_rest_is_named(tmp_path):
    folder = make(tmp_path / "walk", "1.jpg", "2.jpg", "images/9.jpg", "more/1.jpg", "depth/1.png")
    views = read_views(folder)
    assert views.names == ("1.jpg", "2.jpg")
    assert views.notes == (
        "walk/images/ has 1 more image, which is not used.",
        "walk/more/ has 1 more image, which is not used.",
    )


def test_several_folders_that_may_be_meant_are_named(tmp_path):
    make(tmp_path, "monday/1.jpg", "tuesday/1.jpg", "tuesday/2.jpg")
    with pytest.raises(ImageReadError, match=r"monday \(1\), tuesday \(2\) have some: choose one"):
        read_views(tmp_path)
    views = read_views([tmp_path / "monday", tmp_path / "tuesday"])
    assert views.names == ("1 (monday).jpg", "1 (tuesday).jpg", "2.jpg")


def test_a_folder_of_maps_alone_is_named(tmp_path):
    make(tmp_path, "depth/1.png")
    with pytest.raises(ImageReadError, match="its sub-folder depth has images"):
        read_views(tmp_path)


def test_lightings_of_one_view_of_dtu_count_once(tmp_path):
    names = [f"rect_{view:03d}_{light}_r5000.png" for view in (1, 2) for light in (0, 1, "max")]
    views = read_views(make(tmp_path, *names))
    assert views.names == ("rect_001_max_r5000.png", "rect_002_max_r5000.png")
    assert len(views.refused) == 4


def test_folders_that_lead_into_each_other_end(tmp_path):
    make(tmp_path, "a/b/c/notes.txt")
    (tmp_path / "a/again").symlink_to(tmp_path)
    with pytest.raises(ImageReadError, match="no photo"):
        read_views(tmp_path)


def test_a_sub_folder_that_may_not_be_read_stops_nothing(tmp_path, monkeypatch):
    make(tmp_path, "1.jpg", "secret/2.jpg")
    listing = Path.iterdir

    def forbid(self):
        if self.name == "secret":
            raise PermissionError(13, "Permission denied")
        return listing(self)

    monkeypatch.setattr(Path, "iterdir", forbid)
    assert read_views(tmp_path).names == ("1.jpg",)


def test_a_file_that_is_named_itself_is_never_passed_over(tmp_path):
    make(tmp_path, "1.jpg", "notes.txt")
    (tmp_path / "1.jpg").rename(tmp_path / "photo without ending")
    views = read_views([tmp_path / "photo without ending", tmp_path / "notes.txt"])
    assert views.names == ("photo without ending",)
    assert [(file.path.name, "text" in file.reason) for file in views.refused] == [
        ("notes.txt", True)
    ]
