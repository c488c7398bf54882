"""What the colours in 3D mean: said in the view, in pictures and in videos, and switched off."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QDialog, QWidget

from moe3d_viewer.state.layers.view_options import Layout
from moe3d_viewer.widgets.controls.pictures import rgb_from_image
from moe3d_viewer.widgets.viewport.legend_view import LegendView
from tests.app.drawn_window import backend_with_points, settle, trigger, views
from tests.app.fakes import FakeBackend
from tests.app.hands import Hands
from tests.app.window_fixtures import child, drop
from tests.scenes import refined_prediction

pytestmark = [pytest.mark.gui, pytest.mark.gl]
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def drawn_backend() -> FakeBackend:
    return backend_with_points(refined_prediction)


def legend(viewer, side="left") -> LegendView:
    return child(viewer.window, f"{side}_legend", LegendView)


def place(viewer, widget: QWidget) -> QRect:
    """In the window."""
    return QRect(widget.mapTo(viewer.window, QPoint(0, 0)), widget.size())


def test_every_colour_names_itself_and_covers_neither_axes_nor_badge(single, qtbot):
    left, seen = views(single)[0], []
    for _ in single.state.display.color_modes:
        settle(qtbot, single)
        shown = legend(single)
        assert shown.isVisible()
        seen.append(shown.accessibleName())
        box = place(single, shown)
        assert place(single, left).contains(box)
        assert not box.intersects(place(single, left.overlays.gizmo))
        qtbot.keyClick(left, Qt.Key.Key_C)
    assert len(set(seen)) == len(single.state.display.color_modes)
    assert seen[0] == "Legend: Photo colours"
    said = "".join(seen)
    assert "Depth, relative units: " in said
    assert "MoE3D minus VGGT, %: " in said
    assert "MoE3D is nearer, MoE3D is farther" in said


def test_the_numbers_follow_the_ends_of_the_depth_colours(single, qtbot):
    single.state.view.set_color_mode("depth")
    single.state.depth_range.set_ends(2.0, 12.0)
    settle(qtbot, single)
    assert legend(single).accessibleName().endswith(": 2, 4, 6, 8, 10, 12")


def test_the_legend_makes_room_for_the_mark_of_a_what_if(single, qtbot):
    single.state.view.set_color_mode("expert")
    badge = child(views(single)[0], "what_if_badge", QWidget)
    before = place(single, legend(single))
    badge.setText(100 * "wide ")
    badge.adjustSize()
    badge.show()
    after = place(single, legend(single))
    assert after.top() > before.top()
    assert not after.intersects(place(single, badge))
    badge.hide()
    assert place(single, legend(single)) == before


def test_each_side_of_a_split_has_one_and_a_swipe_or_flip_one_for_both(drawn, qtbot):
    drawn.state.view.set_color_mode("confidence")
    for layout, count in ((Layout.SPLIT, 2), (Layout.SWIPE, 1), (Layout.FLIP, 1)):
        drawn.state.view.set_layout(layout)
        settle(qtbot, drawn)
        shown = [legend(drawn, side) for side in ("left", "right")]
        assert sum(one.isVisible() for one in shown) == count
        assert shown[0].legends == shown[1].legends  # one scale: both sides can be compared
    drawn.state.flip()
    settle(qtbot, drawn)
    assert [legend(drawn, side).isVisible() for side in ("left", "right")] == [False, True]


def test_a_key_the_menu_and_a_box_switch_it_off_and_on(single, qtbot):
    box = child(single.window, "show_legend", QCheckBox)
    action = child(single.window, "action_legend", QAction)
    assert legend(single).isVisible()
    qtbot.keyClick(views(single)[0], Qt.Key.Key_C, SHIFT)
    assert not legend(single).isVisible()
    assert not box.isChecked()
    assert not action.isChecked()
    trigger(single, "legend")
    assert legend(single).isVisible()
    box.click()
    assert not legend(single).isVisible()


def test_pictures_have_it_in_their_corner_unless_it_is_not_wanted(single, qtbot):
    single.state.view.set_color_mode("depth")
    settle(qtbot, single)
    left = views(single)[0]
    having, without = (
        rgb_from_image(left.picture(900, 600, legend=wanted)).astype(int)
        for wanted in (True, False)
    )
    rows, columns = np.nonzero((having != without).any(axis=-1))
    assert rows.max() < 500
    assert columns.min() > 450
    assert len(rows) > 2000


def test_the_dialog_of_pictures_asks_for_it(single, qtbot):
    for key, name in ((CONTROL, "picture"), (CONTROL | SHIFT, "turntable")):
        single.window.activateWindow()
        qtbot.waitUntil(single.window.isActiveWindow)
        qtbot.keyClick(views(single)[0], Qt.Key.Key_F12, key)
        dialog = child(single.window, f"{name}_dialog", QDialog)
        box = child(dialog, f"{name}_legend", QCheckBox)
        assert box.isChecked()
        dialog.close()
        qtbot.waitUntil(
            lambda name=name: single.window.findChild(QDialog, f"{name}_dialog") is None
        )


def test_a_mesh_alone_has_no_legend_of_points(single, qtbot):
    hands = Hands(single, qtbot)
    assert legend(single).isVisible()
    hands.press("make_mesh")
    qtbot.waitUntil(lambda: not legend(single).isVisible())
    assert views(single)[0].overlays.legends == ()
    hands.press("mesh_points")
    qtbot.waitUntil(legend(single).isVisible)


def test_distances_of_an_object_have_a_legend_of_their_own(single, qtbot, tmp_path):
    points = np.random.default_rng(2).normal((0.0, 0.0, -0.5), 1e-3, (50, 3))
    np.save(tmp_path / "spot.npy", points)
    assert drop(single.window, [tmp_path / "spot.npy"])
    qtbot.waitUntil(lambda: len(single.state.objects.objects) == 1)
    box = child(single.window, "show_distances", QCheckBox)
    Hands(single, qtbot).show(box)
    qtbot.waitUntil(box.isEnabled)
    for _ in range(2):
        said = [one.title for one in legend(single).legends]
        assert said == ["Photo colours"]
        qtbot.keyClick(box, Qt.Key.Key_Space)
        qtbot.waitUntil(lambda: len(legend(single).legends) == 2)
        distances = legend(single).legends[1]
        assert distances.heading == "Distance of spot.npy, relative units"
        qtbot.waitUntil(lambda: len(legend(single).legends[1].ticks) > 1)
        qtbot.keyClick(box, Qt.Key.Key_Space)
        qtbot.waitUntil(lambda: len(legend(single).legends) == 1)
