"""The places where both sides disagree most; choosing one goes there."""

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from app.rendering.place_picture import place_picture
from app.widgets.photo_picture import SHARP
from app.widgets.pictures import pixmap_from_rgb
from moe3d.scene.comparison import Comparison, Place
from moe3d.scene.records import ScenePrediction

THUMBNAIL = QSize(72, 54)


class PlaceList(QListWidget):
    """Ranked; click or Enter goes to a place in the maps and in the 3D view."""

    place_chosen = Signal(object)
    """Place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("place_list")
        self.setAccessibleName(self.tr("Places of greatest disagreement"))
        self.setToolTip(self.tr("Click, or press Enter, to go there in the maps and in 3D"))
        self.setIconSize(THUMBNAIL)
        self.setSpacing(2)
        self.setUniformItemSizes(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._places: tuple[Place, ...] = ()
        self.itemClicked.connect(self._on_chosen)
        self.itemActivated.connect(self._on_chosen)

    def show_places(self, report: Comparison | None, prediction: ScenePrediction | None) -> None:
        """List the places of a comparison."""
        places = () if report is None else report.places
        if places == self._places and self.count() == len(places):
            return
        self.clear()
        self._places = places
        if prediction is None:
            return
        for number, place in enumerate(places, 1):
            picture = place_picture(prediction.images[place.view_index], place)
            side = self.tr("nearer") if place.difference < 0 else self.tr("farther")
            text = self.tr("{}. {}\n{:.0f} % {}, {} px").format(
                number, place.photo, 100 * abs(place.difference), side, f"{place.num_pixels:,}"
            )
            icon = pixmap_from_rgb(picture).scaled(
                THUMBNAIL * SHARP,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
            item = QListWidgetItem(QIcon(icon), text)
            item.setToolTip(
                self.tr(
                    "{}\nMoE3D is {:.1f} % {} than VGGT here, in the median of {} pixels"
                ).format(place.photo, 100 * abs(place.difference), side, place.num_pixels)
            )
            self.addItem(item)

    @Slot(QListWidgetItem)
    def _on_chosen(self, item: QListWidgetItem) -> None:
        self.place_chosen.emit(self._places[self.row(item)])
