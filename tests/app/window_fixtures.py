"""A whole window with a fake backend and real threads."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QPoint, QSettings, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QToolButton, QWidget

from moe3d_viewer.arguments import Arguments, read_arguments
from moe3d_viewer.main import make_viewer
from moe3d_viewer.viewer import Viewer
from moe3d_viewer.widgets.inspector.section import Section
from tests.app.fakes import FakeBackend

MakeViewer = Callable[..., Viewer]


def fresh_store(folder: Path) -> QSettings:
    """Settings of a first start."""
    return QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)


def has_panels(window: QWidget) -> bool:
    """Whether all panels are made; they follow the start page, the help last."""
    return window.findChild(QWidget, "help_panel") is not None


def build_viewer(qtbot, store: QSettings, backend: FakeBackend | None, *words: str) -> Viewer:
    """Without a backend all jobs are done by the program's own functions."""
    arguments = read_arguments(words) if words else Arguments()
    functions = backend.functions if backend is not None else None
    viewer = make_viewer(arguments, functions, store, sample_path=Path("sample"))
    qtbot.addWidget(viewer.window, before_close_func=lambda _window: viewer.close_down())
    with qtbot.waitExposed(viewer.window):
        viewer.show()
    # A job for one picture may end, and its window close, before there are panels.
    qtbot.waitUntil(lambda: has_panels(viewer.window) or viewer.exit_code is not None)
    return viewer


def child(window: QWidget, name: str, kind: type = QObject):
    """The control of this object name; fails the test when there is none."""
    found = window.findChild(kind, name)
    assert found is not None, f"no {kind.__name__} is called {name}"
    return found


def open_section(window: QWidget, name: str, qtbot) -> QWidget:
    """Click the heading of a group of the inspector or 3D panel, unless it stands open."""
    section = child(window, f"{name}_section", Section)
    if not section.is_open:
        heading = child(section, f"fold_{name}_section", QToolButton)
        qtbot.mouseClick(heading, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: section.is_open)
    return section


def drop(widget: QWidget, paths: Sequence[Path]) -> bool:
    """Drop files on a widget with real events; whether the drag was accepted."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    where = QPoint(40, 40)
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(where, Qt.DropAction.CopyAction, mime, buttons, keys)
    QApplication.sendEvent(widget, enter)
    if not enter.isAccepted():
        return False
    event = QDropEvent(where.toPointF(), Qt.DropAction.CopyAction, mime, buttons, keys)
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def run_photos(viewer: Viewer, photos: Path, qtbot) -> None:
    """Drop a folder, press Ctrl+R, and wait for the result."""
    assert drop(viewer.window, [photos])
    qtbot.waitUntil(lambda: viewer.state.session.can_run)
    viewer.window.activateWindow()
    qtbot.waitUntil(viewer.window.isActiveWindow)
    qtbot.keyClick(viewer.window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: viewer.state.display.prediction is not None)
