from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt

from moe3d_viewer.main import keep_imports_plain
from moe3d_viewer.rendering.opengl.opengl_setup import prepare_opengl
from moe3d_viewer.viewer import Viewer
from tests.app.drawn_window import backend_with_points, settle, trigger, views
from tests.app.fakes import FakeBackend
from tests.app.window_fixtures import build_viewer, drop, fresh_store

keep_imports_plain()  # as the program does
prepare_opengl()


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
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "garden wall"
    folder.mkdir()
    for name in ("1.jpg", "2.jpg", "3.png", "notes.txt"):
        (folder / name).write_bytes(b"")
    return folder


@pytest.fixture
def viewer(qtbot, store: QSettings, backend: FakeBackend) -> Iterator[Viewer]:
    made = build_viewer(qtbot, store, backend)
    yield made
    made.window.close_at_once()
    assert made.close_down()


@pytest.fixture
def drawn_backend() -> FakeBackend:
    return backend_with_points()


@pytest.fixture
def drawn(qtbot, store: QSettings, photos: Path, drawn_backend: FakeBackend) -> Iterator[Viewer]:
    """A window with a result whose points are drawn; needs OpenGL."""
    made = build_viewer(qtbot, store, drawn_backend, "--size", "1280x720")
    drop(made.window, [photos])
    qtbot.waitUntil(lambda: made.state.session.can_run)
    made.window.activateWindow()
    qtbot.waitUntil(made.window.isActiveWindow)
    qtbot.keyClick(made.window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: made.window.scene_view is not None)
    settle(qtbot, made)
    yield made
    made.window.close()
    assert made.close_down()


@pytest.fixture
def single(drawn, qtbot):
    """One view, all points, no animation."""
    drawn.state.view.set_percentile(0)
    trigger(drawn, "single")
    for view in views(drawn):
        view.controller.flight_ms = 0
    drawn.window.activateWindow()
    settle(qtbot, drawn)
    views(drawn)[0].setFocus()
    qtbot.waitUntil(views(drawn)[0].hasFocus)
    return drawn
