"""What the program itself writes into a folder of photos is no photo; what it passes on is one."""

import numpy as np
import pytest
from PIL import Image

import moe3d
from moe3d.errors import ImageReadError
from moe3d.io.exports.sheet import write_sheet
from moe3d.io.photos.images import read_views
from tests.scenes import step_prediction

REASON = "it is a picture that this program made, no photo"


@pytest.fixture
def photos(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "1.png")
    return tmp_path


def test_a_sheet_in_the_folder_is_named(photos):
    write_sheet(step_prediction(), photos / "overview of yesterday.png")
    views = read_views(photos)
    assert views.names == ("1.png",)
    assert [(file.path.name, file.reason) for file in views.refused] == [
        ("overview of yesterday.png", REASON)
    ]


def test_a_sheet_of_an_older_program_is_known_by_its_place(photos):
    Image.new("RGB", (300, 200), (90, 120, 60)).save(photos / "sheet.png")
    assert len(read_views(photos)) == 2
    (photos / "prediction.npz").write_bytes(b"")
    assert read_views(photos).names == ("1.png",)


def test_depth_maps_and_expert_maps_are_named(photos):
    moe3d.export(step_prediction(), photos, ("depth-png", "expert-maps"))
    for folder in photos.iterdir():
        if folder.is_dir():
            with pytest.raises(ImageReadError, match=REASON):
                read_views(folder)


def test_photos_that_were_exported_are_photos(photos):
    moe3d.export(step_prediction(), photos / "out", ("colmap",))
    views = read_views(photos / "out")
    assert len(views) == step_prediction().num_views
