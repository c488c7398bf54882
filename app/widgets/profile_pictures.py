"""Plots as files, with everything that is drawn in them."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from moe3d.io.photos.own_pictures import MARK, MARK_KEY

if TYPE_CHECKING:
    from app.widgets.profile_plots import ProfilePlots

PNG_SCALE = 2


def plots_as_svg(plots: "ProfilePlots") -> bytes:
    """A drawing of the size on the screen, by Qt's own writer."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    drawing = QSvgGenerator()
    drawing.setOutputDevice(buffer)
    drawing.setSize(plots.size())
    drawing.setViewBox(plots.rect())
    drawing.setTitle(plots.accessibleName())
    _draw(plots, QPainter(drawing), 1)
    return _bytes(buffer.data())


def plots_as_png(plots: "ProfilePlots") -> bytes:
    """A picture of twice the size on the screen."""
    image = QImage(plots.size() * PNG_SCALE, QImage.Format.Format_RGB32)
    image.fill(plots.backgroundBrush().color())
    _draw(plots, QPainter(image), PNG_SCALE)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.setText(MARK_KEY, MARK)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return _bytes(buffer.data())


def _draw(plots: "ProfilePlots", painter: QPainter, scale: int) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    target = QRectF(0, 0, plots.width() * scale, plots.height() * scale)
    plots.render(painter, target, plots.rect())
    painter.end()


def _bytes(data: QByteArray) -> bytes:
    return bytes(data.data())
