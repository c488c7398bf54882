"""Refined layers in 3D: MoE3D's far plane at 2.1 instead of 2, VGGT's without its ramp."""

import pytest
from PySide6.QtCore import Qt

from tests.app.scene_hands import point_of
from tests.e2e.rows.test_comparison_gl import KEYPAD, ON_RAMP, drag_border, headings, seen_in_window
from tests.scenes import REFINED_FAR, refined_prediction

pytestmark = [pytest.mark.gui, pytest.mark.gl]
OWN_FAR, BETTER_FAR = point_of(36, 9, 2.0), point_of(36, 9, REFINED_FAR)


@pytest.fixture
def above(drawn_backend, request):
    """Both views of the refined scene from above, in parallel projection."""
    drawn_backend.make = refined_prediction
    scene = request.getfixturevalue("scene")
    scene.hit(Qt.Key.Key_7, KEYPAD)
    scene.hit(Qt.Key.Key_5, KEYPAD)
    return scene


def test_refined_stands_beside_refined_and_raw_beside_raw(above):
    scene = above
    assert headings(scene) == ["MoE3D refined: 0 flying points", "VGGT refined: 0 flying points"]
    assert not scene.is_empty(BETTER_FAR, scene.left)
    assert scene.is_empty(OWN_FAR, scene.left)
    assert not scene.is_empty(OWN_FAR, scene.right)
    assert scene.is_empty(ON_RAMP, scene.right)
    scene.hit(Qt.Key.Key_R)
    scene.wait(
        lambda: headings(scene) == ["MoE3D (fused): 0 flying points", "VGGT: 560 flying points"]
    )
    assert scene.is_empty(BETTER_FAR, scene.left)
    assert not scene.is_empty(OWN_FAR, scene.left)
    assert not scene.is_empty(ON_RAMP, scene.right)


def test_the_border_of_the_swipe_lies_between_refined_depths(above):
    scene = above
    scene.hit(Qt.Key.Key_X)
    drag_border(scene, scene.left.width() - 5)
    assert seen_in_window(scene, BETTER_FAR)
    assert not seen_in_window(scene, OWN_FAR)
    drag_border(scene, 5)
    assert not seen_in_window(scene, BETTER_FAR)
    assert seen_in_window(scene, OWN_FAR)


def test_the_difference_is_that_of_refined_depths(above):
    scene = above
    scene.command("difference")
    scene.settle()
    red, _, blue = scene.color(BETTER_FAR)
    assert red > blue + 60, "MoE3D's refined plane is farther by 5 %"


def test_hovering_a_point_says_how_many_photos_confirm_it(above):
    scene = above
    scene.rest_on(BETTER_FAR)
    scene.wait(lambda: "MoE3D refined 2.1 confirmed by " in scene.find("cursor_values").text())


def test_a_what_if_moves_the_networks_own_points(above):
    scene = above
    scene.hit(Qt.Key.Key_1)  # expert 1 says 1 everywhere
    scene.wait(lambda: headings(scene)[0].startswith("MoE3D (fused)"))
    scene.wait(lambda: scene.is_empty(OWN_FAR) and scene.is_empty(BETTER_FAR))
    assert not scene.is_empty(point_of(36, 9, 1.0))
    scene.hit(Qt.Key.Key_0)
    scene.wait(lambda: not scene.is_empty(BETTER_FAR))
