"""A figure for a paper: chosen photos by chosen maps, or the profile, with a preview."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Slot
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from moe3d import FIGURE_KINDS
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.exports.figure import Shows
from moe3d_viewer.widgets.controls.binding import bind_choice
from moe3d_viewer.widgets.controls.choices import choice
from moe3d_viewer.widgets.controls.layer_titles import tile_title
from moe3d_viewer.widgets.controls.parts import button, label

KEY = Qt.ItemDataRole.UserRole
FIRST_SIZE = QSize(1000, 620)
SIDE_PX = 250


class FigureDialog(QDialog):
    """Every choice is drawn at once; the file is what the preview shows, sharper."""

    def __init__(self, state: AppState, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("figure_dialog")
        self.setWindowTitle(self.tr("Figure for a paper"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(FIRST_SIZE.boundedTo(parent.size()))
        self._figure = state.figure
        self._shows = choice(
            "figure_shows",
            self.tr("What the figure shows; a profile needs a line, drawn with P on a map"),
            [(Shows.MAPS, self.tr("Maps")), (Shows.PROFILE, self.tr("Profile"))],
        )
        self._width = choice(
            "figure_width",
            self.tr("Printed width; letters have the size of a paper's captions"),
            [("page", self.tr("Page, 17.5 cm")), ("column", self.tr("Column, 8.5 cm"))],
        )
        self._photos_as = choice(
            "figure_photos_as",
            self.tr("Where the photos stand; the maps stand the other way"),
            [("rows", self.tr("Rows")), ("columns", self.tr("Columns"))],
        )
        self._photos = self._list("figure_photos", self.tr("Photos of the figure"))
        self._maps = self._list("figure_maps", self.tr("Maps of the figure"))
        self._picture = QLabel()
        self._picture.setObjectName("figure_preview")
        self._picture.setAccessibleName(self.tr("Preview"))
        self._picture.setToolTip(self.tr("The figure as it will be printed"))
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._picture.installEventFilter(self)
        self._whole = QPixmap()
        self._save = button(
            self.tr("Save…"), "figure_save", self.tr("Save as PDF, SVG or PNG"), "primary"
        )
        self._save.clicked.connect(self._on_save)
        self._close = button(self.tr("Close"), "figure_close", self.tr("Close this window"))
        self._close.clicked.connect(self.reject)
        self._fill()
        self._bind()
        self._lay_out()
        self._figure.changed.connect(self._show)
        self._figure.preview_ready.connect(self._show_picture)
        self._figure.preview_failed.connect(self._show_words)
        self._show()

    def _list(self, name: str, tooltip: str) -> QListWidget:
        made = QListWidget()
        made.setObjectName(name)
        made.setToolTip(tooltip)
        made.setAccessibleName(tooltip)
        made.itemChanged.connect(self._on_ticked)
        return made

    def _fill(self) -> None:
        figure = self._figure
        photos = [(str(index), name) for index, name in enumerate(figure.photo_names)]
        maps = [(key, tile_title(key)) for key in figure.map_keys]
        chosen = {*map(str, figure.photos)}, {*figure.keys}
        for rows, entries, ticked in ((self._photos, photos, 0), (self._maps, maps, 1)):
            for key, text in entries:
                item = QListWidgetItem(text)
                item.setData(KEY, key)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                is_on = key in chosen[ticked]
                item.setCheckState(Qt.CheckState.Checked if is_on else Qt.CheckState.Unchecked)
                rows.addItem(item)

    def _bind(self) -> None:
        figure, changed = self._figure, self._figure.changed
        bind_choice(self._shows, lambda: figure.shows, lambda key: figure.show(Shows(key)), changed)
        bind_choice(
            self._width,
            lambda: figure.options.width,
            lambda key: figure.set_options(replace(figure.options, width=key)),
            changed,
        )
        bind_choice(
            self._photos_as,
            lambda: figure.options.photos_as,
            lambda key: figure.set_options(replace(figure.options, photos_as=key)),
            changed,
        )
        self._shows.setEnabled(figure.has_line)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow(label(self.tr("Shows")), self._shows)
        form.addRow(label(self.tr("Width")), self._width)
        form.addRow(label(self.tr("Photos as")), self._photos_as)
        side = QVBoxLayout()
        side.addLayout(form)
        side.addWidget(label(self.tr("PHOTOS"), "section"))
        side.addWidget(self._photos, 1)
        side.addWidget(label(self.tr("MAPS"), "section"))
        side.addWidget(self._maps, 2)
        left = QWidget()
        left.setFixedWidth(SIDE_PX)
        left.setLayout(side)
        side.setContentsMargins(0, 0, 0, 0)
        parts = QHBoxLayout()
        parts.addWidget(left)
        parts.addWidget(self._picture, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._close)
        buttons.addWidget(self._save)
        rows = QVBoxLayout(self)
        rows.addLayout(parts, 1)
        rows.addLayout(buttons)

    @Slot()
    def _show(self) -> None:
        is_grid = self._figure.shows is Shows.MAPS
        for part in (self._photos, self._maps, self._photos_as):
            part.setEnabled(is_grid)
        has_content = self._figure.content is not None
        self._save.setEnabled(has_content)
        if has_content:
            self._figure.preview()
        else:
            self._show_words(self.tr("Tick at least one photo and one map."))

    @Slot(bytes)
    def _show_picture(self, png: bytes) -> None:
        self._whole = QPixmap()
        self._whole.loadFromData(png)
        self._fit()

    @Slot(str)
    def _show_words(self, text: str) -> None:
        self._whole = QPixmap()
        self._picture.setText(text)

    def _fit(self) -> None:
        """All of the figure is seen."""
        if self._whole.isNull():
            return
        room = (self._picture.size() - QSize(2, 2)) * self.devicePixelRatioF()
        shown = self._whole.scaled(
            self._whole.size().boundedTo(room),
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        shown.setDevicePixelRatio(self.devicePixelRatioF())
        self._picture.setPixmap(shown)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The preview follows its room."""
        if event.type() is QEvent.Type.Resize:
            self._fit()
        return super().eventFilter(watched, event)

    @Slot(QListWidgetItem)
    def _on_ticked(self, item: QListWidgetItem) -> None:
        chosen = item.checkState() is Qt.CheckState.Checked
        if item.listWidget() is self._photos:
            self._figure.choose_photo(int(item.data(KEY)), chosen)
        else:
            self._figure.choose_map(str(item.data(KEY)), chosen)

    @Slot()
    def _on_save(self) -> None:
        dialog = QFileDialog(self, self.tr("Save figure"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setObjectName("figure_file_dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([f"{kind.upper()} (*.{kind})" for kind in FIGURE_KINDS])
        dialog.setDefaultSuffix(FIGURE_KINDS[0])
        dialog.filterSelected.connect(self._on_filter)
        dialog.selectFile(f"figure.{FIGURE_KINDS[0]}")
        dialog.fileSelected.connect(self._on_file_chosen)
        dialog.open()

    @Slot(str)
    def _on_filter(self, words: str) -> None:
        """The default ending follows the kind that is chosen."""
        dialog = self.sender()
        if isinstance(dialog, QFileDialog):
            dialog.setDefaultSuffix(words.partition(" ")[0].lower())

    @Slot(str)
    def _on_file_chosen(self, text: str) -> None:
        self._figure.save(Path(text))
