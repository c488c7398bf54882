"""Above the 3D view: every filter that is on, what it took, and a cross that switches it off."""

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QFrame, QToolButton, QWidget

from app.state.app_state import AppState
from app.state.filter_list import FilterEntry
from app.widgets.flow_layout import FlowLayout
from app.widgets.icons import icon
from app.widgets.layer_titles import layer_title
from app.widgets.parts import label
from app.widgets.theme import Theme


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
        row = FlowLayout(self)
        row.setContentsMargins(10, 5, 10, 5)
        for chip in self._chips.values():
            row.addWidget(chip)
        row.addWidget(self._kept)
        row.addWidget(self._why)
        state.scene.filter_list.changed.connect(self._show)
        state.display.changed.connect(self._show)
        state.remix.shown_changed.connect(self._show)
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
        made.clicked.connect(entry.clear)
        return made

    @Slot()
    def _show(self) -> None:
        titles = self._titles()
        for entry in self._entries():
            chip = self._chips[entry.name]
            count = "…" if entry.removed is None else f"\N{MINUS SIGN}{_short(entry.removed)}"
            chip.setText(f"{titles[entry.name]}  {count}")
            tip = self.tr("{} hides {} points; click to switch it off")
            tip = tip.format(titles[entry.name], count.lstrip("\N{MINUS SIGN}"))
            if self._is_what_if:
                tip += self.tr(". Counted in the model's own result, not in the what-if")
            chip.setToolTip(tip)
            chip.setAccessibleName(chip.toolTip())
            chip.setVisible(entry.is_active)
        counts = self._state.scene.filter_list.counts(self._state.display.layer)
        if counts is not None:
            text = self.tr("{}: {} of {} points")
            own = self.tr("Model's own")  # shorter than the layer: no line of chips is added
            title = own if self._is_what_if else layer_title(self._state.display.layer)
            kept, total = _short(counts.kept), _short(counts.total)
            self._kept.setText(text.format(title, kept, total))
        self._kept.setVisible(counts is not None)
        self.setVisible(self._state.display.prediction is not None)

    @Slot()
    def _show_why(self) -> None:
        pixel = self._state.hidden_pixel.pixel
        self._why.setVisible(pixel is not None)
        if pixel is None:
            return
        titles = self._titles() | {"invalid": self.tr("it has no valid depth")}
        reasons = [titles[name] for name in self._state.hidden_pixel.reasons]
        place = self.tr("Photo {}, pixel {}, {}: ").format(pixel.view_index + 1, pixel.x, pixel.y)
        shown = self.tr("shown, no filter takes it")
        hidden = self.tr("hidden by {}").format(", ".join(reasons))
        self._why.setText(place + (hidden if reasons else shown))

    @property
    def _is_what_if(self) -> bool:
        """Whether the left or only view shows points that a re-mix has moved."""
        return self._state.remix.shown.is_active and self._state.display.layer == "fused"

    def _titles(self) -> dict[str, str]:
        percentile = self._state.view.percentile
        edge = self._state.scene.filters.edge_rtol
        edges = self.tr("depth edges over {:g}")
        if self._is_what_if:  # marked on the points once, from the depth that the model fused
            edges = self.tr("model's edges over {:g}")
        return {
            "confidence": self.tr("lowest {:g} % confidence").format(percentile),
            "other_side": self.tr("the other side's cut"),
            "support": self._support_title(),
            "edges": edges.format(edge),
            "photos": self.tr("photos"),
            "experts": self.tr("experts"),
            "flying": self.tr("flying points"),
            "sky": self.tr("sky"),
            "black": self.tr("black"),
            "white": self.tr("white"),
            "section": self.tr("outside the box"),
        }

    def _support_title(self) -> str:
        photos = self._state.scene.filters.min_support
        if photos <= 1:
            return self.tr("not confirmed by another photo")
        return self.tr("confirmed by fewer than {} other photos").format(photos)

    @Slot()
    def _show_icons(self) -> None:
        for chip in self._chips.values():
            chip.setIcon(icon("close", self._theme.tokens.muted))


def _short(count: int) -> str:
    if count >= 1_000_000:
        return f"{count / 1e6:.2f} M"
    return f"{count / 1e3:.0f} k" if count >= 10_000 else f"{count:,}"
