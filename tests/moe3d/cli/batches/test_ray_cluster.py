"""A batch on a Ray of this machine's own, with two workers of which one is killed."""

import importlib.util
import json
import os
import shutil
import signal
import threading
import time
from pathlib import Path

import psutil
import pytest

from moe3d.cli.main import run_command


@pytest.fixture
def scenes(photos, tmp_path) -> Path:
    """Three scenes of one photo."""
    folder = tmp_path / "scenes"
    for number in range(3):
        (folder / f"scene {number}").mkdir(parents=True)
        shutil.copy(photos / "photo 1.png", folder / f"scene {number}")
    return folder


def test_without_ray_a_sentence_says_what_to_do(scenes, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("moe3d.cli.batches.ray_cluster.find_spec", lambda _name: None)
    command = ["batch", str(scenes), "-o", str(tmp_path / "out"), "--engine", "ray"]
    assert run_command(command) == 2
    said = capsys.readouterr().err
    assert "moe3d-viewer[cluster]" in said
    assert "--part 1/4" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--workers", "2"], "goes with --engine ray"),
        (["--engine", "ray", "--workers", "0"], "--workers is 1 or more"),
        (["--engine", "ray", "--server", "box"], "choose one"),
    ],
)
def test_options_that_do_not_go_together_are_named(scenes, tmp_path, capsys, words, said):
    if "box" in words and importlib.util.find_spec("ray") is None:
        pytest.skip("Ray is not installed (pip install 'moe3d-viewer[cluster]')")
    assert run_command(["batch", str(scenes), "-o", str(tmp_path / "out"), *words]) == 2
    assert said in capsys.readouterr().err


def kill_a_worker(out: Path, killed: list[int], over: threading.Event) -> None:
    """Kill the first worker that is seen in the middle of a scene."""
    while not over.is_set() and not killed:
        if list(out.glob("*/batch.json")):
            for process in psutil.Process().children(recursive=True):
                try:
                    is_busy = "ray::SceneWorker.do" in " ".join(process.cmdline())
                except psutil.Error:
                    continue
                if is_busy:
                    os.kill(process.pid, signal.SIGKILL)
                    killed.append(process.pid)
                    return
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(
    importlib.util.find_spec("ray") is None,
    reason="Ray is not installed (pip install 'moe3d-viewer[cluster]')",
)
def test_two_workers_do_every_scene_once_though_one_is_killed(
    scenes, tmp_path, capsys, monkeypatch
):
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    out = tmp_path / "out"
    killed: list[int] = []
    over = threading.Event()
    killer = threading.Thread(target=kill_a_worker, args=(out, killed, over))
    killer.start()
    words = ["--refine", "off", "--export", "", "--device", "cpu", "--json"]
    command = ["batch", str(scenes), "-o", str(out), *words, "--engine", "ray", "--workers", "2"]
    try:
        code = run_command(command)
    finally:
        over.set()
        killer.join()
    printed = capsys.readouterr()
    assert killed, "no worker was killed"
    assert code == 0, printed.err
    assert "its worker ended in the middle" in printed.err
    assert printed.out.startswith("{"), printed.out
    summary = json.loads(printed.out)
    names = {f"scene {number}" for number in range(3)}
    assert summary["scenes"] == dict.fromkeys(sorted(names), "done")
    assert {path.name for path in out.iterdir()} == names
    for name in names:
        record = json.loads((out / name / "batch.json").read_text())
        assert record["complete"] is True
        assert {path.name for path in (out / name).iterdir()} == {
            "batch.json",
            "prediction.npz",
            "sheet.png",
        }
    assert run_command(command[:-4]) == 0  # and nothing is done twice
    assert json.loads(capsys.readouterr().out)["skipped"] == 3
