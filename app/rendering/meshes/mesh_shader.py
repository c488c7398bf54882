"""The shaders of meshes (GLSL 1.40): one a kind of paint; look and place are uniforms."""

from enum import StrEnum

MESH_ATTRIBUTES = ("a_position", "a_normal", "a_color", "a_uv")


class Paint(StrEnum):
    """What colours a triangle."""

    LIT = "lit"
    """One colour, light from the camera, both sides alike."""
    COLORS = "colors"
    """The vertices' own colours, as they are."""
    TEXTURE = "texture"
    """The photo, as it is."""
    FLAT = "flat"
    """One colour: lines, or depth alone."""


_VERTEX = """
uniform mat4 u_clip_from_object;
uniform mat4 u_view_from_object;
uniform mat4 u_box_from_object;  // rows 0 to 2 take the section box to -1..1
in vec3 a_position;
in vec4 a_normal;
in vec4 a_color;
in vec2 a_uv;
out float gl_ClipDistance[6];
#ifdef LIT
out vec3 v_normal;
out vec3 v_view;
#endif
#ifdef COLORS
out vec3 v_color;
#endif
#ifdef TEXTURE
out vec2 v_uv;
#endif
void main() {
    vec4 place = vec4(a_position, 1.0);
    gl_Position = u_clip_from_object * place;
    vec3 in_box = (u_box_from_object * place).xyz;
    for (int axis = 0; axis < 3; axis++) {
        gl_ClipDistance[2 * axis] = 1.0 - in_box[axis];
        gl_ClipDistance[2 * axis + 1] = 1.0 + in_box[axis];
    }
#ifdef LIT
    v_normal = mat3(u_view_from_object) * a_normal.xyz;
    v_view = (u_view_from_object * place).xyz;
#endif
#ifdef COLORS
    v_color = a_color.rgb;
#endif
#ifdef TEXTURE
    v_uv = a_uv;
#endif
}
"""

_FRAGMENT = """
uniform vec4 u_color;            // the last is the opacity of the whole
uniform float u_orthographic;
uniform sampler2D u_texture;
#ifdef LIT
in vec3 v_normal;
in vec3 v_view;
#endif
#ifdef COLORS
in vec3 v_color;
#endif
#ifdef TEXTURE
in vec2 v_uv;
#endif
out vec4 f_color;
void main() {
    vec3 color = u_color.rgb;
#ifdef LIT
    vec3 to_eye = u_orthographic > 0.5 ? vec3(0.0, 0.0, 1.0) : normalize(-v_view);
    float size = length(v_normal);
    float facing = size > 0.0 ? abs(dot(v_normal, to_eye)) / size : 1.0;
    color *= 0.25 + 0.75 * facing;
#endif
#ifdef COLORS
    color = v_color;
#endif
#ifdef TEXTURE
    color = texture(u_texture, v_uv).rgb;
#endif
    f_color = vec4(color, u_color.a);
}
"""


def mesh_shaders(paint: Paint) -> tuple[str, str]:
    """Vertex and fragment shader of this paint."""
    head = f"#version 140\n#define {paint.name}\n"
    return head + _VERTEX, head + _FRAGMENT
