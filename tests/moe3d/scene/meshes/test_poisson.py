"""The Poisson surface of a sphere, and how it is stopped."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from moe3d.errors import JobCancelledError, UsageError
from moe3d.progress import Progress
from moe3d.scene.cloud import point_cloud
from moe3d.scene.meshes.poisson import poisson_mesh
from tests.moe3d.scene.meshes.test_fusion import RADIUS, sphere_scene


def test_poisson_wraps_the_sphere_and_tells_its_steps():
    cloud = point_cloud(sphere_scene(), confidence_percentile=0, normals=True)
    told = []
    mesh = poisson_mesh(cloud, depth=5, progress=Progress(told.append))
    radius = np.linalg.norm(mesh.vertices, axis=1)
    assert np.percentile(np.abs(radius - RADIUS), 90) < 0.03
    steps = [report.done for report in told if report.stage == "Poisson surface"]
    assert steps == sorted(steps)
    again = poisson_mesh(cloud, depth=5)
    np.testing.assert_array_equal(mesh.vertices, again.vertices)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGSTOP is not there")
def test_a_poisson_surface_that_hears_nothing_is_stopped_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    cloud = point_cloud(sphere_scene(), confidence_percentile=0, normals=True)
    started: list[subprocess.Popen] = []

    class Remembered(subprocess.Popen):
        def __init__(self, *args, **options) -> None:
            super().__init__(*args, **options)
            os.kill(self.pid, signal.SIGSTOP)  # it neither hears nor ends, however long one waits
            started.append(self)

    monkeypatch.setattr("subprocess.Popen", Remembered)

    def stop(report) -> None:
        if report.stage == "Poisson surface":
            progress.cancel()

    progress = Progress(stop)
    with pytest.raises(JobCancelledError):
        poisson_mesh(cloud, depth=11, progress=progress)
    (process,) = started
    assert process.returncode == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_wrapped_is_refused():
    scene = sphere_scene()
    with pytest.raises(UsageError, match="normals"):
        poisson_mesh(point_cloud(scene))
    with pytest.raises(UsageError, match="1 to 14"):
        poisson_mesh(point_cloud(scene, normals=True), depth=15)


WORK = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from moe3d.progress import Progress
from moe3d.scene.cloud import point_cloud
from moe3d.scene.meshes.poisson import poisson_mesh
from tests.moe3d.scene.meshes.test_fusion import sphere_scene
cloud = point_cloud(sphere_scene(), confidence_percentile=0, normals=True)
poisson_mesh(cloud, 8, Progress(lambda _report: print("ready", flush=True)))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is not there")
def test_when_the_program_is_killed_the_other_process_clears_up_and_ends(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", WORK, str(Path(__file__).parents[4])],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    (folder,) = tmp_path.iterdir()
    process.kill()
    process.communicate()
    while folder.exists():  # the test's time limit is the only one
        time.sleep(0.05)
