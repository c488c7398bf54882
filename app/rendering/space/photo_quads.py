"""Textured rectangles: photos in their frusta, and the photo over the view."""

import numpy as np
from jaxtyping import Float32

FLOATS_PER_VERTEX = 3 + 2 + 1
TRIANGLES = np.array([0, 1, 2, 0, 2, 3])

QUAD_VERTEX = """#version 140
uniform mat4 u_clip_from_world;
in vec3 a_position;
in vec2 a_place;
in float a_alpha;
out vec2 v_place;
out float v_alpha;
void main() {
    v_place = a_place;
    v_alpha = a_alpha;
    gl_Position = u_clip_from_world * vec4(a_position, 1.0);
}
"""

QUAD_FRAGMENT = """#version 140
uniform sampler2D u_photo;
in vec2 v_place;
in float v_alpha;
out vec4 f_color;
void main() {
    f_color = vec4(texture(u_photo, v_place).rgb, v_alpha);
}
"""


def quad_vertices(
    corners: Float32[np.ndarray, "S 4 3"],
    places: Float32[np.ndarray, "S 4 2"],
    alphas: Float32[np.ndarray, " S"],
) -> Float32[np.ndarray, "6*S 6"]:
    """Two triangles a rectangle: position, place in the texture, opacity."""
    vertices = np.empty((len(corners), 6, FLOATS_PER_VERTEX), np.float32)
    vertices[:, :, :3] = corners[:, TRIANGLES]
    vertices[:, :, 3:5] = places[:, TRIANGLES]
    vertices[:, :, 5] = alphas[:, None]
    return vertices.reshape(-1, FLOATS_PER_VERTEX)


WHOLE_PHOTO = np.array([[[0, 0], [1, 0], [1, 1], [0, 1]]], np.float32)
"""Texture coordinates of a photo's corners, top left first, clockwise."""
