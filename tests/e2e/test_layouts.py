"""Window layouts, and the command that takes their pictures."""

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget

from app.layout_pictures import MAX_BYTES, all_shots, take_pictures
from app.state.view_options import Layout
from app.widgets.layouts import window_layouts
from tests.app.window_fixtures import child, run_photos

pytestmark = pytest.mark.gui


def open_panels(window) -> set[str]:
    docks = window.findChildren(QDockWidget)
    return {d.objectName().removesuffix("_dock") for d in docks if d.toggleViewAction().isChecked()}


def test_each_layout_opens_its_panels_by_key_and_is_kept(viewer, photos, qtbot):
    run_photos(viewer, photos, qtbot)
    window = viewer.window
    keys = (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4)
    for key, layout in zip(keys, window_layouts(), strict=True):
        qtbot.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
        assert open_panels(window) == set(layout.panels)
        assert window.commands[f"layout_{layout.name}"].isChecked()
        assert viewer.state.view.layout is layout.views
    assert viewer.state.view.layout is Layout.SINGLE
    assert viewer.state.settings.value("window_layout", "") == "export"
    qtbot.keyClick(window, keys[0], Qt.KeyboardModifier.ControlModifier)
    assert child(window, "photos_dock", QDockWidget).isVisible()


def test_pictures_of_all_layouts_are_small_and_of_their_size(viewer, photos, tmp_path, qtbot):
    run_photos(viewer, photos, qtbot)
    paths = take_pictures(viewer, tmp_path / "pictures")
    assert len({path.name for path in paths}) == 16
    for path, shot in zip(paths, all_shots(), strict=True):
        with Image.open(path) as picture:
            assert picture.size == shot.size
            brightness = picture.convert("L").resize((1, 1)).getpixel((0, 0))
        assert (brightness > 128) == (shot.theme == "light")
        assert shot.size[0] > 1280 or path.stat().st_size < MAX_BYTES
    assert {p.name for p in (tmp_path / "pictures").iterdir()} == {p.name for p in paths}
