"""Ctrl+K: type a few letters of any command, or what others call it, and press Enter."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, Qt, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from moe3d_viewer.widgets.actions.command import place_in_menus
from moe3d_viewer.widgets.actions.other_words import OTHER_WORDS
from moe3d_viewer.widgets.actions.registry import Actions, Entry

WIDTH, HEIGHT = 640, 420
PLACE = Qt.ItemDataRole.UserRole + 1
"""Of an item: where the command stands in the menus, and its key."""
GAP_PX = 10
OWN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Up, Qt.Key.Key_Down)
ENTRY = Qt.ItemDataRole.UserRole


class PlacedItem(QStyledItemDelegate):
    """A command at the left; at the right its menus and its key."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw both."""
        super().paint(painter, option, index)
        is_usable = bool(index.flags() & Qt.ItemFlag.ItemIsEnabled)
        group = QPalette.ColorGroup.Normal if is_usable else QPalette.ColorGroup.Disabled
        role = QPalette.ColorRole.PlaceholderText if is_usable else QPalette.ColorRole.Text
        painter.save()
        painter.setPen(option.palette.color(group, role))  # pyright: ignore[reportAttributeAccessIssue]
        area: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
        area = area.adjusted(GAP_PX, 0, -GAP_PX, 0)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area, int(right), str(index.data(PLACE)))
        painter.restore()


class CommandPalette(QDialog):
    """Lists the registry of commands, so it knows all of them."""

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("command_palette")
        self.setWindowTitle(self.tr("Commands"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(WIDTH, HEIGHT)
        self._actions = actions
        self._field = QLineEdit()
        self._field.setObjectName("palette_field")
        self._field.setPlaceholderText(self.tr("Type a few letters of a command"))
        self._field.setAccessibleName(self.tr("Command"))
        self._field.setToolTip(
            self.tr("Words or letters in this order; Enter does what is selected")
        )
        self._field.textChanged.connect(self._show)
        self._field.returnPressed.connect(self._do)
        self._field.installEventFilter(self)
        self._list = QListWidget()
        self._list.setObjectName("palette_list")
        self._list.setAccessibleName(self.tr("Commands"))
        self._list.setToolTip(self.tr("Pale commands cannot be used now"))
        self._list.setItemDelegate(PlacedItem(self._list))
        self._list.itemActivated.connect(self._do)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(12, 12, 12, 12)
        rows.addWidget(self._field)
        rows.addWidget(self._list, 1)
        self._show()

    @Slot()
    def _show(self) -> None:
        wanted = self._field.text().casefold()
        self._list.clear()
        ranked = [(rank_of(wanted, entry), entry) for entry in self._actions.entries]
        found = [(rank, entry) for rank, entry in ranked if rank is not None]
        for _, entry in sorted(found, key=lambda pair: (not pair[1].action.isEnabled(), pair[0])):
            self._list.addItem(self._item(entry))
        self._list.setCurrentRow(0)

    def _item(self, entry: Entry) -> QListWidgetItem:
        place = place_in_menus(entry.command)
        keys = entry.action.shortcut().toString()
        item = QListWidgetItem(entry.command.title)
        item.setToolTip(f"{entry.action.toolTip()}\n{place}")
        item.setData(ENTRY, entry.command.name)
        item.setData(PLACE, f"{place}    {keys}".rstrip())
        said = ", ".join(filter(None, (entry.command.title, place, keys)))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, said)
        if not entry.action.isEnabled():
            item.setFlags(Qt.ItemFlag.NoItemFlags)
        return item

    @Slot()
    def _do(self) -> None:
        item = self._list.currentItem()
        if item is None or not item.flags() & Qt.ItemFlag.ItemIsEnabled:
            return
        action = self._actions[str(item.data(ENTRY))]
        self.accept()
        action.trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys move in the list while the field has the focus; no shortcut takes Enter."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride:
            event.setAccepted(Qt.Key(event.key()) in OWN_KEYS)
            return event.isAccepted()
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None and self._list.count():
                row = min(max(self._list.currentRow() + step, 0), self._list.count() - 1)
                self._list.setCurrentRow(row)
                return True
        return super().eventFilter(watched, event)


def rank_of(wanted: str, entry: Entry) -> int | None:
    """How well a command is what was typed, 0 the best; None where it is not.

    Its title comes first, then what others call it, then its help, then letters in this order.
    """
    needles, title = wanted.split(), entry.command.title.casefold()
    others = OTHER_WORDS.get(entry.command.name, "")

    def begin_in(text: str) -> bool:
        return all(f" {needle}" in f" {text.casefold()}" for needle in needles)

    letters = iter(title.replace(" ", ""))
    holds = (
        title.startswith(wanted.strip()),
        begin_in(title),
        all(needle in title for needle in needles),
        begin_in(others),
        begin_in(f"{title} {others}"),
        begin_in(entry.command.help),
        all(letter in letters for letter in wanted.replace(" ", "")),
    )
    return holds.index(True) if True in holds else None
