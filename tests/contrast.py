"""Contrast of two colours as WCAG 2.2 defines it, and of what a widget has on the screen."""

from collections import Counter

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget

TEXT, CONTROL = 4.5, 3.0


def luminance(color: QColor) -> float:
    """Relative luminance, 0 to 1."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (color.redF(), color.greenF(), color.blueF())
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: QColor | str, second: QColor | str) -> float:
    """From 1, the same, to 21, black on white."""
    low, high = sorted(luminance(QColor(color)) for color in (first, second))
    return (high + 0.05) / (low + 0.05)


def seen(window: QWidget, widget: QWidget, around: int = 0) -> QImage:
    """What a part of a window looks like now, with a margin of so many pixels around it."""
    place = QRect(widget.mapTo(window, QPoint()), widget.size())
    area = place.adjusted(-around, -around, around, around).intersected(window.rect())
    return window.grab(area).toImage()


def ground_of(image: QImage) -> QColor:
    """The commonest colour."""
    counts = Counter(image.pixel(x, y) for x in range(image.width()) for y in range(image.height()))
    return QColor.fromRgb(counts.most_common(1)[0][0])


def strongest(image: QImage, ground: QColor) -> float:
    """Contrast of the pixel that stands out most from the ground."""
    pixels = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
    return max(contrast(QColor.fromRgb(pixel), ground) for pixel in pixels)


def edge_contrast(image: QImage) -> float:
    """What stands out most on the way from the left edge, at half height, to the middle.

    The first pixel is the ground that a control stands on.
    """
    y = image.height() // 2
    ground = QColor.fromRgb(image.pixel(0, y))
    way = [image.pixel(x, y) for x in range(image.width() // 2)]
    return max(contrast(QColor.fromRgb(pixel), ground) for pixel in way)
