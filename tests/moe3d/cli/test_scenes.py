import numpy as np
import pytest
from PIL import Image

from moe3d.cli.main import run_command
from moe3d.cli.scenes import ScenesCommand, parse_size
from moe3d.errors import UsageError
from tests.moe3d.training.photo_like.conftest import ZERO, write_library


def test_scenes_are_written_one_folder_a_seed(tmp_path):
    command = ScenesCommand(output=tmp_path, seed=40, count=2, views=1, size="42x28")
    assert command.run() == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["scene-0000040", "scene-0000041"]


@pytest.mark.parametrize(
    "text", ["", "224", "224x", "0x10", "10x224", "1e3x20", "99999x100", "-5x20"]
)
def test_a_size_that_is_none_is_refused(text):
    with pytest.raises(UsageError, match="WIDTHxHEIGHT"):
        parse_size(text)


def test_width_comes_first():
    assert parse_size("640x480") == (640, 480)


@pytest.mark.parametrize("change", [{"views": 9}, {"views": 0}, {"count": 0}, {"seed": 1_500_000}])
def test_numbers_out_of_range_are_refused(change, tmp_path):
    with pytest.raises(UsageError):
        ScenesCommand(output=tmp_path, **change).run()


def test_shards_hold_the_same_scenes_as_folders(tmp_path):
    common = ["--seed", "5", "--count", "2", "--views", "1", "--size", "42x28"]
    assert run_command(["scenes", *common, "-o", str(tmp_path / "shards"), "--shards"]) == 0
    assert run_command(["scenes", *common, "-o", str(tmp_path / "folders")]) == 0
    images = np.load(tmp_path / "shards/28x42-0000005/images.npy")
    for index in range(2):
        with Image.open(tmp_path / f"folders/scene-000000{5 + index}/images/000.png") as photo:
            np.testing.assert_array_equal(images[index, 0], np.asarray(photo))


def test_photo_like_scenes_are_written_like_the_others(tmp_path):
    write_library(tmp_path / "free.sh3f", dict.fromkeys(("cube", "plate"), ZERO))
    words = ["--kind", "photo-like", "--furniture", str(tmp_path / "free.sh3f"), "--views", "1"]
    folders = ["scenes", *words, "--size", "42x28", "-o", str(tmp_path / "out")]
    assert run_command(folders) == 0
    assert np.load(tmp_path / "out/scene-0000000/depth/000.npy").shape == (28, 42)


def test_photo_like_scenes_need_furniture(tmp_path, capsys):
    words = ["scenes", "--kind", "photo-like", "-o", str(tmp_path / "out")]
    assert run_command(words) == 2
    assert "--furniture FOLDER" in capsys.readouterr().err
    assert run_command([*words, "--furniture", str(tmp_path / "absent")]) == 7
    assert "absent does not exist" in capsys.readouterr().err
