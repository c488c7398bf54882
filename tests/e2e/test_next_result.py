"""Another result takes the place of one that had more: VGGT, experts, photos, truth."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from moe3d_viewer.state.layers.view_options import Layout
from tests.app.hands import Hands
from tests.app.questions import answer
from tests.app.window_fixtures import run_photos
from tests.scenes import step_prediction

pytestmark = pytest.mark.gui
CONTROL = Qt.KeyboardModifier.ControlModifier
MAPS = ("vggt", "difference", "flying:fused", "flying:vggt", "expert:2", "gating", "confidence")


def without_vggt():
    return replace(step_prediction(), baseline=None)


def without_experts():
    full = step_prediction()
    return replace(
        full,
        expert_depths=full.expert_depths[:, :1],
        gate_logits=full.gate_logits[:, :1],
        baseline=None,
    )


@pytest.mark.parametrize("layout", list(Layout))
@pytest.mark.parametrize("make", [without_vggt, without_experts])
def test_a_result_with_less_follows_one_with_more(viewer, photos, backend, qtbot, layout, make):
    hands = Hands(viewer, qtbot)
    backend.follows_photos = True
    run_photos(viewer, photos, qtbot)
    state = viewer.state
    for key in MAPS:
        state.maps.show_map(key, True)
    state.view.set_layout(layout)
    state.view.select_layer("vggt")
    state.view.set_color_mode("expert")
    state.view.select_view(1)
    qtbot.waitUntil(lambda: viewer.runner.num_running == 0)
    in_one = layout in (Layout.SWIPE, Layout.FLIP)
    hands.hover("sides" if in_one else "vggt", 40, 5)
    before = state.display.prediction
    backend.make, backend.follows_photos = make, False  # other names: the first photo is selected
    qtbot.keyClick(viewer.window, Qt.Key.Key_R, CONTROL)
    answer(viewer, qtbot, "discard")
    qtbot.waitUntil(lambda: state.display.prediction not in (None, before))
    qtbot.waitUntil(lambda: viewer.runner.num_running == 0)
    assert [f"{e.title}: {e.text}" for e in state.notices.errors] == []
    assert viewer.window.findChild(object, "tile_vggt") is None
