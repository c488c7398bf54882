"""The experts: colour, use over the photo and near its edges, eye, solo, mute."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QEnterEvent, QGuiApplication, QShowEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from moe3d import ExpertUse, expert_colors
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.controls.binding import Binding, bind_checked, bind_choice
from moe3d_viewer.widgets.controls.choices import choice
from moe3d_viewer.widgets.controls.icons import icon
from moe3d_viewer.widgets.controls.parts import label
from moe3d_viewer.widgets.controls.pictures import swatch
from moe3d_viewer.widgets.controls.theme import Theme
from moe3d_viewer.widgets.inspector.section import Section
from moe3d_viewer.widgets.maps.value_bar import ValueBar

if TYPE_CHECKING:
    from moe3d_viewer.widgets.inspector.usage_curve import UsageCurve


class ExpertsSection(Section):
    """One row an expert of the result; hidden when there is only one."""

    def __init__(self, state: AppState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("experts_section", self.tr("EXPERTS"), parent)
        self._state, self._theme = state, theme
        self._rows: list[_Row] = []
        self._bound: list[Binding[bool]] = []
        self._is_due = False
        self._curve: UsageCurve | None = None
        self._curve_timer = QTimer(self)
        self._curve_timer.setSingleShot(True)
        self._curve_timer.timeout.connect(self._show_curve)
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
        maps = state.maps
        bind_choice(self._scope, lambda: maps.usage_scope, maps.set_usage_scope, maps.usage_changed)
        self._lay_out()
        state.display.result_changed.connect(self._rebuild)
        state.view.selected_view_changed.connect(self._show_use)
        state.maps.usage_changed.connect(self._show_use)
        state.view.maps_changed.connect(self._show_marks)
        state.remix.wish_changed.connect(self._show_heard)
        theme.changed.connect(self._show_marks)
        state.work.plain_changed.connect(self._show_presence)
        self._rebuild()

    def enterEvent(self, event: QEnterEvent) -> None:
        """A wish may come."""
        self._state.remix.expect()
        super().enterEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """What changed while nobody saw it is shown now."""
        super().showEvent(event)
        if self._is_due:
            self._rebuild()

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
        self._show_presence()
        self._is_due = not self.isVisible()
        if self._is_due:  # a new result has more to do than what nobody sees
            return
        prediction = self._state.display.prediction
        if prediction is None or not self._state.display.has_experts:
            return
        self._untrained.setVisible(not prediction.metadata.experts_trained)
        if prediction.num_experts != len(self._rows):  # else they stay: one may be under the mouse
            self._make_rows(prediction.num_experts)
        for bound in self._bound:
            bound.show()
        self._show_marks()

    def _make_rows(self, count: int) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.deleteLater()
        self._rows, self._bound = [], []
        self._grid.addWidget(label(self.tr("all"), "muted"), 0, 2)
        self._grid.addWidget(label(self.tr("at edges"), "muted"), 0, 3)
        for index in range(count):
            self._add_row(index)

    @Slot()
    def _show_presence(self) -> None:
        self.setVisible(self._state.display.has_experts and not self._state.work.is_plain)

    def _add_row(self, index: int) -> None:
        row, view, remix = _Row(index), self._state.view, self._state.remix
        self._bound += [
            bind_checked(
                row.eye,
                lambda: index not in view.hidden_experts,
                lambda shown: view.show_expert(index, shown),
                view.maps_changed,
            ),
            bind_checked(
                row.solo,
                lambda: index in remix.soloed,
                lambda _alone: remix.solo(index, _is_shift_held()),
                remix.wish_changed,
            ),
            bind_checked(
                row.mute,
                lambda: index in remix.muted,
                lambda muted: remix.mute(index, muted),
                remix.wish_changed,
            ),
        ]
        for column, widget in enumerate(row.widgets):
            self._grid.addWidget(widget, index + 1, column)
        self._rows.append(row)

    @Slot()
    def _show_use(self) -> None:
        scene, view, views = self._state.display.scene, self._state.view, self._views
        if self._is_due or scene is None or not self._can_show(scene.use):
            return
        has_edges = scene.use.has_edges(views)
        shares, near = scene.use.share(views), scene.use.band_share(views)
        colors = expert_colors(view.palette, len(self._rows))
        for index, (row, color) in enumerate(zip(self._rows, colors, strict=True)):
            row.all.set_value(float(shares[index]), _percent(shares[index]), QColor(*color))
            text = _percent(near[index]) if has_edges else self.tr("none")
            row.edges.set_value(float(near[index]), text, QColor(*color))
        self._show_dead(scene.use.dead_experts())
        self._curve_timer.start()

    @Slot()
    def _show_curve(self) -> None:
        """In turns of its own: with a new result there is much to do at once."""
        scene, views = self._state.display.scene, self._views
        if self._is_due or scene is None or not self._can_show(scene.use):
            return
        if self._curve is None:
            self._curve = self._make_curve()
            self._curve_timer.start()
            return
        palette = self._state.view.palette
        colors = [QColor(*color) for color in expert_colors(palette, len(self._rows))]
        self._curve.show_use(scene.use.by_distance(views), colors, self._theme.tokens)

    @property
    def _views(self) -> list[int] | None:
        """Photos whose shares are shown; None for all."""
        is_one = self._state.maps.usage_scope == "photo"
        return [self._state.view.selected_view] if is_one else None

    def _can_show(self, use: ExpertUse) -> bool:
        return bool(self._rows) and (self._views is None or self._views[0] < len(use.wins))

    def _make_curve(self) -> "UsageCurve":
        from moe3d_viewer.widgets.inspector.usage_curve import UsageCurve  # noqa: PLC0415 (0.3 s at start)

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
    def _show_marks(self) -> None:
        if self._is_due:
            return
        view, tokens = self._state.view, self._theme.tokens
        colors = expert_colors(view.palette, len(self._rows))
        for index, row in enumerate(self._rows):
            shown = index not in view.hidden_experts
            row.square.setPixmap(swatch(colors[index]))
            shape, color = ("eye", tokens.text) if shown else ("eye_off", tokens.muted)
            row.eye.setIcon(icon(shape, color))
        self._show_heard()
        self._show_use()

    @Slot()
    def _show_heard(self) -> None:
        """Alone, because a dragged temperature asks for it at every step."""
        if self._is_due:
            return
        remix = self._state.remix
        for index, row in enumerate(self._rows):
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
            f"solo_{number}",
            "S",
            tr("Show expert {} alone; with Shift, beside others (keys 1 to 8, 0)"),
        )
        self.mute = _button(f"mute_{number}", "M", tr("Leave expert {} out of the mixture"))
        for button in (self.eye, self.solo, self.mute):
            button.setToolTip(button.toolTip().format(number))
            button.setAccessibleName(button.toolTip())
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


def _is_shift_held() -> bool:
    return bool(QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
