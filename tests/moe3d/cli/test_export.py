"""`moe3d export`: every option reaches the files, and the help says what each does."""

import dataclasses
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from moe3d.cli.export import ExportCommand
from moe3d.cli.export_options import PointOptions, WritingOptions
from moe3d.cli.main import run_command
from moe3d.io.exports.export import EXPORT_FORMATS
from moe3d.io.exports.export_presets import EXPORT_PRESETS
from moe3d.io.formats.ply import read_ply
from moe3d.io.scenes.prediction_file import write_prediction
from moe3d.scene.cloud import point_cloud
from tests.scenes import open_prediction, step_prediction
from tests.supported_scenes import supported_prediction

SCENE = step_prediction()


@pytest.fixture(scope="module")
def result(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("garden")
    write_prediction(SCENE, folder / "prediction.npz")
    return folder


def exported(result: Path, out: Path, *words: str) -> np.ndarray:
    command = ["export", str(result), "-o", str(out), "--name", "a", "--quiet", *words]
    assert run_command([*command, "--format", "ply"]) == 0
    return read_ply(out / "a.ply").records


def points(records: np.ndarray) -> np.ndarray:
    return np.stack([records[name] for name in "xyz"], axis=1)


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ([], 21 * 42 * 2),
        (["--hide-sky", "off"], 28 * 42 * 2),
        (["--all-valid"], 28 * 42 * 2),
        (["--hide-sky", "on"], 21 * 42 * 2),
    ],
)
def test_the_sky_is_left_out_unless_it_is_wanted(tmp_path, words, left):
    write_prediction(open_prediction(), tmp_path / "prediction.npz")
    words = ["--confidence-percentile", "0", *words]
    assert len(exported(tmp_path, tmp_path / "out", *words)) == left


def test_a_room_loses_nothing_by_the_sky(tmp_path):
    write_prediction(SCENE, tmp_path / "prediction.npz")
    for choice in ("auto", "on"):
        words = ["--confidence-percentile", "0", "--hide-sky", choice]
        assert len(exported(tmp_path, tmp_path / choice, *words)) == SCENE.depth.size


@pytest.mark.parametrize(
    ("words", "options"),
    [
        (["--layer", "expert:2"], {"layer": "expert:2"}),
        (["--confidence-percentile", "45"], {"confidence_percentile": 45}),
        (["--confidence-min", "1.5"], {"confidence_min": 1.5}),
        (["--edge-rtol", "0.03"], {"edge_rtol": 0.03}),
        (["--photos", "2"], {"views": [1]}),
        (["--voxel-size", "0.1"], {"voxel_size": 0.1}),
        (["--max-points", "77"], {"max_points": 77}),
        (["--all-valid", "--edge-rtol", "0.03"], {"confidence_percentile": 0}),
    ],
)
def test_point_options_choose_the_points(result, tmp_path, words, options):
    expected = point_cloud(SCENE, **options)
    np.testing.assert_array_equal(points(exported(result, tmp_path, *words)), expected.points)


@pytest.mark.parametrize(
    ("words", "least"),
    [
        ([], 1),  # 31 of 42 columns are confirmed: more than a third
        (["--min-support", "auto"], 1),
        (["--min-support", "0"], 0),
        (["--min-support", "3"], 3),
        (["--all-valid"], 0),
        (["--layer", "fused"], 1),
        (["--layer", "vggt-refined", "--min-support", "2"], 2),
    ],
)
def test_points_that_too_few_photos_confirm_are_left_out_and_counted(tmp_path, words, least):
    scene = supported_prediction()
    write_prediction(scene, tmp_path / "prediction.npz")
    words = ["--confidence-percentile", "0", *words]
    records = exported(tmp_path, tmp_path, *words)
    layer = words[words.index("--layer") + 1] if "--layer" in words else "refined"
    expected = point_cloud(scene, layer, confidence_percentile=0, min_support=least)
    np.testing.assert_array_equal(points(records), expected.points)
    np.testing.assert_array_equal(records["support"], expected.support)
    sidecar = json.loads((tmp_path / "a.ply.json").read_text())
    gone = {0: 0, 1: 11, 2: 21, 3: 32}[least] * 2 * 28
    assert sidecar["details"]["removed_by"] == ({"min_support": gone} if least else {})
    assert sidecar["options"]["cloud"]["min_support"] == least


@pytest.mark.parametrize(
    ("file_name", "written"),
    [("prediction.npz", "garden.ply"), ("old wall.moe3d", "old wall.ply"), ("b.npz", "b.ply")],
)
def test_files_are_named_after_the_scene(result, tmp_path, file_name, written):
    folder = tmp_path / "garden"
    folder.mkdir()
    saved = shutil.copy(result / "prediction.npz", folder / file_name)
    assert run_command(["export", str(saved), "--format", "ply", "--quiet"]) == 0
    assert [path.name for path in folder.glob("*.ply")] == [written]


def test_experts_count_from_one(result, tmp_path):
    records = exported(result, tmp_path, "--experts", "2")
    assert (points(records)[:, 2] == 2).all()  # the far plane is the second expert's


def test_up_scale_and_normals_reach_the_file(result, tmp_path):
    records = exported(result, tmp_path, "--up", "y", "--scale", "10", "--normals")
    np.testing.assert_allclose(
        points(records), point_cloud(SCENE).points * [10, -10, -10], rtol=1e-6
    )
    np.testing.assert_allclose(records["nz"], 1, atol=1e-4)


def test_a_preset_writes_its_formats_and_tells_each(result, tmp_path, capsys):
    command = ["export", str(result), "-o", str(tmp_path), "--preset", "points", "--name", "a"]
    assert run_command([*command, "--json", "--quiet"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [item["format"] for item in told["files"]] == ["ply", "ply-cloudcompare"]
    assert told["files"][0]["content"]["points"] == len(point_cloud(SCENE))
    assert "nx" in (read_ply(tmp_path / "a.ply").records.dtype.names or ())
    assert run_command(["export", str(result), "--preset", "printing"]) == 2
    assert run_command(["export", str(result)]) == 2


def test_an_estimate_writes_nothing(result, tmp_path, capsys):
    out = tmp_path / "out"
    command = ["export", str(result), "-o", str(out), "--format", "ply,npz", "--estimate"]
    assert run_command([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["estimates"]
    assert told["ply"]["num_points"] == len(point_cloud(SCENE))
    assert not out.exists()


def test_an_empty_export_names_the_filter(result, tmp_path, capsys):
    command = ["export", str(result), "-o", str(tmp_path), "--format", "ply"]
    assert run_command([*command, "--confidence-min", "99"]) == 6
    assert "confidence_min" in capsys.readouterr().err


def test_the_help_says_a_sentence_of_every_option(capsys):
    with pytest.raises(SystemExit):
        run_command(["export", "--help"])
    words = " ".join(re.sub(r"[│╭╮╰╯─]", " ", capsys.readouterr().out).split())
    for record in (ExportCommand, PointOptions, WritingOptions):
        for option in dataclasses.fields(record):
            name = f"--{option.name.replace('_', '-')}"
            if option.name not in ("result", "points", "writing"):
                assert re.search(rf"{name}[ ,][^.]*[A-Z][^.]{{10,}}\.", words), name
    for name in (*EXPORT_FORMATS, *(preset.key for preset in EXPORT_PRESETS)):
        assert name in words


def test_presets_name_formats_that_are_there():
    named = {name for preset in EXPORT_PRESETS for name in preset.formats}
    assert named <= set(EXPORT_FORMATS)
    assert len({preset.key for preset in EXPORT_PRESETS}) == len(EXPORT_PRESETS)


@pytest.mark.parametrize(
    ("words", "turn"),
    [
        (["--preset", "points"], [1, -1, -1]),
        (["--format", "ply,ply-cloudcompare"], [1, 1, 1]),
        (["--preset", "points", "--up", "cv"], [1, 1, 1]),
    ],
)
def test_the_preset_for_meshlab_and_cloudcompare_writes_y_up(result, tmp_path, words, turn):
    command = ["export", str(result), "-o", str(tmp_path), "--name", "a", "--quiet"]
    assert run_command([*command, *words, "--confidence-percentile", "0"]) == 0
    world = point_cloud(SCENE, confidence_percentile=0).points
    for name in ("a.ply", "a_cloudcompare.ply"):
        np.testing.assert_allclose(points(read_ply(tmp_path / name).records), world * turn)
    words = "y up" if turn[1] < 0 else "y down"
    assert words.encode() in (tmp_path / "a.ply").read_bytes()[:600]
    sidecar = json.loads((tmp_path / "a.ply.json").read_text())
    assert sidecar["options"]["up"] == ("y" if turn[1] < 0 else "cv")


def test_another_format_beside_a_preset_keeps_its_own_axis(result, tmp_path):
    command = ["export", str(result), "-o", str(tmp_path), "--name", "a", "--quiet"]
    assert run_command([*command, "--preset", "points", "--format", "npz,transforms"]) == 0
    ups = {
        path.name: json.loads(path.read_text())["options"]["up"] for path in tmp_path.glob("*.json")
    }
    assert ups == {
        "a.ply.json": "y",
        "a_cloudcompare.ply.json": "y",
        "a.npz.json": "cv",
        "a_nerfstudio.json": "z",
    }


def test_the_preset_for_one_surface_writes_y_up(tmp_path):
    write_prediction(open_prediction(), tmp_path / "prediction.npz")
    command = ["export", str(tmp_path), "-o", str(tmp_path / "out"), "--name", "a", "--quiet"]
    assert run_command([*command, "--preset", "surface"]) == 0
    for path in (tmp_path / "out").glob("*.json"):
        assert json.loads(path.read_text())["options"]["up"] == "y"
