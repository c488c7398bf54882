"""How everything that goes on by itself ends when the window closes."""

from collections.abc import Callable
from contextlib import ExitStack

import shiboken6
from PySide6.QtCore import QAbstractAnimation, QObject, QTimer


class Closing:
    """Whoever starts something says here, when it is made, how that is stopped.

    Nothing else lists what there is to be stopped, so that nothing can be missing from a list.
    """

    def __init__(self) -> None:
        self._stops = ExitStack()
        self._is_over = False

    def add(self, stop: Callable[[], object]) -> None:
        """Stop this when the window closes; at once when it has closed already."""
        if self._is_over:
            stop()
        else:
            self._stops.callback(stop)

    def add_timers(self, root: QObject) -> None:
        """Stop every timer and animation that will then be below this object."""
        self.add(lambda: _stop_timers(root))

    def stop_all(self) -> None:
        """Stop everything, the newest first; one that fails keeps no other from being stopped."""
        self._is_over = True
        self._stops.close()


def _stop_timers(root: QObject) -> None:
    if shiboken6.isValid(root):
        for moving in (*root.findChildren(QTimer), *root.findChildren(QAbstractAnimation)):
            moving.stop()
