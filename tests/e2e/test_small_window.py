"""The four layouts at 1280 x 720: nothing is cut off, squeezed or covered."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QListWidget, QScrollArea, QToolButton, QWidget

from moe3d_viewer.viewer import Viewer
from moe3d_viewer.widgets.controls.elided_label import ElidedLabel
from moe3d_viewer.widgets.inspector.section import Section
from tests.app.cut_off import cut_off
from tests.app.drawn_window import settle
from tests.app.hands import Hands
from tests.app.window_fixtures import child, run_photos
from tests.patience import rest

pytestmark = pytest.mark.gui
KEYS = {
    "reconstruct": Qt.Key.Key_1,
    "experts": Qt.Key.Key_2,
    "compare": Qt.Key.Key_3,
    "export": Qt.Key.Key_4,
}
LONG_NAMES = [f"Holiday in the old garden house IMG_2024-07-0{n}.jpg" for n in range(1, 5)]


@pytest.fixture
def long_named(tmp_path: Path) -> Path:
    folder = tmp_path / "The old garden house in the hills behind the lake, all of the first day"
    folder.mkdir()
    for name in LONG_NAMES:
        (folder / name).write_bytes(b"")
    return folder


@pytest.fixture
def small(viewer: Viewer, long_named: Path, backend, qtbot) -> Viewer:
    backend.follows_photos = True
    viewer.window.resize(1280, 720)
    run_photos(viewer, long_named, qtbot)
    return viewer


def choose(viewer: Viewer, layout: str, qtbot) -> None:
    qtbot.keyClick(viewer.window, KEYS[layout], Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not viewer.state.comparison_report.is_measuring)
    rest(qtbot, viewer.window, [viewer.runner])
    assert viewer.window.size().toTuple() == (1280, 720)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("layout", KEYS)
def test_nothing_is_cut_off(small, layout, theme, qtbot):
    small.state.settings.set_theme(theme)
    choose(small, layout, qtbot)
    assert "\n".join(cut_off(small.window)) == ""


@pytest.mark.parametrize("panel", ["scene", "objects"])
def test_a_panel_opened_beside_plain_work_is_wide_enough(small, panel, qtbot):
    choose(small, "reconstruct", qtbot)
    hands = Hands(small, qtbot)
    hands.command(f"panel_{panel}")
    shown = child(small.window, f"{panel}_panel", QScrollArea)
    hands.show(shown)
    for section in shown.findChildren(Section):
        if section.isVisible():
            hands.show(section.body)
    rest(qtbot, small.window, [small.runner])
    assert shown.widget().width() <= shown.viewport().width()
    assert "\n".join(cut_off(small.window)) == ""


@pytest.mark.parametrize("layout", KEYS)
def test_nothing_is_cut_off_in_the_smallest_window(small, layout, qtbot):
    small.window.resize(small.window.minimumSize())
    qtbot.keyClick(small.window, KEYS[layout], Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not small.state.comparison_report.is_measuring)
    rest(qtbot, small.window, [small.runner])
    assert "\n".join(cut_off(small.window)) == ""


def test_a_long_photo_name_keeps_its_number_and_says_the_rest_by_hovering(small, qtbot):
    name = child(small.window, "strip_photo_name", ElidedLabel)
    assert name.text() == LONG_NAMES[0]
    small.window.resize(1000, 720)
    qtbot.waitUntil(lambda: name.is_elided)
    assert name.shown_text.endswith("01.jpg")
    assert name.toolTip().startswith(LONG_NAMES[0])
    listed = child(small.window, "photo_list", QListWidget)
    assert listed.textElideMode() is Qt.TextElideMode.ElideMiddle
    assert listed.item(2).toolTip().startswith(LONG_NAMES[2])


def is_open(window, name: str) -> bool:
    return child(window, f"{name}_section", Section).is_open


def is_seen(widget: QWidget) -> bool:
    """Whether all of it is in sight."""
    return widget.isVisible() and widget.visibleRegion().boundingRect() == widget.rect()


def heading(window, name: str) -> QToolButton:
    return child(window, f"fold_{name}_section", QToolButton)


def test_headings_open_and_fold_the_groups_of_a_low_inspector(small, qtbot):
    window = small.window
    choose(small, "reconstruct", qtbot)
    assert is_open(window, "confidence")
    assert not is_open(window, "next_run")
    names = ("confidence", "filters", "points", "info", "next_run")  # no research words here
    assert all(is_seen(heading(window, name)) for name in names)  # all in sight
    qtbot.mouseClick(heading(window, "next_run"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: is_seen(child(window, "compare")))
    qtbot.keyClick(heading(window, "next_run"), Qt.Key.Key_Space)
    assert not is_open(window, "next_run")
    window.resize(1280, 1200)
    qtbot.waitUntil(lambda: is_open(window, "filters"))
    assert not is_open(window, "next_run")  # folded by the user, whatever the room
    choose_key = KEYS["experts"]
    window.resize(1280, 720)
    qtbot.keyClick(window, choose_key, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: is_open(window, "experts"))


@pytest.mark.parametrize("height", range(700, 1700, 90))
def test_the_inspector_scrolls_only_where_one_group_alone_is_too_high(small, height, qtbot):
    small.window.resize(1480, height)
    inspector = child(small.window, "inspector", QScrollArea)

    def is_well_filled() -> bool:
        shown = [s for s in inspector.findChildren(Section) if s.isVisible()]
        opened = sum(section.is_open for section in shown)
        return opened == 1 or (opened > 1 and not inspector.verticalScrollBar().isVisible())

    rest(qtbot, small.window, [small.runner])
    assert is_well_filled()


def test_a_folded_next_run_still_says_that_the_result_is_old(small, qtbot):
    sign = child(small.window, "stale_sign", QLabel)
    assert not sign.isVisible()
    small.state.run_options.set_compare(False)
    assert not is_open(small.window, "next_run")
    assert sign.isVisible()


@pytest.mark.gl
@pytest.mark.parametrize("size", [(1280, 720), (1600, 1200)])
def test_nothing_is_cut_off_around_drawn_views(drawn, size, qtbot):
    drawn.window.resize(*size)
    for name in KEYS:
        drawn.window.commands[f"layout_{name}"].trigger()
        qtbot.waitUntil(lambda: not drawn.state.comparison_report.is_measuring)
        settle(qtbot, drawn)
        assert "\n".join(cut_off(drawn.window)) == "", name
