"""The list itself: the result first, then each object; a tick shows or hides."""

from PySide6.QtCore import QCoreApplication, QSize, Qt, Slot
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QProgressBar,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.objects.scene_object import Kind, SceneObject
from moe3d_viewer.state.objects.scene_objects import RESULT
from moe3d_viewer.widgets.controls.elided_label import ElidedLabel
from moe3d_viewer.widgets.controls.parts import button
from moe3d_viewer.widgets.inspector.section import Section
from moe3d_viewer.widgets.objects.object_dialogs import ObjectDialogs

ROW_PX, MOST_ROWS, LEAST_ROWS = 24, 8, 3
SWATCH_PX = 12
NAME, COUNT = range(2)
ID = int(Qt.ItemDataRole.UserRole)
Flag = Qt.ItemFlag


class ObjectTree(QTreeWidget):
    """Space ticks, F2 renames, Delete removes, Enter goes there."""

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self._state, self._objects = state, state.objects
        self._is_showing = False
        self.setObjectName("object_list")
        self.setAccessibleName(self.tr("Objects"))
        self.setToolTip(
            self.tr("Space shows or hides, Enter goes there, F2 renames, Delete removes")
        )
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setIconSize(QSize(SWATCH_PX, SWATCH_PX))
        self.setEditTriggers(QTreeWidget.EditTrigger.EditKeyPressed)
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(COUNT, QHeaderView.ResizeMode.ResizeToContents)
        self.itemChanged.connect(self._on_item_changed)
        self.currentItemChanged.connect(self._on_current_changed)
        self.itemDoubleClicked.connect(self._on_double_clicked)
        objects = self._objects
        objects.object_added.connect(self.show_objects)
        objects.object_removed.connect(self.show_objects)
        objects.object_changed.connect(self.show_objects)
        objects.selection_changed.connect(self.show_objects)
        state.display.result_changed.connect(self.show_objects)
        state.scene.filter_list.changed.connect(self._show_result_count)
        self.show_objects()

    @Slot()
    @Slot(int)
    def show_objects(self, _id: int = 0) -> None:
        """Bring the rows up to date; the one that is marked stays marked."""
        wanted = [RESULT] if self._state.display.prediction is not None else []
        wanted += [item.id for item in self._objects.objects]
        was, self._is_showing = self._is_showing, True
        try:
            if [self._id_of(row) for row in range(self.topLevelItemCount())] != wanted:
                self.clear()
                for object_id in wanted:
                    row = QTreeWidgetItem(self)
                    row.setData(NAME, ID, object_id)
                    row.setSizeHint(NAME, QSize(0, ROW_PX))
            for number, object_id in enumerate(wanted):
                row = self.topLevelItem(number)
                if row is not None:
                    self._fill(row, object_id)
                    if object_id == self._objects.selected:
                        self.setCurrentItem(row)
        finally:
            self._is_showing = was
        rows = min(max(len(wanted), LEAST_ROWS), MOST_ROWS)
        self.setFixedHeight(rows * ROW_PX + 2 * self.frameWidth() + 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete and Enter; all others are the list's own."""
        if event.key() == Qt.Key.Key_Delete and self._objects.selected != RESULT:
            self._objects.remove(self._objects.selected)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self._is_editing:
            self._objects.go_to(self._objects.selected)
        else:
            super().keyPressEvent(event)

    @property
    def _is_editing(self) -> bool:
        return self.state() is QTreeWidget.State.EditingState

    def _id_of(self, number: int) -> int:
        row = self.topLevelItem(number)
        return -1 if row is None else int(row.data(NAME, ID))

    def _fill(self, row: QTreeWidgetItem, object_id: int) -> None:
        item = self._objects.find(object_id)
        is_shown = self._objects.is_result_shown if item is None else item.is_shown
        ticked = Qt.CheckState.Checked if is_shown else Qt.CheckState.Unchecked
        row.setText(NAME, self.tr("Result") if item is None else item.name)
        row.setCheckState(NAME, ticked)
        flags = Flag.ItemIsEnabled | Flag.ItemIsSelectable | Flag.ItemIsUserCheckable
        row.setFlags(flags if item is None else flags | Flag.ItemIsEditable)
        row.setText(COUNT, self._result_count() if item is None else count_text(item))
        row.setTextAlignment(COUNT, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.setToolTip(NAME, row.text(NAME) if item is None else told_of(item))
        row.setIcon(NAME, QIcon() if item is None or item.color is None else _swatch(item.color))

    @Slot()
    def _show_result_count(self) -> None:
        """Alone, because every step of a filter asks for it."""
        row = self.topLevelItem(0)
        if row is not None and self._id_of(0) == RESULT:
            was, self._is_showing = self._is_showing, True
            row.setText(COUNT, self._result_count())
            self._is_showing = was

    def _result_count(self) -> str:
        counts = self._state.scene.filter_list.counts(self._state.display.layer)
        return "" if counts is None else f"{counts.kept:,}"

    @Slot(QTreeWidgetItem, int)
    def _on_item_changed(self, row: QTreeWidgetItem, _column: int) -> None:
        if self._is_showing:
            return
        object_id = int(row.data(NAME, ID))
        item = self._objects.find(object_id)
        is_shown = row.checkState(NAME) is Qt.CheckState.Checked
        if item is not None and row.text(NAME) != item.name:
            self._objects.rename(object_id, row.text(NAME))
        self._objects.show(object_id, is_shown)
        self.show_objects()

    @Slot(QTreeWidgetItem, QTreeWidgetItem)
    def _on_current_changed(self, row: QTreeWidgetItem | None, _before: object) -> None:
        if not self._is_showing and row is not None:
            self._objects.select(int(row.data(NAME, ID)))

    @Slot(QTreeWidgetItem, int)
    def _on_double_clicked(self, row: QTreeWidgetItem, _column: int) -> None:
        self._objects.go_to(int(row.data(NAME, ID)))


class ListSection(Section):
    """The list, what adds to it, and how far a file is read."""

    def __init__(
        self, state: AppState, dialogs: ObjectDialogs, parent: QWidget | None = None
    ) -> None:
        super().__init__("objects_section", self.tr("OBJECTS"), parent)
        self._state, self._dialogs = state, dialogs
        add = button(
            self.tr("Add…"), "add_object", self.tr("Add clouds or meshes from files"), "link"
        )
        add.clicked.connect(dialogs.add)
        self.head.addWidget(add)
        self.tree = ObjectTree(state)
        self._reading = QWidget()
        self._text = ElidedLabel("object_reading", "muted")
        self._bar = QProgressBar()
        self._bar.setObjectName("object_progress")
        self._bar.setAccessibleName(self.tr("How much of the file is read"))
        self._bar.setToolTip(self._bar.accessibleName())
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(60)
        stop = button(self.tr("Stop"), "stop_reading", self.tr("Stop reading files"), "link")
        stop.clicked.connect(state.object_files.cancel)
        row = QHBoxLayout(self._reading)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._text, 1)
        row.addWidget(self._bar)
        row.addWidget(stop)
        buttons = QHBoxLayout()
        self._buttons = [
            button(self.tr("Go to"), "go_to_object", self.tr("See it whole (Enter)"), "link"),
            button(self.tr("Rename"), "rename_object", self.tr("Give it a name (F2)"), "link"),
            button(self.tr("Save…"), "save_object", self.tr("Save it as a PLY file"), "link"),
            button(self.tr("Remove"), "remove_object", self.tr("Take it out (Delete)"), "link"),
        ]
        calls = (self._on_go_to, self._on_rename, self._on_save, self._on_remove)
        for made, call in zip(self._buttons, calls, strict=True):
            made.clicked.connect(call)
            buttons.addWidget(made)
        buttons.addStretch(1)
        self.rows.addWidget(self.tree)
        self.rows.addWidget(self._reading)
        self.rows.addLayout(buttons)
        objects = state.objects
        objects.selection_changed.connect(self._show)
        objects.object_changed.connect(self._show)
        state.object_files.loading_changed.connect(self._show)
        self._show()

    @Slot()
    @Slot(int)
    def _show(self, _id: int = 0) -> None:
        files, selected = self._state.object_files, self._state.objects.selected
        item = self._state.objects.find(selected)
        self._reading.setVisible(files.is_loading)
        self._text.setText(files.loading_text)
        self._bar.setRange(0, 100 if files.share else 0)
        self._bar.setValue(round(100 * files.share))
        go_to, rename, save, remove = self._buttons
        for made in (rename, remove):
            made.setEnabled(item is not None)
        save.setEnabled(item is not None and item.data is not None)
        go_to.setEnabled(item is None or item.data is not None)

    @Slot()
    def _on_go_to(self) -> None:
        self._state.objects.go_to(self._state.objects.selected)

    @Slot()
    def _on_rename(self) -> None:
        row = self.tree.currentItem()
        if row is not None:
            self.tree.setFocus()
            self.tree.editItem(row, NAME)

    @Slot()
    def _on_save(self) -> None:
        self._dialogs.save(self._state.objects.selected)

    @Slot()
    def _on_remove(self) -> None:
        self._state.objects.remove(self._state.objects.selected)


def count_text(item: SceneObject) -> str:
    """How many points or triangles; or what is amiss."""
    if item.problem:
        return _tr("not found")
    if item.data is None:
        return _tr("reading")
    return f"{item.count:,}" if item.kind is Kind.CLOUD else f"{item.count:,} △"


def told_of(item: SceneObject) -> str:
    """A row's tooltip: name, kind and count, file, what is amiss."""
    kind = "points" if item.kind is Kind.CLOUD else "triangles"
    lines = [item.name, f"{item.count:,} {kind}" if item.data is not None else "", item.path]
    return "\n".join(line for line in (*lines, item.problem) if line)


def _swatch(color: tuple[int, int, int]) -> QIcon:
    pixels = QPixmap(SWATCH_PX, SWATCH_PX)
    pixels.fill(QColor(*color))
    return QIcon(pixels)


def _tr(text: str) -> str:
    return QCoreApplication.translate("ObjectList", text)
