"""The experts: colour, share of pixels, eye."""

from PySide6.QtCore import QSize, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QToolButton, QWidget

from app.rendering.map_palettes import expert_colors
from app.state.display import DisplayState
from app.state.view_options import ViewOptionsState
from app.widgets.icons import icon
from app.widgets.parts import Section, label
from app.widgets.pictures import swatch
from app.widgets.theme import Theme


class ExpertsSection(Section):
    """One row an expert of the result; hidden when there is only one."""

    def __init__(
        self,
        display: DisplayState,
        view: ViewOptionsState,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("experts_section", self.tr("EXPERTS"), parent)
        self._display, self._view, self._theme = display, view, theme
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(2, 1)
        self._eyes: list[QToolButton] = []
        self._swatches: list[QLabel] = []
        self.rows.addLayout(self._grid)
        note = self.tr("Share of pixels each expert wins. The eye hides its pixels, not its part.")
        self.rows.addWidget(label(note, "muted", wrap=True))
        display.changed.connect(self._rebuild)
        view.maps_changed.connect(self._show)
        theme.changed.connect(self._show)
        self._rebuild()

    @Slot()
    def _rebuild(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.deleteLater()
        self._eyes, self._swatches = [], []
        scene = self._display.scene
        self.setVisible(self._display.has_experts)
        if scene is not None and self._display.has_experts:
            for index, share in enumerate(scene.use.share()):
                self._add_row(index, float(share))
        self._show()

    def _add_row(self, index: int, share: float) -> None:
        square = QLabel()
        name = label(self.tr("Expert {}").format(index + 1))
        bar = QProgressBar()
        bar.setObjectName(f"usage_bar_{index + 1}")
        bar.setTextVisible(False)
        bar.setMinimumWidth(30)
        bar.setRange(0, 1000)
        bar.setValue(round(share * 1000))
        percent = label(f"{100 * share:.0f} %", "muted", f"usage_{index + 1}")
        eye = QToolButton()
        eye.setObjectName(f"eye_{index + 1}")
        eye.setProperty("flat", "true")
        eye.setCheckable(True)
        eye.setChecked(True)
        eye.setIconSize(QSize(16, 16))
        eye.setToolTip(self.tr("Show or hide the pixels that expert {} wins").format(index + 1))
        eye.setAccessibleName(self.tr("Expert {} visible").format(index + 1))
        eye.setProperty("expert", index)
        eye.toggled.connect(self._on_eye)
        for column, widget in enumerate((square, name, bar, percent, eye)):
            self._grid.addWidget(widget, index, column)
        self._eyes.append(eye)
        self._swatches.append(square)

    @Slot(bool)
    def _on_eye(self, shown: bool) -> None:
        self._view.show_expert(int(self.sender().property("expert")), shown)

    @Slot()
    def _show(self) -> None:
        colors = expert_colors(self._view.palette, len(self._eyes))
        for index, (eye, square) in enumerate(zip(self._eyes, self._swatches, strict=True)):
            shown = index not in self._view.hidden_experts
            square.setPixmap(swatch(colors[index], 14))
            eye.setChecked(shown)
            tokens = self._theme.tokens
            eye.setIcon(icon("eye" if shown else "eye_off", tokens.text if shown else tokens.muted))
