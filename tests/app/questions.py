"""The one question before something unsaved goes, as a user answers it."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton

from moe3d_viewer.viewer import Viewer
from tests.app.window_fixtures import child


def question(viewer: Viewer) -> QMessageBox | None:
    """The question that is on the screen; None when nothing is asked."""
    boxes = viewer.window.findChildren(QMessageBox, "unsaved_box")
    shown = [box for box in boxes if box.isVisible()]
    assert len(shown) <= 1, "asked twice at once"
    return shown[0] if shown else None


def asked(viewer: Viewer, qtbot) -> QMessageBox:
    """Wait for the question, as long as it takes to get the focus.

    Who answers sooner than any hand has the focus go to and fro later, and that closes menus.
    """

    def has_focus() -> bool:
        box = question(viewer)
        return box is not None and box.isActiveWindow()

    qtbot.waitUntil(has_focus)
    box = question(viewer)
    assert box is not None
    return box


def answer(viewer: Viewer, qtbot, word: str) -> None:
    """Wait for the question and click "save", "discard" or "cancel"."""
    box = asked(viewer, qtbot)
    button = child(box, f"unsaved_{word}", QPushButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: question(viewer) is not box)
    window = viewer.window

    def has_focus() -> bool:
        if QApplication.activeModalWidget() is not None or not window.isVisible():
            return True
        if not window.isActiveWindow():  # or the next menu is closed when it becomes active
            window.activateWindow()
        return window.isActiveWindow()

    qtbot.waitUntil(has_focus)


def answer_if_asked(viewer: Viewer, qtbot, word: str) -> None:
    """As `answer`; the program withdraws a question when a save ends meanwhile."""

    def is_ready() -> bool:
        box = question(viewer)
        return box is None or box.isActiveWindow()

    qtbot.waitUntil(is_ready)
    if question(viewer) is not None:
        answer(viewer, qtbot, word)


def save_under(hands, path: Path) -> None:
    """Answer "save", and give the session this name."""
    answer(hands.viewer, hands.qtbot, "save")
    hands.answer_file_dialog(path)
