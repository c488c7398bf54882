"""What one tick of the confidence slider passes: functions and files of the project.

    python benchmarks/slider_tick.py [--list]

A whole window with an analytic result; the slider moves by one step as by a key, more than a
second after its last move, and everything is listened to until the window is at rest again.
Without a display (QT_QPA_PLATFORM=offscreen) there is no 3D view; under xvfb-run there is.
`--list` names all.
"""

import os
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QSlider

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import moe3d
import moe3d_viewer
from moe3d_viewer.arguments import Arguments
from moe3d_viewer.main import keep_triton_out, make_application, make_viewer
from moe3d_viewer.viewer import Viewer
from tests.app.drawn_window import backend_with_points

ROOMS = tuple(str(Path(package.__file__ or "").parent) for package in (moe3d, moe3d_viewer))
CALM_S, PATIENCE_S = 1.2, 300.0
Passed = tuple[str, str]
"""File and function."""


class Listener:
    """Notes every function of the project that is called in the window's thread."""

    def __init__(self) -> None:
        self.calls: Counter[Passed] = Counter()

    def __call__(self, frame: FrameType, event: str, _argument: object) -> None:
        """One event of the interpreter."""
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(ROOMS) and code.co_name[0] != "<":
            self.calls[code.co_filename, code.co_qualname] += 1

    @property
    def figures(self) -> str:
        """Functions and files, each counted once, and calls."""
        files = {file for file, _ in self.calls}
        calls = sum(self.calls.values())
        return f"{len(self.calls)} functions in {len(files)} files, {calls} calls"


def wait_until_calm(viewer: Viewer) -> None:
    """Go on until the window has had nothing to do for a while."""
    started = calm_since = time.monotonic()
    while time.monotonic() - calm_since < CALM_S:
        QApplication.processEvents()
        time.sleep(0.005)
        state, view = viewer.state, viewer.window.scene_view
        is_busy = state.session.is_drawing or state.display.is_preparing
        is_busy = is_busy or state.display.is_building
        is_busy = is_busy or state.scene.filter_list.counts(state.display.layer) is None
        if is_busy or state.display.prediction is None or view is None or not view.is_settled:
            calm_since = time.monotonic()
        if time.monotonic() - started > PATIENCE_S:
            raise TimeoutError("the window did not come to rest")


def tick(viewer: Viewer) -> tuple[Listener, Listener]:
    """Move the slider by one step: what that passes at once, and until the window rests."""
    slider = viewer.window.findChild(QSlider, "confidence_slider")
    assert slider is not None
    at_once, after = Listener(), Listener()
    before = viewer.state.view.percentile
    sys.setprofile(at_once)
    slider.triggerAction(QSlider.SliderAction.SliderSingleStepAdd)
    sys.setprofile(after)
    wait_until_calm(viewer)
    sys.setprofile(None)
    assert viewer.state.view.percentile == before + 1
    return at_once, after


def main(words: list[str]) -> None:
    """Print the figures of a second tick: the first one may still make things."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the program itself does
    keep_triton_out()
    make_application()
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "photos").mkdir()
        for photo in ("1.jpg", "2.jpg"):
            (folder / "photos" / photo).touch()
        store = QSettings(f"{folder}/settings.ini", QSettings.Format.IniFormat)
        arguments = Arguments((folder / "photos",), run=True, size=(1280, 720))
        viewer = make_viewer(
            arguments, backend_with_points().functions, store, recovery_root=folder / "recovery"
        )
        viewer.show()
        wait_until_calm(viewer)
        tick(viewer)
        for title, heard in zip(("at once", "until rest"), tick(viewer), strict=True):
            sys.stdout.write(f"{title}: {heard.figures}\n")
            if "--list" in words:
                for (file, function), count in sorted(heard.calls.items()):
                    sys.stdout.write(f"  {file} {function} {count}\n")
        viewer.window.close_at_once()
        viewer.close_down()


if __name__ == "__main__":
    main(sys.argv[1:])
