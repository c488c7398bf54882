"""The window follows the system's colours while it is open, when the user wants that.

In a process of its own: only a desktop's platform theme knows of light and dark, and it is chosen
when the QApplication is made.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.gui, pytest.mark.gl]

WINDOW = """
import json, sys, time
from pathlib import Path
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QWidget
from moe3d_viewer.arguments import Arguments
from moe3d_viewer.main import make_application, make_viewer
from tests.app.fakes import FakeBackend

folder = Path(sys.argv[1])
app = make_application()
store = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
viewer = make_viewer(Arguments((folder,), run=True), FakeBackend().functions, store)
viewer.show()


def wait(holds):
    while not holds():
        app.processEvents()
        time.sleep(0.01)


def lightness(name):
    widget = viewer.window.findChild(QWidget, name)
    image = widget.grab().toImage()
    place = image.width() - 3, image.height() // 2
    return image.pixelColor(*place).lightness()


def look(scheme):
    QGuiApplication.styleHints().setColorScheme(scheme)  # as the system does
    for _ in range(20):
        app.processEvents()
    names = ("photos_panel", "status_line", "map_strip", "menu_view")
    return [lightness(name) for name in names]


wait(lambda: viewer.state.display.prediction is not None)
wait(lambda: viewer.window.scene_view is not None)
found = {}
for setting in ("system", "light", "dark", "system"):
    viewer.state.settings.set_theme(setting)
    for scheme in (Qt.ColorScheme.Dark, Qt.ColorScheme.Light, Qt.ColorScheme.Dark):
        found.setdefault(setting, []).append(look(scheme))
print(json.dumps(found))
viewer.window.close_at_once()
assert viewer.close_down()
"""


def test_the_window_follows_the_system_only_when_told_to(photos: Path):
    desktop = {**os.environ, "QT_QPA_PLATFORMTHEME": "gnome", "QT_LOGGING_RULES": "qt.qpa.*=false"}
    done = subprocess.run(
        [sys.executable, "-c", WINDOW, str(photos)],
        env=desktop,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.strip().splitlines()[-1])
    for place in range(4):
        dark, light, dark_again = (look[place] for look in found["system"][:3])
        assert dark == dark_again < 80
        assert light > 200
        assert [look[place] for look in found["system"]] == [dark, light, dark] * 2
        assert {look[place] for look in found["light"]} == {light}
        assert {look[place] for look in found["dark"]} == {dark}
