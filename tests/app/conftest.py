"""OpenGL settings come before the QApplication of pytest-qt; states with fakes behind them."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QWidget

from moe3d_viewer.main import keep_imports_plain
from moe3d_viewer.rendering.opengl.opengl_setup import prepare_opengl
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.job import Jobs
from moe3d_viewer.state.settings import Settings
from moe3d_viewer.widgets.controls.theme import Theme
from tests.app.fakes import FakeBackend, FakeRunner
from tests.app.window_fixtures import fresh_store

keep_imports_plain()  # as the program does
prepare_opengl(core_profile=os.environ.get("MOE3D_TEST_CORE_PROFILE") == "1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not os.environ.get("DISPLAY"):
        skip = pytest.mark.skip(reason="needs a display (xvfb-run)")
        for item in items:
            if item.get_closest_marker("gl"):
                item.add_marker(skip)


@pytest.fixture
def store(tmp_path: Path) -> QSettings:
    """Settings of somebody who has every panel and both networks side by side."""
    made = fresh_store(tmp_path)
    made.setValue("window_layout", "everything")
    return made


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend()


@pytest.fixture
def runner() -> FakeRunner:
    return FakeRunner()


@pytest.fixture
def state(qapp, backend: FakeBackend, runner: FakeRunner, store: QSettings) -> AppState:
    return AppState(Jobs(backend.functions, runner), Settings(store))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of three files that the fake backend takes for photos, and one that it refuses."""
    folder = tmp_path / "garden wall"
    folder.mkdir()
    for name in ("1.jpg", "2.jpg", "3.png", "notes.txt"):
        (folder / name).write_bytes(b"")
    return folder


@pytest.fixture
def theme(qapp, state: AppState) -> Theme:
    made = Theme(state.settings)
    made.apply()
    return made


@pytest.fixture
def show(qtbot):
    """Shows a widget at a size, and closes it after the test."""
    kept: list[QWidget] = []  # qtbot holds widgets weakly

    def shown(widget: QWidget, width: int = 600, height: int = 400) -> QWidget:
        kept.append(widget)
        qtbot.addWidget(widget)
        widget.resize(width, height)
        with qtbot.waitExposed(widget):
            widget.show()
        return widget

    return shown


@pytest.fixture
def result(state: AppState, runner: FakeRunner, photos: Path) -> AppState:
    """A state with a result that is ready to be drawn."""
    state.open_paths([photos])
    runner.run_all()
    state.reconstruction.start()
    runner.run_all()
    return state
