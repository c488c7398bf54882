"""Drop-down lists over a fixed set of keys."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QComboBox


def choice(name: str, tooltip: str, entries: Sequence[tuple[str, str]]) -> QComboBox:
    """A drop-down list; entries are (key, text), and the key is the item's data."""
    made = QComboBox()
    made.setObjectName(name)
    made.setToolTip(tooltip)
    made.setAccessibleName(tooltip)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    made.setMinimumContentsLength(6)
    for key, text in entries:
        made.addItem(text, key)
    return made


def on_chosen(box: QComboBox, take: Callable[[str], None]) -> None:
    """Call with the key whenever the user chooses."""

    def chosen(index: int) -> None:
        take(str(box.itemData(index)))

    box.activated.connect(chosen)


def show_choice(box: QComboBox, key: str) -> None:
    """Show a key without telling anyone."""
    place = box.findData(key)
    if place >= 0 and place != box.currentIndex():
        box.setCurrentIndex(place)
