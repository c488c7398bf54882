"""The whole window with real threads and a fake backend; no OpenGL needed."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QDockWidget,
    QLabel,
    QListWidget,
    QMessageBox,
    QScrollArea,
    QSlider,
    QToolButton,
)

from moe3d.errors import DeviceMemoryError
from moe3d_viewer.state.run.reconstruction import Phase
from moe3d_viewer.state.scene.session import READ_SCENE
from moe3d_viewer.widgets.maps.map_tile import MapTile
from tests.app.hands import Hands
from tests.app.questions import answer
from tests.app.window_fixtures import build_viewer, child, drop, run_photos

pytestmark = pytest.mark.gui


def test_from_a_dropped_folder_to_maps(viewer, photos, qtbot):
    window = viewer.window
    assert window.windowTitle() == "MoE3D Viewer"
    run_photos(viewer, photos, qtbot)
    assert window.windowTitle() == "garden wall[*] — MoE3D Viewer"
    assert child(window, "photo_list", QListWidget).count() == 3
    assert child(window, "maps_dock", QDockWidget).isVisible()
    assert len(child(window, "strip_scroll", QScrollArea).findChildren(MapTile)) == 10
    assert child(window, "ready", QLabel).text() == "ready"


def test_cancel_by_escape_and_run_again(viewer, photos, backend, qtbot):
    backend.steps, backend.step_s = 200, 0.02
    drop(viewer.window, [photos])
    qtbot.waitUntil(lambda: viewer.state.session.can_run)
    qtbot.keyClick(viewer.window, Qt.Key.Key_F5)
    run = viewer.state.reconstruction
    qtbot.waitUntil(lambda: len(run.stages) == 2)
    line = child(viewer.window, "card_run_line", QLabel)
    assert line.isVisible()
    assert line.text() == "Estimating depth and cameras"
    qtbot.keyClick(viewer.window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: run.phase is Phase.IDLE)
    assert len(backend.requests) == 1
    backend.steps = 1
    button = child(viewer.window, "tool_run", QToolButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: viewer.state.display.prediction is not None)


def test_run_pressed_while_the_next_photos_are_read_runs_these(viewer, photos, backend, qtbot):
    run_photos(viewer, photos, qtbot)
    newer = photos.with_name("newer")
    newer.mkdir()
    (newer / "9.jpg").write_bytes(b"")
    held, read = threading.Event(), backend.functions[READ_SCENE]

    def slowly(*words):
        held.wait(100)
        return read(*words)

    backend.replace(READ_SCENE, slowly)
    drop(viewer.window, [newer])
    answer(viewer, qtbot, "discard")
    assert viewer.state.session.is_loading
    qtbot.keyClick(viewer.window, Qt.Key.Key_F5)
    held.set()
    qtbot.waitUntil(lambda: len(backend.requests) == 2)
    assert backend.requests[-1].views.names == ("9.jpg",)
    qtbot.waitUntil(lambda: child(viewer.window, "ready", QLabel).text() == "ready")
    assert child(viewer.window, "photo_list", QListWidget).count() == 1
    assert viewer.state.reconstruction.phase is Phase.READY


def test_a_second_start_while_running_is_ignored(viewer, photos, backend, qtbot):
    backend.steps, backend.step_s = 5, 0.05
    drop(viewer.window, [photos])
    qtbot.waitUntil(lambda: viewer.state.session.can_run)
    run = child(viewer.window, "tool_run", QToolButton)
    for _ in range(2):
        qtbot.mouseClick(run, Qt.MouseButton.LeftButton)
        qtbot.keyClick(viewer.window, Qt.Key.Key_F5)
    assert not run.isEnabled()
    qtbot.waitUntil(lambda: viewer.state.display.prediction is not None)
    assert len(backend.requests) == 1


def test_an_error_is_told_and_the_window_still_works(viewer, photos, backend, qtbot):
    run_photos(viewer, photos, qtbot)
    shown = viewer.state.display.prediction
    backend.run_error = DeviceMemoryError("4.1 GB were wanted; 2.0 GB are free")
    qtbot.keyClick(viewer.window, Qt.Key.Key_F5)
    answer(viewer, qtbot, "discard")
    qtbot.waitUntil(lambda: viewer.window.findChild(QMessageBox, "error_box") is not None)
    box = child(viewer.window, "error_box", QMessageBox)
    assert box.informativeText() == "4.1 GB were wanted; 2.0 GB are free"
    slider = child(viewer.window, "confidence_slider", QSlider)
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    assert viewer.state.view.percentile == 30
    assert viewer.state.display.prediction is shown
    box.close()


def test_the_slider_moves_by_mouse_and_the_count_follows(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    slider = child(viewer.window, "confidence_slider", QSlider)
    counts = child(viewer.window, "confidence_counts", QLabel)
    before, y = counts.text(), slider.height() // 2
    handle, target = QPoint(6 + round(0.2 * (slider.width() - 12)), y), QPoint(slider.width(), y)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=handle)
    qtbot.mouseMove(slider, target)
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=target)
    assert viewer.state.view.percentile > 50
    assert counts.text() != before


def test_the_value_under_the_cursor_is_in_the_status_bar(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    tile = child(viewer.window, "tile_fused", MapTile)
    shown = child(viewer.window, "cursor_values", QLabel)

    def hover() -> bool:
        qtbot.mouseMove(tile, tile.point_of(5, 9).toPoint())
        return "x 5  y 9" in shown.text()

    qtbot.waitUntil(hover)  # the strip may still be finding its size
    assert "1.00  0.00  0.00  0.00" in shown.text()


def test_dropping_bad_files_says_why_and_leaves_the_start_page(viewer, tmp_path, qtbot):
    (tmp_path / "letter.txt").write_text("hello")
    drop(viewer.window, [tmp_path / "letter.txt"])
    qtbot.waitUntil(lambda: viewer.window.findChild(QMessageBox) is not None)
    box = child(viewer.window, "error_box", QMessageBox)
    assert box.informativeText().startswith("letter.txt: ")
    assert "photos (JPEG" in box.informativeText()  # what would have done
    assert viewer.state.session.views is None
    box.close()


def test_closing_during_a_run_cancels_it(qtbot, store, backend, photos):
    viewer = build_viewer(qtbot, store, backend)
    backend.steps, backend.step_s = 100_000, 0.01
    drop(viewer.window, [photos])
    qtbot.waitUntil(lambda: viewer.state.session.can_run)
    qtbot.keyClick(viewer.window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: viewer.runner.num_running > 0)
    viewer.window.close_at_once()
    assert backend.steps_done < backend.steps
    assert viewer.runner.num_running == 0


def test_layout_recents_and_options_are_there_at_the_next_start(qtbot, store, backend, photos):
    first = build_viewer(qtbot, store, backend)
    run_photos(first, photos, qtbot)
    first.window.resize(1300, 650)
    Hands(first, qtbot).choose("resize_mode", "pad")
    qtbot.mouseClick(child(first.window, "inspector_dock_close"), Qt.MouseButton.LeftButton)
    first.window.close_at_once()
    second = build_viewer(qtbot, store, backend)
    assert second.state.settings.recents == (photos,)
    assert second.state.run_options.resize_mode == "pad"
    assert second.window.size().toTuple() == (1300, 650)
    run_photos(second, photos, qtbot)
    assert child(second.window, "maps_dock", QDockWidget).isVisible()
    assert not child(second.window, "inspector_dock", QDockWidget).isVisible()
    second.window.close_at_once()


def test_a_saved_result_opens_by_drop(viewer, tmp_path, qtbot):
    drop(viewer.window, [tmp_path / "kitchen.npz"])
    qtbot.waitUntil(lambda: viewer.state.display.prediction is not None)
    assert viewer.window.windowTitle() == "kitchen.npz[*] — MoE3D Viewer"
    assert not child(viewer.window, "action_run", QAction).isEnabled()


@pytest.mark.parametrize("size", [(1280, 720), (1600, 1000)])
def test_nothing_is_cut_off(viewer, photos, qtbot, size):
    run_photos(viewer, photos, qtbot)
    viewer.window.resize(*size)
    qtbot.waitUntil(lambda: viewer.window.width() == size[0])
    for label in viewer.window.findChildren(QLabel):
        if label.isVisible() and label.text() and not label.wordWrap():
            assert label.width() >= label.minimumSizeHint().width(), label.text()


def test_every_control_has_a_name_and_a_tooltip(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    from PySide6.QtWidgets import (
        QAbstractButton,
        QAbstractSlider,
        QComboBox,
        QScrollBar,
        QTabBar,
    )

    for kind in (QAbstractButton, QAbstractSlider, QComboBox):
        for control in viewer.window.findChildren(kind):
            if isinstance(control, QScrollBar) or control.objectName().startswith("qt_"):
                continue
            if isinstance(control.parent(), QTabBar):  # Qt's own, for tabs that do not fit
                continue
            assert control.objectName(), control
            assert control.toolTip(), control.objectName()


LATE = "torch open3d trimesh OpenGL cv2 scipy matplotlib skimage av pycolmap huggingface_hub"
"""Packages that the start page does not wait for."""


def test_the_window_comes_without_what_only_work_needs(tmp_path):
    code = (
        "import sys, os\n"
        "os.environ['QT_QPA_PLATFORM'] = 'offscreen'\n"
        "from moe3d_viewer.main import make_application, make_viewer\n"
        "from moe3d_viewer.arguments import Arguments\n"
        "from PySide6.QtCore import QEvent, QObject, QSettings\n"
        "seen = []\n"
        "class Watch(QObject):\n"
        "    def eventFilter(self, widget, event):\n"
        "        if event.type() == QEvent.Type.Paint and not seen:\n"
        f"            seen.append(set({LATE.split()!r}) & set(sys.modules))\n"
        "        return False\n"
        "app = make_application()\n"
        "store = QSettings('none.ini', QSettings.Format.IniFormat)\n"
        "viewer = make_viewer(Arguments(), store=store)\n"
        "watch = Watch()\n"
        "viewer.window.installEventFilter(watch)\n"
        "viewer.window.painted.connect(app.quit)\n"
        "viewer.show()\n"
        "app.exec()\n"
        "assert seen == [set()], seen\n"
        "assert 'cv2' in sys.modules, 'with the first photos it would be missed'\n"
        "assert 'torch' not in sys.modules\n"
        "os._exit(0)\n"
    )
    root = str(Path(__file__).parents[2])
    paths = os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])
    subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        timeout=120,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": paths},
    )


@pytest.mark.parametrize("words", [["--version"], ["--help"]])
def test_help_and_version_answer_without_qt(words):
    code = (
        "import sys\n"
        "from moe3d_viewer.main import run_viewer\n"
        f"try: run_viewer({words!r})\n"
        "except SystemExit as end: assert end.code == 0\n"
        "assert not any(name.startswith('PySide6') for name in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
