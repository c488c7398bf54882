"""Pictures of axes and pixels in docs/images/axes, computed from the program's own transforms."""

from collections.abc import Sequence

import numpy as np

from moe3d.geometry.axes import export_from_world

COLORS = ("#c62828", "#2e7d32", "#1565c0")
NAMES = "xyz"
WIDTH, HEIGHT = 300, 250
RIGHT, DOWN, FORWARD = np.array([62.0, 0.0]), np.array([0.0, 62.0]), np.array([34.0, -26.0])
"""Where one unit to the right, down and forward, as the camera sees it, leads on paper."""
UP_WORDS = {"cv": "y down, z forward", "y": "y up, z back", "z": "z up, y forward"}
USED_BY = {
    "cv": "COLMAP, PLY by --format, NPZ, VGGT",
    "y": "GLB, OBJ, PLY of the presets points and surface",
    "z": "LAS, E57, nerfstudio; Blender after import",
}
HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}">\n'
    '<title>{title}</title>\n<rect width="{w}" height="{h}" rx="6" fill="#ffffff"/>\n'
    "<style>text {{ font-family: 'DejaVu Sans', 'Segoe UI', Helvetica, sans-serif; "
    "font-size: 12px; fill: #1c2530; }} .strong {{ font-weight: bold; }} "
    ".small {{ font-size: 10.5px; fill: #4a5663; }}</style>\n"
)


def pictures() -> dict[str, str]:
    """SVG text by file name."""
    made = {f"world_{up}.svg": world_picture(up) for up in UP_WORDS}
    made["camera_opencv.svg"] = camera_picture("OpenCV camera", np.diag([1.0, 1.0, 1.0]))
    made["camera_opengl.svg"] = camera_picture("OpenGL camera", np.diag([1.0, -1.0, -1.0]))
    made["pixels.svg"] = pixels_picture()
    return made


def handedness(basis: np.ndarray) -> str:
    """Of axes given as rows."""
    return "right-handed" if np.linalg.det(basis) > 0 else "left-handed"


def world_picture(up: str) -> str:
    """The axes of exported files with this axis up, beside the first photo's camera."""
    basis = export_from_world(up)[:3, :3]  # row i: exported axis i in the first camera's axes
    words = f"{UP_WORDS[up]} ({handedness(basis)})"
    origin = np.array([118.0, 138.0])
    parts = [HEAD.format(w=WIDTH, h=HEIGHT, title=f"{up}: {words}"), _floor(origin)]
    parts += [_camera(origin), _axes(origin, basis)]
    parts += [
        _text(12, 20, f"--up {up}: {words}", "strong"),
        _text(12, HEIGHT - 10, USED_BY[up], "small"),
    ]
    return "".join(parts) + "</svg>\n"


def camera_picture(name: str, basis: np.ndarray) -> str:
    """A camera's own axes; rows of the basis in OpenCV's."""
    origin = np.array([118.0, 138.0])
    down, forward = basis[1, 1] > 0, basis[2, 2] > 0
    words = f"y {'down' if down else 'up'}, looks along {'+z' if forward else '-z'}"
    parts = [HEAD.format(w=WIDTH, h=HEIGHT, title=f"{name}: {words}")]
    parts += [_camera(origin, 1.5), _axes(origin, basis), _text(12, 20, name, "strong")]
    parts.append(_text(12, HEIGHT - 10, f"x right, {words}, {handedness(basis)}", "small"))
    return "".join(parts) + "</svg>\n"


def pixels_picture() -> str:
    """A picture of 4x3 pixels: whole numbers are centres here, corners in COLMAP."""
    columns, rows, side = 4, 3, 52
    left, top = 78, 62
    width, height = left + columns * side + 190, top + rows * side + 50
    parts = [HEAD.format(w=width, h=height, title="Pixel centres")]
    for row in range(rows):
        for column in range(columns):
            x, y = left + column * side, top + row * side
            parts.append(
                f'<rect x="{x}" y="{y}" width="{side}" height="{side}" fill="#eef2f7" '
                'stroke="#8796a8"/>\n'
            )
            parts.append(
                f'<circle cx="{x + side / 2:g}" cy="{y + side / 2:g}" r="2.5" fill="#1565c0"/>\n'
            )
            if row == 0:
                parts.append(_text(x + side / 2 - 4, top - 8, str(column)))
    parts.append(_text(left - 66, top - 26, "u of centres (here, OpenCV, VGGT)", "strong"))
    parts += [_text(left - 18, top + row * side + side / 2 + 4, str(row)) for row in range(rows)]
    parts.append(f'<circle cx="{left}" cy="{top}" r="4.5" fill="#c62828"/>\n')
    parts.append(_text(left - 66, top + 4, "(-0.5, -0.5)", "small"))
    x = left + columns * side + 14
    lines = (
        "Blue: centre of a pixel, whole",
        "numbers here. Red: the corner,",
        "here (-0.5, -0.5), in COLMAP",
        "and transforms.json (0, 0):",
        "add 0.5 to u and v there.",
    )
    parts += [_text(x, top + 18 + 18 * place, line, "small") for place, line in enumerate(lines)]
    parts.append(
        _text(
            left,
            height - 14,
            f"W = {columns}, H = {rows}: middle ({columns / 2 - 0.5:g}, "
            f"{rows / 2 - 0.5:g}) here, ({columns / 2:g}, {rows / 2:g}) there",
            "small",
        )
    )
    return "".join(parts) + "</svg>\n"


def _on_paper(origin: np.ndarray, vector: np.ndarray) -> np.ndarray:
    return origin + vector[0] * RIGHT + vector[1] * DOWN + vector[2] * FORWARD


def _axes(origin: np.ndarray, basis: np.ndarray) -> str:
    parts = []
    for name, color, axis in zip(NAMES, COLORS, basis, strict=True):
        end = _on_paper(origin, axis * 1.05)
        along = (end - origin) / np.linalg.norm(end - origin)
        across = np.array([-along[1], along[0]])
        tip = [end, end - 9 * along + 4 * across, end - 9 * along - 4 * across]
        parts.append(_line(origin, end - 6 * along, color, 2.6))
        parts.append(_polygon(tip, color))
        parts.append(_text(*(end + 12 * along + [-4, 4]), name, "strong", color))
    return "".join(parts)


def _camera(origin: np.ndarray, size: float = 0.8) -> str:
    corners = [
        _on_paper(origin, size * np.array([sx * 0.5, sy * 0.375, 0.8]))
        for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    parts = [_polygon(corners, "#5b7aa6", 0.18)]
    parts += [_line(origin, corner, "#5b7aa6", 1) for corner in corners]
    return "".join(parts)


def _floor(origin: np.ndarray) -> str:
    places = [
        np.array([x, 0.75, z]) for x, z in ((-1.2, -0.6), (1.9, -0.6), (1.9, 1.8), (-1.2, 1.8))
    ]
    return _polygon([_on_paper(origin, place) for place in places], "#c9d1dc", 0.5)


def _line(start: np.ndarray, end: np.ndarray, color: str, width: float) -> str:
    return (
        f'<line x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}" '
        f'stroke="{color}" stroke-width="{width}"/>\n'
    )


def _polygon(points: Sequence[np.ndarray], color: str, opacity: float = 1.0) -> str:
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polygon points="{places}" fill="{color}" fill-opacity="{opacity}"/>\n'


def _text(x: float, y: float, words: str, style: str = "", color: str = "") -> str:
    fill = f' style="fill: {color}"' if color else ""
    kind = f' class="{style}"' if style else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{kind}{fill}>{words}</text>\n'
