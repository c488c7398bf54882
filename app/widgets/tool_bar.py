"""The bar of the most used commands, with the progress of a run."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QSizePolicy, QToolBar, QToolButton, QWidget

from app.state.app_state import AppState
from app.widgets.actions.registry import Actions
from app.widgets.run_progress import RunProgress


class MainToolBar(QToolBar):
    """Open, run, layout, cameras, export."""

    def __init__(self, state: AppState, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
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
        self.addWidget(RunProgress(state.reconstruction))
        self.addWidget(self._space())
        for name in ("single", "split"):
            self._button(name, actions[name].text().replace("&", "")).setProperty("segment", "true")
        for name in ("swipe", "flip", "difference"):
            self._button(name, "").setProperty("segment", "true")
        self._button("link", "")
        self._button("cameras", "")
        self._button("frame", "")
        self.addSeparator()
        self._button("export", self.tr("Export"))

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

    def _space(self) -> QWidget:
        made = QWidget()
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        return made
