"""A short message in the corner that goes away by itself."""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from app.state.notices import Toast
from app.widgets.parts import button, label

SHOWN_MS = 9000
MARGIN_PX = 24


class ToastLabel(QFrame):
    """Floats over its parent's lower right corner."""

    folder_opened = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("toast")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._host = parent
        self._folder: Path | None = None
        self._text = label(name="toast_text")
        self._open = button(
            self.tr("Open folder"),
            "toast_open",
            self.tr("Show the files in the file manager"),
            "link",
        )
        self._open.clicked.connect(self._on_open_clicked)
        close = button("✕", "toast_close", self.tr("Close this message"), "link")
        close.setAccessibleName(self.tr("Close this message"))
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 8, 8)
        row.addWidget(self._text)
        row.addWidget(self._open)
        row.addWidget(close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        parent.installEventFilter(self)
        self.hide()

    @Slot(object)
    def show_toast(self, toast: Toast) -> None:
        """Show a message; an older one is replaced."""
        self._folder = toast.folder
        self._text.setText(toast.text)
        self._open.setVisible(toast.folder is not None)
        self.adjustSize()
        self._place()
        self.show()
        self.raise_()
        self._timer.start(SHOWN_MS)

    @Slot()
    def _on_open_clicked(self) -> None:
        if self._folder is not None:
            self.folder_opened.emit(self._folder)
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))

    def _place(self) -> None:
        area = self._host.rect()
        self.move(
            area.right() - self.width() - MARGIN_PX, area.bottom() - self.height() - 2 * MARGIN_PX
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the parent's corner."""
        if event.type() is QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)
