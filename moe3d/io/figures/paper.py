"""How figures look in print, and how they become files: sizes in centimetres, fonts embedded."""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath
from matplotlib.typing import RcKeyType

from moe3d.io.figures.svg_fonts import with_font
from moe3d.io.photos.own_pictures import MARK, MARK_KEY

CM_PER_INCH = 2.54
POINTS_PER_CM = 72 / CM_PER_INCH
DPI = 300
TEXT_PT, SMALL_PT, LEAST_PT = 8.0, 7.0, 5.0
FONT = "DejaVu Sans"
"""Comes with matplotlib: a figure looks the same everywhere."""
_RC: dict[RcKeyType, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": [FONT],
    "font.size": TEXT_PT,
    "axes.labelsize": TEXT_PT,
    "xtick.labelsize": SMALL_PT,
    "ytick.labelsize": SMALL_PT,
    "legend.fontsize": SMALL_PT,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "axes.unicode_minus": True,
    "pdf.fonttype": 42,  # TrueType: publishers refuse Type 3
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "moe3d",  # equal figures, equal bytes
}
_drawing = threading.Lock()
"""matplotlib's settings are the process's: one figure at a time."""


@contextmanager
def paper() -> Iterator[None]:
    """Draw and write inside this; settings are as they were afterwards."""
    with _drawing, mpl.rc_context(_RC):
        yield


class Sheet:
    """A white page of a width in centimetres; places are measured from its upper left corner."""

    def __init__(self, width_cm: float, height_cm: float) -> None:
        self.width_cm, self.height_cm = width_cm, height_cm
        size = width_cm / CM_PER_INCH, height_cm / CM_PER_INCH
        self.figure = Figure(figsize=size, facecolor="white")

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """A plot at a place."""
        bottom = self.height_cm - top - height
        box = (
            left / self.width_cm,
            bottom / self.height_cm,
            width / self.width_cm,
            height / self.height_cm,
        )
        return self.figure.add_axes(box)

    def text(self, x: float, y: float, text: str, size: float = TEXT_PT, **how: object) -> None:
        """Words at a place."""
        across, up = x / self.width_cm, 1 - y / self.height_cm
        self.figure.text(across, up, text, fontsize=size, **how)  # type: ignore[arg-type]


def text_cm(text: str, size_pt: float) -> float:
    """Width of a line of words."""
    if not text.strip():
        return 0.0
    path = TextPath((0, 0), text, size=size_pt, prop=FontProperties(family=FONT))
    return float(path.get_extents().width) / POINTS_PER_CM


def line_cm(size_pt: float) -> float:
    """Height of a line of words."""
    return 1.25 * size_pt / POINTS_PER_CM


def file_bytes(figure: Figure, kind: str, dpi: int = DPI) -> bytes:
    """A figure as a PDF, SVG or PNG file.

    Args:
        figure: as large as it is printed.
        kind: one of `FIGURE_KINDS`.
        dpi: dots an inch of a PNG.
    """
    metadata: dict[str, dict[str, str | None]] = {
        "pdf": {"Creator": MARK, "CreationDate": None},
        "svg": {"Creator": MARK, "Date": None},
        "png": {MARK_KEY: MARK},
    }
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, dpi=dpi, metadata=metadata[kind])
    content = buffer.getvalue()
    return with_font(content, FONT) if kind == "svg" else content


def depth_label(units: str) -> str:
    """Name of an axis of depth, with its unit."""
    return "Depth [m]" if units == "metres" else "Depth [relative units]"
