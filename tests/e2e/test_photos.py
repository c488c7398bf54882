"""The photos panel in the real window."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QLabel,
    QListWidget,
    QPushButton,
    QStyle,
    QStyleOptionViewItem,
    QToolButton,
)

from tests.app.window_fixtures import child, drop, open_section, run_photos

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


def open_photos(viewer, photos, qtbot) -> QListWidget:
    drop(viewer.window, [photos])
    qtbot.waitUntil(lambda: viewer.state.reconstruction.can_start)
    qtbot.waitUntil(lambda: viewer.state.plan.plan is not None)
    qtbot.waitUntil(lambda: not viewer.state.session.is_drawing)
    return child(viewer.window, "photo_list", QListWidget)


def test_a_tick_is_taken_by_the_mouse_and_the_run_leaves_the_photo_out(
    viewer, photos, backend, qtbot
):
    listed = open_photos(viewer, photos, qtbot)
    qtbot.mouseClick(listed.viewport(), LEFT, pos=tick_place(listed, 1))
    assert child(viewer.window, "photos_summary", QLabel).text() == "2 of 3 photos"
    run = child(viewer.window, "run_button", QPushButton)
    qtbot.mouseClick(run, LEFT)
    qtbot.waitUntil(lambda: viewer.state.display.prediction is not None, timeout=20_000)
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
    qtbot.mouseClick(child(viewer.window, "photo_down", QToolButton), LEFT)
    assert [listed.item(row).text().split()[-1] for row in range(3)] == ["1.jpg", "3.png", "2.jpg"]
    viewer.state.reconstruction.start()
    qtbot.waitUntil(lambda: viewer.state.display.prediction is not None, timeout=20_000)
    assert backend.requests[0].views.names == ("1.jpg", "3.png", "2.jpg")


def test_crop_frame_blur_and_memory_are_shown_before_the_run(viewer, photos, backend, qtbot):
    backend.sharpness = {1: 20.0}
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


def test_a_preview_button_appears_when_there_are_more_than_eight(viewer, tmp_path, backend, qtbot):
    for number in range(12):
        (tmp_path / f"{number:02}.jpg").write_bytes(b"")
    open_photos(viewer, tmp_path, qtbot)
    qtbot.mouseClick(child(viewer.window, "preview_button", QPushButton), LEFT)
    qtbot.waitUntil(lambda: viewer.state.display.prediction is not None, timeout=20_000)
    assert len(backend.requests[0].views) == 8
    assert child(viewer.window, "stale_sign", QLabel).isVisibleTo(viewer.window)
    open_section(viewer.window, "next_run", qtbot)
    assert child(viewer.window, "stale_mark", QLabel).isVisibleTo(viewer.window)


def test_few_photos_need_no_preview(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    assert not child(viewer.window, "preview_button", QPushButton).isVisible()
