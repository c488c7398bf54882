"""Videos in the real window: dropped, opened, in a folder, damaged, and how many frames of them."""

from fractions import Fraction

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFileDialog,
    QLabel,
    QListWidget,
    QMessageBox,
    QPushButton,
    QWidget,
)

from moe3d.io.photos.images import read_pixels
from moe3d_viewer.state.scene.session import MAKE_THUMBNAILS, READ_SCENE
from tests.app.fakes import FakeBackend
from tests.app.hands import Hands
from tests.app.questions import answer
from tests.app.window_fixtures import build_viewer, child, drop
from tests.videos import noise, write_sound, write_video

pytestmark = pytest.mark.gui


@pytest.fixture
def backend():
    made = FakeBackend().use_real(READ_SCENE, MAKE_THUMBNAILS)
    made.follows_photos = True
    return made


@pytest.fixture
def viewer(qtbot, store, backend):
    made = build_viewer(qtbot, store, backend)
    yield made
    made.window.close_at_once()


@pytest.fixture
def walk(tmp_path):
    """A folder of one photo and a video of two seconds."""
    folder = tmp_path / "walk"
    folder.mkdir()
    Image.fromarray(noise(9)).save(folder / "1.png")
    times = [Fraction(n, 4) for n in range(8)]
    write_video(folder / "2.mp4", times, [noise(n) for n in range(8)])
    return folder


def wait_for_photos(viewer, qtbot, count: int) -> list[str]:
    listed = child(viewer.window, "photo_list", QListWidget)
    qtbot.waitUntil(lambda: listed.count() == count)
    qtbot.waitUntil(lambda: not viewer.state.session.is_drawing)
    return [listed.item(row).data(Qt.ItemDataRole.UserRole) for row in range(count)]


def test_a_folder_of_a_photo_and_a_video_opens_with_both_and_runs(viewer, walk, backend, qtbot):
    assert drop(viewer.window, [walk])
    names = wait_for_photos(viewer, qtbot, 3)
    assert names[0] == "1.png"
    assert all(name.startswith("2_000") for name in names[1:])
    listed = child(viewer.window, "photo_list", QListWidget)
    icon = listed.item(1).icon().pixmap(listed.iconSize()).toImage()
    levels = {icon.pixelColor(x, icon.height() // 2).lightness() for x in range(icon.width())}
    assert len(levels) > 10  # the noise of the frame
    qtbot.keyClick(viewer.window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: viewer.state.display.prediction is not None)
    assert list(backend.requests[0].views.names) == names


def test_a_video_and_a_photo_dropped_together_are_both_used(viewer, walk, qtbot):
    assert drop(viewer.window, [walk / "2.mp4", walk / "1.png"])
    names = wait_for_photos(viewer, qtbot, 3)
    assert names[2] == "1.png"


def test_videos_can_be_chosen_in_the_file_dialog(viewer, walk, qtbot):
    hands = Hands(viewer, qtbot)
    hands.command("open_files")
    first, _all = child(viewer.window, "file_dialog", QFileDialog).nameFilters()
    assert {"*.mp4", "*.mov", "*.jpg", "*.avif"} <= set(first[first.index("(") + 1 : -1].split())
    hands.answer_file_dialog(walk / "2.mp4")
    assert len(wait_for_photos(viewer, qtbot, 2)) == 2


def test_more_frames_are_taken_when_the_rate_is_raised(viewer, walk, qtbot, backend):
    row = child(viewer.window, "video_rate_row", QWidget)
    drop(viewer.window, [walk / "1.png"])
    wait_for_photos(viewer, qtbot, 1)
    assert not row.isVisible()  # no video is open
    drop(viewer.window, [walk])
    wait_for_photos(viewer, qtbot, 3)
    assert row.isVisible()
    rate = child(viewer.window, "video_rate", QDoubleSpinBox)
    rate.setFocus()
    rate.selectAll()
    qtbot.keyClicks(rate.lineEdit(), "4")
    qtbot.keyClick(rate, Qt.Key.Key_Return)
    names = wait_for_photos(viewer, qtbot, 9)
    assert names[1:] == [f"2_000{n // 4}.{n % 4 * 25:02}s.jpg" for n in range(8)]
    assert child(viewer.window, "photos_summary", QLabel).text() == "9 photos"
    assert child(viewer.window, "video_frames", QLabel).text() == "8 frames"

    # A result that is in no file is not thrown away by another rate unasked.
    hands = Hands(viewer, qtbot)
    hands.hotkey(Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: viewer.state.display.prediction is not None)
    qtbot.waitUntil(lambda: not viewer.state.reconstruction.is_running)
    for word, count, shown in (("cancel", 9, 4.0), ("discard", 8, 3.5)):
        rate.setFocus()
        qtbot.keyClick(rate, Qt.Key.Key_Down)
        answer(viewer, qtbot, word)
        wait_for_photos(viewer, qtbot, count)
        assert rate.value() == shown


def test_the_rate_is_kept_for_the_next_start(viewer, walk, qtbot, store, backend):
    drop(viewer.window, [walk])
    wait_for_photos(viewer, qtbot, 3)
    rate = child(viewer.window, "video_rate", QDoubleSpinBox)
    rate.setFocus()
    qtbot.keyClick(rate, Qt.Key.Key_Up)
    qtbot.keyClick(rate, Qt.Key.Key_Up)
    wait_for_photos(viewer, qtbot, 5)
    again = build_viewer(qtbot, store, backend, str(walk))
    assert len(wait_for_photos(again, qtbot, 5)) == 5
    again.window.close_at_once()


def test_a_video_without_pictures_is_named_in_the_message(viewer, walk, qtbot):
    path = write_sound(walk / "talk.mp4")
    drop(viewer.window, [path])
    qtbot.waitUntil(lambda: viewer.window.findChild(QMessageBox, "error_box") is not None)
    box = child(viewer.window, "error_box", QMessageBox)
    assert "talk.mp4: no frame can be read: it holds sound but no pictures" in box.informativeText()
    box.close()


def test_a_damaged_video_beside_photos_is_among_the_refused_files(viewer, walk, qtbot):
    (walk / "3.mp4").write_bytes(b"")
    drop(viewer.window, [walk])
    wait_for_photos(viewer, qtbot, 3)
    shown = child(viewer.window, "refused_button", QPushButton)
    assert shown.text() == "1 file refused"
    assert viewer.state.session.refused[0].path.name == "3.mp4"


def test_a_session_with_frames_opens_again_and_can_be_run(viewer, walk, qtbot, backend, tmp_path):
    drop(viewer.window, [walk])
    names = wait_for_photos(viewer, qtbot, 3)
    qtbot.keyClick(viewer.window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: viewer.state.display.prediction is not None)
    saved = tmp_path / "walk.moe3d"
    viewer.state.scene_file.save(saved)
    qtbot.waitUntil(lambda: not viewer.state.scene_file.is_modified)
    drop(viewer.window, [walk / "1.png"])
    wait_for_photos(viewer, qtbot, 1)
    drop(viewer.window, [saved])
    assert wait_for_photos(viewer, qtbot, 3) == names
    frames = [view for view in viewer.state.session.views.views if view.frame_s is not None]
    assert [(view.path, view.width, view.height) for view in frames] == [
        (walk / "2.mp4", 64, 48)
    ] * 2
    qtbot.waitUntil(lambda: viewer.state.reconstruction.can_start)
    assert read_pixels(frames[0]).std() > 20  # the noise of the frame, from the video again
    assert child(viewer.window, "video_rate", QDoubleSpinBox).isEnabled()  # all is saved
