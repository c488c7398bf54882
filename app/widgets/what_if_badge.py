"""Marks a 3D view whose points a what-if has moved."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

MARGIN = 10


class WhatIfBadge(QLabel):
    """In the upper left corner of a view."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self.setObjectName("what_if_badge")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", "badge")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.move(MARGIN, MARGIN)
        self.hide()

    def show_if(self, wanted: bool, has_own_colors: bool = False) -> None:
        """Show or hide; over everything else in the view.

        Args:
            wanted: whether a what-if has moved the points.
            has_own_colors: whether their colours still say what the model's own gate did.
        """
        text = self.tr("What-if: not the model's result")
        self.setText(text + self.tr("; colours are the model's own") * has_own_colors)
        self.setVisible(wanted)
        if wanted:
            self.adjustSize()
            self.raise_()
