"""What the user must be told, whichever part of the program it comes from."""

from collections.abc import Callable
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
class Offer:
    """What a message lets the user do at once."""

    text: str
    help: str
    act: Callable[[], None]


@dataclass(frozen=True)
class Toast:
    """A short message that goes away by itself."""

    text: str
    folder: Path | None = None
    """Offered for opening, if given."""
    offer: Offer | None = None


class Notices(QObject):
    """The one place where states leave messages and the window picks them up."""

    error_raised = Signal(object)
    """ErrorNotice."""
    toast_raised = Signal(object)
    """Toast."""
    unread_changed = Signal(int)
    """How many failures nobody has looked at in the list of messages."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._errors: list[ErrorNotice] = []
        self._num_read = 0

    @property
    def errors(self) -> tuple[ErrorNotice, ...]:
        """All failures since the start, oldest first."""
        return tuple(self._errors)

    @property
    def num_unread(self) -> int:
        """Failures that nobody has looked at in the list of messages."""
        return len(self._errors) - self._num_read

    def mark_read(self) -> None:
        """The list of messages is on the screen."""
        if self.num_unread:
            self._num_read = len(self._errors)
            self.unread_changed.emit(0)

    def raise_error(self, title: str, text: str, exit_code: int = 1) -> None:
        """Tell of a failure."""
        notice = ErrorNotice(title, text, exit_code)
        self._errors.append(notice)
        self.error_raised.emit(notice)
        self.unread_changed.emit(self.num_unread)

    def raise_toast(
        self, text: str, folder: Path | None = None, offer: Offer | None = None
    ) -> None:
        """Tell of a success."""
        self.toast_raised.emit(Toast(text, folder, offer))
