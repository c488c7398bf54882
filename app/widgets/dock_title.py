"""The title bar of a panel: its name, its controls, and a cross that closes it."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QToolButton, QWidget

from app.widgets.icons import icon
from app.widgets.parts import label


class DockTitle(QWidget):
    """Stands above a panel."""

    def __init__(self, dock: QDockWidget, controls: QWidget | None = None) -> None:
        super().__init__()
        self.setObjectName("dock_title")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        close = QToolButton()
        close.setObjectName(f"{dock.objectName()}_close")
        close.setIconSize(QSize(14, 14))
        close.setIcon(icon("close", "#8a93a5"))
        close.setToolTip(self.tr("Close this panel; the View menu brings it back"))
        close.setAccessibleName(self.tr("Close {}").format(dock.windowTitle()))
        close.clicked.connect(dock.toggleViewAction().trigger)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 1, 4, 1)
        row.setSpacing(12)
        row.addWidget(label(dock.windowTitle().upper(), "section"))
        row.addWidget(controls or QWidget(), 1)
        row.addWidget(close)
