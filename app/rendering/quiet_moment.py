"""Waits in a worker's thread until the window has drawn what is due.

Import it in the GUI thread: it defines a class of Qt.
"""

import time
from threading import Event

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QThread

LIMIT_S = 0.5
"""Whatever is still drawn then, nobody waits longer."""
QUICK_S = 0.008
TURNS = 3
"""A window that answers as often without delay has nothing else to do."""
PAUSE_S = 0.01
_ASKED = QEvent.Type(QEvent.registerEventType())


class _Question(QObject):
    """Lives in the GUI thread, and answers after all that is waiting there to be drawn."""

    def __init__(self) -> None:
        super().__init__()
        self._answered = Event()

    def ask(self, limit_s: float) -> bool:
        """Whether the answer came in time."""
        self._answered.clear()
        priority = Qt.EventPriority.LowEventPriority.value  # painting has it, too, and was there
        QCoreApplication.postEvent(self, QEvent(_ASKED), priority)
        return self._answered.wait(limit_s)

    def event(self, event: QEvent) -> bool:
        if event.type() == _ASKED:
            self._answered.set()
            return True
        return super().event(event)


def wait_until_drawn(limit_s: float = LIMIT_S) -> bool:
    """Return when the window answers at once several times in turn, or when the limit is over.

    Returns:
        Whether the window has come to rest; True at once without a window, or in its own thread.
    """
    app = QCoreApplication.instance()
    if app is None or QThread.currentThread() is app.thread():
        return True
    question = _Question()
    question.moveToThread(app.thread())
    end, quick = time.monotonic() + limit_s, 0
    try:
        while quick < TURNS:
            asked = time.monotonic()
            if not question.ask(max(end - asked, 0.0)):
                return False
            quick = quick + 1 if time.monotonic() - asked < QUICK_S else 0
            time.sleep(PAUSE_S)
        return True
    finally:
        question.deleteLater()
