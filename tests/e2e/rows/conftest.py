import pytest

from app.widgets.map_tile import MapTile
from tests.app.hands import Hands
from tests.app.window_fixtures import run_photos


@pytest.fixture
def hands(viewer, photos, qtbot) -> Hands:
    """A window with a result; set `backend.make` before for another scene than the step."""
    run_photos(viewer, photos, qtbot)
    made = Hands(viewer, qtbot)
    made.wait(lambda: made.find("tile_fused", MapTile).height() > 40)
    return made
