"""Legends as they are painted: readable on anything, and as small as they allow."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from moe3d_viewer.rendering.pictures.legend import (
    Legend,
    LegendClass,
    LegendScale,
    bar_legend,
    class_legend,
)
from moe3d_viewer.rendering.space.view_colors import DARK, LIGHT, with_background
from moe3d_viewer.widgets.controls.legend_picture import LegendPicture, all_words

pytestmark = pytest.mark.gui
RED_TO_BLUE = np.linspace([255, 0, 0], [0, 0, 255], 256).astype(np.uint8)
BAR = bar_legend("Depth", "m", LegendScale(1, 3), RED_TO_BLUE, low_on_top=True)
CLASSES = class_legend("Support", [LegendClass((0, 200, 0), "one"), LegendClass((9, 9, 9), "two")])
GROUNDS = [
    with_background(theme, ground)
    for theme in (DARK, LIGHT)
    for ground in ("theme", "black", "grey", "white")
]


def painted(legends, colors=DARK, behind="#000000", height=1e6) -> np.ndarray:
    """(H, W, 3) int of the legends over a colour."""
    font = QFont()
    font.setPixelSize(11)
    drawn = LegendPicture(legends, colors, font, height)
    size = drawn.size.toSize()
    image = QImage(size, QImage.Format.Format_RGB888)
    image.fill(QColor(behind))
    painter = QPainter(image)
    drawn.paint(painter, QPointF(0, 0))
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def luminance(rgb) -> float:
    """Of WCAG 2."""
    parts = np.asarray(rgb, float) / 255
    linear = np.where(parts <= 0.03928, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(first, second) -> float:
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("behind", ["#000000", "#ffffff", "#767676", "#00ff00", "#ff0000"])
@pytest.mark.parametrize("colors", GROUNDS)
def test_letters_have_a_contrast_of_four_and_a_half_over_any_points(qtbot, colors, behind):
    picture = painted([CLASSES], colors, behind)
    ground = picture[picture.shape[0] - 4, picture.shape[1] // 2]
    assert contrast(colors.text, ground) >= 4.5
    assert (np.abs(picture - np.array(colors.text)).sum(axis=-1) < 12).any()  # full strength


def test_near_colours_stand_on_top_where_low_is_on_top(qtbot):
    column = painted([BAR])[:, 14]
    reds, blues = column[:, 0] > 200, column[:, 2] > 200
    assert 0 < np.flatnonzero(reds).mean() < np.flatnonzero(blues).mean()
    other = bar_legend("Depth", "m", LegendScale(1, 3), RED_TO_BLUE)
    column = painted([other])[:, 14]
    reds, blues = column[:, 0] > 200, column[:, 2] > 200
    assert 0 < np.flatnonzero(blues).mean() < np.flatnonzero(reds).mean()


def test_classes_show_their_colours(qtbot):
    picture = painted([CLASSES]).reshape(-1, 3)
    assert (np.abs(picture - [0, 200, 0]).sum(axis=1) < 6).sum() > 60


def test_legends_stand_below_each_other(qtbot):
    both, bar, classes = (painted(legends) for legends in ([BAR, CLASSES], [BAR], [CLASSES]))
    assert both.shape[0] > bar.shape[0] + classes.shape[0] * 0.6
    assert both.shape[1] == max(bar.shape[1], classes.shape[1])


def test_where_there_is_little_room_bars_shrink_and_then_names_stand_alone(qtbot):
    full = painted([BAR]).shape[0]
    assert painted([BAR], height=full - 30).shape[0] == pytest.approx(full - 30, abs=1)
    assert painted([BAR], height=40).shape[0] < 40
    assert painted([Legend("Photo colours")]).shape[0] < 40


def test_nothing_takes_no_room(qtbot):
    drawn = LegendPicture([], DARK, QFont())
    assert drawn.size.isEmpty()


def test_long_names_are_shortened_in_the_middle(qtbot):
    long = class_legend("Photos", [LegendClass((1, 2, 3), "1  " + 60 * "holiday " + ".jpg")])
    assert painted([long]).shape[1] < 260


def test_words_say_everything_to_those_who_do_not_see(qtbot):
    said = all_words([BAR, CLASSES])
    assert said == "Depth, m: 1.0, 1.5, 2.0, 2.5, 3.0; Support: one, two"


def test_the_painter_is_left_as_it_was(qtbot):
    image = QImage(200, 200, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.setPen(QColor("#123456"))
    LegendPicture([BAR], DARK, QFont()).paint(painter, QPointF(0, 0))
    assert painter.pen().color() == QColor("#123456")
    assert painter.brush().style() is Qt.BrushStyle.NoBrush
    painter.end()


def test_a_long_name_goes_on_in_the_next_line_and_is_not_cut(qtbot):
    name, first, second = "Distance of the laser scan.ply, relative units", None, None
    whole = painted([Legend(name)])
    words = name.split(" ")
    for count in range(1, len(words)):
        first, second = " ".join(words[:count]), " ".join(words[count:])
        parts = [painted([Legend(text)]) for text in (first, second)]
        line = whole.shape[0] - parts[0].shape[0]
        inner = slice(8, 8 + line)
        if line and all(
            np.array_equal(
                whole[8 + n * line : 8 + (n + 1) * line, 8 : part.shape[1] - 8], part[inner, 8:-8]
            )
            for n, part in enumerate(parts)
        ):
            return
    raise AssertionError("no two lines hold all of the name")


def test_a_legend_below_another_is_painted_as_it_is_alone(qtbot):
    alone, both = painted([BAR]), painted([Legend("Photo colours"), BAR])
    room = [picture.shape[0] - 1 - last_inked_row(picture) for picture in (alone, both)]
    assert abs(room[0] - room[1]) <= 1


def last_inked_row(picture) -> int:
    """The lowest row with letters in it."""
    inner = picture[:-3, 8:-8]
    ground = inner[1, 0]
    return int(np.flatnonzero((np.abs(inner - ground) > 60).any(axis=(1, 2)))[-1])
