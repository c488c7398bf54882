"""The bar of the most used commands."""

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from moe3d import EXPORT_PRESETS
from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.widgets.actions.registry import Actions
from moe3d_viewer.widgets.controls.icons import icon
from moe3d_viewer.widgets.controls.theme import Theme


class MainToolBar(QToolBar):
    """Open, run, layout, cameras, export."""

    def __init__(self, state: AppState, theme: Theme, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self._state, self._theme = state, theme
        self._doors: dict[str, tuple[QToolButton, QAction]] = {}
        self.setObjectName("tool_bar")
        self.setWindowTitle(self.tr("Tool bar"))
        self.setMovable(False)
        self.setIconSize(QSize(20, 20))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._actions = actions
        self._button("open_folder", self.tr("Open"))
        self.addSeparator()
        self._button("run", self.tr("Run"))
        self._button("cancel", self.tr("Cancel"))
        self.addWidget(self._space())
        self._door("compare", self.tr("Compare with VGGT"), "split")
        before = len(self.actions())
        for name in ("single", "split"):
            self._button(name, actions[name].text().replace("&", "")).setProperty("segment", "true")
        for name in ("swipe", "flip", "difference"):
            self._button(name, "").setProperty("segment", "true")
        self._button("link", "")
        self._research = self.actions()[before:]
        simple = self._door("reconstruct", self.tr("Simple"), "single")
        simple.setToolTip(self.tr("Back to one view and a few controls, in plain words (Ctrl+1)"))
        self._button("cameras", "")
        self._button("frame", "")
        self.addSeparator()
        self._add_purposes(self._button("export", self.tr("Export")))
        state.work.plain_changed.connect(self._show_doors)
        state.display.result_changed.connect(self._show_doors)
        theme.changed.connect(self._show_icons)
        self._show_icons()
        self._show_doors()

    def _door(self, work: str, text: str, shape: str) -> QToolButton:
        """A button that arranges the window for another kind of work."""
        made = QToolButton()
        made.setObjectName(f"door_to_{work}")
        made.setText(text)
        made.setAccessibleName(text)
        made.setProperty("work", work)
        made.setProperty("segment", "true")
        made.setProperty("shape", shape)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.clicked.connect(self._on_door)
        self._doors[work] = (made, self.addWidget(made))
        return made

    @Slot()
    def _on_door(self) -> None:
        self._state.work.choose(str(self.sender().property("work")))

    @Slot()
    def _show_doors(self) -> None:
        is_plain, display = self._state.work.is_plain, self._state.display
        compare, compare_place = self._doors["compare"]
        compare_place.setVisible(is_plain and display.prediction is not None)
        compare.setEnabled(display.has_baseline)
        compare.setToolTip(
            self.tr("See the same photos by VGGT beside it, with the numbers (Ctrl+3)")
            if display.has_baseline
            else self.tr("Tick “Compare with VGGT” under Next run, and run again")
        )
        for action in self._research:
            action.setVisible(not is_plain)
        self._doors["reconstruct"][1].setVisible(not is_plain)

    @Slot()
    def _show_icons(self) -> None:
        tokens = self._theme.tokens
        for made, _place in self._doors.values():
            made.setIcon(icon(str(made.property("shape")), tokens.text, tokens.disabled))

    def _button(self, name: str, text: str) -> QToolButton:
        made = QToolButton()
        made.setObjectName(f"tool_{name}")
        made.setDefaultAction(self._actions[name])
        made.setText(text)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setAccessibleName(self._actions[name].toolTip())
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        made.setToolButtonStyle(style if text else Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.addWidget(made)
        return made

    def _add_purposes(self, button: QToolButton) -> None:
        """Beside the button a menu: one click writes for one program."""
        menu = QMenu(button)
        menu.setObjectName("tool_export_menu")
        menu.setToolTipsVisible(True)
        for preset in EXPORT_PRESETS:
            menu.addAction(self._actions[f"export_for_{preset.key}"])
        menu.addSeparator()
        menu.addAction(self._actions["export"])
        menu.addAction(self._actions["open_export"])
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)

    def _space(self) -> QWidget:
        made = QWidget()
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        return made
