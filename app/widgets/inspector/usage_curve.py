"""Which expert wins how often, by the distance to the nearest depth edge."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from jaxtyping import Float
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QWidget

from moe3d.scene.expert_use import BAND_PX
from moe3d_viewer.widgets.controls.theme import Tokens

HEIGHT_PX = 124


class UsageCurve(pg.PlotWidget):
    """One curve an expert; the shaded part is the edge band."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("usage_curve")
        self.setFixedHeight(HEIGHT_PX)
        self.setToolTip(
            self.tr("Share of pixels each expert wins, by the distance to the nearest depth edge")
        )
        self.setAccessibleName(self.toolTip())
        plot = self.getPlotItem()
        assert plot is not None
        self._plot: pg.PlotItem = plot
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.showGrid(x=True, y=True, alpha=0.15)
        self._plot.setLabel("bottom", self.tr("pixels to the nearest depth edge"))
        self._plot.getViewBox().setMouseEnabled(False, False)
        self._plot.getViewBox().setYRange(0, 100, padding=0.02)

    def show_use(
        self, by_distance: Float[np.ndarray, "D E"], colors: Sequence[QColor], tokens: Tokens
    ) -> None:
        """Draw shares, 0 to 1; NaN where no pixel lies that far from an edge."""
        self._plot.clear()
        self.setBackground(tokens.surface)
        for side in ("left", "bottom"):
            self._plot.getAxis(side).setTextPen(tokens.text)
            self._plot.getAxis(side).setPen(tokens.muted)
        shade = QColor(tokens.muted)
        shade.setAlpha(50)
        band = pg.LinearRegionItem((-0.5, BAND_PX + 0.5), movable=False, brush=shade, pen=None)
        self._plot.addItem(band)
        distance = np.arange(len(by_distance) - 1)
        for index, color in enumerate(colors):
            share = 100 * by_distance[:-1, index]  # the last row holds all that lies farther
            pen = pg.mkPen(color, width=2)
            self._plot.plot(distance, share, pen=pen, connect="finite", name=str(index + 1))

    def curves(self) -> list[np.ndarray]:
        """Plotted shares in per cent, one array an expert."""
        return [item.getData()[1] for item in self._plot.listDataItems()]

    def wheelEvent(self, ev: QWheelEvent) -> None:
        """The wheel scrolls the panel, never the plot."""
        ev.ignore()
