"""Names the experts' colours, and says what the overlay is not."""

from PySide6.QtCore import Slot
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from app.rendering.map_palettes import expert_colors
from app.state.display import DisplayState
from app.state.view_options import ViewOptionsState
from app.widgets.parts import label


def swatch(color: tuple[int, int, int], size: int = 12) -> QPixmap:
    """A small square of one colour."""
    picture = QPixmap(size, size)
    picture.fill(QColor(*color))
    return picture


class GatingLegend(QWidget):
    """Beside the overlay; empty for a single expert."""

    def __init__(
        self, display: DisplayState, view: ViewOptionsState, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("gating_legend")
        self._display, self._view = display, view
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(5)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(3, 1)
        self._grid.setVerticalSpacing(3)
        text = self.tr("The overlay shows the winner; the result is the weighted sum.")
        self._note = label(text, "muted", "legend_note", wrap=True)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(6, 0, 6, 4)
        rows.addWidget(label(self.tr("GATING"), "section"))
        rows.setSpacing(4)
        rows.addLayout(self._grid)
        rows.addWidget(self._note)
        rows.addStretch(1)
        self.setFixedWidth(164)
        display.changed.connect(self._show)
        view.maps_changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.deleteLater()
        self.setVisible(self._display.has_experts)
        prediction = self._display.prediction
        if prediction is None:
            return
        colors = expert_colors(self._view.palette, prediction.num_experts)
        for index, color in enumerate(colors):
            square = QLabel()
            square.setPixmap(swatch(color))
            name = label(self.tr("Expert {}").format(index + 1), "muted")
            self._grid.addWidget(square, index // 2, 2 * (index % 2))
            self._grid.addWidget(name, index // 2, 2 * (index % 2) + 1)
