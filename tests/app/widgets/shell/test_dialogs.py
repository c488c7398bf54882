import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from moe3d_viewer.widgets.actions.shortcuts_dialog import GESTURES, ShortcutsDialog
from moe3d_viewer.widgets.controls.progress_bar import size_text
from moe3d_viewer.widgets.shell.model_dialog import ModelDialog
from tests.app.window_fixtures import child

pytestmark = pytest.mark.gui


def test_size_and_licence_stand_before_the_download(state, runner, show, qtbot):
    dialog = ModelDialog(state, show(QWidget()))
    dialog.open()
    state.models.ask_models()
    runner.run_all()
    texts = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "5.0 GB" in texts
    assert "CC BY-NC 4.0" in texts
    assert state.models.downloading == ""
    button = child(dialog, "download_facebook/VGGT-1B", QPushButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert state.models.downloading == "facebook/VGGT-1B"
    stop = child(dialog, "download_cancel", QPushButton)
    assert stop.isVisible()
    qtbot.mouseClick(stop, Qt.MouseButton.LeftButton)
    runner.run_all()
    assert not stop.isVisible()
    assert state.run_options.model == "mini"


def test_a_model_on_this_machine_is_chosen_without_a_download(state, runner, show, qtbot):
    state.run_options.set_model("something else")
    dialog = ModelDialog(state, show(QWidget()))
    dialog.open()
    state.models.ask_models()
    runner.run_all()
    qtbot.mouseClick(child(dialog, "use_mini", QPushButton), Qt.MouseButton.LeftButton)
    assert state.run_options.model == "mini"


@pytest.mark.parametrize(
    ("size", "text"), [(0, ""), (300, "1 MB"), (18_400_000, "18 MB"), (5_026_400_000, "5.0 GB")]
)
def test_sizes_are_written_as_people_say_them(size, text):
    assert size_text(size) == text


def test_the_key_sheet_opens_over_a_window_without_actions(show, qtbot):
    window = show(QWidget())
    ShortcutsDialog((), window).open()
    sheet = child(window, "shortcuts_dialog", ShortcutsDialog)
    qtbot.waitUntil(sheet.isVisible)
    lines = [label for label in sheet.findChildren(QLabel) if label.isVisible()]
    wanted = {title for title, _ in GESTURES}
    wanted |= {text for _, group in GESTURES for line in group for text in line}
    assert {label.text() for label in lines} == wanted
    assert all(not label.visibleRegion().isEmpty() for label in lines)  # none scrolled away
    (close,) = sheet.findChildren(QPushButton)
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.findChildren(ShortcutsDialog))
