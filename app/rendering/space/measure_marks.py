"""Distances and clicked points as lines of a fixed size on the screen, and where labels go."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Float32

from moe3d_viewer.rendering.space.camera import Camera, Viewport, pixels_from_world
from moe3d_viewer.rendering.space.line_vertices import ring_segments

MARK_PX = 5.0


def measure_segments(
    camera: Camera,
    viewport: Viewport,
    pairs: Sequence[Float[np.ndarray, "2 3"]],
    points: Sequence[Float[np.ndarray, "3"]],
) -> Float32[np.ndarray, "N 2 3"]:
    """A line a pair with a ring at either end, and a ring a point, facing the camera."""
    ends = [end for pair in pairs for end in pair]
    rings = [ring_segments(camera, viewport, place, MARK_PX) for place in (*ends, *points)]
    lines = [pair[None] for pair in pairs]
    parts = [*lines, *rings]
    return np.concatenate(parts).astype(np.float32) if parts else np.zeros((0, 2, 3), np.float32)


def label_places(
    camera: Camera, viewport: Viewport, pairs: Sequence[Float[np.ndarray, "2 3"]]
) -> Float[np.ndarray, "N 2"]:
    """Pixel of the middle of each pair; NaN behind the camera."""
    if not pairs:
        return np.zeros((0, 2))
    return pixels_from_world(camera, viewport, np.stack(pairs).mean(axis=1))
