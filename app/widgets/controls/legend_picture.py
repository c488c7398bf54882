"""Legends as pictures: one painter for the 3D view, saved pictures and videos."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from moe3d_viewer.rendering.pictures.legend import Legend, LegendTick
from moe3d_viewer.rendering.space.view_colors import ViewColors

PADDING, GAP, SPACE = 8.0, 5.0, 10.0
BAR_WIDTH, BAR_HEIGHT, SMALLEST_BAR = 13.0, 100.0, 44.0
TICK, SWATCH = 4.0, 11.0
WIDEST_TEXT = 190.0
GROUND_ALPHA = 236
"""Of 255: a hint of what lies behind, whatever its colour may be."""


class LegendPicture:
    """Some legends below each other in one box that is as small as they allow."""

    def __init__(
        self, legends: Sequence[Legend], colors: ViewColors, font: QFont, height: float = 1e6
    ) -> None:
        """Measure.

        Args:
            legends: from top to bottom.
            colors: of text and box.
            font: of the numbers; names are bold.
            height: room for the box; bars shrink to fit, and then names stand alone.
        """
        self._legends, self._colors = tuple(legends), colors
        self._font, self._bold = QFont(font), QFont(font)
        self._bold.setBold(True)
        self._metrics, self._names = QFontMetricsF(self._font), QFontMetricsF(self._bold)
        self._bar, self._is_short = BAR_HEIGHT, False
        num_bars = sum(bool(legend.bar) for legend in self._legends)
        too_high = self._height() - height
        if too_high > 0 and num_bars:
            self._bar = max(BAR_HEIGHT - too_high / num_bars, SMALLEST_BAR)
        self._is_short = self._height() > height
        self.size = QSizeF(self._width(), self._height()) if self._legends else QSizeF(0, 0)
        """Of the box."""

    def paint(self, painter: QPainter, corner: QPointF) -> None:
        """Draw the box with its upper left corner here."""
        if not self._legends:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(*self._colors.panel)
        ground.setAlpha(GROUND_ALPHA)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(corner, self.size), 5, 5)
        at = corner + QPointF(PADDING, PADDING)
        for legend in self._legends:
            self._paint_one(painter, legend, at)
            at += QPointF(0, self._height_of(legend) + SPACE)
        painter.restore()

    def _paint_one(self, painter: QPainter, legend: Legend, at: QPointF) -> None:
        at = QPointF(at)  # += changes a point in place, and the caller goes on from it
        for line in self._heading(legend):
            self._paint_text(painter, at, line, *self._font_of(legend))
            at += QPointF(0, self._names.height())
        at += QPointF(0, GAP)
        if self._is_short:
            return
        if legend.bar:
            self._paint_bar(painter, legend, at + QPointF(0, self._metrics.height() / 2))
        for entry in legend.classes:
            middle = at.y() + self._metrics.height() / 2
            swatch = QRectF(at.x(), middle - SWATCH / 2, SWATCH, SWATCH)
            self._paint_frame(painter, swatch, QColor(*entry.color))
            beside = at + QPointF(SWATCH + GAP, 0)
            self._paint_text(painter, beside, entry.text, self._font, self._metrics)
            at += QPointF(0, self._metrics.height() + 1)

    def _paint_bar(self, painter: QPainter, legend: Legend, at: QPointF) -> None:
        """The colours, and beside them what they mean."""
        bar = QRectF(at.x(), at.y(), BAR_WIDTH, self._bar)
        colors = legend.bar if legend.low_on_top else legend.bar[::-1]
        column = QImage(1, len(colors), QImage.Format.Format_RGB32)
        for row, color in enumerate(colors):
            column.setPixelColor(0, row, QColor(*color))
        painter.drawImage(bar, column)
        self._paint_frame(painter, bar, None)
        painter.setPen(QPen(QColor(*self._colors.text), 1))
        for tick in self._marks(legend):
            share = tick.share if legend.low_on_top else 1 - tick.share
            y = bar.top() + share * bar.height()
            painter.setPen(QPen(QColor(*self._colors.text), 1))
            painter.drawLine(QPointF(bar.right(), y), QPointF(bar.right() + TICK, y))
            beside = QPointF(bar.right() + TICK + GAP, y - self._metrics.height() / 2)
            self._paint_text(painter, beside, tick.text, self._font, self._metrics)

    def _marks(self, legend: Legend) -> list[LegendTick]:
        """Words at the ends, with the number that stands there, and as many other numbers as there
        is room for."""
        line, left = 0.95 * self._metrics.height() / self._bar, list(legend.ticks)
        marks: list[LegendTick] = []
        for end, word in ((0.0, legend.low_text), (1.0, legend.high_text)):
            here = [tick for tick in left if abs(tick.share - end) < 1e-6]
            texts = [tick.text for tick in here] + [word] * bool(word)
            if texts:
                marks.append(LegendTick(end, "  ".join(texts)))
        for tick in left:
            if all(abs(tick.share - mark.share) >= line for mark in marks):
                marks.append(tick)
        return marks

    def _paint_frame(self, painter: QPainter, box: QRectF, fill: QColor | None) -> None:
        """A thin line in the text's colour: what has the colour of the box is seen, too."""
        line = QColor(*self._colors.text)
        line.setAlpha(150)
        painter.setPen(QPen(line, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush if fill is None else fill)
        painter.drawRect(box)

    def _paint_text(
        self, painter: QPainter, at: QPointF, text: str, font: QFont, metrics: QFontMetricsF
    ) -> None:
        painter.setFont(font)
        painter.setPen(QColor(*self._colors.text))
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, WIDEST_TEXT)
        painter.drawText(at + QPointF(0, metrics.ascent()), shown)

    def _heading(self, legend: Legend) -> list[str]:
        """The name in lines between words, none wider than the box may be but by a long word."""
        lines, metrics = [""], self._font_of(legend)[1]
        for word in legend.heading.split(" "):
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and metrics.horizontalAdvance(longer) > WIDEST_TEXT:
                lines.append(word)
            else:
                lines[-1] = longer
        return lines

    def _font_of(self, legend: Legend) -> tuple[QFont, QFontMetricsF]:
        """Of a name; one that stands for itself is not bold."""
        is_alone = not (legend.bar or legend.classes)
        return (self._font, self._metrics) if is_alone else (self._bold, self._names)

    def _height(self) -> float:
        inner = sum(self._height_of(legend) for legend in self._legends)
        return inner + SPACE * (len(self._legends) - 1) + 2 * PADDING

    def _height_of(self, legend: Legend) -> float:
        height = len(self._heading(legend)) * self._names.height()
        line = self._metrics.height()
        if self._is_short:
            return height
        if legend.bar:
            height += GAP + self._bar + line
        if legend.classes:
            height += GAP + len(legend.classes) * (line + 1)
        return height

    def _width(self) -> float:
        widths = [0.0]
        for legend in self._legends:
            metrics = self._font_of(legend)[1]
            widths += [metrics.horizontalAdvance(line) for line in self._heading(legend)]
            if self._is_short:
                continue
            beside = BAR_WIDTH + TICK + GAP
            advance = self._metrics.horizontalAdvance
            if legend.bar:
                widths += [beside + advance(tick.text) for tick in self._marks(legend)]
            widths += [SWATCH + GAP + advance(entry.text) for entry in legend.classes]
        return min(max(widths), WIDEST_TEXT + SWATCH + GAP) + 2 * PADDING


def all_words(legends: Sequence[Legend]) -> str:
    """What the legends say, for those who do not see them."""
    said = []
    for legend in legends:
        values = [tick.text for tick in legend.ticks]
        parts = [*values, legend.low_text, legend.high_text, *(c.text for c in legend.classes)]
        named = ", ".join(part for part in parts if part)
        said.append(f"{legend.heading}: {named}" if named else legend.heading)
    return "; ".join(said)
