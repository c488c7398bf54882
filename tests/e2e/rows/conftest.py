import pytest
from PySide6.QtCore import Qt

from moe3d_viewer.widgets.maps.map_tile import MapTile
from tests.app.hands import Hands
from tests.app.scene_hands import SceneHands
from tests.app.window_fixtures import run_photos


@pytest.fixture
def hands(viewer, photos, qtbot) -> Hands:
    """A window with a result; set `backend.make` before for another scene than the step."""
    run_photos(viewer, photos, qtbot)
    made = Hands(viewer, qtbot)
    made.wait(lambda: made.find("tile_fused", MapTile).height() > 40)
    return made


@pytest.fixture
def scene(drawn, qtbot) -> SceneHands:
    """Every point of both clouds, beside each other; no cameras drawn. Needs OpenGL."""
    made = SceneHands(drawn, qtbot)
    made.slide("confidence_slider", 0.0)
    made.slide("point_size", 0.5)
    if made.find("toast").isVisible():  # it floats over the view for a while
        made.press("toast_close")
    made.hit(Qt.Key.Key_V)
    return made


@pytest.fixture
def single(scene) -> SceneHands:
    """One view."""
    scene.press("tool_single")
    scene.settle()
    return scene
