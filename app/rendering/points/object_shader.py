"""The shaders of further clouds (GLSL 1.40): own colours or one, and a share that is let through.

Opacity is a pattern of pixels that are left out, so that the order of points does not matter.
"""

OBJECT_ATTRIBUTES = ("a_position", "a_color")

OBJECT_VERTEX = """#version 140
uniform mat4 u_clip_from_object;
uniform float u_size;            // pixels
uniform vec4 u_color;            // one colour for all; the last is 0 for colours of their own
in vec3 a_position;
in vec4 a_color;
flat out vec3 v_color;
flat out float v_round;
void main() {
    gl_Position = u_clip_from_object * vec4(a_position, 1.0);
    gl_PointSize = u_size;
    v_round = step(2.6, u_size);
    v_color = mix(a_color.rgb, u_color.rgb, u_color.a);
}
"""

OBJECT_FRAGMENT = """#version 140
uniform float u_opacity;
flat in vec3 v_color;
flat in float v_round;
out vec4 f_color;
const float PATTERN[16] = float[16](
    0.5, 8.5, 2.5, 10.5, 12.5, 4.5, 14.5, 6.5, 3.5, 11.5, 1.5, 9.5, 15.5, 7.5, 13.5, 5.5);
void main() {
    if (v_round > 0.5) {
        vec2 place = gl_PointCoord * 2.0 - 1.0;
        if (dot(place, place) > 1.0) discard;
    }
    ivec2 at = ivec2(mod(gl_FragCoord.xy, 4.0));
    if (PATTERN[at.y * 4 + at.x] > 16.0 * u_opacity) discard;
    f_color = vec4(v_color, 1.0);
}
"""
