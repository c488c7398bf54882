"""Three plots over one axis of pixels: depths, gate weights one on the other, photo gradient."""

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QWidget

from moe3d import Profile, expert_colors
from moe3d_viewer.widgets.controls.theme import Tokens

TRUTH = "#2fbf71"
VGGT = "#8a93a5"
AXIS_PX, SAMPLE_PX, LEGEND_GAP_PX = 46, 20, 6


class ProfilePlots(pg.GraphicsLayoutWidget):
    """Draws a profile; tells which of its pixels the mouse is over."""

    hovered = Signal(int)
    """Index along the line; -1 when the mouse is elsewhere."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("profile_plots")
        self.setAccessibleName(self.tr("Profile along the line"))
        self._profile: Profile | None = None
        self._marks: list[pg.InfiniteLine] = []
        self.depths = self._plot(0, self.tr("depth"), 8)
        self.weights = self._plot(1, self.tr("weight"), 4)
        self.gradient = self._plot(2, self.tr("gradient"), 3)
        self.gradient.getAxis("bottom").setHeight(18)
        self.setToolTip(self.tr("Along the line, in pixels from its black end"))
        grid: Any = self.ci
        grid.layout.setContentsMargins(2, 2, 2, 2)
        grid.layout.setVerticalSpacing(2)
        for plot in (self.weights, self.gradient):
            plot.getViewBox().setXLink(self.depths)
        for plot in (self.depths, self.weights):
            plot.getAxis("bottom").setStyle(showValues=False)
        self.weights.getViewBox().setYRange(0, 1, padding=0)
        self._legend = self._add_legend()
        scene: Any = self.scene()
        scene.sigMouseMoved.connect(self._on_moved)

    def _add_legend(self) -> pg.LegendItem:
        """Beside the plots, where it hides no curve."""
        legend: Any = pg.LegendItem(labelTextSize="8pt", verSpacing=-5, horSpacing=LEGEND_GAP_PX)
        legend.layout.setContentsMargins(0, 0, 0, 0)
        grid: Any = self.ci
        grid.addItem(legend, row=0, col=1, rowspan=3)
        return legend

    def _plot(self, row: int, name: str, stretch: int) -> pg.PlotItem:
        grid: Any = self.ci  # made of methods that no type checker sees
        plot = grid.addPlot(row=row, col=0)
        plot.setLabel("left", name)
        plot.getAxis("left").setWidth(AXIS_PX)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.showGrid(x=True, y=True, alpha=0.15)
        grid.layout.setRowStretchFactor(row, stretch)
        return plot

    def show_profile(self, profile: Profile | None, palette: str, tokens: Tokens) -> None:
        """Draw another profile, or none.

        Args:
            profile: what was read along the line.
            palette: of the experts.
            tokens: colours of the theme.
        """
        self._profile = profile
        self._marks = []
        for plot in (self.depths, self.weights, self.gradient):
            plot.clear()
        self._legend.clear()
        self._color(tokens)
        if profile is None:
            return
        colors = [QColor(*color) for color in expert_colors(palette, len(profile.weights))]
        self._draw_depths(profile, colors, tokens)
        self._fit_legend()
        self._draw_weights(profile, colors)
        self.gradient.plot(profile.distance_px, profile.gradient, pen=pg.mkPen(tokens.text))
        self._marks = [pg.InfiniteLine(pen=pg.mkPen(tokens.accent)) for _ in range(3)]
        for plot, mark in zip((self.depths, self.weights, self.gradient), self._marks, strict=True):
            mark.setVisible(False)
            plot.addItem(mark, ignoreBounds=True)

    def _fit_legend(self) -> None:
        """As wide as its longest name, and no wider: the plots get the rest."""
        widest = max((label.minimumWidth() for _, label in self._legend.items), default=0.0)
        self._legend.setFixedWidth(SAMPLE_PX + LEGEND_GAP_PX + widest + LEGEND_GAP_PX)

    def mark(self, index: int) -> None:
        """Stand the cross-hair at a pixel of the line; -1 takes it away."""
        profile = self._profile
        known = profile is not None and 0 <= index < len(profile.columns)
        for mark in self._marks:
            mark.setVisible(known)
            if profile is not None and known:
                mark.setValue(float(profile.distance_px[index]))

    @property
    def marked_px(self) -> float | None:
        """Where the cross-hair stands, pixels along the line."""
        shown = [float(mark.getPos()[0]) for mark in self._marks if mark.isVisible()]
        return shown[0] if shown else None

    def curves(self) -> dict[str, np.ndarray]:
        """Plotted depths by the names of the legend."""
        return {item.name(): item.getData()[1] for item in self.depths.listDataItems()}

    def _draw_depths(self, profile: Profile, colors: list[QColor], tokens: Tokens) -> None:
        x, line = profile.distance_px, Qt.PenStyle.DashLine
        if len(profile.weights) > 1:
            for index, (depth, color) in enumerate(zip(profile.expert_depths, colors, strict=True)):
                name = self.tr("Expert {}").format(index + 1)
                self._curve(x, depth, name, pg.mkPen(color, width=1.4))
        if profile.baseline is not None:
            self._curve(x, profile.baseline, self.tr("VGGT"), pg.mkPen(VGGT, width=2, style=line))
        if profile.baseline_refined is not None:
            pen = pg.mkPen(VGGT, width=2)
            self._curve(x, profile.baseline_refined, self.tr("VGGT refined"), pen)
        if profile.truth is not None:
            self._curve(x, profile.truth, self.tr("Truth"), pg.mkPen(TRUTH, width=2.4))
        self._curve(x, profile.fused, self.tr("Fused"), pg.mkPen(tokens.text, width=2.4))
        if profile.refined is not None:
            pen = pg.mkPen(tokens.accent, width=2.4)
            self._curve(x, profile.refined, self.tr("Refined"), pen)

    def _curve(self, x: np.ndarray, y: np.ndarray, name: str, pen: QPen) -> None:
        curve = self.depths.plot(
            x,
            y,
            name=name,
            pen=pen,
            connect="finite",
            symbol="o",
            symbolSize=3,
            symbolBrush=pen.color(),
            symbolPen=None,
        )
        self._legend.addItem(curve, name)

    def _draw_weights(self, profile: Profile, colors: list[QColor]) -> None:
        below = np.zeros(len(profile.distance_px))
        lower = pg.PlotDataItem(profile.distance_px, below, pen=None)
        self.weights.addItem(lower)
        for weight, color in zip(profile.weights, colors, strict=True):
            below = below + weight
            upper = pg.PlotDataItem(profile.distance_px, below, pen=pg.mkPen(color))
            self.weights.addItem(upper)
            self.weights.addItem(pg.FillBetweenItem(lower, upper, brush=color))
            lower = upper

    def _color(self, tokens: Tokens) -> None:
        self.setBackground(tokens.surface)
        for plot in (self.depths, self.weights, self.gradient):
            for side in ("left", "bottom"):
                plot.getAxis(side).setTextPen(tokens.text)
                plot.getAxis(side).setPen(tokens.muted)
        self._legend.setLabelTextColor(tokens.text)

    @Slot(object)
    def _on_moved(self, place: QPointF) -> None:
        profile = self._profile
        if profile is None or not self.ci.sceneBoundingRect().contains(place):
            self.hovered.emit(-1)
            return
        x = self.depths.getViewBox().mapSceneToView(place).x()
        index = int(np.abs(profile.distance_px - x).argmin())
        inside = profile.distance_px[0] - 1 <= x <= profile.distance_px[-1] + 1
        self.hovered.emit(index if inside else -1)

    def leaveEvent(self, ev: QEvent) -> None:
        """The mouse is elsewhere."""
        self.hovered.emit(-1)
        super().leaveEvent(ev)
