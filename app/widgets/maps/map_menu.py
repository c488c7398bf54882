"""The menu of a map, and the question where a map's file goes."""

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from moe3d import MAP_FORMATS
from moe3d_viewer.state.layers.map_view import MapViewState
from moe3d_viewer.widgets.controls.layer_titles import tile_title


class MapMenu(QMenu):
    """What can be done with the chosen map; opened by a right click on it."""

    def __init__(self, maps: MapViewState, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("map_menu")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setToolTipsVisible(True)
        self._maps = maps
        heading = self.addAction(tile_title(maps.chosen, maps.on_screen.plain_depth))
        heading.setEnabled(False)
        self._add_seeing()
        self.addSeparator()
        for name in MAP_FORMATS:
            self._add_format(name)

    def _add_seeing(self) -> None:
        maps = self._maps
        if maps.is_large:
            back = self.addAction(self.tr("Back to the 3D view"), maps.leave)
            back.setObjectName("map_menu_back")
        else:
            large = self.addAction(self.tr("Enlarge"))
            large.setObjectName("map_menu_enlarge")
            large.triggered.connect(self._on_enlarge)
        whole = self.addAction(self.tr("Show all of it"), maps.zoom.reset)
        whole.setObjectName("map_menu_fit")
        whole.setEnabled(maps.zoom.scale > 1)

    def _add_format(self, name: str) -> None:
        action = self.addAction(self.tr("Save: {}…").format(self.tr(MAP_FORMATS[name].title)))
        action.setObjectName(f"map_menu_{name}")
        action.setData(name)
        action.setEnabled(self._maps.can_save(name))
        action.triggered.connect(self._on_save)

    @Slot()
    def _on_enlarge(self) -> None:
        self._maps.enlarge()

    @Slot()
    def _on_save(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self._maps.ask_for_file(str(action.data()))


class MapFileQuestion(QObject):
    """Asks where the chosen map goes; Qt's dialog asks before a file is replaced."""

    def __init__(self, maps: MapViewState, window: QWidget) -> None:
        super().__init__(window)
        self._maps, self._window = maps, window
        self._format = ""
        maps.file_wanted.connect(self._ask)

    @Slot(str)
    def _ask(self, format_name: str) -> None:
        self._format, chosen = format_name, MAP_FORMATS[format_name]
        dialog = QFileDialog(self._window, self.tr("Save map"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setObjectName("map_file_dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([f"{self.tr(chosen.title)} (*{chosen.suffix})"])
        dialog.setDefaultSuffix(chosen.suffix.removeprefix("."))
        dialog.selectFile(self._maps.file_stem + chosen.suffix)
        dialog.fileSelected.connect(self._on_chosen)
        dialog.open()

    @Slot(str)
    def _on_chosen(self, text: str) -> None:
        self._maps.save(self._format, Path(text))
