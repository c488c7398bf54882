"""Vertices of thick smooth lines: every segment becomes a rectangle that faces the screen."""

import numpy as np
from jaxtyping import Float, Float32

from moe3d_viewer.rendering.space.camera import Camera, Viewport, view_depth

FLOATS_PER_VERTEX = 3 + 3 + 2 + 4
CORNERS = np.array([[0, -1], [1, -1], [1, 1], [0, -1], [1, 1], [0, 1]], np.float32)

LINE_VERTEX = """#version 140
uniform mat4 u_clip_from_world;
uniform vec2 u_half_size;        // half the picture, pixels
uniform float u_half_width;      // of the line, pixels
in vec3 a_start;
in vec3 a_end;
in vec2 a_corner;
in vec4 a_color;
out vec4 v_color;
noperspective out float v_side;
void main() {
    vec4 start = u_clip_from_world * vec4(a_start, 1.0);
    vec4 end = u_clip_from_world * vec4(a_end, 1.0);
    const float nearest = 1e-6;
    if (start.w < nearest && end.w >= nearest)
        start = mix(end, start, (end.w - nearest) / (end.w - start.w) * 0.9999);
    else if (end.w < nearest && start.w >= nearest)
        end = mix(start, end, (start.w - nearest) / (start.w - end.w) * 0.9999);
    vec2 along = end.xy / end.w * u_half_size - start.xy / start.w * u_half_size;
    float len = length(along);
    vec2 across = len > 1e-6 ? vec2(-along.y, along.x) / len : vec2(0.0, 1.0);
    vec4 place = a_corner.x < 0.5 ? start : end;
    float reach = u_half_width + 1.0;
    v_side = a_corner.y * reach;
    v_color = a_color;
    gl_Position = place + vec4(across * v_side / u_half_size * place.w, 0.0, 0.0);
}
"""

LINE_FRAGMENT = """#version 140
uniform float u_half_width;
in vec4 v_color;
noperspective in float v_side;
out vec4 f_color;
void main() {
    float cover = clamp(u_half_width + 0.5 - abs(v_side), 0.0, 1.0);
    if (cover <= 0.0) discard;
    f_color = vec4(v_color.rgb, v_color.a * cover);
}
"""


def line_vertices(
    segments: Float32[np.ndarray, "N 2 3"], colors: Float32[np.ndarray, "N 4"]
) -> Float32[np.ndarray, "6*N 12"]:
    """Six vertices a segment: start, end, corner, colour (RGBA, 0..1)."""
    count = len(segments)
    vertices = np.empty((count, 6, FLOATS_PER_VERTEX), np.float32)
    vertices[:, :, 0:3] = segments[:, None, 0]
    vertices[:, :, 3:6] = segments[:, None, 1]
    vertices[:, :, 6:8] = CORNERS
    vertices[:, :, 8:12] = colors[:, None]
    return vertices.reshape(-1, FLOATS_PER_VERTEX)


def pivot_segments(
    camera: Camera, viewport: Viewport, radius_px: float = 9.0
) -> Float32[np.ndarray, "N 2 3"]:
    """A ring around the pivot and a small cross in it, facing the camera, of fixed size."""
    radius = _radius(camera, viewport, camera.pivot, radius_px)
    arm = np.array([-0.35, 0.35]) * radius
    cross = [
        _in_screen_plane(camera, camera.pivot, arm, 0 * arm),
        _in_screen_plane(camera, camera.pivot, 0 * arm, arm),
    ]
    ring = ring_segments(camera, viewport, camera.pivot, radius_px)
    return np.concatenate([ring, np.stack(cross)]).astype(np.float32)


def ring_segments(
    camera: Camera, viewport: Viewport, center: Float[np.ndarray, "3"], radius_px: float
) -> Float[np.ndarray, "36 2 3"]:
    """A ring around a point, facing the camera, of a fixed size on the screen."""
    radius = _radius(camera, viewport, center, radius_px)
    angles = np.linspace(0, 2 * np.pi, 37)
    ring = _in_screen_plane(camera, center, radius * np.cos(angles), radius * np.sin(angles))
    return np.stack([ring[:-1], ring[1:]], axis=1)


def _radius(
    camera: Camera, viewport: Viewport, center: Float[np.ndarray, "3"], radius_px: float
) -> float:
    depth = 1.0 if camera.orthographic else float(view_depth(camera, center))
    return radius_px * 2 * camera.half_height * depth / viewport.height


def _in_screen_plane(
    camera: Camera,
    center: Float[np.ndarray, "3"],
    x: Float[np.ndarray, " K"],
    y: Float[np.ndarray, " K"],
) -> Float[np.ndarray, "K 3"]:
    return center + x[:, None] * camera.right + y[:, None] * camera.up
