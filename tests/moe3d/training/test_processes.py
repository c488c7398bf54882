"""Real processes: started by torchrun, killed without warning, gone on with by another number."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from moe3d.errors import UsageError
from moe3d.model.checkpoint import read_checkpoint
from moe3d.training.config_file import config_text
from moe3d.training.processes import Share
from moe3d.training.run import run_training
from moe3d.training.state import STATE_FILE

STEPS = 16


def start_two_processes(config, tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(config_text(config))
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    arguments = ["-m", "moe3d", "train", "--config", str(path)]
    return subprocess.Popen(
        [*command, *arguments],
        cwd=Path(__file__).parents[3],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=(tmp_path / "stderr").open("w"),
    )


def kill_all(starter):
    """The workers first, which torchrun gives sessions of their own; none can say goodbye."""
    workers = Path(f"/proc/{starter}/task/{starter}/children").read_text().split()
    assert len(workers) == 2
    for process in (*map(int, workers), starter):
        os.kill(process, signal.SIGKILL)


def test_two_processes_killed_and_one_that_goes_on_end_like_one_alone(settings, tmp_path):
    config = settings(
        steps=STEPS, checkpoint_every=2, output=tmp_path / "shared", scenes_per_step=2
    )
    process = start_two_processes(config, tmp_path)
    while not (config.output / STATE_FILE).exists():
        assert process.poll() is None, (tmp_path / "stderr").read_text()
        time.sleep(0.02)
    kill_all(process.pid)
    process.wait()
    stopped_at = torch.load(config.output / STATE_FILE, weights_only=True)["step"]
    assert 2 <= stopped_at < STEPS
    run_training(config, {})
    alone = replace(config, output=tmp_path / "alone")
    run_training(alone, {})
    expected = read_checkpoint(alone.output / "model.safetensors").network.state_dict()
    found = read_checkpoint(config.output / "model.safetensors").network.state_dict()
    for name, value in found.items():
        torch.testing.assert_close(value, expected[name], rtol=2e-3, atol=2e-5)


def test_scenes_that_do_not_share_evenly_are_refused():
    assert Share(1, 3).rows(6) == slice(2, 4)
    with pytest.raises(UsageError, match="5 scenes a step cannot be shared by 2 processes"):
        Share(0, 2).rows(5)
