"""Ctrl+C in the terminal, SIGTERM and SIGHUP reach the window at once, also while it rests."""

import signal
import socket

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot

from moe3d.cli.stop_signals import EXIT_CODES


class StopSignals(QObject):
    """Listens from `begin` to `end`."""

    asked = Signal(int)
    """The program should end; its exit code."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._before: dict[int, object] = {}
        self._woken, self._waker = socket.socketpair()
        self._woken.setblocking(False)
        self._waker.setblocking(False)
        self._notifier = QSocketNotifier(
            self._woken.fileno(), QSocketNotifier.Type.Read, parent=self
        )
        self._notifier.activated.connect(self._on_woken)
        self._descriptor = -1

    def begin(self) -> None:
        """Take the signals over; one that is ignored (nohup) stays ignored."""
        self._descriptor = signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        for name in EXIT_CODES:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, _do_nothing)

    def end(self) -> None:
        """Give the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        if self._before:
            signal.set_wakeup_fd(self._descriptor)
        self._before = {}
        self._notifier.setEnabled(False)

    @Slot()
    def _on_woken(self) -> None:
        for number in self._woken.recv(64):
            if number in self._before:
                self.asked.emit(EXIT_CODES[signal.Signals(number).name])


def _do_nothing(_number: int, _frame: object) -> None:
    """A handler of Python's own must be there, or the signal would not be written down."""
