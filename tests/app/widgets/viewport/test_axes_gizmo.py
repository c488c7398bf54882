"""The letters at the ends of the axes can be read, and the axes say where they point."""

import numpy as np
import pytest
from PySide6.QtGui import QColor

from moe3d_viewer.widgets.viewport.drawing.axes_gizmo import COLORS, TIP, AxesGizmo, letter_on

TEXT_CONTRAST = 4.5


def contrast(one: QColor, other: QColor) -> float:
    """By a table of WCAG's linear light, made by a power law of 2.2, which is near enough here."""
    lights = [
        float(np.dot((0.2126, 0.7152, 0.0722), np.power(color.getRgbF()[:3], 2.2)))
        for color in (one, other)
    ]
    return (max(lights) + 0.05) / (min(lights) + 0.05)


@pytest.mark.parametrize("axis", range(3))
def test_a_letter_has_the_contrast_of_text(axis):
    letter = letter_on(COLORS[axis])
    assert contrast(QColor(*COLORS[axis]), QColor(letter, letter, letter)) >= TEXT_CONTRAST


@pytest.mark.parametrize(("color", "letter"), [((255, 255, 255), 0), ((20, 20, 90), 255)])
def test_letters_are_black_on_light_and_white_on_dark_colours(color, letter):
    assert letter_on(color) == letter


@pytest.mark.gui
def test_the_letters_are_drawn_so_and_the_tip_says_where_the_axes_point(qtbot):
    gizmo = AxesGizmo()
    qtbot.addWidget(gizmo)
    picture = gizmo.grab().toImage()
    middle = gizmo.tip(0, 1).toPoint()
    across = range(-int(TIP) + 3, int(TIP) - 2)
    around = [
        picture.pixelColor(middle.x() + dx, middle.y() + dy) for dx in across for dy in across
    ]
    darkest = min(around, key=lambda color: color.lightness())
    assert contrast(darkest, QColor(*COLORS[0])) >= 3
    assert "X right, Y down, Z into the scene" in gizmo.toolTip()
