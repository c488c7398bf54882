"""Every command of the window as an action: menus, tool bar and keys all use these."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QWidget

from app.state.app_state import AppState
from app.state.view_options import Layout
from app.widgets.dialogs import Dialogs
from app.widgets.icons import icon
from app.widgets.theme import Theme

_ICONS = {
    "open_folder": "folder",
    "run": "run",
    "cancel": "stop",
    "single": "single",
    "split": "split",
    "link": "link",
    "cameras": "camera",
    "frame": "frame",
    "export": "export",
    "shot": "shot",
    "model": "model",
}


class Actions(QObject):
    """Named actions; their enabled and checked states follow the state."""

    def __init__(self, state: AppState, theme: Theme, dialogs: Dialogs, window: QWidget) -> None:
        super().__init__(window)
        self._state, self._theme, self._window = state, theme, window
        self._made: dict[str, QAction] = {}
        self._make_file_actions(dialogs)
        self._make_run_actions(dialogs)
        self._make_view_actions()
        self._make_help_actions(dialogs)
        self._follow()

    def __getitem__(self, name: str) -> QAction:
        return self._made[name]

    def with_focus_only(self) -> tuple[QAction, ...]:
        """Single-letter actions, for the views: they act while one of these has the focus."""
        names = ("color_mode", "cameras", "link", "previous_photo", "next_photo", "frame")
        return tuple(self._made[name] for name in names)

    def _make_file_actions(self, dialogs: Dialogs) -> None:
        self._add("open_folder", self.tr("&Open photos…"), dialogs.open_folder, ["Ctrl+O"])
        self._add("open_files", self.tr("Open photo &files…"), dialogs.open_photos)
        self._add(
            "open_result", self.tr("Open saved &result…"), dialogs.open_result, ["Ctrl+Shift+O"]
        )
        self._add("open_sample", self.tr("Open &sample"), self._state.open_sample)
        self._add("save_result", self.tr("&Save result…"), dialogs.save_result, ["Ctrl+S"])
        self._add("export", self.tr("&Export…"), dialogs.export, ["Ctrl+E"])
        self._add("quit", self.tr("&Quit"), self._window.close, ["Ctrl+Q"])

    def _make_run_actions(self, dialogs: Dialogs) -> None:
        run = self._state.reconstruction
        self._add("run", self.tr("&Run"), run.start, ["Ctrl+R", "F5"])
        self._add("cancel", self.tr("&Cancel"), run.cancel, ["Esc"])
        self._add("model", self.tr("&Model…"), dialogs.choose_model, ["Ctrl+M"])

    def _make_view_actions(self) -> None:
        view = self._state.view
        group = QActionGroup(self)
        for layout, text in (
            (Layout.SINGLE, self.tr("&Single")),
            (Layout.SPLIT, self.tr("S&plit")),
        ):
            made = self._add(layout.value, text, None)
            made.setCheckable(True)
            made.setData(layout)
            group.addAction(made)
        group.triggered.connect(self._on_layout)
        self._add("cameras", self.tr("&Cameras"), None, ["V"]).setCheckable(True)
        self._made["cameras"].toggled.connect(view.show_cameras)
        self._add("link", self.tr("&Link views"), None, ["L"]).setCheckable(True)
        self._made["link"].toggled.connect(view.link_cameras)
        self._add("color_mode", self.tr("Next &colour"), self._state.display.next_color_mode, ["C"])
        self._add("previous_photo", self.tr("&Previous photo"), self._on_previous, ["Left"])
        self._add("next_photo", self.tr("&Next photo"), self._on_next, ["Right"])
        self._add("frame", self.tr("&Frame all"), None, ["Home"])
        self._add("full_screen", self.tr("F&ull screen"), self._on_full_screen, ["F11"])
        self._add("shot", self.tr("Save picture of the &window…"), None, ["F12"])
        for action in self.with_focus_only():
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _make_help_actions(self, dialogs: Dialogs) -> None:
        self._add("shortcuts", self.tr("&Keys and mouse"), dialogs.shortcuts, ["F1", "?"])
        self._add("about", self.tr("&About MoE3D Viewer"), dialogs.about)

    def _add(
        self,
        name: str,
        text: str,
        call: Callable[..., object] | None,
        keys: Sequence[str] = (),
    ) -> QAction:
        made = QAction(text, self._window)
        made.setObjectName(f"action_{name}")
        made.setShortcuts([QKeySequence(key) for key in keys])
        plain = text.replace("&", "").rstrip("…")
        made.setToolTip(f"{plain} ({keys[0]})" if keys else plain)
        if call is not None:
            made.triggered.connect(call)
        self._made[name] = made
        return made

    def _follow(self) -> None:
        state = self._state
        state.reconstruction.phase_changed.connect(self._refresh)
        state.session.views_changed.connect(self._refresh)
        state.session.loading_changed.connect(self._refresh)
        state.display.changed.connect(self._refresh)
        state.export.running_changed.connect(self._refresh)
        state.view.layout_changed.connect(self._refresh)
        state.view.points_changed.connect(self._refresh)
        state.view.linked_changed.connect(self._refresh)
        self._theme.changed.connect(self._show_icons)
        self._show_icons()
        self._refresh()

    @Slot()
    @Slot(bool)
    @Slot(object)
    def _refresh(self, _value: object = None) -> None:
        state, has_result = self._state, self._state.display.prediction is not None
        enabled = {
            "open_sample": state.sample_path is not None,
            "run": state.reconstruction.can_start,
            "cancel": state.reconstruction.can_cancel,
            "save_result": has_result,
            "export": state.export.can_export,
            "split": state.display.has_baseline,
            "single": has_result,
            "link": has_result and state.display.has_baseline,
            "cameras": has_result,
            "color_mode": has_result,
            "frame": has_result,
            "previous_photo": state.session.num_views > 1,
            "next_photo": state.session.num_views > 1,
        }
        for name, is_enabled in enabled.items():
            self._made[name].setEnabled(is_enabled)
        split = state.display.has_baseline and state.view.layout is Layout.SPLIT
        self._made["split"].setChecked(split)
        self._made["single"].setChecked(not split)
        self._made["cameras"].setChecked(state.view.cameras_shown)
        self._made["link"].setChecked(state.view.cameras_linked)

    @Slot()
    def _show_icons(self) -> None:
        tokens = self._theme.tokens
        for name, shape in _ICONS.items():
            self._made[name].setIcon(icon(shape, tokens.text, tokens.disabled))

    @Slot(QAction)
    def _on_layout(self, action: QAction) -> None:
        self._state.view.set_layout(Layout(action.data()))

    @Slot()
    def _on_previous(self) -> None:
        self._state.step_view(-1)

    @Slot()
    def _on_next(self) -> None:
        self._state.step_view(1)

    @Slot()
    def _on_full_screen(self) -> None:
        full = self._window.isFullScreen()
        self._window.showNormal() if full else self._window.showFullScreen()
