"""The icon: one picture for the window, the menu of the desktop and the program's file."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from moe3d_viewer.main import ICON, make_application

pytestmark = pytest.mark.gui


def test_the_program_has_its_icon(qapp: QApplication):
    before = qapp.windowIcon()
    try:
        assert make_application() is qapp
        shown = qapp.windowIcon().pixmap(64, 64).toImage()
        assert shown.size().width() == 64
        wanted = QIcon(str(ICON)).pixmap(64, 64).toImage()
        assert shown == wanted
        assert len({shown.pixelColor(x, 40).name() for x in range(64)}) > 3
    finally:
        qapp.setWindowIcon(before)


def test_the_picture_is_that_of_the_drawing():
    """Colours of the drawing's faces stand in the picture where the drawing has them."""
    drawing = ElementTree.parse(ICON.with_name("icon.svg")).getroot()
    pixels = np.asarray(Image.open(ICON).convert("RGB"))
    assert drawing.get("viewBox") == "0 0 {1} {0}".format(*pixels.shape)
    for face in drawing.iter("{http://www.w3.org/2000/svg}polygon"):
        corners = [tuple(map(float, pair.split(","))) for pair in face.get("points", "").split()]
        x, y = np.mean(corners, axis=0).round().astype(int)
        assert f"#{bytes(pixels[y, x]).hex()}" == face.get("fill")
