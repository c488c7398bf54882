"""The window lies on one screen: at the first start, and wherever it was remembered."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, QSettings
from PySide6.QtWidgets import QWidget

from moe3d_viewer.widgets.shell.window_place import FRAME, brought_back, first_geometry

pytestmark = pytest.mark.gui
HD, FULL_HD, FOUR_K = QRect(0, 0, 1280, 720), QRect(0, 0, 1920, 1080), QRect(0, 0, 3840, 2160)
LEFT_OF_IT = QRect(-1280, 0, 1280, 720)
OPEN = """
import sys
from pathlib import Path
from PySide6.QtCore import QSettings
from moe3d_viewer.arguments import Arguments
from moe3d_viewer.main import make_application, make_viewer
app = make_application()
viewer = make_viewer(Arguments(), store=QSettings(sys.argv[1], QSettings.Format.IniFormat))
viewer.show()
app.processEvents()
place = viewer.window.frameGeometry()
print(place.x(), place.y(), place.width(), place.height(), viewer.window.isMaximized())
viewer.window.close_at_once()
viewer.close_down()
"""


@pytest.mark.parametrize("screen", [HD, FULL_HD, FOUR_K, LEFT_OF_IT, QRect(0, 0, 640, 360)])
def test_the_first_window_lies_in_the_middle_of_the_screen_with_room_for_its_frame(screen):
    place = first_geometry(screen)
    assert screen.contains(place.marginsAdded(FRAME))
    assert abs(place.center().x() - screen.center().x()) <= 1


def test_the_first_window_is_larger_on_a_large_screen():
    assert first_geometry(FULL_HD).size().toTuple() == (1480, 920)
    assert first_geometry(FOUR_K).size().toTuple() == (2496, 1404)


@pytest.mark.parametrize(
    ("wanted", "screens", "found"),
    [
        (QRect(100, 100, 1480, 920), [FULL_HD], (100, 100, 1480, 920)),  # as it was
        (QRect(-1200, 40, 1000, 600), [FULL_HD, LEFT_OF_IT], (-1200, 40, 1000, 600)),
        (QRect(2500, 300, 1000, 600), [FULL_HD], (912, 300, 1000, 600)),  # its screen is gone
        (QRect(-4000, -900, 1000, 600), [FULL_HD], (8, 36, 1000, 600)),
        (QRect(500, 300, 1480, 920), [HD], (8, 36, 1264, 676)),  # larger than the screen
        (QRect(500, 600, 1000, 600), [FULL_HD], (500, 472, 1000, 600)),  # half below it
    ],
)
def test_a_remembered_place_is_kept_where_a_screen_shows_it_and_brought_back_elsewhere(
    wanted, screens, found
):
    assert brought_back(wanted, screens).getRect() == found


def remember(path: Path, geometry: QRect, maximized: bool = False) -> None:
    """What an earlier start with other screens left in the settings."""
    window = QWidget()
    window.setGeometry(geometry)
    if maximized:
        window.showMaximized()
    store = QSettings(str(path), QSettings.Format.IniFormat)
    store.setValue("geometry", window.saveGeometry())
    store.sync()
    window.close()


def opened(folder: Path, screens: list[QRect], scale: str = "1") -> tuple[QRect, bool]:
    """Where the window opens on these screens, and whether it is maximized."""
    listed = [
        {
            "name": f"screen {n}",
            "x": s.x(),
            "y": s.y(),
            "width": s.width(),
            "height": s.height(),
            "logicalDpi": 96,
            "logicalBaseDpi": 96,
            "dpr": 1,
        }
        for n, s in enumerate(screens)
    ]
    (folder / "screens.json").write_text(json.dumps({"screens": listed}))
    platform = f"offscreen:configfile={folder / 'screens.json'}"
    done = subprocess.run(
        [sys.executable, "-c", OPEN, str(folder / "settings.ini")],
        env={**os.environ, "QT_QPA_PLATFORM": platform, "QT_SCALE_FACTOR": scale},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *place, is_maximized = done.stdout.split()
    return QRect(*map(int, place)), is_maximized == "True"


@pytest.mark.parametrize(
    ("screen", "scale"),
    [(HD, "1"), (FULL_HD, "1"), (FOUR_K, "1"), (FOUR_K, "2"), (FULL_HD, "2"), (HD, "2")],
)
def test_the_window_fits_the_screen_it_opens_on(tmp_path, screen, scale):
    shown = QRect(0, 0, int(screen.width() / float(scale)), int(screen.height() / float(scale)))
    place, _ = opened(tmp_path, [screen], scale)
    assert shown.contains(place)
    assert place.width() * place.height() > 0.4 * shown.width() * shown.height()


@pytest.mark.parametrize("geometry", [QRect(60, 60, 1700, 900), QRect(1700, 700, 1100, 650)])
def test_a_window_of_a_larger_screen_comes_back_whole_on_a_smaller_one(qapp, tmp_path, geometry):
    remember(tmp_path / "settings.ini", geometry)
    place, _ = opened(tmp_path, [HD])
    assert HD.contains(place)


def test_a_maximized_window_opens_maximized(qapp, tmp_path):
    remember(tmp_path / "settings.ini", QRect(200, 100, 1100, 650), maximized=True)
    place, is_maximized = opened(tmp_path, [FULL_HD])
    assert is_maximized
    assert place == FULL_HD
