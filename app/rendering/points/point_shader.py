"""The shaders of the points (GLSL 1.40): one a colour mode; filters and sizes are uniforms.

One shader with a branch a mode would run every branch on a software rasteriser.
"""

from moe3d import MANY_PHOTOS
from moe3d_viewer.rendering.pictures.color_mode import ColorMode
from moe3d_viewer.rendering.points.point_tables import MAX_EXPERTS, PHOTO_TEXELS, TABLE_WIDTH
from moe3d_viewer.rendering.points.point_values import DRAWN, hidden_term
from moe3d_viewer.rendering.points.point_vertex import OTHER_LIMIT, SUPPORT_CODES

POINT_ATTRIBUTES = (
    "a_position",
    "a_color",
    "a_codes",
    "a_extras",
    "a_growth",
    "a_normal",
)

_VERTEX = f"""
uniform mat4 u_clip_from_world;
uniform vec4 u_view_depth;       // dot with (x, y, z, 1) gives the depth along the line of sight
uniform vec4 u_limits[{len(DRAWN)}];    // lowest and highest visible value; see point_values
uniform mat4 u_box_from_world;   // rows 0 to 2 take the section box to -1..1; zero without one
uniform float u_level_scale;     // level to table: 1 / highest level
uniform vec2 u_depth_range;      // lowest depth, 1 / (highest - lowest)
uniform vec4 u_size;             // smallest, largest, factor of the whole, in pixels
uniform float u_px_per_unit;     // pixels of a world unit at depth 1; 0: sizes do not follow depth
uniform float u_world_px;        // pixels at depth 1 of points of a size in the world; 0: none
uniform float u_orthographic;
uniform float u_has_cameras;
uniform vec3 u_plain;
uniform vec3 u_flying_color;
uniform vec4 u_experts[{MAX_EXPERTS}];  // colour, visible
uniform mat4 u_color_from_normal;
uniform sampler2D u_photos;
uniform sampler2D u_map;
in vec3 a_position;
in vec4 a_color;
in vec2 a_codes;                 // confidence level, photo; 12 bits each, 4 of the edge level
in vec4 a_extras;                // entropy, difference; in two bytes level of the other network,
                                 // its code of support, the own
in float a_growth;               // share by which the depth in the photo grows; only if MOVED
in vec4 a_normal;                // world direction; the last is 0 where there is none
flat out vec3 v_color;
flat out float v_round;

vec4 photo_texel(int photo, int which) {{
    int index = photo * {PHOTO_TEXELS} + which;
    return texelFetch(u_photos, ivec2(index % {TABLE_WIDTH}, index / {TABLE_WIDTH}), 0);
}}

vec3 mapped(float value) {{
    return texture(u_map, vec2(clamp(value, 0.0, 1.0) * (255.0 / 256.0) + 0.5 / 256.0, 0.5)).rgb;
}}

void main() {{
    float code = floor(a_color.a * 255.0 + 0.5);
    float flying = step(127.5, code);
    code -= 128.0 * flying;
    float sky = step(63.5, code);
    int expert = int(code - 64.0 * sky);
    vec2 edge_parts = floor(a_codes / 4096.0);
    vec2 codes = a_codes - 4096.0 * edge_parts;  // confidence level, photo
    float edge = edge_parts.x + 16.0 * edge_parts.y;
    int photo = int(codes.y);
    vec4 expert_color = u_experts[min(expert, {MAX_EXPERTS - 1})];
    vec4 lens = photo_texel(photo, 1);
    vec4 world = vec4(a_position, 1.0);
    vec3 center = vec3(lens.zw, photo_texel(photo, 2).w);
#ifdef MOVED
    world.xyz += (a_position - center) * a_growth;
#endif
    float depth = dot(u_view_depth, world);
    vec3 in_box = abs((u_box_from_world * world).xyz);
    float kept = floor(255.0 * a_extras.z + 65280.0 * a_extras.w + 0.5);
    float supports = floor(kept / {OTHER_LIMIT}.0);
    float other = kept - supports * {OTHER_LIMIT}.0;
    float support = floor(supports / {SUPPORT_CODES}.0);
    float other_support = supports - support * {SUPPORT_CODES}.0;
    bool hidden = {hidden_term()};
    gl_Position = hidden ? vec4(2.0, 2.0, 2.0, 1.0) : u_clip_from_world * world;

    float photo_depth = dot(photo_texel(photo, 0), world);
    float footprint = photo_depth * lens.x * u_px_per_unit / mix(depth, 1.0, u_orthographic);
    float sized = u_world_px / mix(depth, 1.0, u_orthographic);
    float size = u_world_px > 0.0 ? clamp(sized, 1.0, 64.0) : clamp(footprint, u_size.x, u_size.y);
    size *= u_size.z;
    gl_PointSize = size;
    v_round = step(2.6, size);

    float range_depth = u_has_cameras > 0.5 ? photo_depth : depth;
    v_color = COLOR;
}}
"""

POINT_FRAGMENT = """#version 140
flat in vec3 v_color;
flat in float v_round;
out vec4 f_color;
void main() {
    if (v_round > 0.5) {
        vec2 place = gl_PointCoord * 2.0 - 1.0;
        if (dot(place, place) > 1.0) discard;
    }
    f_color = vec4(v_color, 1.0);
}
"""

_COLORS = {
    ColorMode.PHOTO: "a_color.rgb",
    ColorMode.DEPTH: "mapped((range_depth - u_depth_range.x) * u_depth_range.y)",
    ColorMode.CONFIDENCE: "mapped(codes.x * u_level_scale)",
    ColorMode.EXPERT: "expert_color.rgb",
    ColorMode.PHOTO_INDEX: "photo_texel(photo, 2).rgb",
    ColorMode.ENTROPY: "mapped(a_extras.x)",
    ColorMode.FLYING: "flying > 0.5 ? u_flying_color : "
    "mix(u_plain, vec3(dot(a_color.rgb, vec3(0.299, 0.587, 0.114))), 0.55)",
    ColorMode.DIFFERENCE: "mapped(a_extras.y)",
    ColorMode.SUPPORT: f"support < 0.5 ? u_plain : mapped((support - 1.0) / {MANY_PHOTOS}.0)",
    ColorMode.NORMAL: "a_normal.w < 0.5 ? u_plain : "
    "0.5 + 0.5 * (u_color_from_normal * vec4(a_normal.xyz, 0.0)).xyz",
}


def point_vertex_shader(mode: ColorMode, *, moved: bool = False) -> str:
    """The vertex shader that gives points the colours of this mode, where a re-mix moved them."""
    moves = "#define MOVED\n" if moved else ""
    return f"#version 140\n{moves}#define COLOR ({_COLORS[mode]})\n{_VERTEX}"
