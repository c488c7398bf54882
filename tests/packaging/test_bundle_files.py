"""What stands in for packages that the program without Python leaves out, and what it starts."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.scripts import FOLDER

SPEC = (FOLDER / "moe3d.spec").read_text(encoding="utf-8")


def run_python(code: str, **more: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_open3d_works_without_what_its_notebooks_want():
    code = (
        "import runpy, sys\n"
        f"left_out = runpy.run_path({str(FOLDER / 'stub_imports.py')!r})['LEFT_OUT']\n"
        "sys.meta_path.insert(0, sys.meta_path.pop())  # before what is installed here\n"
        "import numpy as np, open3d as o3d\n"
        "cloud = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(np.eye(3)))\n"
        "assert len(cloud.points) == 3\n"
        "import plotly\n"
        "assert getattr(plotly, '__file__', None) is None\n"
        "try: plotly.graph_objects.Figure().show\n"
        "except ImportError as error: print(error)\n"
        "print(*left_out)\n"
    )
    done = run_python(code)
    assert done.returncode == 0, done.stderr
    assert "this program was made without" in done.stdout
    stand_ins = done.stdout.split("\n")[-2].split()
    named = re.findall(r'"([\w.]+)"', SPEC[SPEC.index("LEFT_OUT") : SPEC.index("UNUSED_FILES")])
    assert set(stand_ins) <= set(named)


@pytest.mark.parametrize(("name", "said"), [("moe3d", "moe3d "), ("moe3d-viewer", "moe3d-viewer ")])
def test_one_file_starts_both_programs_by_their_names(tmp_path: Path, name: str, said: str):
    code = (
        "import runpy, sys\n"
        f"sys.executable = {str(tmp_path / name)!r}\n"
        f"sys.argv = [{name!r}, '--version']\n"
        f"runpy.run_path({str(FOLDER / 'entry.py')!r}, run_name='__main__')\n"
    )
    done = run_python(code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(said)


def test_the_bundle_takes_every_module_and_data_file_of_both_packages():
    for package in ("moe3d", "moe3d_viewer"):
        assert f'collect_submodules("{package}")' in SPEC
        assert f'collect_data_files("{package}"' in SPEC
