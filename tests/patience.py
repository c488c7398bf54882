"""Waiting for states: as long as a crowded machine needs, never for a number of milliseconds."""

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

PATIENCE_MS = 120_000
"""Only what never comes takes as long."""
LOOKS = 5
LASTING_MS = 2_000
"""A single shot that is further away, such as a message that goes by itself, is no unrest."""


class PatientBot(QtBot):
    """pytest-qt's robot, whose limits of 5 s are too short beside two busy processes."""

    patience_ms = PATIENCE_MS
    """Of `waitUntil`; less where what never comes is part of the game."""

    def waitUntil(self, callback, *, timeout: int | None = None) -> None:
        super().waitUntil(callback, timeout=self.patience_ms if timeout is None else timeout)

    def waitSignal(self, signal, *, timeout: int = PATIENCE_MS, **others):
        return super().waitSignal(signal, timeout=timeout, **others)

    def waitSignals(self, signals, *, timeout: int = PATIENCE_MS, **others):
        return super().waitSignals(signals, timeout=timeout, **others)

    def waitActive(self, widget, *, timeout: int = PATIENCE_MS):
        return super().waitActive(widget, timeout=timeout)

    def waitExposed(self, widget, *, timeout: int = PATIENCE_MS):
        return super().waitExposed(widget, timeout=timeout)


def rest(qtbot: QtBot, window: QWidget, runners: Iterable = ()) -> None:
    """Wait until nothing in the window moves, is about to, or is still being worked out.

    Args:
        window: looked at with all its children: places, sizes, visibility.
        runners: whose `num_running` must be 0.
    """
    looks: list[object] = []

    def rests() -> bool:
        look = [(id(w), w.geometry().getRect(), w.isVisible()) for w in _widgets(window)]
        if any(r.num_running for r in runners) or _is_due(window) or looks[-1:] != [look]:
            looks.clear()
        looks.append(look)
        return len(looks) >= LOOKS

    qtbot.waitUntil(rests)


def turns(qtbot: QtBot, count: int = 3) -> None:
    """Let the event loop deliver what is queued, and draw this many frames' worth of time."""
    passed: list[None] = []
    timer = QTimer()
    timer.setInterval(16)
    timer.timeout.connect(lambda: passed.append(None))
    timer.start()
    qtbot.waitUntil(lambda: len(passed) >= count)
    timer.stop()
    QCoreApplication.sendPostedEvents()


def _widgets(window: QWidget) -> list[QWidget]:
    return [window, *window.findChildren(QWidget)]


def _is_due(window: QWidget) -> bool:
    """Whether a single shot of a part of the window goes off in a moment."""
    owners: list[QObject] = [window, QApplication.instance()]
    timers = [timer for owner in owners if owner for timer in owner.findChildren(QTimer)]
    return any(t.isActive() and t.isSingleShot() and t.interval() < LASTING_MS for t in timers)
