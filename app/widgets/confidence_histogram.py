"""How the confidences are spread, with a line at the threshold that can be dragged."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from app.state.display import DisplayState
from app.state.view_options import ViewOptionsState
from app.widgets.histogram_view import HistogramView

MAX_PERCENTILE = 99
PALE_ALPHA = 90


class ConfidenceHistogram(HistogramView):
    """Of the left or only 3D view's layer; what is hidden is drawn pale."""

    def __init__(
        self, display: DisplayState, view: ViewOptionsState, parent: QWidget | None = None
    ) -> None:
        super().__init__(
            "confidence_histogram",
            self.tr("Histogram of the confidence"),
            self.tr("Drag the line: points of lower confidence are hidden"),
            parent,
        )
        self._display, self._view = display, view
        self._source: object = None
        display.filter_changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        cloud = self._display.cloud(self._display.layers_shown[0])
        levels = None if cloud is None else cloud.levels
        if levels is not self._source:
            self._source = levels
            if levels is not None:
                self.show_values(levels.spread)
        self.update()

    def lines(self) -> Sequence[float]:
        """The threshold."""
        return (self._display.threshold(self._display.layers_shown[0]),)

    def bar_colors(self, centres: np.ndarray) -> Sequence[QColor]:
        """What is hidden is pale."""
        kept = self.palette().highlight().color()
        hidden = self.palette().placeholderText().color()
        hidden.setAlpha(PALE_ALPHA)
        line = self.x_of(self.lines()[0])
        return [kept if self.x_of(centre) >= line else hidden for centre in centres]

    def take(self, value: float, is_press: bool) -> None:
        """Hide what is less confident."""
        cloud = self._display.cloud(self._display.layers_shown[0])
        if cloud is not None and cloud.levels.total:
            percent = round(cloud.levels.percent_below(value))
            self._view.set_percentile(min(percent, MAX_PERCENTILE))
