"""Every format, killed or robbed of its folder while it writes: old files or none, never half."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from moe3d.errors import MoE3DError
from moe3d.io.exports.export import EXPORT_FORMATS, export
from moe3d.io.exports.export_job import ExportOptions, MeshSettings
from moe3d.progress import Progress, ProgressReport
from tests.scenes import step_prediction

SCENE = step_prediction()
QUICK = ExportOptions(mesh=MeshSettings(voxel_size=0.1, poisson_depth=4))

# A process of its own, so that what is forked has no threads of other tests.
KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from moe3d.io.exports.export import EXPORT_FORMATS, export, exporter
from moe3d.progress import Progress
from tests.moe3d.io.test_export_interrupted import QUICK, SCENE
for name in EXPORT_FORMATS:
    exporter(name)
for name in EXPORT_FORMATS:
    for stage in ("write ", "check "):
        def die(report, stage=stage):
            if report.stage.startswith(stage):
                os.kill(os.getpid(), signal.SIGKILL)
        child = os.fork()
        if child == 0:
            try:
                export(SCENE, Path(sys.argv[1]) / name, [name], QUICK, Progress(die), True)
            finally:
                os._exit(9)
        assert os.WIFSIGNALED(os.waitpid(child, 0)[1]), (name, stage)
"""


def visible(folder: Path) -> dict[str, bytes]:
    """Files that a user sees; a killed process cannot take its hidden ones away."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.parts)
    }


@pytest.mark.skipif(sys.platform == "win32", reason="no fork there")
def test_a_killed_process_leaves_the_old_export_of_every_format(tmp_path):
    for name in EXPORT_FORMATS:
        export(SCENE, tmp_path / name, [name], QUICK)
    before = visible(tmp_path)
    root = str(Path(__file__).parents[3])
    told = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), root],
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert told.returncode == 0, told.stderr[-2000:]
    assert visible(tmp_path) == before
    export(SCENE, tmp_path / "ply", ["ply"], QUICK, overwrite=True)
    assert visible(tmp_path) == before


@pytest.mark.parametrize("name", EXPORT_FORMATS)
def test_a_folder_that_is_pulled_away_is_an_error_and_nothing_half_is_left(tmp_path, name):
    out = tmp_path / "stick"

    def pull(report: ProgressReport) -> None:
        if report.stage.startswith("check "):
            shutil.rmtree(out)

    with pytest.raises(MoE3DError, match="stick"):
        export(SCENE, out, [name], QUICK, Progress(pull))
    assert visible(tmp_path) == {}
