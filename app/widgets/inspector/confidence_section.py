"""Confidence filter: percentile slider, absolute value and kept count, all three."""

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QSlider, QWidget

from moe3d_viewer.state.layers.display import DisplayState
from moe3d_viewer.state.layers.view_options import ViewOptionsState
from moe3d_viewer.state.work import WorkState
from moe3d_viewer.widgets.controls.binding import bind_value
from moe3d_viewer.widgets.controls.layer_titles import layer_title
from moe3d_viewer.widgets.controls.parts import label
from moe3d_viewer.widgets.help.control_help import RANGE
from moe3d_viewer.widgets.inspector.histogram_view import HistogramView
from moe3d_viewer.widgets.inspector.section import Section

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


class ConfidenceSection(Section):
    """Acts at once; 0 % hides nothing."""

    def __init__(
        self,
        display: DisplayState,
        view: ViewOptionsState,
        work: WorkState,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("confidence_section", self.tr("CONFIDENCE"), parent)
        self._display, self._view, self._work = display, view, work
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
        bind_value(
            self._slider, lambda: view.percentile, view.set_percentile, view.percentile_changed
        )
        self.head.addWidget(self._percent)
        self.rows.addWidget(ConfidenceHistogram(display, view))
        self.rows.addWidget(self._slider)
        self.rows.addWidget(self._counts)
        display.filter_changed.connect(self._show)
        work.plain_changed.connect(self._show)
        self._show()

    @Slot()
    def _show(self) -> None:
        percentile = self._view.percentile
        self.setVisible(self._display.prediction is not None)
        off = self.tr("all points") if percentile == 0 else self.tr("drop lowest {:g} %")
        self._percent.setText(off.format(percentile))
        layers = tuple(dict.fromkeys(self._display.layers_shown))
        if self._work.is_plain:
            self._counts.setText(self._plain_line(layers[0]))
            return
        lines = [self._line(layer) for layer in layers]
        lines.append(self.tr("Source: VGGT's depth confidence"))
        self._counts.setText("\n".join(lines))

    def _plain_line(self, layer: str) -> str:
        kept, total = self._display.kept(layer), self._display.total(layer)
        text = self.tr("Shown: {:,} of {:,} points, those that the network is surest of")
        return text.format(kept, total)

    def _line(self, layer: str) -> str:
        display = self._display
        kept, total = display.kept(layer), display.total(layer)
        value = display.threshold(layer)
        limit = self.tr("any value") if math.isinf(value) else f"≥ {value:.4g}"
        return self.tr("{}: {}, kept {:,} of {:,}").format(layer_title(layer), limit, kept, total)
