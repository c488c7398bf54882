import numpy as np

from moe3d.geometry.box import OrientedBox

TURNED = OrientedBox(
    (1.0, 2.0, 3.0), (1.0, 0.5, 2.0), ((0.0, 1.0, 0.0), (-1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
)


def test_a_turned_box_holds_what_lies_inside():
    inside = [[1.0, 2.9, 3.0], [0.6, 2.0, 4.9], [1.4, 1.1, 1.1]]
    outside = [[1.0, 3.1, 3.0], [0.4, 2.0, 3.0], [1.0, 2.0, 5.1], [np.nan, 2.0, 3.0]]
    kept = TURNED.contains(np.array(inside + outside, np.float32))
    assert kept.tolist() == [True] * 3 + [False] * 4


def test_corners_lie_on_the_faces():
    corners = TURNED.corners
    np.testing.assert_allclose(corners.mean(axis=0), TURNED.center)
    np.testing.assert_allclose(np.ptp(corners, axis=0), [1.0, 2.0, 4.0])
    unit = corners @ TURNED.box_from_world[:, :3].T + TURNED.box_from_world[:, 3]
    np.testing.assert_allclose(np.abs(unit), 1.0)
