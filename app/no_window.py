"""Says why no window can open, where Qt by itself would abort the process with a core dump."""

import os
import sys
from contextlib import suppress

from PySide6.QtCore import QtMsgType, qInstallMessageHandler

EXIT_CODE = 7  # an error that the user can act on
ADVICE = (
    "On a headless machine use the command line, for example: "
    "moe3d run photos/ -o out/. `moe3d check` says what was found."
)


class NoWindowMessage:
    """While it is entered, a fatal message of Qt ends the program with a sentence."""

    def __init__(self) -> None:
        self._said: list[str] = []

    def __enter__(self) -> "NoWindowMessage":
        self._previous = qInstallMessageHandler(self._on_message)
        return self

    def __exit__(self, *_error: object) -> None:
        qInstallMessageHandler(self._previous)
        if self._said:
            sys.stderr.write("\n".join(self._said) + "\n")

    def _on_message(self, kind: QtMsgType, _context: object, text: str) -> None:
        if kind is not QtMsgType.QtFatalMsg:
            self._said.append(text)
            return
        with suppress(OSError):
            sys.stderr.write(f"No window can open: {self._reason(text)}\n{ADVICE}\n")
            sys.stderr.flush()
        os._exit(EXIT_CODE)  # Qt aborts when this function returns

    def _reason(self, fatal: str) -> str:
        refused = [line for line in self._said if "could not connect" in line]
        missing = [line for line in self._said if "even though it was found" not in line]
        return "; ".join(refused or missing or fatal.splitlines()[:1]).strip()
