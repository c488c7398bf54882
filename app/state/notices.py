"""What the user must be told, whichever part of the program it comes from."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal


@dataclass(frozen=True)
class ErrorNotice:
    """A failure, in the words of the command line."""

    title: str
    text: str
    exit_code: int = 1


@dataclass(frozen=True)
class Toast:
    """A short message that goes away by itself."""

    text: str
    folder: Path | None = None
    """Offered for opening, if given."""


class Notices(QObject):
    """The one place where states leave messages and the window picks them up."""

    error_raised = Signal(object)
    """ErrorNotice."""
    toast_raised = Signal(object)
    """Toast."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._errors: list[ErrorNotice] = []

    @property
    def errors(self) -> tuple[ErrorNotice, ...]:
        """All failures since the start, oldest first."""
        return tuple(self._errors)

    def raise_error(self, title: str, text: str, exit_code: int = 1) -> None:
        """Tell of a failure."""
        notice = ErrorNotice(title, text, exit_code)
        self._errors.append(notice)
        self.error_raised.emit(notice)

    def raise_toast(self, text: str, folder: Path | None = None) -> None:
        """Tell of a success."""
        self.toast_raised.emit(Toast(text, folder))
