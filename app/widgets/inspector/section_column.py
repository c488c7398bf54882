"""A panel of sections: as many as there is room for, and all that the user opened or worked in."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from moe3d_viewer.state.settings import Settings
from moe3d_viewer.widgets.inspector.section import Section

SMALLEST_PX = 286
SIDE_PX, BOTTOM_PX = 14, 6


class SectionColumn(QScrollArea):
    """In a low window the headings stay in sight until the user opens more than fits; then it
    scrolls. Nothing that the user opened, worked in, or had before the eyes while opening another
    section folds by itself; a layout of the window, or the next start, arranges anew."""

    def __init__(
        self,
        name: str,
        title: str,
        settings: Settings,
        sections: Sequence[Section],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(SMALLEST_PX)
        self._settings, self._sections = settings, tuple(sections)
        self._asked = self._kept("asked")
        self._folded = self._kept("folded")
        self._in_use: set[str] = set()
        self._is_fitting = False
        column = self._column = QWidget()
        rows = QVBoxLayout(column)
        rows.setContentsMargins(SIDE_PX, 0, SIDE_PX, BOTTOM_PX)
        rows.setSpacing(0)
        for section in self._sections:
            section.opened.connect(self._on_opened)
            section.used.connect(self._on_used)
            rows.addWidget(section)
        rows.addStretch(1)
        self.setWidget(column)
        column.installEventFilter(self)

    def open_section(self, name: str) -> None:
        """Show this section, and others as far as there is room."""
        self._in_use = {name}
        self._ask_for(name)

    def _ask_for(self, name: str) -> None:
        self._asked = [name, *(other for other in self._asked if other != name)]
        self._folded = [other for other in self._folded if other != name]
        self._keep()
        self._fit()

    @Slot(bool)
    def _on_opened(self, is_open: bool) -> None:
        section = self.sender()
        if not isinstance(section, Section):
            return
        name = section.objectName()
        if is_open:
            self._in_use |= {one.objectName() for one in self._sections if one.is_open} | {name}
            self._ask_for(name)
            self._column.adjustSize()  # else what was just opened is not there to scroll to
            self.ensureWidgetVisible(section, 0, 0)
        else:
            self._in_use.discard(name)
            self._folded.append(name)
            self._keep()
            self._fit()

    @Slot()
    def _on_used(self) -> None:
        section = self.sender()
        if isinstance(section, Section):
            self._in_use.add(section.objectName())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """There is more room, or less."""
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A section came, went, or changed its size."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
            self._keep_whole()
        return super().eventFilter(watched, event)

    def _keep_whole(self) -> None:
        """Nothing scrolls sideways: no narrower than the widest row of what stands open."""
        wanted = (
            self._column.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width()
        )
        self.setMinimumWidth(max(SMALLEST_PX, wanted))

    def _fit(self) -> None:
        if self._is_fitting or not self.isVisible():
            return
        self._is_fitting = True
        shown = [section for section in self._sections if not section.isHidden()]
        width = self.viewport().width() - 2 * SIDE_PX
        room = self.viewport().height() - BOTTOM_PX
        room -= sum(section.folded_height() for section in shown)
        is_first = True
        for section in sorted(shown, key=self._rank):
            more = section.open_height(width) - section.folded_height()
            name = section.objectName()
            is_wanted = name not in self._folded
            has_room = is_first or name in self._in_use or more <= room
            section.set_open(is_wanted and has_room)
            if section.is_open:
                room, is_first = room - more, False
        self._is_fitting = False

    def _rank(self, section: Section) -> tuple[bool, int]:
        name = section.objectName()
        place = self._asked.index(name) if name in self._asked else len(self._asked)
        return name not in self._in_use, place

    def _kept(self, what: str) -> list[str]:
        return self._settings.value(f"{self.objectName()}_{what}", "").split(",")

    def _keep(self) -> None:
        for what, names in (("asked", self._asked), ("folded", self._folded)):
            self._settings.set_value(f"{self.objectName()}_{what}", ",".join(filter(None, names)))
