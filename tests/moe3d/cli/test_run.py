"""`moe3d run` and `moe3d export` with the real built-in model, and every exit code they promise."""

import json
import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import open3d
import pytest
import trimesh
from PIL import Image

import moe3d
from moe3d.cli.export_options import FilterWords
from moe3d.cli.main import run_command
from moe3d.cli.run import RunCommand
from moe3d.scene.records import ScenePrediction
from tests.file_permissions import bound_by_permissions
from tests.scenes import refined_prediction
from tests.supported_scenes import supported_prediction
from tests.videos import noise, write_video


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*")) if folder.exists() else []


def test_a_folder_of_photos_becomes_a_prediction_and_a_ply(photos: Path, tmp_path: Path, capsys):
    out = tmp_path / "out"
    assert run_command(["run", str(photos), "-o", str(out), "--json", "--quiet"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["photos"] == 2
    assert result["demonstration"] is True
    assert {"prediction.npz", "sheet.png", "photos.ply"} <= set(files_in(out))
    cloud = trimesh.load(out / "photos.ply")
    assert len(cloud.vertices) > 1000
    assert np.isfinite(cloud.vertices).all()
    with Image.open(out / "sheet.png") as sheet:
        assert sheet.width > sheet.height > 100


def test_upright_photos_are_seen_whole_and_a_crop_is_named(tmp_path: Path, capsys):
    generator = np.random.default_rng(3)
    for index in range(2):
        pixels = generator.integers(0, 255, (180, 90, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{index}.png")
    command = ["run", str(tmp_path), "--refine", "off", "--no-sheet", "--export", "ply", "--quiet"]
    assert run_command([*command, "-o", str(tmp_path / "whole")]) == 0
    assert "cut off" not in capsys.readouterr().err
    whole = moe3d.read_prediction(tmp_path / "whole" / "prediction.npz")
    assert whole.depth.shape == (2, 224, 112)
    assert whole.valid_mask.all()
    assert run_command([*command, "-o", str(tmp_path / "cut"), "--resize", "crop"]) == 0
    told = capsys.readouterr()
    assert "0.png: 50% of it is cut off" in told.err
    assert "note: 0.png: 50% of it is cut off" in told.out
    assert moe3d.read_prediction(tmp_path / "cut" / "prediction.npz").depth.shape == (2, 224, 224)


def test_a_saved_prediction_is_exported_again(photos: Path, tmp_path: Path):
    out = tmp_path / "out"
    command = ["run", str(photos), "-o", str(out), "--quiet", "--no-sheet", "--export", ""]
    assert run_command(command) == 0
    command = ["export", str(out), "--format", "ply", "--confidence-percentile", "0", "--quiet"]
    assert run_command([*command, "-o", str(tmp_path / "all")]) == 0
    assert run_command([*command, "-o", str(tmp_path / "all")]) == 7, "no overwrite was asked for"
    assert run_command([*command, "-o", str(tmp_path / "all"), "--overwrite"]) == 0


class _Knows:
    """An engine that knows the answer."""

    def __init__(self, answer: ScenePrediction) -> None:
        self._answer = answer

    def input_side(self, progress) -> int:
        return 518

    def reconstruct(self, _views, _options=None, progress=None) -> ScenePrediction:
        return self._answer


@pytest.mark.parametrize(("least", "columns"), [("auto", 31), (0, 42), (3, 10)])
def test_a_run_exports_only_points_that_photos_confirm(photos: Path, tmp_path, least, columns):
    command = RunCommand(
        (photos,),
        tmp_path / "out",
        filters=FilterWords(confidence_percentile=0.0, min_support=least),
        sheet=False,
        quiet=True,
    )
    assert command.run_with(lambda: _Knows(supported_prediction())) == 0
    written = trimesh.load(tmp_path / "out" / "photos.ply").vertices
    assert len(written) == 56 * columns
    refined = moe3d.point_cloud(supported_prediction(), "refined", 0, min_support=least)
    np.testing.assert_array_equal(np.asarray(written, np.float32), refined.points)


def test_an_existing_result_is_left_alone_without_overwrite(photos: Path, tmp_path: Path, capsys):
    out = tmp_path / "out"
    out.mkdir()
    (out / "prediction.npz").write_text("mine")
    assert run_command(["run", str(photos), "-o", str(out)]) == 7
    assert "--overwrite" in capsys.readouterr().err
    assert (out / "prediction.npz").read_text() == "mine"
    assert files_in(out) == ["prediction.npz"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--device", "tpu"], 2, "tpu"),
        (["--device", "cuda:99"], 2, "cuda:99"),
        (["--model", "no such model"], 5, "no such model"),
        (["--max-photos", "0"], 2, "--max-photos"),
        (["--export", "stl"], 2, "stl"),
    ],
)
def test_wrong_options_are_named(photos: Path, tmp_path: Path, capsys, arguments, code, words):
    out = tmp_path / "out"
    assert run_command(["run", str(photos), "-o", str(out), *arguments]) == code
    message = capsys.readouterr().err
    assert words in message
    assert "Traceback" not in message
    assert files_in(out) == []


def test_a_folder_without_photos_is_exit_code_3(tmp_path: Path, capsys):
    (tmp_path / "notes.txt").write_text("no photo")
    assert run_command(["run", str(tmp_path), "-o", str(tmp_path / "out")]) == 3
    assert str(tmp_path) in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_broken_photos_are_listed_with_their_reasons(photos: Path, tmp_path: Path, capsys):
    (photos / "empty.jpg").touch()
    (photos / "text.jpg").write_text("I am a text")
    Image.new("RGB", (1, 1)).save(photos / "dot.png")
    assert run_command(["run", str(photos), "-o", str(tmp_path / "out"), "--export", ""]) == 0
    message = capsys.readouterr().err
    for name in ("empty.jpg", "text.jpg", "dot.png"):
        assert f"not used: {name}" in message


def test_a_model_file_that_is_none_is_exit_code_5(photos: Path, tmp_path: Path, capsys):
    model = tmp_path / "model.safetensors"
    model.write_text("not a model")
    out = tmp_path / "out"
    assert run_command(["run", str(photos), "-o", str(out), "--model", str(model)]) == 5
    assert "model.safetensors" in capsys.readouterr().err


def test_a_read_only_output_folder_is_named(photos: Path, tmp_path: Path, capsys):
    out = tmp_path / "out"
    out.mkdir(mode=0o500)
    arguments = ["run", str(photos), "-o", str(out)]
    assert bound_by_permissions(lambda: run_command(arguments)) == 7
    assert str(out) in capsys.readouterr().err


def test_a_file_in_place_of_the_output_folder_is_named(photos: Path, tmp_path: Path, capsys):
    out = tmp_path / "out"
    out.write_text("a file")
    assert run_command(["run", str(photos), "-o", str(out)]) == 7
    assert str(out) in capsys.readouterr().err
    assert out.read_text() == "a file"


def test_an_unknown_option_is_a_usage_error(capsys):
    with pytest.raises(SystemExit) as exit_info:
        run_command(["run", "photos", "-o", "out", "--nonsense"])
    assert exit_info.value.code == 2


def test_other_libraries_read_the_real_photos_cloud_alike(tmp_path: Path):
    photos = Path(__file__).parents[3] / "assets" / "samples" / "leuven" / "images"
    assert run_command(["run", str(photos), "-o", str(tmp_path), "--quiet", "--no-sheet"]) == 0
    prediction = moe3d.read_prediction(tmp_path / "prediction.npz")
    wanted = moe3d.point_cloud(prediction, layer="refined", min_support="auto", hide_sky=True)
    assert len(wanted) < len(moe3d.point_cloud(prediction))  # above the roofs there is some
    by_trimesh = trimesh.load(tmp_path / "leuven.ply")
    by_open3d = open3d.io.read_point_cloud(str(tmp_path / "leuven.ply"))
    np.testing.assert_array_equal(np.asarray(by_trimesh.vertices, np.float32), wanted.points)
    np.testing.assert_array_equal(np.asarray(by_open3d.points, np.float32), wanted.points)
    np.testing.assert_array_equal(by_trimesh.colors[:, :3], wanted.colors)
    np.testing.assert_allclose(np.asarray(by_open3d.colors) * 255, wanted.colors, atol=1e-3)


@pytest.mark.parametrize("as_json", [False, True])
def test_a_run_says_how_well_the_photos_agree(photos: Path, tmp_path: Path, capsys, as_json):
    command = RunCommand(
        (photos,), tmp_path / "out", export="", sheet=False, json=as_json, quiet=True
    )
    assert command.run_with(lambda: _Knows(refined_prediction())) == 0
    said = capsys.readouterr().out
    if as_json:
        agreement = json.loads(said)["agreement"]
        assert (agreement["photos_placed"], agreement["matches"]) == (3, 5312)
        assert agreement["by_photo"][3]["name"] == "photo 4.jpg"
        assert agreement["by_photo"][3]["disagrees"] is True
        return
    lines = said.splitlines()
    assert lines[1:4] == [
        "3 of 4 photos placed, 5,312 matches, residual 0.6 px, 71 % confirmed, "
        "photos differ by 1.4 %",
        "photo 4.jpg: camera not placed, differs by 12.3 %",
        "photo 4.jpg matches no other photo, so its camera is the network's own.",
    ]


def test_a_folder_of_a_photo_and_videos_runs_and_exports_frames_of_their_own_size(
    photos: Path, tmp_path: Path, capsys
):
    folder, out = tmp_path / "walk", tmp_path / "out"
    folder.mkdir()
    shutil.copy(sorted(photos.iterdir())[0], folder)
    pictures = [noise(seed, 320, 240) for seed in range(4)]
    write_video(folder / "one.mp4", [0, 0.5, 1, 1.5], pictures)
    write_video(folder / "two.mp4", [0, 0.5], pictures[:2], Fraction(2))
    (folder / "three.mp4").write_bytes(b"")
    command = ["run", str(folder), "-o", str(out), "--refine", "off", "--export", "transforms"]
    assert run_command([*command, "--frames", "2", "--json", "--quiet"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["photos"] == 5
    assert "not used: three.mp4: no frame can be read: it is empty" in told.err
    written = json.loads((out / "walk_nerfstudio" / "transforms.json").read_text())
    sizes = {Path(frame["file_path"]).name: (frame["w"], frame["h"]) for frame in written["frames"]}
    assert [size for name, size in sizes.items() if "one" in name] == [(320, 240)] * 2
    assert [size for name, size in sizes.items() if "two" in name] == [(640, 240)] * 2
    for name, size in sizes.items():
        with Image.open(out / "walk_nerfstudio" / "images" / name) as image:
            assert image.size == size


@pytest.mark.parametrize("words", [["--frames", "0"], ["--frames-per-second", "-1"]])
def test_a_rate_that_cannot_be_meant_is_a_usage_error(photos: Path, tmp_path: Path, words, capsys):
    assert run_command(["run", str(photos), "-o", str(tmp_path / "out"), *words]) == 2
    assert "wanted" in capsys.readouterr().err
