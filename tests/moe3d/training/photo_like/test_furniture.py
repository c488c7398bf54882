import pickle
import zipfile

import numpy as np
import pytest

from moe3d.errors import DatasetError
from moe3d.training.data.seeds import Split
from moe3d.training.photo_like.furniture import CATALOGUE, open_furniture
from tests.moe3d.training.photo_like.conftest import ZERO, write_library


def test_only_models_are_kept_whose_own_licence_file_says_cc0(tmp_path):
    names = {
        "free": ZERO,
        "silent": "",
        "named": "Released under Creative Commons Attribution 3.0",
        "both": ZERO + "; parts under CC-BY",
        "shared": "Creative Commons Zero, but ShareAlike",
    }
    library = open_furniture(write_library(tmp_path / "mixed.sh3f", names))
    assert [piece.name for piece in library.pieces] == ["free"]


def test_a_library_whose_catalogue_asks_for_attribution_gives_nothing(tmp_path):
    write_library(tmp_path / "by.sh3f", {"free": ZERO}, licence="Creative Commons Attribution 3.0")
    with pytest.raises(DatasetError, match="none of 1 furniture libraries has a CC0 model"):
        open_furniture(tmp_path)


def test_models_of_the_sample_room_are_never_drawn(tmp_path):
    names = {"sofa2": ZERO, "teddyBear": ZERO, "free": ZERO}
    library = open_furniture(write_library(tmp_path / "room.sh3f", names))
    assert [piece.name for piece in library.pieces] == ["free"]


def test_a_missing_folder_is_named_and_where_furniture_comes_from(tmp_path):
    with pytest.raises(DatasetError, match=r"absent does not exist.*sweethome3d-furniture"):
        open_furniture(tmp_path / "absent")


def test_a_folder_without_libraries_is_named_and_what_it_should_hold(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(DatasetError, match=r"holds no furniture library \(a \.sh3f file"):
        open_furniture(tmp_path)


def test_a_damaged_library_is_named(tmp_path):
    (tmp_path / "torn.sh3f").write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(DatasetError, match=r"torn\.sh3f is no readable furniture library"):
        open_furniture(tmp_path)


def test_a_damaged_model_is_named_with_its_library(tmp_path):
    path = write_library(tmp_path / "odd.sh3f", {"cube": ZERO})
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["models/cube/cube.obj"] = b"v 0 0 0\nf 1 2 99\n"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    library = open_furniture(path)
    with pytest.raises(DatasetError, match=r"odd\.sh3f: models/cube/cube\.obj is no readable OBJ"):
        library.load(library.pieces[0])


def test_an_unpacked_library_is_read_like_the_file(tmp_path, furniture_folder):
    with zipfile.ZipFile(furniture_folder / "free.sh3f") as archive:
        archive.extractall(tmp_path / "unpacked")
    assert (tmp_path / "unpacked" / CATALOGUE).is_file()
    names = [piece.name for piece in open_furniture(tmp_path / "unpacked").pieces]
    assert names == [piece.name for piece in open_furniture(furniture_folder).pieces]


def test_a_model_stands_on_the_floor_in_metres_with_its_front_towards_minus_y(furniture_folder):
    """The file's z points to the front: its faces at z = 0 come to lie at -depth / 2."""
    library = open_furniture(furniture_folder)
    cube = next(piece for piece in library.pieces if piece.name == "cube")
    loaded = library.load(cube)
    corners = loaded.model.corners
    assert len(corners) == 12
    assert np.allclose(corners.min((0, 1)), [-0.5, -0.2, 0], atol=1e-6)
    assert np.allclose(corners.max((0, 1)), [0.5, 0.2, 0.8], atol=1e-6)
    front = loaded.model.corners[:2]  # the first face of the file is at z = 0
    assert np.allclose(front[..., 1], -0.2)
    assert np.allclose(loaded.model.normals[:2], [0, -1, 0], atol=1e-6)
    assert loaded.model.materials[0].color == (0.5, 0.1, 0.1)
    assert loaded.pictures == (None,)


def test_the_foot_of_a_picture_is_at_v_0(furniture_folder):
    library = open_furniture(furniture_folder)
    plate = next(piece for piece in library.pieces if piece.name == "plate")
    picture = library.load(plate).pictures[0]
    assert picture[0].mean(0).argmax() == 2
    assert picture[-1].mean(0).argmax() == 0
    assert np.isnan(library.load(plate).model.uv[-1]).all()  # a face without texture


def test_splits_share_no_model_where_each_has_some(tmp_path):
    names = dict.fromkeys((f"thing{i}" for i in range(60)), ZERO)
    library = open_furniture(write_library(tmp_path / "many.sh3f", names))
    shown = [{p.name for p in library.of_split(split, "large")} for split in Split]
    assert all(shown)
    assert sum(map(len, shown)) == len(set.union(*shown))


def test_an_opened_library_goes_to_worker_processes(furniture_folder):
    library = open_furniture(furniture_folder)
    again = pickle.loads(pickle.dumps(library))
    piece = again.pieces[0]
    assert np.array_equal(again.load(piece).model.corners, library.load(piece).model.corners)
