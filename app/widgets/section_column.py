"""A panel of sections: as many stand open as there is room for, those asked for last first."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from app.state.settings import Settings
from app.widgets.section import Section

SMALLEST_PX = 286
SIDE_PX, BOTTOM_PX = 14, 6


class SectionColumn(QScrollArea):
    """In a low window all headings stay in sight; what the user opened and folded is kept."""

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
        self._is_fitting = False
        column = QWidget()
        rows = QVBoxLayout(column)
        rows.setContentsMargins(SIDE_PX, 0, SIDE_PX, BOTTOM_PX)
        rows.setSpacing(0)
        for section in self._sections:
            section.opened.connect(self._on_opened)
            rows.addWidget(section)
        rows.addStretch(1)
        self.setWidget(column)
        column.installEventFilter(self)

    def open_section(self, name: str) -> None:
        """Show this section, and others as far as there is room."""
        self._asked = [name, *(other for other in self._asked if other != name)]
        self._folded = [other for other in self._folded if other != name]
        self._keep()
        self._fit()

    @Slot(bool)
    def _on_opened(self, is_open: bool) -> None:
        section = self.sender()
        if not isinstance(section, Section):
            return
        if is_open:
            self.open_section(section.objectName())
            self.ensureWidgetVisible(section, 0, 0)
        else:
            self._folded.append(section.objectName())
            self._keep()
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """There is more room, or less."""
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A section came, went, or changed its size."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

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
            is_wanted = section.objectName() not in self._folded
            section.set_open(is_wanted and (is_first or more <= room))
            if section.is_open:
                room, is_first = room - more, False
        self._is_fitting = False

    def _rank(self, section: Section) -> int:
        name = section.objectName()
        return self._asked.index(name) if name in self._asked else len(self._asked)

    def _kept(self, what: str) -> list[str]:
        return self._settings.value(f"{self.objectName()}_{what}", "").split(",")

    def _keep(self) -> None:
        for what, names in (("asked", self._asked), ("folded", self._folded)):
            self._settings.set_value(f"{self.objectName()}_{what}", ",".join(filter(None, names)))
