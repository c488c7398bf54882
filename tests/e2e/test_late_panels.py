"""The start page comes before the panels; a scene that comes at once still finds them."""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QListWidget, QWidget

from moe3d_viewer.arguments import Arguments
from moe3d_viewer.main import make_viewer
from tests.app.window_fixtures import child, drop, has_panels


class Watch(QObject):
    """What was there at the first paint, and which other windows came."""

    def __init__(self, window: QWidget) -> None:
        super().__init__()
        self._window = window
        self.had_panels: bool | None = None
        self.others: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_first = watched is self._window and self.had_panels is None
        if is_first and event.type() is QEvent.Type.Paint:
            self.had_panels = has_panels(self._window)
        if event.type() is QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.others += [watched.objectName()] * (watched is not self._window)
        return False


def _watched(qtbot, store, backend):
    viewer = make_viewer(Arguments(), backend.functions, store, sample_path=Path("sample"))
    watch = Watch(viewer.window)
    app = QApplication.instance()
    assert app is not None
    app.installEventFilter(watch)

    def end(_window: QWidget) -> None:
        app.removeEventFilter(watch)
        viewer.close_down()

    qtbot.addWidget(viewer.window, before_close_func=end)
    viewer.show()
    return viewer, watch


def test_the_start_page_is_on_the_screen_before_the_panels_are_made(qtbot, store, backend):
    viewer, watch = _watched(qtbot, store, backend)
    qtbot.waitUntil(lambda: has_panels(viewer.window))
    assert watch.had_panels is False
    assert watch.others == []


def test_photos_that_come_at_once_find_the_panels(qtbot, store, backend, photos):
    viewer, watch = _watched(qtbot, store, backend)
    assert not has_panels(viewer.window)
    drop(viewer.window, [photos])
    qtbot.waitUntil(lambda: viewer.state.session.can_run)
    listed = child(viewer.window, "photo_list", QListWidget)
    assert listed.isVisible()
    assert listed.count() == viewer.state.session.num_views > 0
    assert watch.others == []
