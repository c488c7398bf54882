"""A short message over the upper edge of the views that goes away by itself."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from moe3d_viewer.state.notices import Offer, Toast
from moe3d_viewer.widgets.controls.parts import button, label

SHOWN_MS = 9000
MARGIN_PX = 6
MOVES = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.ZOrderChange)
HEADINGS_PX = 28
"""For the titles of the 3D views."""


class ToastLabel(QFrame):
    """Floats over the middle of an area's upper edge: legends, bars of tools and maps lie at the
    other edges."""

    folder_opened = Signal(object)

    def __init__(self, parent: QWidget, area: Callable[[], QWidget] | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("toast")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._host, self._area = parent, area or (lambda: parent)
        self._folder: Path | None = None
        self._text = label(name="toast_text", wrap=True)
        self._open = button(
            self.tr("Open folder"),
            "toast_open",
            self.tr("Show the files in the file manager"),
            "link",
        )
        self._open.clicked.connect(self._on_open_clicked)
        self._act = button("", "toast_act", self.tr("Do what the message offers"), "link")
        self._act.setAccessibleName(self.tr("Do what the message offers"))
        self._act.clicked.connect(self._on_act_clicked)
        self._offer: Offer | None = None
        self._shown: list[Toast] = []
        close = button("✕", "toast_close", self.tr("Close this message"), "link")
        close.setAccessibleName(self.tr("Close this message"))
        close.clicked.connect(self.hide)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(14, 4, 6, 4)
        row.addWidget(self._text, 1)
        row.addWidget(self._open)
        row.addWidget(self._act)
        row.addWidget(close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        parent.installEventFilter(self)
        self.hide()

    @Slot(object)
    def show_toast(self, toast: Toast) -> None:
        """Show a message; it replaces an older one, but an offer and plain news stand together."""
        is_offer = toast.offer is not None
        others = [old for old in self._shown if (old.offer is not None) != is_offer]
        self._shown = [toast, *(others if self.isVisible() else [])]
        self._text.setText("\n".join(shown.text for shown in self._shown))
        folders = [shown.folder for shown in self._shown if shown.folder is not None]
        self._folder = folders[0] if folders else None
        self._open.setVisible(self._folder is not None)
        offers = [shown.offer for shown in self._shown if shown.offer is not None]
        self._offer = offers[0] if offers else None
        self._act.setVisible(self._offer is not None)
        if self._offer is not None:
            self._act.setText(self._offer.text)
            self._act.setAccessibleName(self._offer.text)
            self._act.setToolTip(self._offer.help)
        for watched in self._beneath():
            watched.installEventFilter(self)  # once, however often it is said
        self._place()
        self.show()
        self._place()
        self.raise_()
        self._timer.start(SHOWN_MS)

    @Slot()
    def _on_open_clicked(self) -> None:
        if self._folder is not None:
            self.folder_opened.emit(self._folder)
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))

    @Slot()
    def _on_act_clicked(self) -> None:
        self.hide()
        if self._offer is not None:
            self._offer.act()

    def _beneath(self) -> list[QWidget]:
        """The area, and what it stands in below the host: Qt raises it when a panel opens."""
        found = [self._area()]
        while (above := found[-1].parentWidget()) not in (None, self._host):
            found.append(above)
        return found

    def _place(self) -> None:
        """A message in one line where it fits, else as high as its lines."""
        over = self._area()
        area = QRect(over.mapTo(self._host, QPoint()), over.size()).intersected(self._host.rect())
        beside = self._row.sizeHint().width()  # the text, which gives way, has no part in it
        lines, metrics = self._text.text().split("\n"), self._text.fontMetrics()
        line = max(metrics.horizontalAdvance(text) for text in lines) + 4
        width = min(line + beside, area.width() - 2 * MARGIN_PX)
        self.resize(width, self.heightForWidth(width))  # a wrapped text's hint is of a narrow one
        top = min(area.top() + HEADINGS_PX + MARGIN_PX, area.bottom() - self.height())
        self.move(area.center().x() - self.width() // 2, top)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in place, and over whatever opens."""
        if event.type() in MOVES and self.isVisible():
            self._place()
            self.raise_()
        return super().eventFilter(watched, event)
