from moe3d_viewer.state.layers.scene_display import DepthRanges, RangeLock
from moe3d_viewer.state.layers.view_options import Layout, ViewOptionsState
from tests.app.signals import record


def test_a_setter_speaks_only_on_a_real_change():
    view = ViewOptionsState()
    heard = [
        record(signal)
        for signal in (view.percentile_changed, view.layout_changed, view.maps_changed)
    ]
    view.set_percentile(20)
    view.set_layout(Layout.SINGLE)
    view.set_color_map("turbo")
    assert heard == [[], [], []]
    view.set_percentile(35)
    view.set_layout(Layout.SPLIT)
    view.set_color_map("grey")
    assert [len(part) for part in heard] == [1, 1, 1]


def test_values_beyond_their_range_are_held_at_its_ends():
    view = ViewOptionsState()
    view.set_percentile(-3)
    view.set_overlay_opacity(7)
    view.set_point_size_px(0)
    assert (view.percentile, view.overlay_opacity, view.point_size_px) == (0, 1, 1)


def test_hidden_experts_come_back_with_the_next_scene():
    view = ViewOptionsState()
    view.show_expert(1, False)
    view.show_expert(2, False)
    view.show_expert(1, True)
    assert view.hidden_experts == {2}
    view.reset_for_scene()
    assert view.hidden_experts == frozenset()


def test_a_palette_recolours_maps_and_points():
    view = ViewOptionsState()
    maps, points = record(view.maps_changed), record(view.points_changed)
    view.set_palette("paper")
    assert (len(maps), len(points)) == (1, 1)


def test_the_range_follows_its_lock():
    ranges = DepthRanges(((1, 2), (3, 4)), (1, 4), (0.5, 5))
    assert ranges.range_for(RangeLock.PHOTO, 1) == (3, 4)
    assert ranges.range_for(RangeLock.SCENE, 1) == (1, 4)
    assert ranges.range_for(RangeLock.BOTH, 0) == (0.5, 5)
