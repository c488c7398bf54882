import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from moe3d.cli.main import run_command
from moe3d.errors import DeviceMemoryError
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


@pytest.fixture
def counted(monkeypatch):
    """Counts reconstructions, by a reconstructor that knows the answer."""
    made = []

    def load(*_args, **_options):
        network = SimpleNamespace(config=SimpleNamespace(input_side=518))
        answer = refined_prediction()

        def reconstruct(views, *_args, **_options):
            made.append(views)
            return answer

        return SimpleNamespace(network=network, reconstruct=reconstruct)

    monkeypatch.setattr(reconstructor, "load_reconstructor", load)
    return made


@pytest.fixture
def command(scenes, tmp_path):
    (scenes / "no photos").rmdir()
    return ["batch", str(scenes), "--quiet", "--json", "-o", str(tmp_path / "out")]


@pytest.mark.parametrize("lost", ["sheet.png", "scene 2.ply", "prediction.npz", "batch.json"])
def test_a_scene_stopped_between_its_files_is_made_anew(command, tmp_path, counted, capsys, lost):
    assert run_command(command) == 0
    folder = tmp_path / "out" / "scene 2"
    (folder / lost).unlink()
    if lost == "batch.json":  # as it stands while a scene is being written
        (folder / "sheet.png").unlink()
        (folder / lost).write_text('{"complete": false}')
    capsys.readouterr()
    assert run_command(command) == 0
    assert json.loads(capsys.readouterr().out)["scenes"] == {
        "scene 2": "done",
        "scene 10": "skipped",
    }
    assert len(counted) == 3
    assert json.loads((folder / "batch.json").read_text())["complete"] is True
    assert (folder / lost).exists()


def test_a_half_written_file_does_not_count(command, tmp_path, counted):
    assert run_command(command) == 0
    sheet = tmp_path / "out" / "scene 10" / "sheet.png"
    whole = sheet.read_bytes()
    sheet.write_bytes(whole[:100])
    assert run_command(command) == 0
    assert len(counted) == 3
    assert sheet.read_bytes() == whole


def test_a_killed_batch_goes_on_with_the_scene_it_was_in(command, tmp_path, counted, monkeypatch):
    def stop(*_args, **_options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("moe3d.io.exports.sheet.write_sheet", stop)
        assert run_command(command) == 130
    assert (tmp_path / "out" / "scene 2" / "prediction.npz").exists()
    assert run_command(command) == 0
    assert len(counted) == 3  # the first one twice
    assert (tmp_path / "out" / "scene 2" / "sheet.png").exists()


def test_a_result_that_no_batch_began_is_kept(command, tmp_path, counted, capsys):
    folder = tmp_path / "out" / "scene 2"
    folder.mkdir(parents=True)
    (folder / "prediction.npz").write_bytes(b"of somebody")
    assert run_command(command) == 7
    summary = json.loads(capsys.readouterr().out)
    assert summary["scenes"] == {"scene 2": "failed", "scene 10": "done"}
    assert "no batch began" in summary["reasons"]["scene 2"]
    assert (folder / "prediction.npz").read_bytes() == b"of somebody"
    assert run_command([*command, "--overwrite"]) == 0
    assert len(counted) == 3


def test_photos_that_changed_since_are_told_and_kept(command, scenes, counted, capsys):
    assert run_command(command) == 0
    shutil.copy(next((scenes / "scene 10").iterdir()), scenes / "scene 10" / "one_more.png")
    assert run_command(command) == 0
    assert "scene 10: its photos changed since" in capsys.readouterr().err
    assert len(counted) == 2
    assert run_command([*command, "--overwrite"]) == 0
    assert len(counted) == 4


def test_what_failed_is_tried_again_at_the_end_and_listed(command, scenes, capsys, monkeypatch):
    tries = []

    def load(*_args, **_options):
        network = SimpleNamespace(config=SimpleNamespace(input_side=518))

        def reconstruct(views, *_args, **_options):
            tries.append(views.views[0].source)
            if len(tries) == 1:
                raise DeviceMemoryError("the card is full")
            return refined_prediction()

        return SimpleNamespace(network=network, reconstruct=reconstruct)

    monkeypatch.setattr(reconstructor, "load_reconstructor", load)
    command.remove("--quiet")
    assert run_command(command) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["scenes"] == {"scene 2": "done", "scene 10": "done"}
    assert len(tries) == 3
    assert tries[0] == tries[2]  # after all others
    assert "scene 2: the card is full" in told.err
    assert "scene 1 of 2: scene 2" in told.err
    assert "scene 2 of 2, scene 10: " in told.err
    assert "scene 2 again, 1 of 1: scene 2" in told.err


def test_what_fails_every_time_is_listed_with_its_reason(command, scenes, counted, capsys):
    (scenes / "scene 3").mkdir()
    assert run_command([*command, "--retries", "0"]) == 7
    told = json.loads(capsys.readouterr().out)
    assert list(told["reasons"]) == ["scene 3"]
    assert not Path(command[-1], "scene 3").exists()


def test_photos_that_change_during_the_batch_are_noticed(command, scenes, capsys, monkeypatch):
    def load(*_args, **_options):
        network = SimpleNamespace(config=SimpleNamespace(input_side=518))

        def reconstruct(views, *_args, **_options):
            late = scenes / "scene 10" / "late.png"
            if "scene 10" in str(views.views[0].source) and not late.exists():
                shutil.copy(views.views[0].source, late)
            return refined_prediction()

        return SimpleNamespace(network=network, reconstruct=reconstruct)

    monkeypatch.setattr(reconstructor, "load_reconstructor", load)
    assert run_command(command) == 0
    told = capsys.readouterr()
    assert "changed while it was reconstructed" in told.err
    assert json.loads(told.out)["scenes"]["scene 10"] == "done"  # by the second try


@pytest.mark.parametrize("change", ["photo goes", "folder goes", "photo comes", "photo breaks"])
def test_a_scene_that_changes_during_the_batch_is_named_and_the_others_go_on(
    scenes, command, tmp_path, capsys, monkeypatch, change
):
    folder = scenes / "scene 2" / "images"
    real = reconstructor.load_reconstructor

    def disturbed(*words, **options):
        made = real(*words, **options)
        inner = made.reconstruct

        def reconstruct(views, *words, **options):
            if views.views[0].path.parent == folder:
                disturb()
            return inner(views, *words, **options)

        made.reconstruct = reconstruct
        return made

    def disturb() -> None:
        if change == "photo goes":
            (folder / "photo 1.png").unlink(missing_ok=True)
        elif change == "folder goes":
            shutil.rmtree(folder.parent, ignore_errors=True)
        elif change == "photo comes":
            number = len(list(folder.iterdir())) + 1
            shutil.copy(folder / "photo 1.png", folder / f"photo {number}.png")
        else:
            (folder / "photo 1.png").write_bytes(b"\x00" * 100)

    monkeypatch.setattr(reconstructor, "load_reconstructor", disturbed)
    words = ["--retries", "0", "--refine", "off"]
    assert run_command([*command, *words]) == 7
    printed = capsys.readouterr()
    summary = json.loads(printed.out)
    assert summary["scenes"] == {"scene 2": "failed", "scene 10": "done"}
    assert "scene 2" in summary["reasons"]["scene 2"]
    assert "Traceback" not in printed.err
    if change == "folder goes":
        return
    monkeypatch.setattr(reconstructor, "load_reconstructor", real)  # quiet again
    assert run_command([*command, *words]) == 0
    assert json.loads(capsys.readouterr().out)["scenes"]["scene 2"] == "done"
