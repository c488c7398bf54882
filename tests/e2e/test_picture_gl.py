"""A large picture of the 3D view is drawn part by part: the window works on, Cancel is heard."""

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QProgressBar,
    QPushButton,
    QSpinBox,
)

from moe3d_viewer.widgets.controls.pictures import rgb_from_image
from tests.app.drawn_window import backend_with_points, views
from tests.app.fakes import FakeBackend
from tests.app.window_fixtures import child
from tests.patience import turns
from tests.scenes import step_prediction

pytestmark = [pytest.mark.gui, pytest.mark.gl]
LEFT = Qt.MouseButton.LeftButton
WIDTH, HEIGHT = 1500, 1000


@pytest.fixture
def drawn_backend() -> FakeBackend:
    return backend_with_points(lambda: step_prediction(2, 500, 600))


def ask(qtbot, viewer, path) -> QDialog:
    """Ctrl+F12, the size by keys, Save, and the file."""
    viewer.window.activateWindow()
    qtbot.waitUntil(viewer.window.isActiveWindow)
    qtbot.keyClick(viewer.window, Qt.Key.Key_F12, Qt.KeyboardModifier.ControlModifier)
    dialog = child(viewer.window, "picture_dialog", QDialog)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    for name, value in (("picture_width", WIDTH), ("picture_height", HEIGHT)):
        box = child(dialog, name, QSpinBox)
        box.setFocus()
        box.selectAll()
        qtbot.keyClicks(box, str(value))
    save(qtbot, dialog, path)
    return dialog


def save(qtbot, dialog, path) -> None:
    qtbot.mouseClick(child(dialog, "picture_save", QPushButton), LEFT)
    chooser = [found for found in dialog.findChildren(QFileDialog) if found.isVisible()][-1]
    chooser.selectFile(str(path))
    buttons = child(chooser, "buttonBox", QDialogButtonBox)
    qtbot.mouseClick(buttons.button(QDialogButtonBox.StandardButton.Save), LEFT)


def wait_for_file(qtbot, viewer, path):
    qtbot.waitUntil(path.exists)
    qtbot.waitUntil(lambda: viewer.window.findChild(QDialog, "picture_dialog") is None)
    return rgb_from_image(QImage(str(path)))


def test_the_window_works_on_while_a_picture_is_drawn(drawn, qtbot, tmp_path):
    path, seen = tmp_path / "large.png", []
    dialog = ask(qtbot, drawn, path)
    bar = child(dialog, "picture_bar", QProgressBar)
    ticks = QTimer(dialog)
    ticks.timeout.connect(lambda: seen.append(bar.value()) if bar.isVisible() else None)
    ticks.start(0)
    made = wait_for_file(qtbot, drawn, path)
    assert seen == sorted(seen)
    assert len(set(seen)) > 3
    assert made.shape == (HEIGHT, WIDTH, 3)
    assert (made == rgb_from_image(views(drawn)[0].picture(WIDTH, HEIGHT))).all()
    assert [file.name for file in tmp_path.glob("*large*")] == ["large.png"]


def test_cancel_leaves_nothing_and_another_try_works(drawn, qtbot, tmp_path):
    path = tmp_path / "new" / "large.png"
    path.parent.mkdir()
    dialog = ask(qtbot, drawn, path)
    bar = child(dialog, "picture_bar", QProgressBar)
    qtbot.waitUntil(lambda: bar.value() > 0)
    assert not child(dialog, "picture_save", QPushButton).isEnabled()
    qtbot.mouseClick(child(dialog, "picture_cancel", QPushButton), LEFT)
    qtbot.waitUntil(lambda: not bar.isVisible())
    turns(qtbot)
    assert not list(path.parent.iterdir())
    assert dialog.isVisible()
    assert not bar.isVisible()
    save(qtbot, dialog, path)
    assert wait_for_file(qtbot, drawn, path).std() > 10


def test_a_filter_that_changes_meanwhile_holds_for_the_whole_picture(drawn, qtbot, tmp_path):
    path = tmp_path / "large.png"
    drawn.state.view.set_percentile(0)
    bar = child(ask(qtbot, drawn, path), "picture_bar", QProgressBar)
    qtbot.waitUntil(lambda: bar.value() > 0)
    drawn.state.view.set_percentile(70)
    made = wait_for_file(qtbot, drawn, path)
    assert (made == rgb_from_image(views(drawn)[0].picture(WIDTH, HEIGHT))).all()


def test_closing_the_program_in_the_middle_leaves_nothing(drawn, qtbot, tmp_path):
    path = tmp_path / "new" / "large.png"
    path.parent.mkdir()
    bar = child(ask(qtbot, drawn, path), "picture_bar", QProgressBar)
    qtbot.waitUntil(lambda: bar.value() > 0)
    drawn.window.close_at_once()
    assert not list(path.parent.iterdir())


def test_a_folder_that_cannot_be_written_is_told(drawn, qtbot, tmp_path):
    (tmp_path / "notes.txt").write_text("a file, not a folder")
    dialog = ask(qtbot, drawn, tmp_path / "large.png")
    drawn.state.scene.picture.cancel()
    chooser = child(dialog, "picture_file", QFileDialog)
    chooser.fileSelected.emit(str(tmp_path / "notes.txt" / "large.png"))
    qtbot.waitUntil(lambda: bool(drawn.state.notices.errors))
    assert drawn.state.notices.errors[-1].title == "Could not save the picture"
    assert "notes.txt" in drawn.state.notices.errors[-1].text
    assert not drawn.state.scene.picture.is_running
