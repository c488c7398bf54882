"""Classes of Qt are made in the GUI thread only.

Made in another one they crash the program now and then: the event loop reads PySide6's table of
classes without a lock.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.gui, pytest.mark.gl]

WINDOW = """
import sys, threading, time
from pathlib import Path

elsewhere = []


class Watch:
    def find_spec(self, name, path=None, target=None):
        if threading.current_thread() is not threading.main_thread():
            elsewhere.append(name)


sys.meta_path.insert(0, Watch())
from PySide6.QtCore import QSettings
from shiboken6 import Shiboken
from moe3d_viewer.arguments import Arguments
from moe3d_viewer.main import make_application, make_viewer
from moe3d_viewer.state.layers.display import PREPARE_DISPLAY
from moe3d_viewer.state.layers.layer_clouds import BUILD_CLOUD
from tests.app.fakes import FakeBackend

folder = Path(sys.argv[1])
app = make_application()
store = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
functions = FakeBackend().use_real(PREPARE_DISPLAY, BUILD_CLOUD).functions
viewer = make_viewer(Arguments((folder,), run=True), functions, store)
viewer.show()
while viewer.window.scene_view is None or not viewer.window.scene_view.is_settled:
    app.processEvents()
    time.sleep(0.01)
assert "moe3d_viewer.widgets.viewport.gl_scene_view" in sys.modules
viewer.window.close_at_once()
assert viewer.close_down()
assert "OpenGL.GL" in elsewhere, elsewhere
for name in elsewhere:
    for value in list(vars(sys.modules[name]).values()) if name in sys.modules else []:
        is_own = isinstance(value, type) and value.__module__ == name
        assert not (is_own and issubclass(value, Shiboken.Object)), f"{name}: {value}"
"""


def test_no_class_of_qt_is_made_outside_the_gui_thread(photos: Path):
    done = subprocess.run(
        [sys.executable, "-c", WINDOW, str(photos)],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
