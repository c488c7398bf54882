"""Where every depth puts a pixel in the world: points on one ray, and marks for the 3D view."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

from moe3d import ScenePrediction, expert_colors
from moe3d.scene.layers import OF_VGGT
from moe3d_viewer.rendering.pictures.readout import PixelReadout
from moe3d_viewer.rendering.space.camera import Camera, Viewport, view_depth

FUSED_RGB, OTHER_RGB, TRUTH_RGB = (255, 255, 255), (150, 156, 168), (64, 224, 120)
REFINED_RGB = (255, 214, 90)
MARK_PX, FUSED_PX = 5.0, 9.0
RING = np.linspace(0, 2 * np.pi, 17)


@dataclass(frozen=True, eq=False)
class Hypotheses:
    """Points in the world; the experts first, then fused, refined, VGGT and truth where known."""

    names: tuple[str, ...]
    """Layer names, and "truth"."""
    points: Float[np.ndarray, "N 3"]
    colors: Float[np.ndarray, "N 3"]
    """0 to 1."""
    radii_px: Float[np.ndarray, " N"]


def pixel_hypotheses(
    prediction: ScenePrediction,
    pixel: tuple[int, int, int],
    readout: PixelReadout,
    palette: str,
) -> Hypotheses | None:
    """Lift a pixel by every depth that is said of it; None where there is none.

    Args:
        prediction: gives the cameras; VGGT's depth has VGGT's camera.
        pixel: view, column, row.
        readout: the depths.
        palette: of the experts.
    """
    said = [
        (f"expert:{index + 1}", depth, color, MARK_PX)
        for index, (depth, color) in enumerate(
            zip(readout.expert_depths, expert_colors(palette, len(readout.weights)), strict=True)
        )
    ]
    if len(said) == 1:
        said = []
    others = (
        ("fused", readout.depth, FUSED_RGB),
        ("refined", readout.refined_depth, REFINED_RGB),
        ("vggt", readout.baseline_depth, OTHER_RGB),
        ("vggt-refined", readout.baseline_refined_depth, OTHER_RGB),
        ("truth", readout.truth_depth, TRUTH_RGB),
    )
    said += [(name, depth, rgb, FUSED_PX) for name, depth, rgb in others if depth is not None]
    said = [entry for entry in said if np.isfinite(entry[1]) and entry[1] > 0]
    if not readout.is_valid or not said:
        return None
    return Hypotheses(
        names=tuple(name for name, *_ in said),
        points=np.stack([_lifted(prediction, name, pixel, depth) for name, depth, *_ in said]),
        colors=np.array([color for _, _, color, _ in said]) / 255,
        radii_px=np.array([radius for *_, radius in said]),
    )


def _lifted(
    prediction: ScenePrediction, name: str, pixel: tuple[int, int, int], depth: float
) -> Float[np.ndarray, "3"]:
    view, column, row = pixel
    base = prediction.baseline if name in OF_VGGT else None
    cameras = prediction if base is None else base
    intrinsics = cameras.intrinsics[view].astype(float)
    camera_from_world = cameras.camera_from_world[view].astype(float)
    in_camera = depth * np.linalg.solve(intrinsics, np.array([column, row, 1.0]))
    return np.linalg.solve(camera_from_world, np.append(in_camera, 1.0))[:3]


def mark_segments(
    hypotheses: Hypotheses, camera: Camera, viewport: Viewport
) -> tuple[Float32[np.ndarray, "M 2 3"], Float32[np.ndarray, "M 4"]]:
    """A ring of fixed size around each point, facing the camera, and the ray through the experts.

    Returns:
        Segments, and their colours with alpha.
    """
    points, segments, colors = hypotheses.points, [], []
    along = np.argsort(view_depth(camera, points))
    segments.append(points[[along[0], along[-1]]][None])
    colors.append(np.array([[1.0, 1.0, 1.0, 0.5]]))
    px = 2 * camera.half_height / viewport.height
    for point, color, radius_px in zip(points, hypotheses.colors, hypotheses.radii_px, strict=True):
        depth = 1.0 if camera.orthographic else float(view_depth(camera, point))
        radius = radius_px * px * max(depth, 1e-9)
        ring = point + radius * (
            np.cos(RING)[:, None] * camera.right + np.sin(RING)[:, None] * camera.up
        )
        segments.append(np.stack([ring[:-1], ring[1:]], axis=1))
        colors.append(np.tile([*color, 1.0], (len(RING) - 1, 1)))
    return (
        np.concatenate(segments).astype(np.float32),
        np.concatenate(colors).astype(np.float32),
    )
