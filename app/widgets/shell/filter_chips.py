"""Above the 3D view: every filter that is on, what it took, and a cross that switches it off."""

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QToolButton, QWidget

from moe3d.scene.filters.registry import filter_named
from moe3d.scene.filters.selection import INVALID
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.points.filter_list import FilterEntry
from moe3d_viewer.state.points.point_filters import PointFilters
from moe3d_viewer.widgets.controls.flow_layout import FlowLayout
from moe3d_viewer.widgets.controls.icons import icon
from moe3d_viewer.widgets.controls.layer_titles import layer_title
from moe3d_viewer.widgets.controls.parts import label
from moe3d_viewer.widgets.controls.theme import Theme


class FilterChips(QFrame):
    """Says what is hidden, so that nobody takes a filter for a hole in the result."""

    def __init__(self, state: AppState, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("filter_chips")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._state, self._theme = state, theme
        self._chips = {entry.name: self._chip(entry) for entry in self._entries()}
        self._kept = label(role="muted", name="kept_points")
        self._why = label(role="warning", name="why_hidden")
        for text in (self._kept, self._why):
            text.setMinimumHeight(24)  # in the middle of the chips' line
        row = self._row = FlowLayout(self)
        row.setContentsMargins(10, 5, 10, 5)
        for chip in self._chips.values():
            row.addWidget(chip)
        row.addWidget(self._kept)
        row.addWidget(self._why)
        self._shown: object = None
        for changed in (
            state.scene.filter_list.changed,
            state.display.presence_changed,
            state.remix.shown_changed,
            state.work.plain_changed,
            state.map_view.large_changed,  # a map in place of the points gets the room
            state.map_view.beside_changed,
        ):
            changed.connect(self._show)
        state.hidden_pixel.changed.connect(self._show_why)
        theme.changed.connect(self._show_icons)
        self._show_icons()
        self._show()
        self._show_why()

    def _entries(self) -> tuple[FilterEntry, ...]:
        return self._state.scene.filter_list.entries

    def _chip(self, entry: FilterEntry) -> QToolButton:
        made = QToolButton()
        made.setObjectName(f"chip_{entry.name}")
        made.setProperty("chip", "true")
        made.setIconSize(QSize(12, 12))
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.setToolTip(self.tr("Switch this filter off"))
        made.setAccessibleName(made.toolTip())
        made.clicked.connect(entry.clear)
        return made

    @Slot()
    @Slot(bool)
    def _show(self, _changed: bool = False) -> None:
        scene, display, maps = self._state.scene, self._state.display, self._state.map_view
        now = scene.filter_list.now
        has_points = display.prediction is not None and (not maps.is_large or maps.is_beside)
        shown = (
            now,
            scene.filter_list.counts(display.layer),
            display.layer,
            scene.scale.is_known,
            self._is_what_if,
            self._state.work.is_plain,
            has_points,
        )
        if shown == self._shown:  # a new result says six times that filters may have changed
            return
        self._shown = shown
        for entry in self._entries():
            chip = self._chips[entry.name]
            chip.setVisible(entry.is_active)
            if not entry.is_active:
                continue
            title = self._title(entry.name, now)
            count = "…" if entry.removed is None else f"\N{MINUS SIGN}{_short(entry.removed)}"
            chip.setText(f"{title}  {count}")
            tip = self.tr("{} hides {} points; click to switch it off")
            tip = tip.format(title, count.lstrip("\N{MINUS SIGN}"))
            if self._is_what_if:
                tip += self.tr(". Counted in the model's own result, not in the what-if")
            chip.setToolTip(tip)
            chip.setAccessibleName(chip.toolTip())
        self._show_kept()
        self.setVisible(has_points)

    def _show_kept(self) -> None:
        """With the layer's name, unless work is plain or the name would begin another line."""
        counts = self._state.scene.filter_list.counts(self._state.display.layer)
        self._kept.setVisible(counts is not None)
        if counts is None:
            return
        own = self.tr("Model's own")  # shorter than the layer: no line of chips is added
        title = own if self._is_what_if else layer_title(self._state.display.layer)
        kept, total = _short(counts.kept), _short(counts.total)
        plain = self.tr("{} of {} points").format(kept, total)
        named = self.tr("{}: {}").format(title, plain)
        is_short = self._state.work.is_plain or not self._has_room_for(named)
        self._kept.setText(plain if is_short and not self._is_what_if else named)
        self._kept.setToolTip(named)

    def _has_room_for(self, text: str) -> bool:
        chips = [chip.sizeHint().width() for chip in self._chips.values() if not chip.isHidden()]
        margins = self._row.contentsMargins()
        beside = sum(chips) + len(chips) * self._row.spacing() + margins.left() + margins.right()
        return beside + self._kept.fontMetrics().horizontalAdvance(text) <= self.width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """There is more room, or less."""
        super().resizeEvent(event)
        self._show_kept()

    @Slot()
    def _show_why(self) -> None:
        pixel = self._state.hidden_pixel.pixel
        self._why.setVisible(pixel is not None)
        if pixel is None:
            return
        now = self._state.scene.filter_list.now
        reasons = [self._title(name, now) for name in self._state.hidden_pixel.reasons]
        place = self.tr("Photo {}, pixel {}, {}: ").format(pixel.view_index + 1, pixel.x, pixel.y)
        shown = self.tr("shown, no filter takes it")
        hidden = self.tr("hidden by {}").format(", ".join(reasons))
        self._why.setText(place + (hidden if reasons else shown))

    @property
    def _is_what_if(self) -> bool:
        """Whether the left or only view shows points that a re-mix has moved."""
        return self._state.remix.shown.is_active and self._state.display.layer == "fused"

    def _title(self, name: str, now: PointFilters) -> str:
        """What a filter hides, or why no filter can say."""
        if name == INVALID:
            return self.tr("it has no valid depth")
        scene = self._state.scene
        unit = "m" if scene.scale.is_known else ""
        return filter_named(name).label(now, unit, self._is_what_if)

    @Slot()
    def _show_icons(self) -> None:
        for chip in self._chips.values():
            chip.setIcon(icon("close", self._theme.tokens.muted))


def _short(count: int) -> str:
    if count >= 1_000_000:
        return f"{count / 1e6:.2f} M"
    return f"{count / 1e3:.0f} k" if count >= 10_000 else f"{count:,}"
