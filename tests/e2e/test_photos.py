"""The photos panel in the real window."""

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QListWidget,
    QPushButton,
    QStyle,
    QStyleOptionViewItem,
    QToolButton,
)

from moe3d.scene.records import ViewSet
from moe3d_viewer.state.run.run_plan import PLAN_RUN
from moe3d_viewer.state.scene.session import MAKE_THUMBNAILS, READ_SCENE
from tests.app.fakes import FakeBackend
from tests.app.hands import Hands
from tests.app.window_fixtures import build_viewer, child, drop, open_section, run_photos

pytestmark = pytest.mark.gui
LEFT = Qt.MouseButton.LeftButton


def tick_place(photo_list: QListWidget, row: int) -> QPoint:
    """Where the box of a row is drawn."""
    option = QStyleOptionViewItem()
    photo_list.initViewItemOption(option)
    index = photo_list.model().index(row, 0)
    photo_list.itemDelegate().initStyleOption(option, index)
    option.rect = photo_list.visualRect(index)
    element = QStyle.SubElement.SE_ItemViewItemCheckIndicator
    return photo_list.style().subElementRect(element, option, photo_list).center()


@pytest.fixture(autouse=True)
def result_of_the_photos(backend):
    backend.follows_photos = True


def shown_names(listed: QListWidget) -> list[str]:
    return [listed.item(row).text().split()[-1] for row in range(listed.count())]


def open_photos(viewer, photos, qtbot) -> QListWidget:
    drop(viewer.window, [photos])
    qtbot.waitUntil(lambda: viewer.state.session.can_run)
    qtbot.waitUntil(lambda: viewer.state.plan.plan is not None)
    qtbot.waitUntil(lambda: not viewer.state.session.is_drawing)
    return child(viewer.window, "photo_list", QListWidget)


def test_a_tick_is_taken_by_the_mouse_and_the_run_leaves_the_photo_out(
    viewer, photos, backend, qtbot
):
    listed = open_photos(viewer, photos, qtbot)
    qtbot.mouseClick(listed.viewport(), LEFT, pos=tick_place(listed, 1))
    summary = child(viewer.window, "photos_summary", QLabel)
    assert summary.text() == "2 of 3 photos"
    assert summary.width() >= summary.fontMetrics().horizontalAdvance("7 of 8 photos")  # one line
    run = child(viewer.window, "run_button", QPushButton)
    qtbot.mouseClick(run, LEFT)
    qtbot.waitUntil(lambda: viewer.state.display.prediction is not None)
    assert backend.requests[0].views.names == ("1.jpg", "3.png")
    stale = child(viewer.window, "stale_sign", QLabel)
    assert not stale.isVisible()

    # A click on the third photo shows the second view of the result.
    qtbot.mouseClick(listed.viewport(), LEFT, pos=listed.visualItemRect(listed.item(2)).center())
    assert viewer.state.view.selected_view == 1

    qtbot.mouseClick(listed.viewport(), LEFT, pos=tick_place(listed, 1))
    assert stale.isVisibleTo(viewer.window)


def test_reference_and_order_by_buttons(viewer, photos, backend, qtbot):
    listed = open_photos(viewer, photos, qtbot)
    listed.setCurrentRow(2)
    qtbot.mouseClick(child(viewer.window, "photo_reference", QToolButton), LEFT)
    assert listed.item(0).text() == "reference  3.png"
    assert listed.currentRow() == 0
    assert not child(viewer.window, "photo_down", QToolButton).isEnabled()  # it stays first
    listed.setCurrentRow(1)
    qtbot.mouseClick(child(viewer.window, "photo_down", QToolButton), LEFT)
    assert shown_names(listed) == ["3.png", "2.jpg", "1.jpg"]
    qtbot.keyClick(viewer.window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: viewer.state.display.prediction is not None)
    assert backend.requests[0].views.names == ("3.png", "2.jpg", "1.jpg")


def middle(listed: QListWidget, row: int) -> QPoint:
    return listed.visualItemRect(listed.item(row)).center()


def drag_to(listed: QListWidget, row: int, target: QPoint, qtbot) -> None:
    """Press on a card, move in small steps, and hold."""
    start, view = middle(listed, row), listed.viewport()
    qtbot.mousePress(view, LEFT, pos=start)
    for step in range(1, 11):
        place = start + (target - start) * step / 10
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            place.toPointF(),
            view.mapToGlobal(place).toPointF(),
            Qt.MouseButton.NoButton,
            LEFT,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(view, event)


@pytest.fixture
def five(tmp_path):
    for number in range(1, 6):
        (tmp_path / f"{number}.jpg").write_bytes(b"")
    return tmp_path


def test_a_card_is_dragged_to_another_place(viewer, five, backend, qtbot, tmp_path):
    viewer.window.resize(1480, 1000)
    listed = open_photos(viewer, five, qtbot)
    qtbot.keyClick(viewer.window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: viewer.state.display.prediction is not None)
    target = middle(listed, 2) + QPoint(0, -20)
    drag_to(listed, 3, target, qtbot)
    line = child(listed, "drop_line", QFrame)
    assert line.isVisible()
    assert abs(line.y() - listed.visualItemRect(listed.item(2)).top()) < 4
    assert child(listed, "dragged_card", QLabel).isVisible()
    assert shown_names(listed) == ["1.jpg", "2.jpg", "3.jpg", "4.jpg", "5.jpg"]  # not yet
    qtbot.mouseRelease(listed.viewport(), LEFT, pos=target)
    new_order = ["1.jpg", "2.jpg", "4.jpg", "3.jpg", "5.jpg"]
    assert shown_names(listed) == new_order
    assert not line.isVisible()
    assert listed.item(0).text() == "reference  1.jpg"
    assert listed.currentItem().text() == "3  4.jpg"
    assert viewer.state.reconstruction.is_stale
    assert child(viewer.window, "stale_sign", QLabel).isVisible()

    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(viewer.window, Qt.Key.Key_Z, control)
    assert shown_names(listed) == ["1.jpg", "2.jpg", "3.jpg", "4.jpg", "5.jpg"]
    assert not child(viewer.window, "stale_sign", QLabel).isVisible()
    qtbot.keyClick(viewer.window, Qt.Key.Key_Z, control | Qt.KeyboardModifier.ShiftModifier)
    assert shown_names(listed) == new_order

    session = tmp_path / "saved.moe3d"
    viewer.state.scene_file.save(session)
    qtbot.waitUntil(lambda: not viewer.state.scene_file.is_modified)
    qtbot.keyClick(viewer.window, Qt.Key.Key_R, control)
    qtbot.waitUntil(lambda: len(backend.requests) == 2)
    assert list(backend.requests[1].views.names) == new_order
    qtbot.waitUntil(lambda: not viewer.state.reconstruction.is_running)
    viewer.state.selection.move("5.jpg", -3)
    viewer.state.scene_file.open(session)
    qtbot.waitUntil(lambda: shown_names(listed) == new_order)


def test_a_card_goes_under_the_reference_and_the_reference_stays(viewer, five, qtbot):
    viewer.window.resize(1480, 1000)
    listed = open_photos(viewer, five, qtbot)
    top = QPoint(middle(listed, 0).x(), 4)
    drag_to(listed, 4, top, qtbot)
    qtbot.mouseRelease(listed.viewport(), LEFT, pos=top)
    assert shown_names(listed) == ["1.jpg", "5.jpg", "2.jpg", "3.jpg", "4.jpg"]
    assert listed.item(0).text() == "reference  1.jpg"
    drag_to(listed, 0, middle(listed, 3), qtbot)
    assert listed.viewport().cursor().shape() is Qt.CursorShape.ForbiddenCursor
    qtbot.mouseRelease(listed.viewport(), LEFT, pos=middle(listed, 3))
    assert shown_names(listed)[0] == "1.jpg"
    drag_to(listed, 2, middle(listed, 4), qtbot)
    qtbot.keyClick(listed, Qt.Key.Key_Escape)
    assert not child(listed, "drop_line", QFrame).isVisible()
    qtbot.mouseRelease(listed.viewport(), LEFT, pos=middle(listed, 4))
    assert shown_names(listed) == ["1.jpg", "5.jpg", "2.jpg", "3.jpg", "4.jpg"]


def test_alt_and_arrows_move_the_photo(viewer, five, qtbot):
    listed = open_photos(viewer, five, qtbot)
    qtbot.mouseClick(listed.viewport(), LEFT, pos=middle(listed, 1))
    qtbot.keyClick(listed, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(listed, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert shown_names(listed) == ["1.jpg", "3.jpg", "4.jpg", "2.jpg", "5.jpg"]
    assert listed.currentItem().text() == "4  2.jpg"
    for _ in range(5):
        qtbot.keyClick(listed, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert shown_names(listed) == ["1.jpg", "2.jpg", "3.jpg", "4.jpg", "5.jpg"]
    qtbot.keyClick(listed, Qt.Key.Key_Down)  # without Alt the selection moves
    assert listed.currentRow() == 2


def test_a_dragged_card_near_the_edge_scrolls_the_list(viewer, tmp_path, qtbot):
    for number in range(12):
        (tmp_path / f"{number:02}.jpg").write_bytes(b"")
    listed = open_photos(viewer, tmp_path, qtbot)
    bottom = QPoint(middle(listed, 1).x(), listed.viewport().height() - 5)
    drag_to(listed, 1, bottom, qtbot)
    bar = listed.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() == bar.maximum())
    qtbot.mouseRelease(listed.viewport(), LEFT, pos=bottom)
    assert shown_names(listed)[-1] == "01.jpg"


def test_crop_frame_blur_and_memory_are_shown_before_the_run(viewer, photos, backend, qtbot):
    backend.sharpness, backend.frame = {1: 20.0}, (0.0, 0.25, 1.0, 0.75)
    listed = open_photos(viewer, photos, qtbot)
    assert "⚠ blurred" in listed.item(1).text()
    assert "about 3.0 GB of 2.0 GB free" in child(viewer.window, "card_text", QLabel).text()
    image = listed.item(2).icon().pixmap(listed.iconSize()).toImage()
    grey = np.array(
        [image.pixelColor(image.width() // 2, y).lightness() for y in range(image.height())]
    )
    # The fake's frame is the middle half: darkened above and below, the photo's own grey inside.
    middle, top, bottom = grey[len(grey) // 2], grey[len(grey) // 8], grey[-len(grey) // 8]
    assert middle == 40 + 30 * 2
    assert max(top, bottom) < 0.6 * middle


@pytest.fixture
def upright(tmp_path):
    """A lying photo, and two upright ones of which a square is the half."""
    for name, size in (("a.png", (160, 120)), ("b.png", (90, 180)), ("c.png", (90, 180))):
        Image.new("RGB", size, (200, 200, 200)).save(tmp_path / name)
    return tmp_path


def lightness_along_the_height(listed: QListWidget, row: int) -> np.ndarray:
    image = listed.item(row).icon().pixmap(listed.iconSize()).toImage()
    middle = image.width() // 2
    return np.array([image.pixelColor(middle, y).lightness() for y in range(image.height())])


def test_upright_photos_stay_whole_and_a_crop_is_drawn_and_told(qtbot, store, upright):
    viewer = build_viewer(
        qtbot, store, FakeBackend().use_real(READ_SCENE, MAKE_THUMBNAILS, PLAN_RUN)
    )
    hands, state = Hands(viewer, qtbot), viewer.state
    listed = open_photos(viewer, upright, qtbot)
    assert "cut off" not in "".join(listed.item(row).text() for row in range(3))
    grey = lightness_along_the_height(listed, 1)
    assert grey.min() > 190  # nothing is dimmed, no frame

    hands.choose("resize_mode", "crop")
    qtbot.waitUntil(lambda: "⚠ 50% cut off" in listed.item(1).text())
    assert "50% of the photo is cut off" in listed.item(1).toolTip()
    assert listed.item(0).text() == "reference  a.png"  # a lying photo loses nothing
    grey = lightness_along_the_height(listed, 1)
    dark = np.flatnonzero(grey < 110)
    # A quarter is dimmed above, a quarter below.
    assert abs(len(dark) - len(grey) / 2) <= 6
    assert abs((dark < len(grey) / 2).sum() - len(dark) / 2) <= 3

    hands.choose("resize_mode", "auto")
    qtbot.waitUntil(lambda: "cut off" not in listed.item(1).text())
    assert "cut off" not in listed.item(1).toolTip()
    assert lightness_along_the_height(listed, 1).min() > 190
    assert state.selection.scene_warning().startswith("Upright and lying photos are mixed")
    viewer.window.close_at_once()


def test_cards_whose_plan_is_known_go_when_a_scene_without_photos_opens(viewer, photos, qtbot):
    listed = open_photos(viewer, photos, qtbot)
    viewer.state.session.show(ViewSet(()), (), can_run=False)
    assert listed.count() == 0
    assert not viewer.state.notices.errors


def test_a_preview_button_appears_when_there_are_more_than_eight(viewer, tmp_path, backend, qtbot):
    for number in range(12):
        (tmp_path / f"{number:02}.jpg").write_bytes(b"")
    open_photos(viewer, tmp_path, qtbot)
    qtbot.mouseClick(child(viewer.window, "preview_button", QPushButton), LEFT)
    qtbot.waitUntil(lambda: viewer.state.display.prediction is not None)
    assert len(backend.requests[0].views) == 8
    assert child(viewer.window, "stale_sign", QLabel).isVisibleTo(viewer.window)
    open_section(viewer.window, "next_run", qtbot)
    assert child(viewer.window, "stale_mark", QLabel).isVisibleTo(viewer.window)


def test_few_photos_need_no_preview(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    assert not child(viewer.window, "preview_button", QPushButton).isVisible()
