"""The program's own other processes: by Python, or frozen, by the program beside the window's."""

import ast
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from moe3d.cli.main import run_command
from moe3d.cli.worker import run_worker
from moe3d.errors import UsageError
from moe3d.own_process import worker_command

ROOT = Path(__file__).parents[2]


def test_a_worker_runs_where_other_files_have_its_names(tmp_path: Path):
    (tmp_path / "moe3d.py").write_text("raise SystemExit('the file of the user ran')")
    cloud, kept = tmp_path / "cloud.xyz", tmp_path / "kept.npy"
    cloud.write_text("1 2 3\n4 5 6.5\n")
    command = worker_command("open3d-points", str(cloud), str(kept))
    subprocess.run(command, cwd=tmp_path, check=True)
    np.testing.assert_array_equal(np.load(kept), [[1, 2, 3], [4, 5, 6.5]])


@pytest.mark.parametrize("started", ["moe3d", "moe3d-viewer"])
def test_a_frozen_program_starts_the_one_of_the_terminal(monkeypatch, tmp_path: Path, started):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    ending = ".exe" if os.name == "nt" else ""
    monkeypatch.setattr(sys, "executable", str(tmp_path / f"{started}{ending}"))
    command = worker_command("poisson", "folder", "8")
    assert command == [str(tmp_path / f"moe3d{ending}"), "--worker", "poisson", "folder", "8"]


@pytest.mark.parametrize("words", [[], ["poisson"], ["poisson", "folder"], ["other", "1", "2"]])
def test_words_that_no_worker_knows_are_refused(words, capsys):
    with pytest.raises(UsageError, match="for this program itself"):
        run_worker(words)
    assert run_command(["--worker", *words]) == UsageError.exit_code
    assert "Traceback" not in capsys.readouterr().err


def test_graphics_are_tried_in_a_process_of_its_own():
    surroundings = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    surroundings.pop("DISPLAY", None)
    done = subprocess.run(
        worker_command("graphics"), env=surroundings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert '"window": "offscreen"' in done.stdout


def sources() -> list[Path]:
    return [path for folder in ("app", "moe3d") for path in sorted((ROOT / folder).rglob("*.py"))]


def test_nothing_else_takes_the_running_program_for_python():
    """In a program without Python it would start that program once more."""
    users = {
        str(path.relative_to(ROOT)).replace(os.sep, "/")
        for path in sources()
        if "sys.executable" in path.read_text(encoding="utf-8").replace("`sys.executable`", "")
    }
    assert users == {"moe3d/own_process.py"}


def test_no_module_is_imported_by_a_name_put_together():
    """What freezes a program finds whole names; the filters' folder is looked through at the start.

    A variable may hold a name: then it stands in whole in a table, as the next test finds.
    """
    composed = [
        f"{path.relative_to(ROOT).as_posix()}:{node.lineno}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) == "import_module"
        and isinstance(node.args[0], ast.JoinedStr | ast.BinOp | ast.Call)
    ]
    assert [place.partition(":")[0] for place in composed] == ["moe3d/scene/filters/registry.py"]


def test_every_module_that_a_table_names_is_there():
    named = {
        value.value.partition(":")[0]
        for path in sources()
        for value in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(value, ast.Constant)
        and isinstance(value.value, str)
        and value.value.startswith(("moe3d.", "moe3d_viewer."))
        and ":" in value.value
        and " " not in value.value
    }
    assert {"moe3d.io.exporters.ply", "moe3d.research.train_mini"} <= named
    assert [name for name in named if find_spec(name) is None] == []
