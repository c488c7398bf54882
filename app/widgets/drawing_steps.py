"""A picture that is drawn part by part, so that the window goes on working."""

from collections.abc import Generator

from PySide6.QtGui import QImage

Drawing = Generator[float, None, QImage]
"""Yields the share that is drawn, 0..1; returns the picture. Closing it frees what was begun."""


def finished(drawing: Drawing) -> QImage:
    """The picture, however long it takes."""
    while True:
        try:
            next(drawing)
        except StopIteration as end:
            return end.value
