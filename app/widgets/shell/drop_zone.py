"""The large field that takes dropped folders, photos and saved results."""

from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QWidget


def local_paths(mime: QMimeData) -> list[Path]:
    """Files and folders of a drop that lie on this machine."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


def links(mime: QMimeData) -> list[str]:
    """Addresses of a drop that lie elsewhere; browsers give some as text alone."""
    found = [url.toString() for url in mime.urls() if not url.isLocalFile() and url.scheme()]
    text = mime.text().strip()
    is_link = text.lower().startswith(("http://", "https://", "ftp://")) and len(text.split()) == 1
    return found or ([text] if is_link and not mime.hasUrls() else [])


class DropZone(QFrame):
    """A frame that lights up under a drag and says what was dropped."""

    dropped = Signal(list)
    """Paths, a list of Path."""
    linked = Signal(list)
    """Addresses, a list of str; no file was dropped."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drop_zone")
        self.setAcceptDrops(True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._arm(False)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take drags of files, and of links to say what to do with them."""
        if local_paths(event.mimeData()) or links(event.mimeData()):
            event.acceptProposedAction()
            self._arm(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """The drag went elsewhere."""
        self._arm(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell what was dropped."""
        self._arm(False)
        paths = local_paths(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths)
        elif found := links(event.mimeData()):
            event.acceptProposedAction()
            self.linked.emit(found)

    def _arm(self, armed: bool) -> None:
        self.setProperty("armed", "true" if armed else "false")
        self.style().unpolish(self)
        self.style().polish(self)
