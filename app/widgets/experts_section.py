"""The experts: colour, use over the photo and near its edges, eye, solo, mute."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt, Slot
from PySide6.QtGui import QColor, QEnterEvent, QGuiApplication
from PySide6.QtWidgets import QGridLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app.rendering.map_palettes import expert_colors
from app.state.app_state import AppState
from app.widgets.choices import choice, on_chosen, show_choice
from app.widgets.icons import icon
from app.widgets.parts import label
from app.widgets.pictures import swatch
from app.widgets.section import Section
from app.widgets.theme import Theme
from app.widgets.value_bar import ValueBar

if TYPE_CHECKING:
    from app.widgets.usage_curve import UsageCurve


class ExpertsSection(Section):
    """One row an expert of the result; hidden when there is only one."""

    def __init__(self, state: AppState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("experts_section", self.tr("EXPERTS"), parent)
        self._state, self._theme = state, theme
        self._rows: list[_Row] = []
        self._curve: UsageCurve | None = None
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(4)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(2, 1)
        self._grid.setColumnStretch(3, 1)
        self._scope = choice(
            "usage_scope",
            self.tr("Count the pixels of the whole scene, or of the photo that is shown"),
            [("scene", self.tr("Scene")), ("photo", self.tr("This photo"))],
        )
        self._dead = label("", "danger", "dead_experts", wrap=True)
        self._untrained = label(
            self.tr("Experts untrained: these numbers say nothing."),
            "danger",
            "experts_untrained",
            wrap=True,
        )
        on_chosen(self._scope, state.maps.set_usage_scope)
        self._lay_out()
        state.display.changed.connect(self._rebuild)
        state.view.selected_view_changed.connect(self._show_use)
        state.maps.usage_changed.connect(self._show_use)
        state.view.maps_changed.connect(self._show)
        state.remix.wish_changed.connect(self._show_heard)
        theme.changed.connect(self._show)
        self._rebuild()

    def enterEvent(self, event: QEnterEvent) -> None:
        """A wish may come."""
        self._state.remix.expect()
        super().enterEvent(event)

    def _lay_out(self) -> None:
        self.head.addWidget(self._scope)
        self.only_open.append(self._scope)
        self.rows.addLayout(self._grid)
        self._curve_place = QVBoxLayout()
        self.rows.addLayout(self._curve_place)
        self.rows.addWidget(self._dead)
        self.rows.addWidget(self._untrained)
        note = self.tr("Share of pixels each wins. The eye hides its pixels, not its part.")
        self.rows.addWidget(label(note, "muted", wrap=True))

    @Slot()
    def _rebuild(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.deleteLater()
        self._rows = []
        prediction = self._state.display.prediction
        self.setVisible(self._state.display.has_experts)
        if prediction is not None and self._state.display.has_experts:
            self._untrained.setVisible(not prediction.metadata.experts_trained)
            self._grid.addWidget(label(self.tr("all"), "muted"), 0, 2)
            self._grid.addWidget(label(self.tr("at edges"), "muted"), 0, 3)
            for index in range(prediction.num_experts):
                self._add_row(index)
        self._show()

    def _add_row(self, index: int) -> None:
        row = _Row(index)
        for button, take in (
            (row.eye, self._on_eye),
            (row.solo, self._on_solo),
            (row.mute, self._on_mute),
        ):
            button.clicked.connect(take)
        for column, widget in enumerate(row.widgets):
            self._grid.addWidget(widget, index + 1, column)
        self._rows.append(row)

    @Slot(bool)
    def _on_eye(self, shown: bool) -> None:
        self._state.view.show_expert(self._expert_of_sender(), shown)

    @Slot()
    def _on_solo(self) -> None:
        shift = Qt.KeyboardModifier.ShiftModifier
        adds = bool(QGuiApplication.keyboardModifiers() & shift)
        self._state.remix.solo(self._expert_of_sender(), adds)
        self._show_heard()  # a click may have ticked what the state did not take

    @Slot(bool)
    def _on_mute(self, muted: bool) -> None:
        self._state.remix.mute(self._expert_of_sender(), muted)
        self._show_heard()

    def _expert_of_sender(self) -> int:
        return int(self.sender().property("expert"))

    @Slot()
    def _show_use(self) -> None:
        scene, view = self._state.display.scene, self._state.view
        show_choice(self._scope, self._state.maps.usage_scope)
        if scene is None or not self._rows:
            return
        views = [view.selected_view] if self._state.maps.usage_scope == "photo" else None
        if views is not None and views[0] >= len(scene.use.wins):
            return
        has_edges = scene.use.has_edges(views)
        shares, near = scene.use.share(views), scene.use.band_share(views)
        colors = expert_colors(view.palette, len(self._rows))
        for index, (row, color) in enumerate(zip(self._rows, colors, strict=True)):
            row.all.set_value(float(shares[index]), _percent(shares[index]), QColor(*color))
            text = _percent(near[index]) if has_edges else self.tr("none")
            row.edges.set_value(float(near[index]), text, QColor(*color))
        self._show_dead(scene.use.dead_experts())
        if self._curve is None:
            self._curve = self._make_curve()
        by_distance = scene.use.by_distance(views)
        self._curve.show_use(by_distance, [QColor(*color) for color in colors], self._theme.tokens)

    def _make_curve(self) -> "UsageCurve":
        from app.widgets.usage_curve import UsageCurve  # noqa: PLC0415 (0.3 s at start)

        made = UsageCurve()
        self._curve_place.addWidget(made)
        return made

    def _show_dead(self, dead: tuple[int, ...]) -> None:
        names = ", ".join(str(index + 1) for index in dead)
        limit = 10 / max(len(self._rows), 1)
        text = self.tr("Dead: expert {} wins less than {:.2g} % of the scene.")
        self._dead.setText(text.format(names, limit))
        self._dead.setVisible(bool(dead))

    @Slot()
    def _show(self) -> None:
        view, tokens = self._state.view, self._theme.tokens
        colors = expert_colors(view.palette, len(self._rows))
        for index, row in enumerate(self._rows):
            shown = index not in view.hidden_experts
            row.square.setPixmap(swatch(colors[index]))
            row.eye.setChecked(shown)
            shape, color = ("eye", tokens.text) if shown else ("eye_off", tokens.muted)
            row.eye.setIcon(icon(shape, color))
        self._show_heard()
        self._show_use()

    @Slot()
    def _show_heard(self) -> None:
        """Alone, because a dragged temperature asks for it at every step."""
        remix = self._state.remix
        for index, row in enumerate(self._rows):
            row.solo.setChecked(index in remix.soloed)
            row.mute.setChecked(index in remix.muted)
            row.mute.setEnabled(index in remix.muted or remix.can_mute(index))


class _Row(QObject):
    """The widgets of one expert."""

    def __init__(self, index: int) -> None:
        super().__init__()
        number, tr = index + 1, self.tr
        self.square = QLabel()
        self.name = label(str(number))
        self.all = ValueBar(f"usage_{number}")
        self.all.setToolTip(tr("Share of pixels that expert {} wins").format(number))
        self.edges = ValueBar(f"edge_usage_{number}")
        self.edges.setToolTip(
            tr("Share of the pixels within 3 of a depth edge that expert {} wins").format(number)
        )
        self.eye = _button(f"eye_{number}", "", tr("Show or hide the pixels that expert {} wins"))
        self.eye.setProperty("flat", "true")
        self.eye.setProperty("bare", "true")
        self.solo = _button(
            f"solo_{number}", "S", tr("Hear expert {} alone; with Shift, too (keys 1 to 8, 0)")
        )
        self.mute = _button(f"mute_{number}", "M", tr("Leave expert {} out of the mixture"))
        for button in (self.eye, self.solo, self.mute):
            button.setToolTip(button.toolTip().format(number))
            button.setAccessibleName(button.toolTip())
            button.setProperty("expert", index)
        for button in (self.solo, self.mute):
            button.setProperty("toggle", "true")

    @property
    def widgets(self) -> tuple[QWidget, ...]:
        """From left to right."""
        return self.square, self.name, self.all, self.edges, self.eye, self.solo, self.mute


def _button(name: str, text: str, tooltip: str) -> QToolButton:
    made = QToolButton()
    made.setObjectName(name)
    made.setText(text)
    made.setCheckable(True)
    made.setIconSize(QSize(16, 16))
    made.setFixedSize(24, 24)
    made.setToolTip(tooltip)
    return made


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
