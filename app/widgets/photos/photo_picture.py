"""A photo's thumbnail as the panel shows it: with the frame that the network will see."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap

from moe3d_viewer.widgets.controls.pictures import pixmap_from_rgb

SIZE = QSize(152, 104)
SHARP = 2
"""Pixels of the picture per pixel of the list, for dense screens."""
Frame = tuple[float, float, float, float]
WHOLE = (0.0, 0.0, 1.0, 1.0)
MARGIN = 0.004
"""Less than this share cut off is rounding, and shows no frame."""


def blank() -> QIcon:
    """Stands for a picture that is not there yet."""
    picture = QPixmap(SIZE)
    picture.fill(QColor(128, 128, 128, 40))
    return QIcon(picture)


def photo_icon(pixels: object, frame: Frame | None, *, is_used: bool) -> QIcon:
    """The picture with what is cut off darkened; pale when the photo is not used."""
    picture = pixmap_from_rgb(pixels).scaled(  # type: ignore[arg-type]
        SIZE * SHARP, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    if not is_used:
        picture = _pale(picture)
    elif frame is not None and _cuts(frame):
        _draw_frame(picture, frame)
    made = QIcon(picture)
    made.addPixmap(picture, QIcon.Mode.Selected)  # no tint
    return made


def _cuts(frame: Frame) -> bool:
    return any(abs(side - whole) > MARGIN for side, whole in zip(frame, WHOLE, strict=True))


def _draw_frame(picture: QPixmap, frame: Frame) -> None:
    width, height = picture.width(), picture.height()
    left, top, right, bottom = frame
    seen = QRectF(left * width, top * height, (right - left) * width, (bottom - top) * height)
    painter = QPainter(picture)
    for rest in (
        QRectF(0, 0, width, seen.top()),
        QRectF(0, seen.bottom(), width, height - seen.bottom()),
        QRectF(0, seen.top(), seen.left(), seen.height()),
        QRectF(seen.right(), seen.top(), width - seen.right(), seen.height()),
    ):
        painter.fillRect(rest, QColor(0, 0, 0, 150))
    painter.setPen(QPen(QColor("#ffb000"), 2 * SHARP))
    painter.drawRect(seen.adjusted(SHARP, SHARP, -SHARP, -SHARP))
    painter.end()


def _pale(picture: QPixmap) -> QPixmap:
    made = QPixmap(picture.size())
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setOpacity(0.3)
    painter.drawPixmap(0, 0, picture)
    painter.end()
    return made
