"""The formats of an export: a box to tick for each."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QCheckBox, QFrame, QScrollArea, QVBoxLayout, QWidget

from app.state.export import ExportState


class ExportFormats(QScrollArea):
    """Follows the registry and the choices."""

    def __init__(self, export: ExportState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("export_formats")
        self._export = export
        self._boxes: dict[str, QCheckBox] = {}
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(10, 8, 10, 8)
        self._rows.setSpacing(6)
        listed = QWidget()
        listed.setLayout(self._rows)
        self.setWidget(listed)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        export.formats_changed.connect(self._rebuild)
        export.choices.changed.connect(self._show)
        self._rebuild()

    @Slot()
    def _rebuild(self) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.deleteLater()
        self._boxes = {}
        for offered in self._export.formats:
            box = QCheckBox(offered.title)
            box.setObjectName(f"format_{offered.key}")
            box.setToolTip(offered.description or offered.title)
            box.setAccessibleName(offered.title)
            box.toggled.connect(self._on_toggled)
            box.setProperty("key", offered.key)
            self._boxes[offered.key] = box
            self._rows.addWidget(box)
        self._rows.addStretch(1)
        self._show()
        widest = max(box.sizeHint().width() for box in self._boxes.values())
        self.setMinimumWidth(widest + 44)

    @Slot(str)
    def _show(self, _what: str = "") -> None:
        chosen = self._export.choices.formats
        for key, box in self._boxes.items():
            box.blockSignals(True)
            box.setChecked(key in chosen)
            box.blockSignals(False)

    @Slot(bool)
    def _on_toggled(self, ticked: bool) -> None:
        self._export.choices.tick(str(self.sender().property("key")), ticked)
