"""Confidence filter: percentile slider, absolute value and kept count, all three."""

import math

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QSlider, QWidget

from app.state.display import DisplayState
from app.state.view_options import ViewOptionsState
from app.widgets.confidence_histogram import MAX_PERCENTILE, ConfidenceHistogram
from app.widgets.control_help import RANGE
from app.widgets.layer_titles import layer_title
from app.widgets.parts import label
from app.widgets.section import Section


class ConfidenceSection(Section):
    """Acts at once; 0 % hides nothing."""

    def __init__(
        self, display: DisplayState, view: ViewOptionsState, parent: QWidget | None = None
    ) -> None:
        super().__init__("confidence_section", self.tr("CONFIDENCE"), parent)
        self._display, self._view = display, view
        self._percent = label(role="value", name="confidence_percent")
        self._counts = label(role="muted", name="confidence_counts", wrap=True)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setObjectName("confidence_slider")
        self._slider.setAccessibleName(self.tr("Confidence percentile"))
        self._slider.setToolTip(
            self.tr("Hide this share of points, those of lowest confidence; 0 hides none")
        )
        self._slider.setProperty(RANGE, self.tr("0 to {} %").format(MAX_PERCENTILE))
        self._slider.setRange(0, MAX_PERCENTILE)
        self._slider.setPageStep(10)
        self._slider.valueChanged.connect(self._on_moved)
        self.head.addWidget(self._percent)
        self.rows.addWidget(ConfidenceHistogram(display, view))
        self.rows.addWidget(self._slider)
        self.rows.addWidget(self._counts)
        display.filter_changed.connect(self._show)
        view.percentile_changed.connect(self._show_percentile)
        self._show()

    @Slot(int)
    def _on_moved(self, value: int) -> None:
        self._view.set_percentile(value)

    @Slot(float)
    def _show_percentile(self, _value: float) -> None:
        self._show()

    @Slot()
    def _show(self) -> None:
        percentile = self._view.percentile
        self._slider.setValue(round(percentile))
        self.setVisible(self._display.prediction is not None)
        off = self.tr("all points") if percentile == 0 else self.tr("drop lowest {:g} %")
        self._percent.setText(off.format(percentile))
        lines = [self._line(layer) for layer in dict.fromkeys(self._display.layers_shown)]
        lines.append(self.tr("Source: VGGT's depth confidence"))
        self._counts.setText("\n".join(lines))

    def _line(self, layer: str) -> str:
        display = self._display
        kept, total = display.kept(layer), display.total(layer)
        value = display.threshold(layer)
        limit = self.tr("any value") if math.isinf(value) else f"≥ {value:.4g}"
        return self.tr("{}: {}, kept {:,} of {:,}").format(layer_title(layer), limit, kept, total)
