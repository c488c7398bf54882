"""Depths, gate and photo gradient along a line that the user drew on a map."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from moe3d import Profile, sample_profile
from moe3d_viewer.rendering.pictures.profile_table import profile_csv
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.cursor import CursorPixel
from moe3d_viewer.widgets.controls.parts import label
from moe3d_viewer.widgets.controls.theme import Theme

if TYPE_CHECKING:
    from moe3d_viewer.widgets.maps.profile_plots import ProfilePlots

SMALLEST_PX, PLOTS_PX = 218, 160
"""Height of the panel once it has plots, with a note or without; and of plots below a note."""


class ProfilePanel(QWidget):
    """Makes its plots when the first line is drawn, so that the window starts quickly."""

    def __init__(self, state: AppState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("profile_panel")
        self._state, self._theme = state, theme
        self._plots: ProfilePlots | None = None
        self._profile: Profile | None = None
        self._mixed: object = None
        self._hint = label(
            self.tr("Press P, then drag a line over any map."), "muted", "profile_hint", wrap=True
        )
        self._note = label(role="warning", name="profile_note", wrap=True)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(6, 4, 6, 4)
        self._rows.setSpacing(2)
        self._rows.addWidget(self._note)
        self._rows.addWidget(self._hint)
        self._rows.addStretch(1)
        state.profile.line_changed.connect(self._show)
        state.profile.file_wanted.connect(self._ask_for_file)
        state.remix.shown_changed.connect(self._on_mixed)
        state.truth.changed.connect(self._show)
        state.view.maps_changed.connect(self._show)
        theme.changed.connect(self._show)
        state.cursor.changed.connect(self._show_cursor)
        self._show()

    @Slot()
    def _on_mixed(self) -> None:
        """A mixture is told twice, before its points are there and after; one drawing will do."""
        if self._state.remix.shown.depth is not self._mixed:
            self._mixed = self._state.remix.shown.depth
            self._show()

    @Slot()
    def _show(self) -> None:
        line, prediction = self._state.profile.line, self._state.display.prediction
        self._profile = None
        if line is not None and prediction is not None:
            what_if = self._state.remix.shown
            truth = self._state.truth.depth
            self._profile = sample_profile(prediction, line, what_if.remix, what_if.depth, truth)
        self._hint.setVisible(self._profile is None)
        # what must be known of the curves; it stands in the saved figures too
        self._note.setText(". ".join(self._state.figure.profile_notes))
        self._note.setVisible(self._profile is not None and bool(self._note.text()))
        if self._profile is not None and self._plots is None:
            self._make_plots()
        if self._plots is not None:
            self._plots.setVisible(self._profile is not None)
            palette = self._state.view.palette
            self._plots.show_profile(self._profile, palette, self._theme.tokens)
            self._show_cursor()

    def _make_plots(self) -> None:
        from moe3d_viewer.widgets.maps.profile_plots import ProfilePlots  # noqa: PLC0415 (0.3 s at start)

        self._plots = ProfilePlots()
        self._plots.setMinimumHeight(PLOTS_PX)
        self.setMinimumHeight(SMALLEST_PX)
        self._plots.hovered.connect(self._on_hovered)
        self._rows.insertWidget(1, self._plots, 100)  # all room that the stretch below has

    @Slot(int)
    def _on_hovered(self, index: int) -> None:
        profile, line = self._profile, self._state.profile.line
        if profile is None or line is None or index < 0:
            self._state.cursor.move_to(None)
            return
        x, y = int(profile.columns[index]), int(profile.rows[index])
        if self._state.view.selected_view != line.view_index:
            self._state.view.select_view(line.view_index)
        self._state.cursor.move_to(CursorPixel(line.view_index, x, y, "fused"))

    @Slot()
    def _show_cursor(self) -> None:
        if self._plots is not None:
            self._plots.mark(self._index_at_cursor())

    def _index_at_cursor(self) -> int:
        """The pixel of the line that the cursor is on, or next to."""
        pixel, line, profile = self._state.cursor.pixel, self._state.profile.line, self._profile
        if pixel is None or line is None or profile is None:
            return -1
        if pixel.view_index != line.view_index:
            return -1
        away = np.maximum(np.abs(profile.columns - pixel.x), np.abs(profile.rows - pixel.y))
        return int(away.argmin()) if away.min() <= 2 else -1

    @Slot(str)
    def _ask_for_file(self, suffix: str) -> None:
        if self._profile is None or self._plots is None:
            return
        dialog = QFileDialog(self, self.tr("Save profile"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setObjectName("profile_dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        kinds = {
            "csv": self.tr("Table"),
            "pdf": self.tr("Figure"),
            "svg": self.tr("Drawing"),
            "png": self.tr("Picture"),
        }
        dialog.setNameFilters([f"{kinds[suffix]} (*.{suffix})"])
        dialog.setDefaultSuffix(suffix)
        dialog.selectFile(f"profile.{suffix}")
        dialog.fileSelected.connect(self._on_file_chosen)
        dialog.open()

    @Slot(str)
    def _on_file_chosen(self, text: str) -> None:
        path = Path(text)
        if path.suffix != ".csv":
            self._state.figure.save_profile(path)
        elif self._profile is not None:
            self._state.profile.save(path, profile_csv(self._profile).encode())
