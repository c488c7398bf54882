"""RGB arrays as Qt pictures."""

import numpy as np
from jaxtyping import UInt8
from PySide6.QtGui import QColor, QImage, QPixmap


def image_from_rgb(pixels: UInt8[np.ndarray, "H W C"]) -> QImage:
    """A QImage with its own copy of the pixels, RGB or RGBA."""
    held = np.ascontiguousarray(pixels)
    height, width, channels = held.shape
    kinds = {3: QImage.Format.Format_RGB888, 4: QImage.Format.Format_RGBA8888}
    return QImage(held.data, width, height, channels * width, kinds[channels]).copy()


def rgb_from_image(image: QImage) -> UInt8[np.ndarray, "H W 3"]:
    """The pixels of a QImage, without transparency."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return rows[:, : 3 * rgb.width()].reshape(rgb.height(), rgb.width(), 3).copy()


def pixmap_from_rgb(pixels: UInt8[np.ndarray, "H W C"]) -> QPixmap:
    """A QPixmap of the pixels."""
    return QPixmap.fromImage(image_from_rgb(pixels))


def swatch(color: tuple[int, int, int], size: int = 12) -> QPixmap:
    """A small square of one colour."""
    picture = QPixmap(size, size)
    picture.fill(QColor(*color))
    return picture
