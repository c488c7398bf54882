"""Ctrl+K: type a few letters of any command, press Enter."""

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.widgets.actions.registry import Actions, Entry

WIDTH, HEIGHT = 520, 380
OWN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Up, Qt.Key.Key_Down)
ENTRY = Qt.ItemDataRole.UserRole


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
        self._field.setToolTip(self.tr("Letters in this order; Enter does what is selected"))
        self._field.textChanged.connect(self._show)
        self._field.returnPressed.connect(self._do)
        self._field.installEventFilter(self)
        self._list = QListWidget()
        self._list.setObjectName("palette_list")
        self._list.setAccessibleName(self.tr("Commands"))
        self._list.setToolTip(self.tr("Pale commands cannot be used now"))
        self._list.itemActivated.connect(self._do)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(12, 12, 12, 12)
        rows.addWidget(self._field)
        rows.addWidget(self._list, 1)
        self._show()

    @Slot()
    def _show(self) -> None:
        letters = self._field.text().casefold().replace(" ", "")
        self._list.clear()
        found = [entry for entry in self._actions.entries if _fits(letters, _words(entry))]
        for entry in sorted(found, key=lambda e: (not e.action.isEnabled(), _place(letters, e))):
            keys = entry.action.shortcut().toString()
            item = QListWidgetItem(f"{entry.command.title}   {keys}".rstrip())
            item.setToolTip(entry.action.toolTip())
            item.setData(ENTRY, entry.command.name)
            if not entry.action.isEnabled():
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            self._list.addItem(item)
        self._list.setCurrentRow(0)

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


def _words(entry: Entry) -> str:
    return f"{entry.command.title} {entry.command.help}".casefold().replace(" ", "")


def _fits(letters: str, words: str) -> bool:
    """Whether the letters come in this order, other letters between them or not."""
    rest = iter(words)
    return all(letter in rest for letter in letters)


def _place(letters: str, entry: Entry) -> tuple[bool, int]:
    """Commands whose title holds the letters in one piece come first."""
    place = entry.command.title.casefold().replace(" ", "").find(letters)
    return place < 0, place
