"""What the real window holds a point, in arrays and on the GPU, and that nothing is lost by it."""

import gc
import tracemalloc

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox

from moe3d_viewer.state.layers.display import PREPARE_DISPLAY
from moe3d_viewer.state.layers.layer_clouds import BUILD_CLOUD
from moe3d_viewer.widgets.viewport import layer_points
from moe3d_viewer.workers.prepare_display import build_cloud
from tests.app.drawn_window import pixels, settle, views
from tests.app.fakes import FakeBackend
from tests.app.point_bytes import bytes_of, gpu_bytes
from tests.app.window_fixtures import child
from tests.scenes import step_prediction

pytestmark = [pytest.mark.gui, pytest.mark.gl]
SCATTER_BYTES = 56
"""Of pyqtgraph's GLScatterPlotItem: 12 + 16 in arrays, and the same on the GPU."""


class CountingBackend(FakeBackend):
    """Real points; notes which layers were built."""

    def __init__(self) -> None:
        super().__init__()
        self.built: list[str] = []
        self.use_real(PREPARE_DISPLAY).replace(BUILD_CLOUD, self._note)

    def _note(self, prediction, layer, progress, flying=None):
        self.built.append(layer)
        return build_cloud(prediction, layer, progress, flying)


@pytest.fixture
def drawn_backend() -> CountingBackend:
    return CountingBackend()


def choose_layer(viewer, qtbot, layer: str) -> None:
    """In the box of the inspector, by keys."""
    box = child(viewer.window, "layer", QComboBox)
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Home)
    while box.currentData() != layer:
        before = box.currentData()
        qtbot.keyClick(box, Qt.Key.Key_Down)
        assert box.currentData() != before, f"{layer} is not in the list"
    qtbot.waitUntil(lambda: viewer.state.display.cloud(layer) is not None)
    settle(qtbot, viewer)


def test_the_window_holds_half_of_what_a_scatter_plot_does(drawn, drawn_backend, qtbot):
    drawn_backend.make = lambda: step_prediction(2, 750, 1000)
    tracemalloc.start()
    drawn.state.reconstruction.start()
    count = 2 * 750 * 1000
    qtbot.waitUntil(lambda: drawn.state.display.total("vggt") == count)
    settle(qtbot, drawn)
    for x in range(100, 300, 20):  # what the cursor reads back is kept for a while
        qtbot.mouseMove(views(drawn)[0], QPoint(x, 200))
    qtbot.waitUntil(lambda: drawn.runner.num_running == 0)
    gc.collect()
    arrays = tracemalloc.get_traced_memory()[0] - bytes_of(drawn.state.display.prediction)
    tracemalloc.stop()
    assert gpu_bytes(drawn) == 24 * 2 * count
    assert arrays + gpu_bytes(drawn) < SCATTER_BYTES / 2 * 2 * count


def test_a_layer_comes_back_at_once(drawn, drawn_backend, qtbot):
    fused = pixels(views(drawn)[0])
    choose_layer(drawn, qtbot, "expert:2")
    assert (pixels(views(drawn)[0]) != fused).any()
    choose_layer(drawn, qtbot, "fused")
    assert (pixels(views(drawn)[0]) == fused).all()
    assert sorted(drawn_backend.built) == ["expert:1", "expert:2"]


def test_a_layer_without_room_is_built_again(drawn, drawn_backend, qtbot, monkeypatch):
    monkeypatch.setattr(layer_points, "ROOM", 0)
    fused, shown = pixels(views(drawn)[0]), gpu_bytes(drawn)
    for layer in ("expert:2", "expert:1", "vggt"):
        choose_layer(drawn, qtbot, layer)
        assert gpu_bytes(drawn) <= shown
    choose_layer(drawn, qtbot, "fused")
    qtbot.waitUntil(lambda: "fused" in drawn_backend.built)
    qtbot.waitUntil(lambda: not drawn.state.display.is_building)
    settle(qtbot, drawn)
    assert (pixels(views(drawn)[0]) == fused).all()


def test_both_sides_may_show_one_layer(drawn, qtbot):
    choose_layer(drawn, qtbot, "vggt")
    left, right = (pixels(view) for view in views(drawn))
    shared = min(left.shape[1], right.shape[1]) - 30
    assert (left[60:-60, 30:shared] == right[60:-60, 30:shared]).mean() > 0.95


def test_a_what_if_is_over_though_its_layer_was_away(drawn, qtbot):
    left, _ = views(drawn)
    own = pixels(left)
    drawn.state.remix.solo(1)
    qtbot.waitUntil(lambda: drawn.state.remix.shown.points is not None)
    settle(qtbot, drawn)
    moved = pixels(left)
    assert (moved != own).mean() > 0.05
    choose_layer(drawn, qtbot, "expert:1")
    choose_layer(drawn, qtbot, "fused")
    assert (pixels(left) == moved).all()
    choose_layer(drawn, qtbot, "expert:1")
    drawn.state.remix.reset()
    qtbot.waitUntil(lambda: not drawn.state.remix.shown.is_active)
    choose_layer(drawn, qtbot, "fused")
    assert (pixels(left) == own).all()
