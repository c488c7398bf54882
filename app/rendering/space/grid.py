"""The floor grid: lines under the scene, at right angles to its up."""

import numpy as np
from jaxtyping import Float32

from moe3d import SceneFrame
from moe3d_viewer.rendering.space.scene_frame import Bounds


def grid_segments(bounds: Bounds, frame: SceneFrame) -> Float32[np.ndarray, "N 2 3"]:
    """Lines at round distances, 8 to 20 cells across, at the scene's lowest robust height."""
    axes = np.stack([frame.right, frame.front, frame.up])
    in_frame = bounds.corners @ axes.T
    center = axes[:2].T @ in_frame[:, :2].mean(axis=0) + axes[2] * in_frame[:, 2].min()
    size = float(np.ptp(in_frame[:, :2], axis=0).max()) or 1.0
    step = grid_step(size)
    reach = np.ceil(0.6 * size / step) * step
    offsets = np.arange(-reach, reach + step / 2, step)
    along, across = axes[1] * reach, axes[0] * reach
    lines = [
        (center + offset * side - end, center + offset * side + end)
        for side, end in ((axes[0], along), (axes[1], across))
        for offset in offsets
    ]
    return np.array(lines, np.float32)


def grid_step(size: float) -> float:
    """1, 2 or 5 times a power of ten: about a twelfth of the size."""
    power = 10.0 ** np.floor(np.log10(size / 12))
    return float(power * min((1, 2, 5, 10), key=lambda times: abs(times * power - size / 12)))
