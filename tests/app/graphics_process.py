"""Run by tests as a process of its own: opens the window on a graphics set-up, and prints what a
user then sees."""

import json
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QSettings, QTimer
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QWidget

from moe3d_viewer.arguments import Arguments
from moe3d_viewer.main import make_application, make_viewer
from moe3d_viewer.state.layers.display import PREPARE_DISPLAY
from moe3d_viewer.state.layers.layer_clouds import BUILD_CLOUD
from moe3d_viewer.viewer import Viewer
from tests.app.fakes import FakeBackend

POLL_MS, CALM_POLLS = 20, 10


class Watch(QTimer):
    """Ends the event loop once the middle of the window rests; retries a broken view once."""

    def __init__(self, app, viewer: Viewer, words: list[str]) -> None:
        super().__init__()
        self._app, self._viewer, self._words = app, viewer, words
        self._calm, self.failures, self.was_ahead = 0, [], False
        self.timeout.connect(self._look)
        self.start(POLL_MS)
        if "break" in words:
            break_drawing()

    def _look(self) -> None:
        if "patient" in self._words and not self.was_ahead:
            self._run_when_the_view_is_made()
            return
        view = self._viewer.window.scene_view
        rests = view is not None and view.is_settled
        self._calm = self._calm + 1 if rests else 0
        if self._calm < CALM_POLLS:
            return
        again = view.widget.findChild(QPushButton, "retry_3d")
        if again is not None and again.isVisible() and not self.failures:
            self.failures = shown_texts(view.widget)
            if "mend" in self._words:
                mend_drawing()
            again.click()
            self._calm = 0
            return
        self._app.exit()

    def _run_when_the_view_is_made(self) -> None:
        window = self._viewer.window
        button = window.findChild(QAbstractButton, "run_button")
        is_made = window.findChild(QWidget, "leftCloudView") is not None
        if is_made and button is not None and button.isEnabled():
            self.was_ahead = window.scene_view is None
            button.click()


def shown_texts(widget: QWidget) -> list[str]:
    labels = widget.findChildren(QLabel)
    return [label.text() for label in labels if label.isVisible() and label.text()]


def break_drawing() -> None:
    """The overlays of every 3D view cannot be drawn."""
    from moe3d_viewer.widgets.viewport.drawing.line_item import LineItem

    def paint(_item: object) -> None:
        raise ValueError("the driver of this test says no")

    LineItem.kept, LineItem.paint = LineItem.paint, paint


def mend_drawing() -> None:
    from moe3d_viewer.widgets.viewport.drawing.line_item import LineItem

    LineItem.paint = LineItem.kept


def colors_of_view(viewer: Viewer) -> int:
    """How many colours the left 3D view has on the screen; 0 when none is shown."""
    from tests.app.drawn_window import pixels, views

    view = views(viewer)[0]
    return len(set(map(tuple, pixels(view).reshape(-1, 3).tolist()))) if view.isVisible() else 0


def main(words: list[str]) -> int:
    app = make_application()
    with tempfile.TemporaryDirectory() as name:
        photos = [Path(name) / "1.jpg", Path(name) / "2.jpg"]
        for photo in photos:
            photo.write_bytes(b"")
        store = QSettings(f"{name}/settings.ini", QSettings.Format.IniFormat)
        # made-up reconstruction, real points; PyOpenGL is not loaded by it
        backend = FakeBackend().use_real(PREPARE_DISPLAY, BUILD_CLOUD)
        arguments = Arguments(tuple(photos), run="patient" not in words, size=(1000, 700))
        viewer = make_viewer(arguments, backend.functions, store)
        viewer.show()
        watch = Watch(app, viewer, words)
        app.exec()
        watch.stop()
        shown = viewer.window.scene_view.widget
        has_view = shown.findChild(QWidget, "leftCloudView") is not None
        report = {
            "colors": colors_of_view(viewer) if has_view else 0,
            "texts": shown_texts(shown),
            "failures": watch.failures,
            "was_ahead": watch.was_ahead,
            "errors": [f"{e.title}: {e.text}" for e in viewer.state.notices.errors],
        }
        viewer.window.close_at_once()
        viewer.close_down()
    print(json.dumps(report))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
