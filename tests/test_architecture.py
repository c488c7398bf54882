"""Rules that import-linter cannot see, and promises about what is loaded when."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LONGEST_FILE = 400


def source_files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def imported_names(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return names


@pytest.mark.parametrize("path", source_files("app/state"), ids=lambda path: path.name)
def test_state_knows_only_the_core_of_qt(path: Path):
    forbidden = ("PySide6.QtWidgets", "PySide6.QtGui", "PySide6.QtOpenGL", "pyqtgraph")
    assert not [name for name in imported_names(path) if name.startswith(forbidden)]


@pytest.mark.parametrize("path", source_files("app/rendering"), ids=lambda path: path.name)
def test_rendering_draws_no_widgets(path: Path):
    assert not [name for name in imported_names(path) if name.startswith("PySide6.QtWidgets")]


def test_no_room_is_crowded():
    crowded = {
        str(path.relative_to(ROOT)): lines
        for path in source_files("app", "moe3d")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert not crowded


def test_no_file_is_called_utils():
    banned = {"utils", "helpers", "misc", "common"}
    assert not [path for path in source_files("app", "moe3d") if path.stem in banned]


@pytest.mark.parametrize("module", ["moe3d", "moe3d.cli.commands", "moe3d.io.images"])
def test_torch_is_not_loaded_before_it_is_needed(module: str):
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_every_public_name_can_be_had():
    import moe3d

    for name in moe3d.__all__:
        assert getattr(moe3d, name) is not None


def test_a_signal_leaves_the_count_of_true_alone():
    """PySide6 6.12.0 loses a reference at every emit on Python 3.11 and aborts in the end."""
    from PySide6.QtCore import QObject, Signal

    class Sender(QObject):
        fired = Signal(bool)

    sender = Sender()
    before = sys.getrefcount(True)
    for _ in range(1000):
        sender.fired.emit(True)
    assert abs(sys.getrefcount(True) - before) < 100
