"""The dialog of figures: ticks, preview, file."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel, QListWidget, QPushButton, QWidget

from moe3d_viewer.state.exports.figure import PREVIEW_FIGURE, WRITE_FIGURE
from moe3d_viewer.widgets.export.figure_dialog import FigureDialog
from tests.app.window_fixtures import child

pytestmark = pytest.mark.gui
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def dialog(result, show, backend, runner):
    backend.use_real(PREVIEW_FIGURE, WRITE_FIGURE)
    window = show(QWidget(), 1200, 700)
    made = FigureDialog(result, window)
    made.open()
    runner.run_all()
    yield made
    made.close()


def tick(rows: QListWidget, index: int, qtbot) -> None:
    """Click the box of a row."""
    rect = rows.visualItemRect(rows.item(index))
    place = rect.center()
    place.setX(rect.left() + 10)
    qtbot.mouseClick(rows.viewport(), LEFT, pos=place)


def size(dialog):
    picture = child(dialog, "figure_preview", QLabel).pixmap()
    return picture.width(), picture.height()


def test_ticks_change_the_preview_and_what_is_saved(dialog, result, runner, qtbot, tmp_path):
    before, room = size(dialog), child(dialog, "figure_preview", QLabel).size()
    assert before[0] == pytest.approx(room.width(), abs=3)
    assert before[1] <= room.height()
    photos = child(dialog, "figure_photos", QListWidget)
    tick(photos, photos.count() - 1, qtbot)
    runner.run_all()
    assert size(dialog)[1] < before[1]
    box = child(dialog, "figure_width", QComboBox)
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    runner.run_all()
    assert size(dialog)[0] == pytest.approx(8.5 / 2.54 * 130, abs=1)
    qtbot.mouseClick(child(dialog, "figure_save", QPushButton), LEFT)
    question = child(dialog, "figure_file_dialog", QFileDialog)
    question.fileSelected.emit(str(tmp_path / "maps.pdf"))
    question.close()
    runner.run_all()
    assert (tmp_path / "maps.pdf").read_bytes().startswith(b"%PDF")


def test_without_a_photo_it_says_what_is_missing(dialog, result, qtbot):
    photos = child(dialog, "figure_photos", QListWidget)
    for index in range(photos.count()):
        tick(photos, index, qtbot)
    assert result.figure.photos == ()
    assert "at least one photo" in child(dialog, "figure_preview", QLabel).text()
    assert not child(dialog, "figure_save", QPushButton).isEnabled()


def test_a_line_can_be_shown_in_place_of_maps(result, show, backend, runner, qtbot):
    backend.use_real(PREVIEW_FIGURE, WRITE_FIGURE)
    result.profile.draw(0, (12, 9), (30, 9))
    made = FigureDialog(result, show(QWidget(), 1200, 700))
    made.open()
    box = child(made, "figure_shows", QComboBox)
    assert box.isEnabled()
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    runner.run_all()
    assert not child(made, "figure_photos", QListWidget).isEnabled()
    assert size(made)[1] > 300
    made.close()
