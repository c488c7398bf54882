"""The last resort: an error that nobody caught is logged and shown, and the window goes on."""

import logging
import sys
from types import TracebackType

from moe3d_viewer.state.job import error_text
from moe3d_viewer.state.notices import Notices

logger = logging.getLogger(__name__)


class ExceptionHook:
    """Replaces sys.excepthook while the window lives."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._previous = sys.excepthook

    def install(self) -> None:
        """Take over."""
        sys.excepthook = self._on_exception

    def remove(self) -> None:
        """Give back."""
        sys.excepthook = self._previous

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._previous(kind, error, trace)
            return
        logger.error("an error that nobody caught", exc_info=(kind, error, trace))
        self._notices.raise_error("Something went wrong inside the program", error_text(error))
