"""Recent scenes on the start page, or those to try: a card each, as many as there is room for."""

from datetime import date, datetime
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication, QDate, QLocale, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from moe3d_viewer.state.recents import RecentScene
from moe3d_viewer.widgets.controls.elided_label import ElidedLabel
from moe3d_viewer.widgets.controls.icons import icon, pixmap
from moe3d_viewer.widgets.controls.parts import label
from moe3d_viewer.widgets.controls.pictures import pixmap_from_rgb
from moe3d_viewer.widgets.controls.theme import Theme

CARD = QSize(196, 178)
PICTURE = QSize(180, 108)
GAP = 12
MOST_ROWS = 2
ROUND_PX = 6
PALE = 0.35
"""Opacity of the picture of a scene that is gone."""
KINDS = {
    "photos": "photos",
    "video": "frames of a video",
    "session": "session",
    "result": "result",
}
SHAPES = {"video": "run", "session": "save", "result": "model"}


def kind_text(scene: RecentScene) -> str:
    """What a scene is: "8 photos", "session of 8 photos", "result"."""
    count, kind = scene.num_photos, scene.kind
    if not kind:
        return ""
    if not count:
        return _tr(KINDS[kind]) if kind in KINDS else ""
    photos = _tr("1 photo") if count == 1 else _tr("{} photos").format(count)
    if kind == "video":
        return _tr("{} frames of a video").format(count)
    if kind in ("session", "result"):
        return _tr("{}, {}").format(_tr(KINDS[kind]), photos)
    return photos


def day_text(opened_s: float, today: date) -> str:
    """When it was opened: today, yesterday, or the day as the user's land writes it."""
    if not opened_s:
        return ""
    day = datetime.fromtimestamp(opened_s).astimezone().date()
    days = (today - day).days
    if days == 0:
        return _tr("today")
    if days == 1:
        return _tr("yesterday")
    return QLocale().toString(QDate(day.year, day.month, day.day), QLocale.FormatType.ShortFormat)


class RecentPicture(QWidget):
    """The photo, cut to the card's shape; an icon where there is none."""

    def __init__(self, scene: RecentScene, theme: Theme) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(PICTURE)
        self._scene, self._theme = scene, theme
        picture = scene.picture
        self._photo = pixmap_from_rgb(picture) if isinstance(picture, np.ndarray) else QPixmap()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw at the screen's own resolution."""
        tokens, painter = self._theme.tokens, QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        shape = QPainterPath()
        shape.addRoundedRect(self.rect(), ROUND_PX, ROUND_PX)
        painter.setClipPath(shape)
        painter.fillRect(self.rect(), QColor(tokens.raised))
        if self._scene.problem:
            painter.setOpacity(PALE)
        if not self._photo.isNull():
            painter.drawPixmap(self.rect(), self._photo, _middle(self._photo.size(), self.size()))
        else:
            shape_name = SHAPES.get(self._scene.kind, "photos")
            drawn = pixmap(shape_name, tokens.muted, 40, self.devicePixelRatioF())
            painter.drawPixmap(self.rect().center().x() - 20, self.rect().center().y() - 20, drawn)
        painter.end()


class RecentCard(QPushButton):
    """Opens the scene; a cross takes it off the list."""

    forgotten = Signal(object)
    """Path."""

    def __init__(self, index: int, scene: RecentScene, theme: Theme, today: date) -> None:
        super().__init__()
        self.scene = scene
        self.setObjectName(f"recent_{index}")
        self.setProperty("kind", "card")
        self.setFixedSize(CARD)
        self.setEnabled(not scene.problem)
        about = " · ".join(filter(None, (kind_text(scene), day_text(scene.opened_s, today))))
        again = self.tr("Open {} again") if scene.opened_s else self.tr("Open {}")
        self.setAccessibleName(again.format(scene.name))
        self.setToolTip(f"{scene.path}\n{scene.problem or scene.about or about}")
        name = ElidedLabel(f"recent_name_{index}", "value")
        name.setText(scene.name)
        below = ElidedLabel(f"recent_about_{index}", "warning" if scene.problem else "muted")
        below.setText(scene.problem or about)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(8, 8, 8, 6)
        rows.setSpacing(2)
        rows.addWidget(RecentPicture(scene, theme))
        for text in (name, below):
            text.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            rows.addWidget(text)

    @property
    def path(self) -> Path:
        """Of the entry."""
        return self.scene.path


class RecentCards(QWidget):
    """The newest scenes, in one or two rows; where there are none, those to try."""

    opened = Signal(object)
    """Path of an entry."""
    forgotten = Signal(object)
    """Path of an entry."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("recents")
        self._theme = theme
        self._cards: list[tuple[RecentCard, QToolButton]] = []
        self._shown: tuple[RecentScene, ...] = ()
        self._are_recent = True
        self._heading = label("", "section", "recents_heading")
        self._grid = QGridLayout()
        self._grid.setSpacing(GAP)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._none = label(self.tr("None yet: what you open is listed here."), "muted", "no_recent")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(4, 0, 0, 0)
        rows.setSpacing(8)
        rows.addWidget(self._heading)
        rows.addWidget(self._none)
        rows.addLayout(self._grid)
        rows.addStretch(1)
        self.setMinimumHeight(CARD.height() + 34)
        theme.changed.connect(self._rebuild)

    def show_scenes(
        self, scenes: tuple[RecentScene, ...], samples: tuple[RecentScene, ...] = ()
    ) -> None:
        """Show these, newest first; the samples where there are none."""
        self._shown = scenes or samples
        self._are_recent = bool(scenes) or not samples
        self._rebuild()

    @Slot()
    def _rebuild(self) -> None:
        for parts in self._cards:
            for part in parts:
                part.hide()
                part.setParent(None)
                part.deleteLater()
        today = datetime.now().astimezone().date()
        self._cards = [self._made(index, scene, today) for index, scene in enumerate(self._shown)]
        self._heading.setText(
            self.tr("RECENT SCENES") if self._are_recent else self.tr("SCENES TO TRY")
        )
        self._none.setVisible(not self._cards)
        self._place()

    def _made(self, index: int, scene: RecentScene, today: date) -> tuple[RecentCard, QToolButton]:
        card = RecentCard(index, scene, self._theme, today)
        card.clicked.connect(self._on_clicked)
        return card, self._cross(index, card)

    def _cross(self, index: int, card: RecentCard) -> QToolButton:
        """Beside the card, not in it: it works also where the card is disabled."""
        made = QToolButton(self)
        made.setObjectName(f"forget_recent_{index}")
        made.setProperty("path", str(card.path))
        made.setIcon(icon("close", self._theme.tokens.text))
        made.setIconSize(QSize(12, 12))
        made.setToolTip(self.tr("Take it off this list; the files stay"))
        made.setAccessibleName(self.tr("Take {} off the list").format(card.scene.name))
        made.setProperty("corner", "true")
        made.clicked.connect(self._on_forgotten)
        return made

    def resizeEvent(self, event: QResizeEvent) -> None:
        """There is room for more, or for fewer."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        columns = max((self.width() + GAP) // (CARD.width() + GAP), 1)
        room = self.height() - 34
        rows = min(max((room + GAP) // (CARD.height() + GAP), 1), MOST_ROWS)
        for index, (card, cross) in enumerate(self._cards):
            row, column = divmod(index, columns)
            is_shown = row < rows
            if is_shown:
                self._grid.addWidget(card, row, column, Qt.AlignmentFlag.AlignLeft)
            card.setVisible(is_shown)
            cross.setVisible(is_shown and self._are_recent)
        self._grid.setColumnStretch(columns, 1)
        self._grid.activate()
        for card, cross in self._cards:
            cross.adjustSize()
            corner = card.geometry().topRight()
            cross.move(corner.x() - cross.width() - 10, corner.y() + 10)
            cross.raise_()

    @Slot()
    def _on_clicked(self) -> None:
        card = self.sender()
        if isinstance(card, RecentCard):
            self.opened.emit(card.path)

    @Slot()
    def _on_forgotten(self) -> None:
        self.forgotten.emit(Path(str(self.sender().property("path"))))


def _middle(size: QSize, shape: QSize) -> QRect:
    """The largest part of a picture that has this shape, from its middle."""
    part = shape.scaled(size, Qt.AspectRatioMode.KeepAspectRatio)
    left, top = (size.width() - part.width()) // 2, (size.height() - part.height()) // 2
    return QRect(left, top, part.width(), part.height())


def _tr(text: str) -> str:
    return QCoreApplication.translate("recent_cards", text)
