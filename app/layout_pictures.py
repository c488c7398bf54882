"""Pictures of the four window layouts, in both themes and two sizes: `make screenshots`."""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from PySide6.QtCore import QEventLoop, QSettings
from PySide6.QtWidgets import QApplication, QWidget

from moe3d_viewer.arguments import Arguments
from moe3d_viewer.main import make_application, make_viewer
from moe3d_viewer.viewer import Viewer

SIZES = ((1280, 720), (2560, 1440))
THEMES = ("light", "dark")
LAYOUTS = ("reconstruct", "experts", "compare", "export")
MAX_BYTES = 300_000
PATIENCE_S = 900.0
CALM_S = 0.4


@dataclass(frozen=True)
class Shot:
    """One picture to be taken."""

    layout: str
    theme: str
    size: tuple[int, int]

    @property
    def file_name(self) -> str:
        """Where it goes."""
        return f"{self.layout}-{self.theme}-{self.size[0]}.jpg"


def all_shots() -> Iterator[Shot]:
    """Every layout in every theme and size."""
    for size in SIZES:
        for theme in THEMES:
            for layout in LAYOUTS:
                yield Shot(layout, theme, size)


def take_pictures(viewer: Viewer, folder: Path) -> list[Path]:
    """Take every picture of a window that has a result."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_take(viewer, shot, folder / shot.file_name) for shot in all_shots()]


def _take(viewer: Viewer, shot: Shot, path: Path) -> Path:
    viewer.state.settings.set_theme(shot.theme)
    viewer.window.resize(*shot.size)
    viewer.window.commands[f"layout_{shot.layout}"].trigger()
    _wait_until_drawn(viewer)
    for message in viewer.window.findChildren(QWidget, "toast"):
        message.hide()
    part = path.with_suffix(".part.png")
    viewer.window.grab().save(str(part), "PNG")  # type: ignore[call-overload]
    _compress(part, path)
    part.unlink()
    return path


def _compress(source: Path, path: Path) -> None:
    """JPEG, as good as stays small: a palette would change the colours that stand for experts."""
    picture = Image.open(source).convert("RGB")
    is_small = picture.width <= SIZES[0][0]
    for quality in (92, 86, 80, 70, 60, 50, 40):
        sampling = 0 if is_small else 2  # thin coloured letters are seen in the small ones only
        picture.save(path, "JPEG", quality=quality, subsampling=sampling, optimize=True)
        if path.stat().st_size <= MAX_BYTES:
            return


def _wait_until_drawn(viewer: Viewer) -> None:
    started = calm_since = time.monotonic()
    while time.monotonic() - calm_since < CALM_S:
        # The one place that may do this: there is no event loop around it yet.
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        time.sleep(0.01)
        if not _is_drawn(viewer):
            calm_since = time.monotonic()
        if time.monotonic() - started > PATIENCE_S:
            raise TimeoutError("the window did not come to rest")


def _is_drawn(viewer: Viewer) -> bool:
    state, view = viewer.state, viewer.window.scene_view
    if state.notices.errors:
        raise RuntimeError(state.notices.errors[-1].text)
    is_busy = state.session.is_drawing or state.display.is_preparing or state.display.is_building
    is_busy = is_busy or state.reconstruction.is_running  # the first answer is shown meanwhile
    is_busy = is_busy or state.comparison_report.is_measuring
    has_result = state.display.prediction is not None
    return has_result and not is_busy and view is not None and view.is_settled


def main(words: list[str]) -> int:
    """`python -m moe3d_viewer.layout_pictures PHOTOS FOLDER`."""
    photos, folder = Path(words[0]), Path(words[1])
    make_application()
    with TemporaryDirectory() as settings:
        store = QSettings(f"{settings}/settings.ini", QSettings.Format.IniFormat)
        viewer = make_viewer(Arguments((photos,), run=True, size=SIZES[0]), store=store)
        viewer.show()
        _wait_until_drawn(viewer)
        for path in take_pictures(viewer, folder):
            sys.stdout.write(f"{path} {path.stat().st_size // 1000} KB\n")
        viewer.window.close_at_once()
        viewer.close_down()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
