"""The photos with ticks, in the order in which the network takes them."""

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from moe3d import View
from moe3d.scene.agreement_text import photo_marks, photo_sentences
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.photos.card_drag import CardDrag
from moe3d_viewer.widgets.photos.photo_picture import SIZE, blank, photo_icon

NAME = Qt.ItemDataRole.UserRole
FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable
LEAST_MASKED = 0.005
"""A smaller share of a photo is not worth a line of its card."""


class PhotoList(QListWidget):
    """A click shows the maps of a photo; the box takes it in or leaves it out."""

    current_changed = Signal(str)
    """Name of the photo under the selection."""

    def __init__(self, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("photo_list")
        self.setAccessibleName(self.tr("Photos"))
        self.setToolTip(
            self.tr(
                "Photos of this scene. A tick takes one into the next run; drag, or press Alt+Up "
                "and Alt+Down, to change their order. The reference stays first"
            )
        )
        self.setIconSize(SIZE)
        self.setSpacing(1)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # numbers stand at the end
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewMode(QListWidget.ViewMode.IconMode)
        self.setFlow(QListWidget.Flow.TopToBottom)
        self.setWrapping(False)
        self.setMovement(QListWidget.Movement.Static)
        self._state = state
        self._drawn: dict[str, object] = {}
        drag = CardDrag(self, self._place_for)
        drag.dropped.connect(self._on_dropped)
        self.currentItemChanged.connect(self._on_current_changed)
        self.itemChanged.connect(self._on_item_changed)
        state.session.thumbnail_ready.connect(self._show_thumbnail)
        state.selection.selection_changed.connect(self._show_all)
        state.selection.warnings_changed.connect(self._show_texts)
        state.plan.changed.connect(self._show_plan)
        state.view.selected_view_changed.connect(self._show_selected)
        state.display.result_changed.connect(self._show_texts)
        state.result_photos.changed.connect(self._show_texts)
        state.display.result_changed.connect(self._show_selected_now)
        self._show_all()

    @property
    def current_name(self) -> str:
        """Name of the photo under the selection; empty when there is none."""
        item = self.currentItem()
        return str(item.data(NAME)) if item is not None else ""

    @Slot()
    def _show_all(self) -> None:
        views, current = self._state.selection.views, self.current_name
        self.blockSignals(True)
        if [item.data(NAME) for item in self._items()] != [view.name for view in views]:
            cards = {item.data(NAME): item for item in self._take_all()}
            for view in views:
                self.addItem(cards.get(view.name) or self._card(view.name))
        for item in self._items():
            used = item.data(NAME) not in self._state.selection.excluded
            item.setCheckState(Qt.CheckState.Checked if used else Qt.CheckState.Unchecked)
        self.blockSignals(False)
        self._show_texts()
        self._show_pictures()
        if current and current != self.current_name:
            self._select(current)
        else:
            self._show_selected_now()

    def _take_all(self) -> list[QListWidgetItem]:
        return [self.takeItem(0) for _ in range(self.count())]

    def _card(self, name: str) -> QListWidgetItem:
        made = QListWidgetItem(blank(), "")
        made.setData(NAME, name)
        made.setFlags(FLAGS)
        made.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._drawn.pop(name, None)
        return made

    def _items(self) -> list[QListWidgetItem]:
        return [self.item(row) for row in range(self.count())]

    @Slot()
    def _show_texts(self) -> None:
        views = {view.name: view for view in self._state.selection.views}
        reference = self._state.selection.reference
        self.blockSignals(True)
        for item in self._items():
            view = views.get(item.data(NAME))
            if view is None:  # other photos are there, and their cards come in a moment
                continue
            warnings = self._warnings(view.name)
            marks, sentences = self._agreement(view.name)
            mark = self.tr("reference  ") if view.name == reference else f"{self.row(item) + 1}  "
            lines = [f"{mark}{view.name}", *(f"⚠ {text}" for text in (*warnings, *marks))]
            masked = self._state.selection.masked(view.name)
            if masked >= LEAST_MASKED:
                lines.append(self.tr("◐ {:.0f} % masked").format(100 * masked))
            of_result = self._state.result_photos.mark(view.name)
            lines += [f"◌ {of_result}"] if of_result else []
            item.setText("\n".join(lines))
            item.setToolTip(self._tip(view, warnings, sentences))
            height = SIZE.height() + 16 + 16 * len(lines)
            item.setSizeHint(QSize(self._card_width(), height))
        self.blockSignals(False)
        self.scheduleDelayedItemsLayout()  # other heights alone do not move the end of the list

    def _agreement(self, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Marks of a photo of the result on the screen, and everything about it in sentences."""
        prediction = self._state.display.prediction
        if prediction is None or prediction.agreement is None or name not in prediction.names:
            return (), ()
        index = prediction.names.index(name)
        return (
            photo_marks(prediction.agreement, index),
            photo_sentences(prediction.agreement, index),
        )

    def _warnings(self, name: str) -> tuple[str, ...]:
        """What is odd about a photo, and that too much of it is cut off."""
        warnings, cut = self._state.selection.warnings(name), self._state.plan.warning(name)
        return (*warnings, cut) if cut else warnings

    def _tip(self, view: View, warnings: tuple[str, ...], sentences: tuple[str, ...]) -> str:
        cut, too_much = self._state.plan.cut_text(view.name), self._state.plan.warning(view.name)
        lines = [f"{view.width} x {view.height}", cut, *(w for w in warnings if w != too_much)]
        masked = self._state.selection.masked(view.name)
        if masked >= LEAST_MASKED:
            text = self.tr("{:.0f} % of it stays out: its mask is black there, or it is clear")
            lines.append(text.format(100 * masked))
        return "\n".join([view.name, *(line for line in lines if line), *sentences])

    def _card_width(self) -> int:
        """A wide panel leaves more room for the names."""
        return max(SIZE.width() + 24, self.viewport().width() - 4 * self.spacing())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the cards fill the width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._show_texts()

    @Slot()
    def _show_plan(self) -> None:
        self._show_texts()
        self._show_pictures()

    @Slot()
    def _show_pictures(self) -> None:
        for item in self._items():
            self._show_picture(item)

    @Slot(int)
    def _show_thumbnail(self, index: int) -> None:
        views = self._state.session.views
        name = views.views[index].name if views is not None else None
        found = next((item for item in self._items() if item.data(NAME) == name), None)
        if found is not None:
            self._show_picture(found)

    def _show_picture(self, item: QListWidgetItem) -> None:
        name = str(item.data(NAME))
        pixels, frame = self._thumbnail(name), self._state.plan.frame(name)
        if pixels is None:
            return
        used = name not in self._state.selection.excluded
        if self._drawn.get(name) == (id(pixels), frame, used):
            return
        self._drawn[name] = (id(pixels), frame, used)
        self.blockSignals(True)
        item.setIcon(photo_icon(pixels, frame, is_used=used))
        self.blockSignals(False)

    def _thumbnail(self, name: str) -> object | None:
        session = self._state.session
        views: tuple[View, ...] = session.views.views if session.views is not None else ()
        index = next((index for index, view in enumerate(views) if view.name == name), None)
        return session.thumbnail(index) if index is not None else None

    @Slot()
    def _show_selected_now(self) -> None:
        self._show_selected(self._state.view.selected_view)

    @Slot(int)
    def _show_selected(self, index: int) -> None:
        names = self._state.shown_names
        if index < len(names):
            self._select(names[index])

    def _select(self, name: str) -> None:
        for item in self._items():
            if item.data(NAME) == name and item is not self.currentItem():
                self.setCurrentItem(item)
                self.scrollTo(self.model().index(self.row(item), 0, QModelIndex()))

    @Slot()
    def _on_current_changed(self) -> None:
        name, names = self.current_name, self._state.shown_names
        if name in names:
            self._state.view.select_view(names.index(name))
        self.current_changed.emit(name)

    @Slot(QListWidgetItem)
    def _on_item_changed(self, item: QListWidgetItem) -> None:
        used = item.checkState() is Qt.CheckState.Checked
        self._state.selection.include(str(item.data(NAME)), used)

    def _place_for(self, item: QListWidgetItem, row: int) -> int | None:
        return self._state.selection.place_for(str(item.data(NAME)), row)

    @Slot(QListWidgetItem, int)
    def _on_dropped(self, item: QListWidgetItem, row: int) -> None:
        self._state.history.end_step()
        self._state.selection.move_to(str(item.data(NAME)), row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt and an arrow move the photo, an arrow alone the selection."""
        is_arrow = event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down)
        if is_arrow and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            step = -1 if event.key() == Qt.Key.Key_Up else 1
            self._state.selection.move(self.current_name, step)
        else:
            super().keyPressEvent(event)
