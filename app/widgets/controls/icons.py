"""Line icons, drawn in the colour of the theme."""

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

_SIZES = (16, 20, 32, 40, 64)
_SHAPES = {
    "folder": '<path d="M3 7a2 2 0 0 1 2-2h4l2 2.5h8a2 2 0 0 1 2 2V17a2 2 0 0 1-2 2H5'
    'a2 2 0 0 1-2-2z"/>',
    "run": '<path d="M7 4.5v15l12.5-7.5z" fill="{color}"/>',
    "stop": '<rect x="6" y="6" width="12" height="12" rx="2" fill="{color}"/>',
    "single": '<rect x="3.5" y="5" width="17" height="14" rx="2"/>',
    "split": '<rect x="3.5" y="5" width="17" height="14" rx="2"/><path d="M12 5v14"/>',
    "swipe": '<rect x="3.5" y="5" width="17" height="14" rx="2"/><path d="M12 3v18'
    'M9.5 10L7.5 12l2 2M14.5 10l2 2-2 2"/>',
    "flip": '<rect x="3.5" y="4.5" width="13" height="11" rx="2"/>'
    '<path d="M8 19.5h10.5a2 2 0 0 0 2-2V9"/>',
    "difference": '<rect x="3.5" y="5" width="17" height="14" rx="2"/><path d="M8 9.5h8M8 14.5h8'
    'M12 7v5"/>',
    "link": '<path d="M9.5 14.5l5-5M8 11l-2.2 2.2a3.6 3.6 0 0 0 5 5L13 16'
    'M16 13l2.2-2.2a3.6 3.6 0 0 0-5-5L11 8"/>',
    "camera": '<rect x="3" y="9.5" width="5" height="5" rx="1"/><path d="M8 11l12-6v14L8 13"/>',
    "frame": '<path d="M4 9V5.5A1.5 1.5 0 0 1 5.5 4H9M15 4h3.5A1.5 1.5 0 0 1 20 5.5V9M20 15v3.5'
    'a1.5 1.5 0 0 1-1.5 1.5H15M9 20H5.5A1.5 1.5 0 0 1 4 18.5V15"/>'
    '<circle cx="12" cy="12" r="2.5"/>',
    "export": '<path d="M12 15V4M8 7.5L12 4l4 3.5M5 14v4a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2v-4"/>',
    "save": '<path d="M5 4h11l4 4v10a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V5a1 1 0 0 1 1-1z'
    'M8 4v5h7V4M8 20v-6h8v6"/>',
    "shot": '<rect x="3.5" y="7" width="17" height="12" rx="2"/><circle cx="12" cy="13" r="3.2"/>'
    '<path d="M8.5 7l1.3-2.5h4.4L15.5 7"/>',
    "eye": '<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/>'
    '<circle cx="12" cy="12" r="2.8"/>',
    "eye_off": '<path d="M4 4l16 16M9.9 5.8A9 9 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a17 17 0 0 1-3 3.7'
    'M6.2 7.7A16 16 0 0 0 2.5 12S6 18.5 12 18.5a9 9 0 0 0 4-1"/>',
    "model": '<path d="M12 3l8 4.5v9L12 21l-8-4.5v-9zM4 7.5l8 4.5 8-4.5M12 12v9"/>',
    "photos": '<rect x="3" y="6" width="14" height="13" rx="2"/><path d="M7 3h12a2 2 0 0 1 2 2v11'
    'M3 16l4-4 3.5 3.5L13 13l4 4"/>',
    "points": '<g fill="{color}"><circle cx="6" cy="7" r="1.6"/><circle cx="13" cy="5" r="1.6"/>'
    '<circle cx="18" cy="10" r="1.6"/><circle cx="10" cy="12" r="1.6"/>'
    '<circle cx="5" cy="17" r="1.6"/><circle cx="16" cy="18" r="1.6"/></g>',
    "warning": '<path d="M12 4l9 16H3zM12 10v4.5M12 17.4v.2"/>',
    "sample": '<path d="M12 3.5l2.4 5.3 5.6.6-4.2 3.9 1.2 5.7-5-2.9-5 2.9 1.2-5.7L4 9.4l5.6-.6z"/>',
    "close": '<path d="M6 6l12 12M18 6L6 18"/>',
    "check": '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
    "download": '<path d="M12 4v11M8 11.5l4 3.5 4-3.5M5 19h14"/>',
    "previous": '<path d="M14.5 5.5L8 12l6.5 6.5"/>',
    "up": '<path d="M6 14.5l6-6 6 6"/>',
    "down": '<path d="M6 9.5l6 6 6-6"/>',
    "next": '<path d="M9.5 5.5L16 12l-6.5 6.5"/>',
}


def pixmap(name: str, color: str, size: int = 20, ratio: float = 1.0) -> QPixmap:
    """One icon as a picture, sharp at this pixel ratio."""
    side = round(size * ratio)
    picture = QPixmap(QSize(side, side))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(_svg(name, color).encode())).render(painter, QRectF(0, 0, side, side))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def icon(name: str, color: str, disabled: str | None = None) -> QIcon:
    """One icon in all sizes that the window uses."""
    made = QIcon()
    for size in _SIZES:
        made.addPixmap(pixmap(name, color, size))
        if disabled is not None:
            made.addPixmap(pixmap(name, disabled, size), QIcon.Mode.Disabled)
    return made


def _svg(name: str, color: str) -> str:
    shape = _SHAPES[name].replace("{color}", color)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" '
        f'stroke="{color}" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round">'
        f"{shape}</svg>"
    )
