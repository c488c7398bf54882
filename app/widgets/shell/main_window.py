"""The window: start page first, then photos, 3D view, maps and inspector around it."""

from PySide6.QtCore import QByteArray, QSize, QTimer, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPaintEvent,
)
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from moe3d_viewer.state.app_state import AppState
from moe3d_viewer.state.incoming import Way, incoming
from moe3d_viewer.widgets.actions.command_palette import CommandPalette
from moe3d_viewer.widgets.actions.groups import GROUPS
from moe3d_viewer.widgets.actions.help_page import HelpPage
from moe3d_viewer.widgets.actions.host import Host
from moe3d_viewer.widgets.actions.registry import Actions
from moe3d_viewer.widgets.actions.shortcuts_dialog import ShortcutsDialog
from moe3d_viewer.widgets.controls.theme import Theme
from moe3d_viewer.widgets.help.hover_help import HoverHelp
from moe3d_viewer.widgets.shell.desktop_notice import DesktopNotice
from moe3d_viewer.widgets.shell.dialogs import Dialogs
from moe3d_viewer.widgets.shell.docks import Docks
from moe3d_viewer.widgets.shell.drop_overlay import DropOverlay
from moe3d_viewer.widgets.shell.drop_zone import links, local_paths
from moe3d_viewer.widgets.shell.leaving_box import LeavingBox
from moe3d_viewer.widgets.shell.menus import Menus
from moe3d_viewer.widgets.shell.panels import all_panels
from moe3d_viewer.widgets.shell.session_dialogs import SessionDialogs
from moe3d_viewer.widgets.shell.start_page import StartPage
from moe3d_viewer.widgets.shell.status_line import StatusLine
from moe3d_viewer.widgets.shell.toast import ToastLabel
from moe3d_viewer.widgets.shell.tool_bar import MainToolBar
from moe3d_viewer.widgets.shell.window_place import open_on_screen
from moe3d_viewer.widgets.shell.workspace import Workspace
from moe3d_viewer.widgets.viewport.scene_view import SceneView, SceneViewFactory


class Pages(QStackedWidget):
    """As small as the page that is seen lets it be: the start page holds no panel down later."""

    def __init__(self, *pages: QWidget) -> None:
        super().__init__()
        for page in pages:
            self.addWidget(page)
        self.currentChanged.connect(self.updateGeometry)

    def minimumSizeHint(self) -> QSize:
        """Of the page that is seen."""
        page = self.currentWidget()
        return page.minimumSizeHint() if page is not None else super().minimumSizeHint()


class MainWindow(QMainWindow):
    """Composes the parts; every decision is the state's."""

    closing = Signal()
    shot_requested = Signal()
    painted = Signal()
    """The start page is seen: time for what it did not wait for."""

    def __init__(self, state: AppState, theme: Theme, make_scene_view: SceneViewFactory) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.setAcceptDrops(True)
        self._state, self._theme = state, theme
        self._may_close = self._is_painted = False
        self._dialogs = Dialogs(state, self)
        self._sessions = SessionDialogs(state, self)
        LeavingBox(state, self)
        self._docks = Docks(all_panels(), state, theme, self)
        self.commands = Actions(
            Host(state, theme, self._dialogs, self._sessions, self._docks, self, self), GROUPS
        )
        Menus(state, self.commands, self)
        self._tool_bar = MainToolBar(state, theme, self.commands, self)
        self.addToolBar(self._tool_bar)
        self._start = StartPage(state, theme)
        self._workspace = Workspace(state, theme, make_scene_view)
        self._pages = Pages(self._start, self._workspace)
        self.setCentralWidget(self._pages)
        self._status = StatusLine(state)
        self.setStatusBar(self._status)
        self._toast = ToastLabel(self, self._toast_area)
        DesktopNotice(state.run_progress.long_run_ended, self)
        self._overlay = DropOverlay(self)
        self._hover_help = HoverHelp(self)
        self._connect()
        self._restore()
        self._show_page()

    @property
    def scene_view(self) -> SceneView | None:
        """The 3D view; None before the first result."""
        return self._workspace.scene_view

    @Slot()
    def make_view_ahead(self) -> None:
        """Make the 3D view while photos are looked at: with the first result it would be missed."""
        self._workspace.make_ahead()

    @Slot(object)
    def show_memory(self, used_bytes: int) -> None:
        """Show in the status bar what the process takes."""
        self._status.show_memory(used_bytes)

    @Slot()
    def frame_all(self) -> None:
        """Move the cameras so that all points are seen."""
        self._workspace.frame_all()

    @Slot()
    def request_shot(self) -> None:
        """Ask for a picture of the whole window."""
        self.shot_requested.emit()

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
        self._docks.content("log")  # it keeps every message from the start on
        self._docks.filled.connect(self._join_panel)
        self.painted.connect(self._docks.fill_rest)
        for action in self.commands.in_views():
            self._workspace.addAction(action)
        self._start.open_clicked.connect(self._dialogs.open_folder)
        self._start.photos_clicked.connect(self._dialogs.open_photos)
        self._start.model_clicked.connect(self._dialogs.choose_model)
        self._workspace.model_clicked.connect(self._dialogs.choose_model)
        self._status.messages_clicked.connect(self._show_messages)
        state.session.views_changed.connect(self._show_page)
        state.scene_file.changed.connect(self._show_title)
        state.leaving.closing_agreed.connect(self.hide)
        state.leaving.may_close.connect(self.close_at_once)
        state.display.presence_changed.connect(self._show_panels)
        state.objects.object_added.connect(self._on_object_added)
        state.objects.object_removed.connect(self._show_page)
        self._hover_help.changed.connect(self._status.show_help)
        state.notices.toast_raised.connect(self._toast.show_toast)

    @Slot(str)
    def _join_panel(self, name: str) -> None:
        """Connect what a panel asks for or is told; panels know nothing of each other."""
        from moe3d_viewer.widgets.help.help_panel import HelpPanel  # noqa: PLC0415 (at start)
        from moe3d_viewer.widgets.inspector.next_run_section import NextRunSection  # noqa: PLC0415

        content = self._docks.content(name)
        if self._docks.has_view_keys(name):
            content.addActions(list(self.commands.in_views()))
        for section in content.findChildren(NextRunSection):
            section.model_clicked.connect(self._dialogs.choose_model)
            section.computer_clicked.connect(self._dialogs.choose_computer)
        if isinstance(content, HelpPanel):
            self._hover_help.changed.connect(content.show_help)

    def _toast_area(self) -> QWidget:
        """Where messages float: over the views, or over the start page."""
        is_open = self._pages.currentWidget() is self._workspace
        return self._workspace.views if is_open else self._pages

    @Slot()
    def _show_messages(self) -> None:
        self._docks.open("log")

    @Slot()
    def _show_page(self) -> None:
        is_open = self._state.session.views is not None or self._state.shows_objects_alone
        was_open = self._pages.currentWidget() is self._workspace
        self._pages.setCurrentWidget(self._workspace if is_open else self._start)
        if is_open and not was_open and not self._workspace.isAncestorOf(self.focusWidget()):
            self._workspace.setFocus()  # letters act at once; else Qt chooses, some time later
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
        has_objects = bool(self._state.objects.objects)
        self._docks.show_for(is_open=is_open, has_result=has_result, has_objects=has_objects)

    @Slot(int)
    def _on_object_added(self, object_id: int) -> None:
        """A file is met in the list; a mesh made of the result where it was asked for."""
        self._show_page()
        item = self._state.objects.find(object_id)
        if item is None or not item.recipe:
            self._docks.open("objects")

    def _restore(self) -> None:
        open_on_screen(self, self._state.settings.geometry)
        layout = self._state.settings.layout
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

    def paintEvent(self, event: QPaintEvent) -> None:
        """The first time, go on with what the start page did not wait for."""
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            QTimer.singleShot(0, self.painted.emit)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take drags anywhere over the window, and say what a drop will do."""
        paths, addresses = local_paths(event.mimeData()), links(event.mimeData())
        if not (paths or addresses):
            return
        event.acceptProposedAction()
        found = incoming(paths, addresses)
        can_add = found.way is Way.PHOTOS and self._state.session.can_run
        self._overlay.show_for(found, can_add=can_add, place=self._pages)
        self._overlay.hover(event.position().toPoint())

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Light up the field under the mouse."""
        event.acceptProposedAction()
        self._overlay.hover(event.position().toPoint())

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """The drag went elsewhere."""
        self._overlay.hide()
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped, or add it."""
        paths, addresses = local_paths(event.mimeData()), links(event.mimeData())
        adds = self._overlay.adds_at(event.position().toPoint()) and self._overlay.isVisible()
        self._overlay.hide()
        if not (paths or addresses):
            return
        event.acceptProposedAction()
        if not paths:
            self._state.refuse_links(addresses)
        elif adds:
            self._state.add_photos(paths)
        else:
            self._state.open_paths(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about what is unsaved, keep size and layout, and tell that all work must end."""
        if not self._may_close and not self._state.leaving.close():
            event.ignore()
            return
        if self._state.session.views is not None:
            self._state.settings.set_window(self.saveGeometry(), self.saved_layout())
        self.closing.emit()
        super().closeEvent(event)
