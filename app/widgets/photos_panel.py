"""The photos of the scene as thumbnails, and the files that were refused."""

from PySide6.QtCore import QModelIndex, QSize, Qt, Slot
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.state.session import SessionState
from app.state.view_options import ViewOptionsState
from app.widgets.parts import label
from app.widgets.pictures import pixmap_from_rgb
from app.widgets.refused_strip import RefusedStrip

THUMBNAIL = QSize(152, 104)


class PhotosPanel(QWidget):
    """Left dock. A click shows the maps of a photo."""

    def __init__(
        self, session: SessionState, view: ViewOptionsState, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("photos_panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session, self._view = session, view
        self._summary = label(role="muted", name="photos_summary", wrap=True)
        self._list = self._make_list()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(10, 8, 6, 8)
        rows.setSpacing(8)
        rows.addWidget(self._summary)
        rows.addWidget(RefusedStrip(session))
        rows.addWidget(self._list, 1)
        session.views_changed.connect(self._show_views)
        session.thumbnail_ready.connect(self._show_thumbnail)
        view.selected_view_changed.connect(self._show_selected)
        self._show_views()

    def _make_list(self) -> QListWidget:
        made = QListWidget()
        made.setObjectName("photo_list")
        made.setAccessibleName(self.tr("Photos"))
        made.setToolTip(self.tr("Photos of this scene; the first one is the reference camera"))
        made.setIconSize(THUMBNAIL)
        made.setSpacing(1)
        made.setUniformItemSizes(False)
        made.setWordWrap(True)
        made.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.setViewMode(QListWidget.ViewMode.IconMode)
        made.setFlow(QListWidget.Flow.TopToBottom)
        made.setWrapping(False)
        made.setMovement(QListWidget.Movement.Static)
        made.currentRowChanged.connect(self._on_row_changed)
        return made

    @Slot()
    def _show_views(self) -> None:
        self._list.blockSignals(True)
        self._list.clear()
        views = self._session.views
        for index, view in enumerate(views.views if views is not None else ()):
            item = QListWidgetItem(_blank(), f"{index + 1}  {view.name}")
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
            facts = [view.name, f"{view.width} x {view.height}", *view.warnings]
            item.setToolTip("\n".join(facts))
            item.setSizeHint(QSize(THUMBNAIL.width() + 24, THUMBNAIL.height() + 32))
            self._list.addItem(item)
        self._list.blockSignals(False)
        self._show_selected(self._view.selected_view)
        count = self._session.num_views
        self._summary.setText(
            self.tr("1 photo") if count == 1 else self.tr("{} photos").format(count)
        )

    @Slot(int)
    def _show_thumbnail(self, index: int) -> None:
        pixels, item = self._session.thumbnail(index), self._list.item(index)
        if pixels is not None and item is not None:
            item.setIcon(_untinted(_fitted(pixmap_from_rgb(pixels))))  # type: ignore[arg-type]

    @Slot(int)
    def _show_selected(self, index: int) -> None:
        if index < self._list.count() and index != self._list.currentRow():
            self._list.setCurrentRow(index)
            self._list.scrollTo(self._list.model().index(index, 0, QModelIndex()))

    @Slot(int)
    def _on_row_changed(self, row: int) -> None:
        self._view.select_view(row)


def _blank() -> QIcon:
    picture = QPixmap(THUMBNAIL)
    picture.fill(QColor(128, 128, 128, 40))
    return QIcon(picture)


def _untinted(picture: QPixmap) -> QIcon:
    made = QIcon(picture)
    made.addPixmap(picture, QIcon.Mode.Selected)
    return made


def _fitted(picture: QPixmap) -> QPixmap:
    return picture.scaled(
        THUMBNAIL * 2,
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
