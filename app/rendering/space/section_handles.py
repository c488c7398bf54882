"""Handles at the six faces of a section box: where they are, how they look, where a drag leads.

A handle is told by its number: 2 * axis, plus 1 on the high side.
"""

import numpy as np
from jaxtyping import Float, Float32

from moe3d import OrientedBox
from moe3d_viewer.rendering.space.camera import (
    Camera,
    Viewport,
    pixels_from_world,
    view_depth,
    world_from_pixel,
)
from moe3d_viewer.rendering.space.line_vertices import ring_segments

EDGES = tuple(
    (start, start | 1 << axis) for axis in range(3) for start in range(8) if not start >> axis & 1
)
"""Pairs of corners, whose bits tell the sides."""


def box_segments(box: OrientedBox) -> Float32[np.ndarray, "12 2 3"]:
    """The twelve edges."""
    return box.corners.astype(np.float32)[np.array(EDGES)]


NUM_HANDLES = 6
REACH_PX = 12.0
RINGS_PX = (1.0, 3.0, 5.0)
ACTIVE_RINGS_PX = (1.0, 3.0, 5.0, 7.0, 9.0)
ARROW_PX = 22.0
LEAST_ANGLE = 0.05
"""Sine of the least angle between axis and line of sight at which one can drag along the axis."""

Pixel = tuple[float, float]


def handle_direction(box: OrientedBox, handle: int) -> Float[np.ndarray, "3"]:
    """Unit vector out of the box."""
    axis, is_high = divmod(handle, 2)
    return np.array(box.axes[axis]) * (1 if is_high else -1)


def handle_places(box: OrientedBox) -> Float[np.ndarray, "6 3"]:
    """Middles of the faces."""
    center, half = np.array(box.center), box.half_sizes
    return np.stack(
        [
            center + half[handle // 2] * handle_direction(box, handle)
            for handle in range(NUM_HANDLES)
        ]
    )


def handle_under(camera: Camera, viewport: Viewport, box: OrientedBox, pixel: Pixel) -> int | None:
    """The handle that a pixel touches, the nearest to the eye if it touches several."""
    places = handle_places(box)
    offsets = pixels_from_world(camera, viewport, places) - pixel
    touched = np.flatnonzero(np.hypot(offsets[:, 0], offsets[:, 1]) <= REACH_PX)
    if not len(touched):
        return None
    return int(touched[view_depth(camera, places[touched]).argmin()])


def handle_segments(
    camera: Camera, viewport: Viewport, box: OrientedBox, handle: int, is_active: bool
) -> Float32[np.ndarray, "N 2 3"]:
    """A disc that faces the camera, of a fixed size on the screen, and a stroke out of the box."""
    place = handle_places(box)[handle]
    if not camera.orthographic and view_depth(camera, place) <= 0:
        return np.zeros((0, 2, 3), np.float32)
    rings = [
        ring_segments(camera, viewport, place, radius)
        for radius in (ACTIVE_RINGS_PX if is_active else RINGS_PX)
    ]
    tip = place + pixel_size(camera, viewport, place) * ARROW_PX * handle_direction(box, handle)
    return np.concatenate([*rings, [[place, tip]]]).astype(np.float32)


def pixel_size(camera: Camera, viewport: Viewport, point: Float[np.ndarray, "3"]) -> float:
    """Scene units of a pixel at a point."""
    depth = 1.0 if camera.orthographic else float(view_depth(camera, point))
    return 2 * camera.half_height * depth / viewport.height


def slide_along(
    camera: Camera,
    viewport: Viewport,
    place: Float[np.ndarray, "3"],
    direction: Float[np.ndarray, "3"],
    pixel: Pixel,
) -> float | None:
    """How far a point has to go along a direction to come nearest to what a pixel sees.

    Returns:
        Scene units; None where the direction points at the eye, or the pixel sees its horizon.
    """
    near = world_from_pixel(camera, viewport, pixel, 0.0 if camera.orthographic else 1e-6)
    far = world_from_pixel(camera, viewport, pixel, 1.0)
    sight = (far - near) / np.linalg.norm(far - near)
    between = float(sight @ direction)
    if 1 - between**2 < LEAST_ANGLE**2:
        return None
    offset = place - near
    return float((between * (sight @ offset) - direction @ offset) / (1 - between**2))
