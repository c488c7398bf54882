"""Palette, help, messages and copied commands in the real window; keyboard and screen readers."""

import shlex

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QDialog,
    QDockWidget,
    QHeaderView,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QScrollBar,
    QTextBrowser,
    QWidget,
)

from moe3d.cli.main import run_command
from tests.app.hands import Hands
from tests.app.window_fixtures import child, drop, run_photos
from tests.patience import rest
from tests.supported_scenes import supported_prediction

pytestmark = pytest.mark.gui
CONTROL = Qt.KeyboardModifier.ControlModifier
CONTROLS = (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QAbstractItemView,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
)


def controls_of(window: QWidget) -> list[QWidget]:
    found = [w for kind in CONTROLS for w in window.findChildren(kind)]
    inner = ("qt_", "ScrollLeft", "ScrollRight")
    return [
        w
        for w in found
        if not isinstance(w, QScrollBar | QHeaderView)
        and not w.objectName().startswith(inner)
        and not isinstance(w.parent(), QComboBox | QAbstractSpinBox)
        and w.metaObject().className() != "QComboBoxListView"
    ]


def test_the_palette_finds_a_command_by_letters_and_does_it(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    qtbot.keyClick(viewer.window, Qt.Key.Key_K, CONTROL)
    palette = child(viewer.window, "command_palette", QDialog)
    qtbot.keyClicks(child(palette, "palette_field", QLineEdit), "nxtcol")
    listed = child(palette, "palette_list", QListWidget)
    texts = [listed.item(row).text() for row in range(listed.count())]
    row = next(row for row, text in enumerate(texts) if text.startswith("Next colour"))
    for _ in range(row):
        qtbot.keyClick(child(palette, "palette_field", QLineEdit), Qt.Key.Key_Down)
    assert listed.currentItem().text().startswith("Next colour")
    qtbot.keyClick(child(palette, "palette_field", QLineEdit), Qt.Key.Key_Return)
    assert viewer.state.view.color_mode == "depth"
    qtbot.waitUntil(lambda: viewer.window.findChild(QDialog, "command_palette") is None)


def test_f1_explains_every_command(viewer, qtbot):
    qtbot.keyClick(viewer.window, Qt.Key.Key_F1)
    text = child(viewer.window, "help_text", QTextBrowser).toPlainText()
    for entry in viewer.window.commands.entries:
        assert entry.command.title in text
    child(viewer.window, "help_page", QDialog).close()


def test_messages_stay_and_are_copied_as_a_report(viewer, photos, backend, qtbot):
    backend.run_error = MemoryError()
    drop(viewer.window, [photos])
    qtbot.waitUntil(lambda: viewer.state.session.can_run)
    qtbot.keyClick(viewer.window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: bool(viewer.state.notices.errors))
    Hands(viewer, qtbot).command("panel_log")
    assert child(viewer.window, "log_dock", QDockWidget).isVisible()
    assert "out of memory" in child(viewer.window, "log_text", QPlainTextEdit).toPlainText()
    button = child(viewer.window, "copy_report", QPushButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    report = QGuiApplication.clipboard().text()
    assert "out of memory" in report
    assert "model mini" in report


def test_the_copied_export_line_writes_the_points_on_the_screen(
    viewer, photos, backend, tmp_path, qtbot, capsys
):
    backend.make = lambda: supported_prediction(refined=False)
    run_photos(viewer, photos, qtbot)
    state, hands = viewer.state, Hands(viewer, qtbot)
    qtbot.keyClick(viewer.window, Qt.Key.Key_S, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    hands.answer_file_dialog(tmp_path / "garden wall.moe3d")
    qtbot.waitUntil(lambda: state.scene_file.path is not None)
    viewer.window.activateWindow()
    hands.press("eye_1")
    for _ in range(5):
        hands.key(hands.find("confidence_slider"), Qt.Key.Key_PageUp)
    hands.choose("layer", "vggt")
    hands.tick("edge_filter")
    assert state.scene.filter_list.now.min_support == 1  # takes the right 11 columns of VGGT's
    qtbot.waitUntil(lambda: state.scene.filter_list.counts("vggt") is not None)
    hands.command("copy_export")
    words = shlex.split(QGuiApplication.clipboard().text())
    assert words[:2] == ["moe3d", "export"]
    assert "--min-support 1" in " ".join(words)
    assert run_command([*words[1:], "-o", str(tmp_path / "out"), "--quiet"]) == 0
    written = list((tmp_path / "out").glob("*.ply"))
    assert [path.name for path in written] == ["garden wall.ply"]
    kept = state.scene.filter_list.counts("vggt").kept
    assert kept > 0
    assert f"{kept:,} points" in capsys.readouterr().out


@pytest.mark.slow
def test_the_copied_run_line_runs(viewer, qtbot, tmp_path):
    from moe3d_viewer.workers.photos import read_scene
    from tests.e2e.test_whole_job_gl import PHOTOS

    views = read_scene([PHOTOS], __import__("moe3d").Progress())
    viewer.state.session.show(views, (PHOTOS,), can_run=True)
    viewer.state.run_options.set_compare(False)
    Hands(viewer, qtbot).command("copy_run")
    words = shlex.split(QGuiApplication.clipboard().text())
    words[words.index("-o") + 1] = str(tmp_path / "out")
    assert run_command([*words[1:], "--quiet"]) == 0
    assert (tmp_path / "out" / "prediction.npz").exists()


def test_every_control_is_named_explained_and_reached_by_tab(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    Hands(viewer, qtbot).command("panel_log")
    rest(qtbot, viewer.window, [viewer.runner])
    missing = []
    for control in controls_of(viewer.window):
        name = control.objectName() or str(control)
        said = control.accessibleName() or getattr(control, "text", str)()
        is_reached = control.focusPolicy() is not Qt.FocusPolicy.NoFocus
        told = (control.objectName(), control.toolTip(), said, is_reached)
        if not all(told):
            missing.append((name, *told))
    assert not missing


def test_nothing_in_the_panels_is_cut_off_at_1280_by_720(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    viewer.window.resize(1280, 720)
    rest(qtbot, viewer.window, [viewer.runner])
    for dock in viewer.window.findChildren(QDockWidget):
        for control in dock.findChildren(QAbstractButton):
            if control.isVisible() and control.text():
                assert control.width() >= control.minimumSizeHint().width() - 1, (
                    f"{dock.objectName()}: {control.objectName()} {control.text()!r}"
                )
