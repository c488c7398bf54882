"""Whatever is dropped: it is opened, or the user reads what to do; said before it is dropped."""

import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QListWidget, QMessageBox, QWidget

from moe3d_viewer.state.incoming import Way, incoming
from moe3d_viewer.state.scene.session import READ_SCENE
from tests.app.window_fixtures import child, drop, run_photos
from tests.videos import noise

pytestmark = pytest.mark.gui
COPY, LEFT = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
NO_KEYS = Qt.KeyboardModifier.NoModifier


class Drag:
    """A drag over a widget, with the events that Qt sends."""

    def __init__(self, widget: QWidget, *urls: str | Path, text: str = "") -> None:
        self.widget, self.mime = widget, QMimeData()
        given = [QUrl.fromLocalFile(str(u)) if isinstance(u, Path) else QUrl(u) for u in urls]
        if given:
            self.mime.setUrls(given)
        if text:
            self.mime.setText(text)

    def enter(self, x: int, y: int) -> bool:
        event = QDragEnterEvent(QPoint(x, y), COPY, self.mime, LEFT, NO_KEYS)
        QApplication.sendEvent(self.widget, event)
        return event.isAccepted()

    def move(self, x: int, y: int) -> None:
        event = QDragMoveEvent(QPoint(x, y), COPY, self.mime, LEFT, NO_KEYS)
        QApplication.sendEvent(self.widget, event)

    def leave(self) -> None:
        QApplication.sendEvent(self.widget, QDragLeaveEvent())

    def drop(self, x: int, y: int) -> None:
        event = QDropEvent(QPoint(x, y).toPointF(), COPY, self.mime, LEFT, NO_KEYS)
        QApplication.sendEvent(self.widget, event)


@pytest.fixture
def more(tmp_path):
    folder = tmp_path / "more"
    folder.mkdir()
    for name in ("8.jpg", "9.jpg"):
        (folder / name).write_bytes(b"")
    return folder


def armed(window) -> list[str]:
    fields = [child(window, name, QWidget) for name in ("drop_open", "drop_add")]
    return [f.objectName() for f in fields if f.isVisible() and f.property("armed") == "true"]


def message(window, qtbot) -> str:
    """What the box says; it is closed then."""
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, "error_box") is not None)
    box = child(window, "error_box", QMessageBox)
    text = box.informativeText()
    box.close()
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, "error_box") is None)
    return text


def test_photos_over_a_scene_are_added_on_the_right_and_opened_on_the_left(
    viewer, photos, more, qtbot
):
    window = viewer.window
    drop(window, [photos])
    qtbot.waitUntil(lambda: viewer.state.session.can_run)
    drag = Drag(window, more / "8.jpg", more / "9.jpg")
    right, middle = window.width() - 80, window.height() // 2
    assert drag.enter(60, middle)
    overlay = child(window, "drop_overlay", QWidget)
    assert overlay.isVisible()
    assert child(window, "drop_open_text", QLabel).text() == "Open as a new scene"
    assert child(window, "drop_open_about", QLabel).text() == "8.jpg, 9.jpg"
    assert child(window, "drop_add_text", QLabel).text() == "Add to these photos"
    assert armed(window) == ["drop_open"]
    drag.move(right, middle)
    assert armed(window) == ["drop_add"]
    drag.leave()
    assert not overlay.isVisible()

    drag.enter(right, middle)
    drag.drop(right, middle)
    assert not overlay.isVisible()
    listed = child(window, "photo_list", QListWidget)
    qtbot.waitUntil(lambda: listed.count() == 5)
    assert window.windowTitle().startswith("garden wall")

    drag.enter(60, middle)
    drag.drop(60, middle)
    qtbot.waitUntil(lambda: listed.count() == 2)
    assert window.windowTitle().startswith("more")


def test_a_result_or_session_over_a_scene_is_opened_wherever_it_is_dropped(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    window = viewer.window
    for name, promise in (
        ("a.npz", "Open the saved result or points"),
        ("a.moe3d", "Open the session"),
    ):
        drag = Drag(window, Path(f"/tmp/{name}"))
        drag.enter(window.width() - 80, 300)
        assert child(window, "drop_open_text", QLabel).text() == promise
        assert not child(window, "drop_add", QWidget).isVisible()
        drag.leave()


@pytest.mark.parametrize("how", ["url", "text"])
def test_a_link_is_answered_with_what_to_do(viewer, qtbot, how):
    link = "https://example.org/photos/garden.jpg"
    page = child(viewer.window, "drop_zone", QWidget)
    drag = Drag(page, link) if how == "url" else Drag(page, text=link)
    assert drag.enter(30, 30)
    drag.drop(30, 30)
    text = message(viewer.window, qtbot)
    assert link in text
    assert "Save the photos" in text
    assert viewer.state.session.views is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("scan.rar", "Unpack it"),
        ("model.safetensors", "weights of a network"),
        ("letter.docx", "photos (JPEG"),
        ("transforms.json", "folder of photos"),
    ],
)
def test_files_that_cannot_be_opened_are_answered_with_what_to_do(
    viewer, tmp_path, qtbot, name, words
):
    (tmp_path / name).write_bytes(b"x")
    drop(viewer.window, [tmp_path / name])
    text = message(viewer.window, qtbot)
    assert text.startswith(name)
    assert words in text
    assert not viewer.state.session.is_loading


def test_a_zip_of_photos_is_opened_as_its_folder_would_be(
    viewer, backend, tmp_path, qtbot, monkeypatch
):
    from PIL import Image

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    backend.use_real(READ_SCENE)
    path = tmp_path / "walk.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for n in range(3):
            Image.fromarray(noise(n)).save(tmp_path / f"{n}.png")
            archive.write(tmp_path / f"{n}.png", f"walk/{n}.png")
        archive.writestr("../evil.png", b"no")
    drop(viewer.window, [path])
    qtbot.waitUntil(lambda: viewer.state.session.can_run)
    views = viewer.state.session.views.views
    assert [view.name for view in views] == ["0.png", "1.png", "2.png"]
    assert all((tmp_path / "cache") in view.path.parents for view in views)
    assert viewer.window.windowTitle().startswith("walk")
    assert viewer.state.settings.recents == (path,)


def test_a_folder_among_strange_names_is_still_tried():
    assert incoming([Path("/scenes/garden.v2")]).way is Way.PHOTOS
    assert incoming([Path("/scenes/letter.txt"), Path("/scenes/1.jpg")]).way is Way.PHOTOS
    assert incoming([Path("/a.ply"), Path("/b.glb")]).way is Way.OBJECTS
    assert incoming([Path("/a.fbx"), Path("/b.usd")]).refusal.startswith("a.fbx (and 1 more)")
