"""The window: start page first, then photos, 3D view, maps and inspector around it."""

from PySide6.QtCore import QByteArray, QSize, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget

from app.state.app_state import AppState
from app.widgets.actions.command import Host
from app.widgets.actions.groups import GROUPS
from app.widgets.actions.registry import Actions
from app.widgets.command_palette import CommandPalette
from app.widgets.dialogs import Dialogs
from app.widgets.docks import Docks
from app.widgets.drop_zone import local_paths
from app.widgets.help_page import HelpPage
from app.widgets.help_panel import HelpPanel
from app.widgets.hover_help import HoverHelp
from app.widgets.menus import Menus
from app.widgets.next_run_section import NextRunSection
from app.widgets.scene_view import SceneView, SceneViewFactory
from app.widgets.session_dialogs import SessionDialogs
from app.widgets.shortcuts_dialog import ShortcutsDialog
from app.widgets.start_page import StartPage
from app.widgets.status_line import StatusLine
from app.widgets.theme import Theme
from app.widgets.toast import ToastLabel
from app.widgets.tool_bar import MainToolBar
from app.widgets.workspace import Workspace

SMALLEST = QSize(960, 600)
FIRST_SIZE = QSize(1480, 920)


class MainWindow(QMainWindow):
    """Composes the parts; every decision is the state's."""

    closing = Signal()
    shot_requested = Signal()

    def __init__(self, state: AppState, theme: Theme, make_scene_view: SceneViewFactory) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setAcceptDrops(True)
        self.setMinimumSize(SMALLEST)
        self.resize(FIRST_SIZE)
        self._state, self._theme = state, theme
        self._may_close = False
        self._dialogs = Dialogs(state, self)
        self._sessions = SessionDialogs(state, self)
        self._docks = Docks(state, theme, self)
        self.commands = Actions(
            Host(state, theme, self._dialogs, self._sessions, self._docks, self), GROUPS
        )
        Menus(state, self.commands, self)
        self._tool_bar = MainToolBar(state, self.commands, self)
        self.addToolBar(self._tool_bar)
        self._start = StartPage(state, theme)
        self._workspace = Workspace(state, theme, make_scene_view)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._start)
        self._pages.addWidget(self._workspace)
        self.setCentralWidget(self._pages)
        self._status = StatusLine(state)
        self.setStatusBar(self._status)
        self._toast = ToastLabel(self)
        self._hover_help = HoverHelp(self)
        self._connect()
        self._restore()
        self._show_page()

    @property
    def scene_view(self) -> SceneView | None:
        """The 3D view; None before the first result."""
        return self._workspace.scene_view

    @Slot(object)
    def show_memory(self, used_bytes: int) -> None:
        """Show in the status bar what the process takes."""
        self._status.show_memory(used_bytes)

    @Slot()
    def frame_all(self) -> None:
        """Move the cameras so that all points are seen."""
        self._workspace.frame_all()

    @Slot()
    def show_keys(self) -> None:
        """List the keys."""
        ShortcutsDialog(self.commands.entries, self).open()

    @Slot()
    def show_help(self) -> None:
        """Explain the program."""
        HelpPage(self.commands, self).open()

    @Slot()
    def show_palette(self) -> None:
        """Find a command by its letters."""
        CommandPalette(self.commands, self).open()

    def _connect(self) -> None:
        state = self._state
        for action in self.commands.in_views():
            for widget in (self._workspace, *self._docks.with_view_keys()):
                widget.addAction(action)
        self._start.open_clicked.connect(self._dialogs.open_folder)
        self._start.model_clicked.connect(self._dialogs.choose_model)
        for section in self.findChildren(NextRunSection):
            section.model_clicked.connect(self._dialogs.choose_model)
        state.session.views_changed.connect(self._show_page)
        state.scene_file.changed.connect(self._show_title)
        self._sessions.leave_wanted.connect(self.close_at_once)
        state.display.changed.connect(self._show_panels)
        self._hover_help.changed.connect(self._status.show_help)
        panel = self._docks.content("help")
        if isinstance(panel, HelpPanel):
            self._hover_help.changed.connect(panel.show_help)
        state.notices.toast_raised.connect(self._toast.show_toast)

    @Slot()
    def _show_page(self) -> None:
        is_open = self._state.session.views is not None
        self._pages.setCurrentWidget(self._workspace if is_open else self._start)
        self._tool_bar.setVisible(is_open)
        self._show_title()
        self._show_panels()

    @Slot()
    def _show_title(self) -> None:
        path = self._state.scene_file.path
        title = path.stem if path is not None else self._state.session.title
        self.setWindowTitle(f"{title}[*] — MoE3D Viewer" if title else "MoE3D Viewer")
        self.setWindowModified(bool(title) and self._state.scene_file.is_modified)

    @Slot()
    def _show_panels(self) -> None:
        is_open = self._state.session.views is not None
        has_result = self._state.display.prediction is not None
        self._docks.show_for(is_open=is_open, has_result=has_result)

    def _restore(self) -> None:
        geometry, layout = self._state.settings.geometry, self._state.settings.layout
        if not geometry.isEmpty():
            self.restoreGeometry(geometry)
        if not layout.isEmpty():
            self.restoreState(layout)
            self._docks.keep_layout()

    def saved_layout(self) -> QByteArray:
        """Places of docks and bars."""
        return self.saveState()

    @Slot()
    def close_at_once(self) -> None:
        """Close without a question."""
        self._may_close = True
        self.close()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take drags of local files anywhere over the window."""
        if local_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        paths = local_paths(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self._state.open_paths(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about what is unsaved, keep size and layout, and tell that all work must end."""
        if not self._may_close and not self._sessions.may_leave():
            event.ignore()
            return
        if self._state.session.views is not None:
            self._state.settings.set_window(self.saveGeometry(), self.saved_layout())
        self.closing.emit()
        super().closeEvent(event)
