"""A whole job without a mouse, on the real sample (row P10)."""

import pytest
import trimesh
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QListWidget,
    QSlider,
    QWidget,
)

from moe3d_viewer.arguments import read_arguments
from moe3d_viewer.main import find_sample, make_viewer
from moe3d_viewer.state.run.reconstruction import RECONSTRUCT
from moe3d_viewer.widgets.maps.map_tile import MapTile
from moe3d_viewer.workers.jobs import window_functions
from tests.app.hands import color_at
from tests.app.window_fixtures import child, has_panels
from tests.scenes import step_prediction

pytestmark = pytest.mark.gui
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def quick(request, progress, _publish):
    """All else reads, draws and writes as ever; the network's answer is a known one."""
    progress.report("network")
    return step_prediction(len(request.views), 56, 84)


class Keyboard:
    """Presses keys in whatever has the focus."""

    def __init__(self, qtbot) -> None:
        self._qtbot = qtbot

    def press(self, key: Qt.Key, keys=Qt.KeyboardModifier.NoModifier) -> None:
        self._qtbot.keyClick(self.focused, key, keys)

    def type(self, text: str) -> None:
        self._qtbot.keyClicks(self.focused, text)

    @property
    def focused(self) -> QWidget:
        return QApplication.focusWidget() or QApplication.activeWindow()

    def go_to(self, name: str) -> QWidget:
        """Shift+Tab from control to control, which leaves the 3D views too, up to this one."""
        passed = []
        while self.focused.objectName() != name:
            assert len(passed) < 150, f"{name} is not among {passed}"
            self.press(Qt.Key.Key_Backtab, SHIFT)
            passed.append(self.focused.objectName())
        return self.focused


@pytest.fixture
def viewer(qtbot, store):
    arguments = read_arguments(["--model", "mini", "--size", "1280x720"])
    functions = {**window_functions(), RECONSTRUCT: quick}
    made = make_viewer(arguments, functions, store, sample_path=find_sample())
    qtbot.addWidget(made.window, before_close_func=lambda _window: made.close_down())
    with qtbot.waitExposed(made.window):
        made.show()
    made.window.activateWindow()
    qtbot.waitUntil(made.window.isActiveWindow)
    yield made
    made.window.close_at_once()
    assert made.close_down()


def test_from_the_sample_to_a_file_by_keys_alone(viewer, qtbot, tmp_path):
    window, keyboard = viewer.window, Keyboard(qtbot)

    keyboard.go_to("sample_button")
    keyboard.press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: has_panels(window))
    photos = child(window, "photo_list", QListWidget)
    qtbot.waitUntil(lambda: photos.count() > 2)
    qtbot.waitUntil(lambda: viewer.state.session.can_run)
    keyboard.press(Qt.Key.Key_R, CONTROL)
    qtbot.waitUntil(lambda: window.findChild(MapTile, "tile_fused") is not None)

    keyboard.press(Qt.Key.Key_2, CONTROL)  # the layout for experts
    fused = child(window, "tile_fused", MapTile)
    qtbot.waitUntil(lambda: fused.isVisible() and fused.height() > 40)
    keyboard.go_to("strip_scroll")
    far = color_at(fused, 80, 9)
    keyboard.press(Qt.Key.Key_1)
    qtbot.waitUntil(lambda: child(window, "what_if_banner").isVisible())
    qtbot.waitUntil(lambda: color_at(fused, 80, 9) == color_at(fused, 3, 9) != far)
    keyboard.press(Qt.Key.Key_0)
    qtbot.waitUntil(lambda: color_at(fused, 80, 9) == far)
    keyboard.press(Qt.Key.Key_Right)
    assert child(window, "strip_photo_name", QLabel).text() == "photo 2.jpg"

    keyboard.press(Qt.Key.Key_1, CONTROL)
    slider = keyboard.go_to("confidence_slider")
    assert isinstance(slider, QSlider)
    for _ in range(3):
        keyboard.press(Qt.Key.Key_PageUp)
    assert child(window, "confidence_percent", QLabel).text() == "drop lowest 50 %"
    kept = child(window, "filters_kept", QLabel)
    qtbot.waitUntil(lambda: "points" in kept.text())

    keyboard.press(Qt.Key.Key_E, CONTROL)
    dialog = child(window, "export_dialog", QDialog)
    qtbot.waitUntil(dialog.isActiveWindow)
    keyboard.go_to("export_folder")
    keyboard.press(Qt.Key.Key_A, CONTROL)
    keyboard.type(str(tmp_path / "out"))
    button = child(window, "export_button")
    qtbot.waitUntil(button.isEnabled)
    keyboard.press(Qt.Key.Key_Return)
    qtbot.waitUntil((tmp_path / "out" / "room.ply").exists)
    qtbot.waitUntil(lambda: window.findChild(QComboBox, "export_preset") is None)
    written = tmp_path / "out" / "room.ply"
    count = len(trimesh.load(written).vertices)
    assert count > 1000
    assert f"{count:,} of " in kept.text()
