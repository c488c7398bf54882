"""Drop-down lists over a fixed set of keys."""

from collections.abc import Sequence

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
