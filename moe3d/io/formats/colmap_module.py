"""COLMAP's Python module, loaded late and without its side effects."""

import ctypes
import signal
import sys
import threading
from typing import Any

_lock = threading.Lock()
_SIGNALS = ("SIGTERM", "SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL")
_SIGACTION_BYTES = 256
"""More than any system's struct sigaction has."""


def load_pycolmap() -> Any:
    """Import pycolmap: quiet, and with the process's signal handlers as they were.

    Its logging library replaces them when it is imported, so that ending the program by SIGTERM
    would abort it with a stack trace. Works in any thread.
    """
    with _lock:
        saved = _signal_actions()
        import pycolmap  # noqa: PLC0415 (a fifth of a second that only a run with photos needs)

        _restore(saved)
        # What it calls errors are results to us, such as photos that do not match.
        pycolmap.logging.minloglevel = pycolmap.logging.FATAL.value
        return pycolmap


def _signal_actions() -> dict[int, Any]:
    if sys.platform == "win32":
        return {}
    libc = ctypes.CDLL(None, use_errno=True)
    saved = {}
    for name in _SIGNALS:
        action = ctypes.create_string_buffer(_SIGACTION_BYTES)
        if libc.sigaction(int(getattr(signal, name)), None, action) == 0:
            saved[int(getattr(signal, name))] = action
    return saved


def _restore(saved: dict[int, Any]) -> None:
    libc = ctypes.CDLL(None, use_errno=True) if saved else None
    for number, action in saved.items():
        assert libc is not None
        libc.sigaction(number, action, None)
