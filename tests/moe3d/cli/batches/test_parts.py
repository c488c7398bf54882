"""Shares of a batch for programs beside each other, as a Slurm job array starts them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from moe3d.cli.batches.batch import part_of
from moe3d.cli.main import run_command
from moe3d.errors import UsageError

ROOT = Path(__file__).parents[4]
SCRIPT = ROOT / "docs" / "examples" / "slurm_batch.sh"


@pytest.mark.parametrize("count", [1, 2, 3, 7, 12])
def test_all_shares_together_are_all_scenes_and_no_scene_is_in_two(count):
    scenes = tuple(Path(f"scene {number}") for number in range(10))
    shares = [part_of(scenes, f"{number}/{count}") for number in range(1, count + 1)]
    assert sorted(path for share in shares for path in share) == sorted(scenes)
    assert max(map(len, shares)) - min(map(len, shares)) <= 1
    assert part_of(scenes, None) == scenes


@pytest.mark.parametrize("part", ["0/2", "3/2", "1", "1/0", "-1/2", "a/b", "1/2/3", "1.0/2"])
def test_a_share_that_cannot_be_is_refused(part):
    with pytest.raises(UsageError, match="--part is K/N"):
        part_of((Path("a"),), part)


def test_a_share_without_scenes_is_well(photos, tmp_path, capsys):
    (tmp_path / "scenes").mkdir()
    shutil.copytree(photos, tmp_path / "scenes" / "one")
    command = ["batch", str(tmp_path / "scenes"), "-o", str(tmp_path / "out"), "--part", "2/2"]
    assert run_command(command) == 0
    assert capsys.readouterr().out == "0 scenes: 0 done, 0 skipped, 0 failed\n"


def test_the_script_is_right_in_the_eyes_of_bash():
    subprocess.run(["bash", "-n", SCRIPT], check=True)


def array_task(tmp_path: Path, number: int, *words: str) -> subprocess.CompletedProcess:
    """What Slurm would start as one task of an array of 11, 13, 15."""
    told = {
        "SLURM_ARRAY_TASK_ID": str(number),
        "SLURM_ARRAY_TASK_MIN": "11",
        "SLURM_ARRAY_TASK_STEP": "2",
        "SLURM_ARRAY_TASK_COUNT": "3",
        "SLURM_CPUS_PER_TASK": "2",
    }
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", str(SCRIPT), *words],
        env=os.environ | told | {"PATH": path, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_the_tasks_of_a_job_array_share_the_scenes(photos, tmp_path):
    scenes, out = tmp_path / "scenes", tmp_path / "out put"
    for number in range(4):
        (scenes / f"scene {number}").mkdir(parents=True)
    shutil.copy(photos / "photo 1.png", scenes / "scene 2")  # of the third task; others have none
    words = ["--json", "--quiet", "--refine", "off", "--export", "", "--retries", "0"]
    done = [array_task(tmp_path, n, str(scenes), str(out), *words) for n in (11, 13, 15)]
    found = [json.loads(task.stdout)["scenes"] for task in done]
    assert found == [
        {"scene 0": "failed", "scene 3": "failed"},
        {"scene 1": "failed"},
        {"scene 2": "done"},
    ]
    assert [task.returncode for task in done] == [7, 7, 0]
    assert json.loads((out / "scene 2" / "batch.json").read_text())["complete"] is True


def test_a_job_without_its_folders_says_what_is_wanted(tmp_path):
    task = array_task(tmp_path, 11)
    assert task.returncode != 0
    assert "wanted: the folder of scenes" in task.stderr
