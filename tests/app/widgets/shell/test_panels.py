from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from moe3d import SampleScene
from moe3d.errors import CheckpointError
from moe3d_viewer.state.notices import Toast
from moe3d_viewer.widgets.photos.photos_panel import PhotosPanel
from moe3d_viewer.widgets.shell.drop_zone import DropZone
from moe3d_viewer.widgets.shell.run_card import RunCard
from moe3d_viewer.widgets.shell.start_page import StartPage
from moe3d_viewer.widgets.shell.toast import ToastLabel
from moe3d_viewer.widgets.shell.workspace import Banner, warnings_of
from tests.app.cut_off import cut_off
from tests.app.signals import record
from tests.app.window_fixtures import child, drop
from tests.scenes import step_prediction

pytestmark = pytest.mark.gui


def test_thumbnails_come_one_by_one_and_a_click_selects(state, runner, photos, theme, show, qtbot):
    panel = show(PhotosPanel(state, theme), 220, 500)
    state.open_paths([photos])
    runner.run_next()
    listed = child(panel, "photo_list", QListWidget)
    assert [listed.item(row).text() for row in range(3)] == [
        "reference  1.jpg",
        "2  2.jpg",
        "3  3.png",
    ]
    before = listed.item(1).icon().cacheKey()
    runner.run_all()
    assert listed.item(1).icon().cacheKey() != before
    centre = listed.visualItemRect(listed.item(1)).center()
    qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=centre)
    assert state.view.selected_view == 1
    state.view.select_view(2)
    assert listed.currentRow() == 2


def test_refused_files_are_counted_and_listed_with_reasons(
    state, runner, photos, theme, show, qtbot
):
    panel = show(PhotosPanel(state, theme), 220, 500)
    assert not child(panel, "refused_strip", QWidget).isVisible()
    state.open_paths([photos])
    runner.run_all()
    button = child(panel, "refused_button", QPushButton)
    assert button.text() == "1 file refused"
    listed = child(panel, "refused_list", QPlainTextEdit)
    assert not listed.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert listed.isVisible()
    assert listed.toPlainText() == "notes.txt: not a photo"


def test_the_card_runs_counts_stages_and_cancels(state, runner, photos, theme, show, qtbot):
    state.open_paths([photos])
    runner.run_all()
    card = show(RunCard(state, theme))
    assert child(card, "card_heading", QLabel).text() == "3 photos are ready"
    qtbot.mouseClick(child(card, "run_button", QPushButton), Qt.MouseButton.LeftButton)
    assert state.reconstruction.is_running
    assert not child(card, "run_button", QPushButton).isVisible()
    qtbot.mouseClick(child(card, "card_run_cancel", QPushButton), Qt.MouseButton.LeftButton)
    assert child(card, "card_run_heading", QLabel).text() == "Stopping…"
    runner.run_all()
    assert child(card, "card_heading", QLabel).text() == "3 photos are ready"


def test_the_card_says_why_a_run_failed(state, runner, photos, backend, theme, show):
    backend.run_error = CheckpointError("mini.safetensors is cut short; reinstall the program")
    state.open_paths([photos])
    runner.run_all()
    card = show(RunCard(state, theme))
    state.reconstruction.start()
    runner.run_all()
    assert "cut short" in child(card, "card_text", QLabel).text()
    assert child(card, "run_button", QPushButton).text() == "Run again"


def test_the_start_page_takes_a_drop(state, theme, show, tmp_path, runner):
    page = show(StartPage(state, theme), 900, 600)
    assert drop(child(page, "drop_zone", DropZone), [tmp_path])
    assert state.session.is_loading


def test_a_drop_of_text_is_not_taken(state, theme, show):
    page = show(StartPage(state, theme), 900, 600)
    assert not drop(child(page, "drop_zone", DropZone), [])


def test_recent_scenes_are_one_click_away(state, theme, show, photos, runner, qtbot):
    page = show(StartPage(state, theme), 900, 600)
    state.settings.add_recent(photos)
    qtbot.mouseClick(child(page, "recent_0", QPushButton), Qt.MouseButton.LeftButton)
    runner.run_all()
    assert state.session.num_views == 3


def test_samples_are_cards_until_something_was_opened(state, theme, show, photos, runner, qtbot):
    images = photos.rename(photos.parent / "images")
    Image.new("RGB", (64, 48), (250, 130, 20)).save(images / "1.jpg")
    state.recents.offer([SampleScene("try", "A try", images.parent, "CC0-1.0", "Of three.", 3)])
    page = show(StartPage(state, theme), 1240, 640)
    runner.run_all()
    card = child(page, "recent_0", QPushButton)
    assert child(page, "recents_heading", QLabel).text() == "SCENES TO TRY"
    assert child(card, "recent_name_0", QLabel).text() == "A try"
    assert child(card, "recent_about_0", QLabel).text() == "3 photos"
    assert "Of three." in card.toolTip()
    assert not child(page, "forget_recent_0").isVisible()
    picture = card.grab().toImage()
    middle = picture.pixelColor(picture.width() // 2, picture.height() // 3)
    assert (middle.red() > 220, middle.blue() < 60) == (True, True)
    assert "\n".join(cut_off(page)) == ""
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    runner.run_all()
    assert state.session.num_views == 3
    assert child(page, "recents_heading", QLabel).text() == "RECENT SCENES"
    qtbot.mouseClick(child(page, "forget_recent_0"), Qt.MouseButton.LeftButton)
    runner.run_all()
    assert child(page, "recents_heading", QLabel).text() == "SCENES TO TRY"


def test_the_text_in_number_fields_stands_off_their_edge(theme, show):
    """As far as in other fields: 8 pixels and the line around it; and all are equally high."""
    page = QWidget()
    rows = QFormLayout(page)
    fields = QSpinBox(), QDoubleSpinBox(), QLineEdit(), QComboBox()
    for field in fields:
        rows.addRow("a", field)
    show(page)
    for field in fields[:2]:
        place = field.findChild(QLineEdit).geometry()
        assert (place.left(), field.width() - 1 - place.right()) == (9, 9)
    assert {field.height() for field in fields} == {28}


def test_a_recent_scene_that_is_gone_is_grey_and_a_cross_takes_it_off(
    state, theme, show, photos, runner, qtbot
):
    state.settings.add_recent(Path("/nowhere/castle.npz"))
    state.settings.add_recent(photos)
    page = show(StartPage(state, theme), 900, 700)
    runner.run_all()
    gone = child(page, "recent_1", QPushButton)
    assert not gone.isEnabled()
    assert "drive is not connected" in child(page, "recent_about_1", QLabel).text()
    assert child(page, "recent_0", QPushButton).isEnabled()
    qtbot.mouseClick(child(page, "forget_recent_1"), Qt.MouseButton.LeftButton)
    assert state.settings.recents == (photos,)
    qtbot.waitUntil(lambda: page.findChild(QPushButton, "recent_1") is None)


def test_the_start_page_offers_photos_and_a_folder(state, theme, show, qtbot):
    page = show(StartPage(state, theme), 1240, 640)
    asked = [record(page.photos_clicked), record(page.open_clicked)]
    for name in ("open_files_button", "open_button"):
        qtbot.mouseClick(child(page, name, QPushButton), Qt.MouseButton.LeftButton)
    assert [len(calls) for calls in asked] == [1, 1]
    assert "\n".join(cut_off(page)) == ""


def test_the_sample_is_offered_only_where_it_is(state, theme, show):
    page = show(StartPage(state, theme), 900, 600)
    assert not child(page, "sample_button", QPushButton).isEnabled()


@pytest.mark.parametrize(
    ("changes", "num_experts", "words"),
    [
        ({"experts_trained": True}, 4, []),
        ({"experts_trained": False}, 4, ["untrained"]),
        ({"experts_trained": False}, 1, []),
        ({"experts_trained": True, "demonstration": True}, 4, ["Demonstration"]),
        ({"experts_trained": True, "approximations": ("token merging",)}, 4, ["token merging"]),
    ],
)
def test_what_must_be_known_before_believing_is_said(changes, num_experts, words):
    metadata = replace(step_prediction().metadata, **changes)
    sentences = warnings_of(metadata, num_experts)
    assert len(sentences) == len(words)
    assert all(word in sentence for word, sentence in zip(words, sentences, strict=True))


def test_the_banner_shows_only_when_there_is_something_to_say(result, runner, backend, theme, show):
    banner = Banner(result.display, theme)
    show(QWidget())
    assert banner.isHidden()
    untrained = replace(step_prediction().metadata, experts_trained=False)
    backend.make = lambda: replace(step_prediction(), metadata=untrained)
    result.reconstruction.start()
    runner.run_all()
    assert not banner.isHidden()
    assert "noise" in child(banner, "banner_text", QLabel).text()


def test_a_message_of_one_line_is_one_line_high(show, qtbot):
    window = show(QWidget(), 900, 500)
    toast = ToastLabel(window)
    line = toast.fontMetrics().lineSpacing()
    toast.show_toast(Toast("4 of 4 photos placed, 150,528 points, 79 % of them confirmed, in 9 s"))
    assert toast.height() < 2.5 * line
    toast.show_toast(Toast("A command that is copied: " + "moe3d export --format ply " * 9))
    text = child(toast, "toast_text", QLabel)
    assert text.heightForWidth(text.width()) <= text.height()
    assert toast.height() < text.height() + 1.5 * line
    assert cut_off(window) == []


def test_a_toast_offers_its_folder(show, tmp_path, qtbot):
    window = show(QWidget())
    toast = ToastLabel(window)
    toast.show_toast(Toast("Wrote scene.ply", tmp_path))
    assert toast.isVisible()
    assert window.rect().contains(toast.geometry())
    assert child(toast, "toast_open", QPushButton).isVisible()
    qtbot.mouseClick(child(toast, "toast_close", QPushButton), Qt.MouseButton.LeftButton)
    assert not toast.isVisible()
    toast.show_toast(Toast("Model mini is ready"))
    assert not child(toast, "toast_open", QPushButton).isVisible()
    assert record(toast.folder_opened) == []
