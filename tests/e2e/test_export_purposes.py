"""One click writes for one program, with its preset, where the last of its kind went."""

import threading
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QMenu,
    QMessageBox,
    QPushButton,
    QStyle,
    QStyleOptionToolButton,
    QToolButton,
)

from moe3d.scene.cloud import point_cloud
from moe3d_viewer.state.exports.export import EXPORT
from tests.app.hands import Hands
from tests.app.window_fixtures import child, drop
from tests.scenes import step_prediction

pytestmark = pytest.mark.gui
LEFT = Qt.MouseButton.LeftButton


class Clicks:
    """Clicks with the mouse, and counts."""

    def __init__(self, qtbot) -> None:
        self.count, self._qtbot = 0, qtbot

    def on(self, widget, place: QPoint | None = None) -> None:
        self.count += 1
        self._qtbot.mouseClick(widget, LEFT, pos=place or widget.rect().center())

    def in_menu_of(self, button: QToolButton, text: str) -> None:
        """A click on the arrow beside a button, and one on an entry of its menu."""
        option = QStyleOptionToolButton()
        button.initStyleOption(option)
        part = QStyle.SubControl.SC_ToolButtonMenu
        control = QStyle.ComplexControl.CC_ToolButton
        arrow = button.style().subControlRect(control, option, part, button)
        menu = child(button, "tool_export_menu", QMenu)

        def choose() -> None:
            (entry,) = [action for action in menu.actions() if action.text() == text]
            self.on(menu, menu.actionGeometry(entry).center())

        menu.aboutToShow.connect(choose, Qt.ConnectionType.QueuedConnection)
        self.on(button, arrow.center())
        menu.aboutToShow.disconnect(choose)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def backend(backend):
    return backend.use_real(EXPORT)


def run_by_mouse(viewer, photos: Path, clicks: Clicks, qtbot) -> None:
    assert drop(viewer.window, [photos])
    button = child(viewer.window, "run_button", QPushButton)
    qtbot.waitUntil(lambda: button.isVisible() and button.isEnabled())
    clicks.on(button)
    qtbot.waitUntil(lambda: viewer.state.display.prediction is not None)


def test_from_a_dropped_folder_to_a_mesh_for_blender_in_at_most_four_clicks(
    viewer, photos, home, qtbot
):
    clicks = Clicks(qtbot)
    run_by_mouse(viewer, photos, clicks, qtbot)
    button = child(viewer.window, "tool_export", QToolButton)
    qtbot.waitUntil(button.isEnabled)
    clicks.in_menu_of(button, "Export for Blender")
    mesh = home / "MoE3D" / "garden wall" / "garden wall_mesh.glb"
    qtbot.waitUntil(mesh.exists)
    qtbot.waitUntil(lambda: not viewer.state.export.is_running)
    assert clicks.count <= 4
    scene = trimesh.load_scene(mesh)
    assert sum(len(part.faces) for part in scene.geometry.values()) > 0


def test_a_purpose_has_its_own_folder_once_it_was_chosen(viewer, photos, home, tmp_path, qtbot):
    run_by_mouse(viewer, photos, Clicks(qtbot), qtbot)
    hands = Hands(viewer, qtbot)
    state = viewer.state
    hands.command("export_for_points")
    qtbot.waitUntil((home / "MoE3D" / "garden wall" / "garden wall.ply").exists)
    qtbot.waitUntil(lambda: not state.export.is_running)
    state.export.choices.choose_preset("blender")
    state.export.export(tmp_path / "blender" / "garden wall")
    qtbot.waitUntil((tmp_path / "blender" / "garden wall" / "garden wall.glb").exists)
    qtbot.waitUntil(lambda: not state.export.is_running)
    assert state.export.suggested_folder("points") == home / "MoE3D" / "garden wall"
    assert state.export.suggested_folder("blender") == tmp_path / "blender" / "garden wall"


def test_the_points_for_meshlab_are_written_y_up(viewer, photos, home, qtbot):
    run_by_mouse(viewer, photos, Clicks(qtbot), qtbot)
    Hands(viewer, qtbot).command("export_for_points")
    written = home / "MoE3D" / "garden wall" / "garden wall.ply"
    qtbot.waitUntil(written.exists)
    qtbot.waitUntil(lambda: not viewer.state.export.is_running)
    cloud = trimesh.load(written)
    assert isinstance(cloud, trimesh.PointCloud)
    _, y, z = np.asarray(cloud.vertices).T
    assert (z < 0).all()  # y up looks along -z: a file with y down has all its points at +z
    world = point_cloud(step_prediction()).points
    lowest_first = np.median(world[world[:, 1] > 0][:, 1])  # y down: the lower half of the photos
    assert np.median(y[y < 0]) == pytest.approx(-lowest_first, rel=0.3)


def test_files_that_are_there_are_replaced_or_kept_as_the_user_says(viewer, photos, home, qtbot):
    run_by_mouse(viewer, photos, Clicks(qtbot), qtbot)
    hands = Hands(viewer, qtbot)
    folder = home / "MoE3D" / "garden wall"

    def write(answer: str) -> None:
        hands.command("export_for_points")
        qtbot.waitUntil(lambda: viewer.window.findChild(QMessageBox, "overwrite_box") is not None)
        box = child(viewer.window, "overwrite_box", QMessageBox)
        qtbot.mouseClick(child(box, answer, QPushButton), LEFT)
        qtbot.waitUntil(lambda: viewer.window.findChild(QMessageBox, "overwrite_box") is None)
        qtbot.waitUntil(lambda: not viewer.state.export.is_running)

    hands.command("export_for_points")
    qtbot.waitUntil((folder / "garden wall.ply").exists)
    qtbot.waitUntil(lambda: not viewer.state.export.is_running)
    (folder / "garden wall.ply").write_text("old")
    write("keep_both_button")
    assert (folder / "garden wall.ply").read_text() == "old"
    assert (home / "MoE3D" / "garden wall 2" / "garden wall.ply").exists()
    write("replace_button")
    assert (folder / "garden wall.ply").read_bytes().startswith(b"ply")


def test_the_folder_of_the_last_export_stays_in_the_menu(viewer, photos, home, qtbot, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    assert not viewer.window.commands["open_export"].isEnabled()
    run_by_mouse(viewer, photos, Clicks(qtbot), qtbot)
    hands = Hands(viewer, qtbot)
    hands.command("export_for_points")
    qtbot.waitUntil((home / "MoE3D" / "garden wall" / "garden wall.ply").exists)
    qtbot.waitUntil(viewer.window.commands["open_export"].isEnabled)
    qtbot.mouseClick(child(viewer.window, "toast_close"), LEFT)
    hands.command("open_export")
    assert opened == [str(home / "MoE3D" / "garden wall")]


def test_an_export_without_a_dialog_shows_how_far_it_is_and_can_be_stopped(
    viewer, photos, backend, home, qtbot
):
    rests = threading.Event()

    def slow(request, progress):
        while True:
            progress.report("writing", 3, 10)
            rests.wait(0.01)

    backend.replace(EXPORT, slow)
    run_by_mouse(viewer, photos, Clicks(qtbot), qtbot)
    hands = Hands(viewer, qtbot)
    hands.command("export_for_points")
    bar, stop = hands.find("export_progress"), hands.find("export_stop")
    qtbot.waitUntil(lambda: bar.isVisible() and bar.value() == 300)
    assert child(viewer.window, "ready", QLabel).text() == "exporting"
    qtbot.mouseClick(stop, LEFT)
    qtbot.waitUntil(lambda: not bar.isVisible())
    assert QApplication.activeModalWidget() is None
