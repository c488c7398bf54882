"""Colours and style of the window, dark and light; the only place where either is written down."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from moe3d_viewer.state.settings import Settings
from moe3d_viewer.widgets.controls.style_sheet import style_sheet


@dataclass(frozen=True)
class Tokens:
    """Named colours of one theme."""

    is_dark: bool
    window: str
    """Behind everything."""
    surface: str
    """Panels and bars."""
    raised: str
    """Buttons, fields, cards."""
    hover: str
    selected: str
    """Behind what is chosen."""
    border: str
    """Lines between panels; nothing to act on."""
    control: str
    """Edges of fields, boxes and buttons, tracks of sliders, scroll bars; 3:1 on every ground."""
    text: str
    muted: str
    """Secondary text; 4.5:1 on every ground, like all text."""
    disabled: str
    """What cannot be used now; the one colour without a least contrast."""
    accent: str
    accent_hover: str
    on_accent: str
    warning: str
    warning_surface: str
    danger: str
    success: str
    stage: str
    """Behind the 3D view and the maps."""


DARK = Tokens(
    is_dark=True,
    window="#14161b",
    surface="#1b1e25",
    raised="#262a34",
    hover="#303644",
    selected="#2a3554",
    border="#2f3440",
    control="#818b9e",
    text="#e8eaf0",
    muted="#9ba4b5",
    disabled="#5d6677",
    accent="#6d93ff",
    accent_hover="#86a6ff",
    on_accent="#0d1220",
    warning="#f0bf56",
    warning_surface="#3a3220",
    danger="#f28a8a",
    success="#5fcf95",
    stage="#101217",
)
LIGHT = Tokens(
    is_dark=False,
    window="#eef1f5",
    surface="#fbfcfd",
    raised="#ffffff",
    hover="#e8edf6",
    selected="#dbe5fd",
    border="#d5dbe5",
    control="#758096",
    text="#1a2030",
    muted="#586275",
    disabled="#a3acba",
    accent="#2f5fe0",
    accent_hover="#2450c4",
    on_accent="#ffffff",
    warning="#8a5a00",
    warning_surface="#fdf1d3",
    danger="#b93030",
    success="#18693f",
    stage="#e2e6ec",
)


class Theme(QObject):
    """Applies the chosen theme to the application, and follows the system when told to."""

    changed = Signal()

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._tokens = DARK
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._on_system_changed)
        settings.theme_changed.connect(self._on_setting_changed)

    @property
    def tokens(self) -> Tokens:
        """Colours in use."""
        return self._tokens

    def apply(self) -> None:
        """Style the application. An undecided system gets the dark theme."""
        self._tokens = self._wanted()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.setStyle("Fusion")
            app.setPalette(_palette(self._tokens))
            app.setStyleSheet(style_sheet(self._tokens))
        self.changed.emit()

    def _wanted(self) -> Tokens:
        if self._settings.theme in ("dark", "light"):
            return LIGHT if self._settings.theme == "light" else DARK
        scheme = QGuiApplication.styleHints().colorScheme()
        return LIGHT if scheme == Qt.ColorScheme.Light else DARK

    @Slot(str)
    def _on_setting_changed(self, _theme: str) -> None:
        self.apply()

    @Slot()
    def _on_system_changed(self) -> None:
        if self._settings.theme == "system":
            self.apply()


def _palette(tokens: Tokens) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    colors = {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.raised,
        role.AlternateBase: tokens.surface,
        role.Text: tokens.text,
        role.Button: tokens.raised,
        role.ButtonText: tokens.text,
        role.ToolTipBase: tokens.raised,
        role.ToolTipText: tokens.text,
        role.PlaceholderText: tokens.muted,
        role.Highlight: tokens.accent,
        role.HighlightedText: tokens.on_accent,
        role.Link: tokens.accent,
    }
    for color_role, text in colors.items():
        palette.setColor(color_role, QColor(text))
    for color_role in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, color_role, QColor(tokens.disabled))
    return palette
