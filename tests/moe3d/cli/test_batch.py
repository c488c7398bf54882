import json
import shutil
from types import SimpleNamespace

import pytest

from moe3d.cli.main import run_command
from moe3d.inference import reconstructor
from tests.scenes import refined_prediction


@pytest.fixture
def scenes(photos, tmp_path):
    folder = tmp_path / "scenes"
    shutil.copytree(photos, folder / "scene 10")
    shutil.copytree(photos, folder / "scene 2" / "images")
    (folder / "no photos").mkdir()
    (folder / ".hidden").mkdir()
    return folder


def test_each_folder_is_a_scene_and_a_bad_one_does_not_stop_the_rest(
    scenes, tmp_path, capsys, monkeypatch
):
    loads = []
    real = reconstructor.load_reconstructor
    monkeypatch.setattr(
        reconstructor, "load_reconstructor", lambda *a, **k: loads.append(a) or real(*a, **k)
    )
    out = tmp_path / "out"
    command = ["batch", str(scenes), "-o", str(out), "--json", "--quiet"]
    assert run_command(command) == 7
    printed = capsys.readouterr()
    summary = json.loads(printed.out)
    assert summary["scenes"] == {"no photos": "failed", "scene 2": "done", "scene 10": "done"}
    assert "no photos: " in printed.err
    assert len(loads) == 1
    assert {path.name for path in (out / "scene 2").iterdir()} >= {
        "prediction.npz",
        "scene 2.ply",
        "sheet.png",
    }
    (scenes / "no photos").rmdir()
    before = (out / "scene 2" / "prediction.npz").stat().st_mtime_ns
    assert run_command(command) == 0
    assert json.loads(capsys.readouterr().out)["skipped"] == 2
    assert (out / "scene 2" / "prediction.npz").stat().st_mtime_ns == before


def refined_anew(*_args, **_options) -> SimpleNamespace:
    """A reconstructor that knows the answer."""
    network = SimpleNamespace(config=SimpleNamespace(input_side=518))
    answer = refined_prediction()
    return SimpleNamespace(network=network, reconstruct=lambda *_args, **_options: answer)


def test_each_scene_says_how_well_its_photos_agree(scenes, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(reconstructor, "load_reconstructor", refined_anew)
    command = ["batch", str(scenes), "--quiet", "--export", "", "-o"]
    assert run_command([*command, str(tmp_path / "a")]) == 7
    lines = capsys.readouterr().out.splitlines()
    assert lines[:5] == [
        "scene 2: done",
        "scene 2: 3 of 4 photos placed, 5,312 matches, residual 0.6 px, 71 % confirmed, "
        "photos differ by 1.4 %",
        "scene 2: photo 4.jpg: camera not placed, differs by 12.3 %",
        "scene 2: photo 4.jpg matches no other photo, so its camera is the network's own.",
        "scene 10: done",
    ]
    assert lines[-1] == "3 scenes: 2 done, 0 skipped, 1 failed"
    assert run_command([*command, str(tmp_path / "b"), "--json"]) == 7
    agreement = json.loads(capsys.readouterr().out)["agreement"]
    assert agreement["scene 10"]["photos_placed"] == 3
    assert agreement["no photos"] is None


def test_a_folder_without_folders_is_named(tmp_path, capsys):
    assert run_command(["batch", str(tmp_path), "-o", str(tmp_path / "out")]) == 3
    assert "moe3d run" in capsys.readouterr().err
