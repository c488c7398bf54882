"""File > Earlier results: unsaved results that others took the place of."""

from datetime import datetime

import numpy as np
from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.scene.scene_saving import EarlierResult
from moe3d_viewer.widgets.controls.binding import bind_checked
from moe3d_viewer.widgets.controls.parts import button, label
from moe3d_viewer.widgets.controls.pictures import pixmap_from_rgb
from moe3d_viewer.widgets.controls.progress_bar import size_text

ICON = QSize(96, 72)
ENTRY = Qt.ItemDataRole.UserRole


class EarlierDialog(QDialog):
    """One line a result, with its picture, time, photos and size; one opens by double-click."""

    def __init__(self, state: AppState, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("earlier_dialog")
        self.setWindowTitle(self.tr("Earlier results"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(620, 460)
        assert state.earlier is not None
        self._state, self._earlier = state, state.earlier
        self._list = QListWidget()
        self._list.setObjectName("earlier_list")
        self._list.setAccessibleName(self.tr("Earlier results"))
        self._list.setToolTip(self.tr("Unsaved results, newest first; Enter brings one back"))
        self._list.setIconSize(ICON)
        self._list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._empty = label(self.tr("There are none now."), "muted", "earlier_empty", wrap=True)
        self._open = button(
            self.tr("Bring back"), "earlier_open", self.tr("Show this result again"), "primary"
        )
        self._discard = button(
            self.tr("Throw away"), "earlier_discard", self.tr("Remove it from the disk, for good")
        )
        self._asks = QCheckBox(self.tr("Ask before a run takes the place of an unsaved result"))
        self._asks.setObjectName("asks_before_run")
        self._asks.setToolTip(self.tr("Without the question the result before comes here as well"))
        leaving = state.leaving
        bind_checked(
            self._asks,
            lambda: leaving.asks_before_run,
            leaving.set_asks_before_run,
            leaving.changed,
        )
        self._lay_out()
        self._open.clicked.connect(self._on_open)
        self._discard.clicked.connect(self._on_discard)
        self._list.itemActivated.connect(self._on_open)
        self._list.currentItemChanged.connect(self._show_buttons)
        self._earlier.changed.connect(self._show)
        self._show()
        self._earlier.look()

    def _lay_out(self) -> None:
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.reject)
        foot = QHBoxLayout()
        foot.addWidget(self._open)
        foot.addWidget(self._discard)
        foot.addStretch(1)
        foot.addWidget(close)
        about = self.tr(
            "A result that is in no file comes here when another scene or run takes its place. The "
            "last five stay, 4 GB in all; the oldest go first."
        )
        rows = QVBoxLayout(self)
        rows.setContentsMargins(20, 18, 20, 16)
        rows.setSpacing(12)
        rows.addWidget(label(about, "muted", wrap=True))
        rows.addWidget(self._empty)
        rows.addWidget(self._list, 1)
        rows.addWidget(self._asks)
        rows.addLayout(foot)

    @Slot()
    def _show(self) -> None:
        row = max(self._list.currentRow(), 0)
        self._list.clear()
        for entry in self._earlier.entries:
            self._list.addItem(self._item(entry))
        self._list.setCurrentRow(min(row, self._list.count() - 1))
        self._empty.setVisible(not self._earlier.entries)
        self._show_buttons()

    def _item(self, entry: EarlierResult) -> QListWidgetItem:
        when = datetime.fromtimestamp(entry.kept_at_s).strftime("%Y-%m-%d %H:%M:%S")
        photos = self.tr("1 photo")
        if entry.num_photos != 1:
            photos = self.tr("{} photos").format(entry.num_photos)
        facts = [when, photos, entry.model, size_text(entry.size_bytes)]
        if not entry.is_result:
            facts.append(self.tr("only what was chosen; its result is in a file"))
        made = QListWidgetItem(f"{entry.title}\n" + " · ".join(fact for fact in facts if fact))
        made.setData(ENTRY, entry)
        if isinstance(entry.thumbnail, np.ndarray):
            made.setIcon(QIcon(pixmap_from_rgb(entry.thumbnail)))
        return made

    @Slot()
    def _show_buttons(self) -> None:
        is_one = self._list.currentItem() is not None
        self._open.setEnabled(is_one)
        self._discard.setEnabled(is_one)

    def _current(self) -> EarlierResult | None:
        item = self._list.currentItem()
        return item.data(ENTRY) if item is not None else None

    @Slot()
    def _on_open(self) -> None:
        entry = self._current()
        if entry is not None:
            self.accept()
            self._state.leaving.bring_back(entry)

    @Slot()
    def _on_discard(self) -> None:
        entry = self._current()
        if entry is not None:
            self._earlier.discard(entry)
