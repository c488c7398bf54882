from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QMainWindow

from moe3d_viewer.widgets.shell.desktop_notice import DesktopNotice, TrayMessage


class FakeProgress(QObject):
    long_run_ended = Signal(str)


def test_the_desktop_hears_of_a_long_run_when_the_window_is_not_in_use(qtbot):
    window, other = QMainWindow(), QMainWindow()
    for one in (window, other):
        qtbot.addWidget(one)
    told, progress = [], FakeProgress()
    DesktopNotice(progress.long_run_ended, window, lambda *words: told.append(words))
    for left_behind in QApplication.topLevelWidgets():  # by tests before this one
        left_behind.hide()
    other.show()
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow)
    other.hide()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is None)
    progress.long_run_ended.emit("8 of 8 photos placed")
    assert told == [("The reconstruction is ready", "8 of 8 photos placed")]


def test_nobody_is_called_who_is_there(qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    told, progress = [], FakeProgress()
    DesktopNotice(progress.long_run_ended, window, lambda *words: told.append(words))
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    progress.long_run_ended.emit("8 of 8 photos placed")
    assert told == []


def test_without_a_tray_the_message_does_no_harm(qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    TrayMessage(window).show("The reconstruction is ready", "8 of 8 photos placed")
