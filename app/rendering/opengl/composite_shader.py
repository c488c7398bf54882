"""Full-screen shaders: the background, and eye-dome lighting over a drawn picture (GLSL 1.40).

Source: Boucheny 2009 (eye-dome lighting): a point darkens by how far its neighbours on the screen
lie in front of it, in the logarithm of depth.
"""

SCREEN_VERTEX = """#version 140
out vec2 v_place;
void main() {
    vec2 corner = vec2(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0);
    v_place = corner * 0.5 + 0.5;
    gl_Position = vec4(corner, 1.0, 1.0);
}
"""

BACKGROUND_FRAGMENT = """#version 140
uniform vec3 u_top;
uniform vec3 u_bottom;
in vec2 v_place;
out vec4 f_color;
void main() {
    // a little noise, so that the gradient shows no steps
    float noise = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715))));
    f_color = vec4(mix(u_bottom, u_top, v_place.y) + (noise - 0.5) / 255.0, 1.0);
}
"""

LIGHTING_FRAGMENT = """#version 140
uniform sampler2D u_color;
uniform sampler2D u_depth;
uniform float u_shade;           // strength of the lighting
uniform float u_reach;           // pixels to the neighbours
uniform vec3 u_planes;           // near, far, orthographic
out vec4 f_color;

float log_depth(float value) {
    float near = u_planes.x, far = u_planes.y;
    float ndc = 2.0 * value - 1.0;
    if (u_planes.z > 0.5) return 8.0 * value;
    return log2(2.0 * far * near / (far + near - ndc * (far - near)));
}

float shading(ivec2 here, float value) {
    float own = log_depth(value);
    float sum = 0.0;
    int reach = int(u_reach);
    ivec2 limit = textureSize(u_depth, 0) - 1;
    ivec2 steps[4] = ivec2[4](ivec2(reach, 0), ivec2(-reach, 0), ivec2(0, reach), ivec2(0, -reach));
    for (int i = 0; i < 4; i++) {
        float other = texelFetch(u_depth, clamp(here + steps[i], ivec2(0), limit), 0).r;
        if (other < 1.0) sum += max(0.0, own - log_depth(other));
        // background behind says nothing: rims stay bright, holes do not darken
    }
    return exp(-u_shade * sum);
}

void main() {
    ivec2 here = ivec2(gl_FragCoord.xy);
    float value = texelFetch(u_depth, here, 0).r;
    vec3 color = texelFetch(u_color, here, 0).rgb;
    gl_FragDepth = value;
    f_color = vec4(value < 1.0 ? color * shading(here, value) : color, 1.0);
}
"""
