"""Text 4.5:1, controls 3:1, in both themes: of the colours, and of controls as they are drawn."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QListWidget,
    QPushButton,
    QRadioButton,
    QScrollBar,
    QSlider,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from moe3d_viewer.widgets.controls.theme import DARK, LIGHT, Tokens
from tests.contrast import CONTROL, TEXT, contrast, edge_contrast, ground_of, seen, strongest

pytestmark = pytest.mark.gui
GROUNDS = ("window", "surface", "raised", "hover", "selected", "stage")
THEMES = pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
NAMES = pytest.mark.parametrize("name", ["dark", "light"])


@THEMES
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("role", ["text", "muted", "warning", "danger"])
def test_text_is_read_on_every_ground(tokens: Tokens, role: str, ground: str):
    assert contrast(getattr(tokens, role), getattr(tokens, ground)) >= TEXT


@THEMES
@pytest.mark.parametrize(
    ("role", "ground"),
    [
        ("accent", "window"),
        ("accent", "surface"),
        ("accent", "raised"),
        ("accent_hover", "hover"),
        ("on_accent", "accent"),
        ("on_accent", "accent_hover"),
        ("warning", "warning_surface"),
        ("text", "warning_surface"),
        ("success", "surface"),
    ],
)
def test_words_of_a_colour_of_their_own_are_read(tokens: Tokens, role: str, ground: str):
    assert contrast(getattr(tokens, role), getattr(tokens, ground)) >= TEXT


@THEMES
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("role", ["control", "accent"])
def test_edges_and_focus_rings_stand_out_from_every_ground(tokens, role: str, ground: str):
    assert contrast(getattr(tokens, role), getattr(tokens, ground)) >= CONTROL


def _field(kind: Callable[[], QWidget]) -> QWidget:
    made = kind()
    made.setFixedSize(160, 32)
    return made


def _box(kind: type[QCheckBox] | type[QRadioButton]) -> QWidget:
    made = kind()
    made.setFixedSize(40, 24)
    return made


def _scroll_bar() -> QScrollBar:
    made = QScrollBar(Qt.Orientation.Horizontal)
    made.setRange(0, 10)
    made.setFixedSize(200, 12)
    return made


def _toggle(kind: str) -> QToolButton:
    made = QToolButton()
    made.setProperty(kind, "true")
    made.setFixedSize(40, 28)
    return made


CONTROLS = {
    "button": lambda: _field(QPushButton),
    "line": lambda: _field(QLineEdit),
    "whole number": lambda: _field(QSpinBox),
    "number": lambda: _field(QDoubleSpinBox),
    "list of choices": lambda: _field(QComboBox),
    "check box": lambda: _box(QCheckBox),
    "round button": lambda: _box(QRadioButton),
    "slider": lambda: _field(lambda: QSlider(Qt.Orientation.Horizontal)),
    "scroll bar": _scroll_bar,
    "segment": lambda: _toggle("segment"),
    "toggle": lambda: _toggle("toggle"),
    "chip": lambda: _toggle("chip"),
}


@pytest.fixture
def host(show, state, theme):
    """A widget that stands on a panel's colour, in the theme of this name."""

    def shown(name: str, control: QWidget) -> QWidget:
        state.settings.set_theme(name)
        ground = QWidget()
        ground.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        ground.setStyleSheet(f"QWidget#ground {{ background: {theme.tokens.surface}; }}")
        ground.setObjectName("ground")
        rows = QVBoxLayout(ground)
        rows.addWidget(control, 0, Qt.AlignmentFlag.AlignCenter)
        return show(ground, 300, 120)

    return shown


@NAMES
@pytest.mark.parametrize("kind", CONTROLS)
def test_a_control_stands_out_from_its_panel(host, name, kind):
    control = CONTROLS[kind]()
    window = host(name, control)
    assert edge_contrast(seen(window, control, 4)) >= CONTROL


@NAMES
@pytest.mark.parametrize("kind", [kind for kind in CONTROLS if kind != "scroll bar"])
def test_the_focus_is_seen(host, name, kind, qtbot):
    control = CONTROLS[kind]()
    control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    window = host(name, control)
    other = QLineEdit(window)
    other.show()
    window.activateWindow()
    other.setFocus()
    qtbot.waitUntil(other.hasFocus)
    before = seen(window, control)
    control.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(control.hasFocus)
    after = seen(window, control)
    changed = {
        after.pixelColor(x, y).name()
        for x in range(after.width())
        for y in range(after.height())
        if after.pixel(x, y) != before.pixel(x, y)
    }
    ground = ground_of(seen(window, window))
    assert max(contrast(color, ground) for color in changed) >= CONTROL


@NAMES
@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
def test_what_is_ticked_stands_out_from_what_is_not(host, name, kind):
    control = kind("words")
    control.setFixedSize(160, 24)
    window = host(name, control)
    empty = seen(window, control)
    control.setChecked(True)
    ticked = seen(window, control)
    middle = [(x, y) for x in range(3, 13) for y in range(7, 17)]
    marked = [contrast(ticked.pixelColor(x, y), empty.pixelColor(x, y)) for x, y in middle]
    assert max(marked) >= CONTROL


@NAMES
def test_the_chosen_line_of_a_list_is_marked_and_can_be_read(host, name):
    made = QListWidget()
    made.addItems(["first", "second"])
    made.setFixedSize(200, 80)
    window = host(name, made)
    made.setCurrentRow(1)
    whole = seen(window, made)
    image = whole.copy(made.visualItemRect(made.item(1)).translated(made.viewport().pos()))
    assert strongest(image, ground_of(image)) >= TEXT
    assert strongest(image.copy(0, 0, 3, image.height()), ground_of(whole)) >= CONTROL
