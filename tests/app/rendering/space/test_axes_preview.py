"""The drawing of a file's axes against what each name promises."""

import pytest

from moe3d_viewer.rendering.space.axes_preview import preview_axes, preview_house


@pytest.mark.parametrize(
    ("up", "meanings"),
    [
        ("cv", ["right", "down", "into the scene"]),
        ("y", ["right", "up", "towards the camera"]),
        ("z", ["right", "into the scene", "up"]),
    ],
)
def test_axes_go_where_their_name_says(up, meanings):
    axes = preview_axes(up)
    assert [axis.name for axis in axes] == ["X", "Y", "Z"]
    assert [axis.meaning for axis in axes] == meanings
    for axis in axes:
        x, y = axis.tip
        drawn = {
            "right": x > 0 and y == 0,
            "down": x == 0 and y > 0,
            "up": x == 0 and y < 0,
            "into the scene": x > 0 > y,
            "towards the camera": x < 0 < y,
        }
        assert drawn[axis.meaning]


def test_the_house_stands_upright():
    front = preview_house()[-1]
    roof = min(front, key=lambda corner: corner[1])
    assert all(corner[1] <= 0 for corner in front)
    assert 0 < roof[0] < max(corner[0] for corner in front)
