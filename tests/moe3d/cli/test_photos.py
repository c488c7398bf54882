"""How photos are named on the command line, and what it says of them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from moe3d.cli.main import run_command
from moe3d.cli.photos import read_photos, scene_name
from moe3d.cli.run import RunCommand
from moe3d.io.photos.images import read_pixels
from tests.scenes import step_prediction


def count(*words: Path) -> int:
    """How many photos these words come to."""
    return len(read_photos(words))


def test_photos_folders_and_patterns_may_be_mixed(photos: Path, tmp_path: Path, capsys):
    first, second = sorted(photos.iterdir())
    other = tmp_path / "other"
    shutil.copytree(photos, other)
    assert count(first, second) == 2
    assert count(photos, other) == 4
    assert count(photos / "*.png") == 2
    assert count(tmp_path / "**" / "*1.png") == 2
    assert count(other, first) == 3
    assert run_command(["estimate", str(first), str(other / "*.png"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["num_photos"] == 3


def test_a_zip_of_photos_is_read_as_its_folder(photos: Path, tmp_path: Path, capsys):
    archive = Path(
        shutil.make_archive(str(tmp_path / "my room"), "zip", photos.parent, photos.name)
    )
    read, plain = read_photos([archive]), read_photos([photos])
    assert read.names == plain.names
    for packed, view in zip(read.views, plain.views, strict=True):
        np.testing.assert_array_equal(read_pixels(packed), read_pixels(view))
    assert read.views[0].path.is_file()
    assert scene_name([archive]) == "my room"
    assert count(archive, photos) == 4
    assert run_command(["estimate", str(archive), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["num_photos"] == 2


def test_unpacked_photos_are_gone_when_the_program_ends(photos: Path, tmp_path: Path):
    archive = shutil.make_archive(str(tmp_path / "room"), "zip", photos.parent, photos.name)
    (tmp_path / "temporary").mkdir()
    words = [sys.executable, "-m", "moe3d", "estimate", archive]
    settings = {**os.environ, "TMPDIR": str(tmp_path / "temporary")}
    subprocess.run(words, check=True, env=settings, capture_output=True)
    assert list((tmp_path / "temporary").glob("moe3d-*")) == []


def test_a_zip_that_is_none_or_holds_no_photo_is_answered(tmp_path: Path, capsys):
    (tmp_path / "broken.zip").write_bytes(b"no zip at all")
    assert run_command(["estimate", str(tmp_path / "broken.zip")]) == 3
    assert "broken.zip: the zip cannot be unpacked" in capsys.readouterr().err
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("none")
    shutil.make_archive(str(tmp_path / "letters"), "zip", tmp_path / "letters")
    assert run_command(["estimate", str(tmp_path / "letters.zip")]) == 3
    assert "letters.zip: the zip holds no photo" in capsys.readouterr().err
    assert run_command(["estimate", str(tmp_path / "gone.zip")]) == 3
    assert "gone.zip" in capsys.readouterr().err


def test_a_file_with_brackets_in_its_name_is_itself(photos: Path):
    shutil.copy(photos / "photo 1.png", photos / "photo [2].png")
    assert count(photos / "photo [2].png") == 1


def test_a_pattern_that_fits_nothing_is_named(tmp_path: Path, capsys):
    assert run_command(["estimate", str(tmp_path / "*.jpg")]) == 3
    assert "*.jpg: no file is named like this" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["run", "", "-o", "out"],
        ["run", "a.png", "", "-o", "out"],
        ["run", "a.png", "-o", ""],
        ["run", "a.png", "--output="],
        ["run", "a.png", "-o", "out", "--model", " "],
        ["estimate", ""],
        ["batch", "", "-o", "out"],
        ["export", "", "--format", "ply"],
        ["gui", ""],
    ],
)
def test_an_empty_argument_is_refused(words, tmp_path: Path, monkeypatch, capsys):
    """As a path it would be the folder that one happens to be in."""
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (60, 40)).save("a.png")
    assert run_command(words) == 2
    assert "is empty; wanted a value" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


@pytest.mark.parametrize("command", [["run", "-o", "out"], ["estimate"]])
def test_no_photo_at_all_is_refused(command, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run_command(command) == 2
    assert "no photos are named" in capsys.readouterr().err


class _Knows:
    def input_side(self, progress):
        return 518

    def reconstruct(self, views, _options=None, progress=None):
        self.names = views.names
        return step_prediction()


def run(photos: tuple[Path, ...], out: Path) -> tuple[str, ...]:
    """Names of the photos that reach the network."""
    command = RunCommand(photos, out, export="", sheet=False, quiet=True)
    knows = _Knows()
    assert command.run_with(lambda: knows) == 0
    return knows.names


def test_a_run_takes_the_photos_that_are_named(photos: Path, tmp_path: Path):
    first, second = sorted(photos.iterdir())
    assert run((second, first), tmp_path / "out") == ("photo 2.png", "photo 1.png")


def test_the_command_line_warns_as_the_window_does(tmp_path: Path, capsys):
    folder = tmp_path / "photos"
    (folder / "masks").mkdir(parents=True)
    for index in range(4):
        pixels = np.random.default_rng(index).integers(0, 255, (20, 30, 3), np.uint8)
        sharp = cv2.resize(pixels, (300, 200), interpolation=cv2.INTER_NEAREST)
        if index == 2:
            sharp = cv2.GaussianBlur(sharp, (0, 0), 6)
        Image.fromarray(sharp).save(folder / f"{index}.png")
    shutil.copy(folder / "0.png", folder / "9.png")
    Image.open(folder / "0.png").crop((0, 0, 180, 200)).save(folder / "upright.png")
    Image.new("L", (300, 200), 255).save(folder / "masks" / "1.png")
    Image.new("RGBA", (300, 200)).save(folder / "clear.png")
    (folder / "text.jpg").write_text("no photo")
    (folder / "loop.jpg").symlink_to("loop.jpg")
    names = run((folder,), tmp_path / "out")
    assert names == ("0.png", "1.png", "2.png", "3.png", "9.png", "upright.png")
    told = capsys.readouterr().err
    assert "not used: clear.png: it is transparent all over" in told
    assert "not used: text.jpg: it holds text" in told
    assert "not used: loop.jpg: it cannot be read" in told
    assert "1 of 6 photos have masks (masks/1.png)" in told
    assert "2.png: blurred" in told
    assert "9.png: the same as 0.png" in told
    assert "Upright and lying photos are mixed" in told


def test_what_a_run_writes_beside_its_photos_is_not_read_again(photos: Path, tmp_path: Path):
    command = ["run", str(photos), "-o", str(photos), "--quiet", "--export", "", "--refine", "off"]
    assert run_command(command) == 0
    assert (photos / "sheet.png").exists()
    assert run((photos,), tmp_path / "out") == ("photo 1.png", "photo 2.png")


def test_names_of_scenes(tmp_path: Path):
    (tmp_path / "garden" / "images").mkdir(parents=True)
    inside = tmp_path / "garden" / "images"
    for words in [
        (tmp_path / "garden",),
        (inside,),
        (inside / "*.jpg",),
        (inside / "a.jpg", inside / "b.jpg"),
        (tmp_path / "garden/a.jpg", tmp_path / "garden/b.jpg"),
    ]:
        assert scene_name(words) == "garden"
    assert scene_name((tmp_path / "walk.mp4",)) == "walk"
