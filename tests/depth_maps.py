"""Depth maps with known edges: slanted walls, boxes before them, and typical distortions."""

import numpy as np
from scipy.ndimage import gaussian_filter


def box_scene(seed: int = 0, height: int = 48, width: int = 64) -> np.ndarray:
    """A slanted wall with a few slanted boxes before it; float64, depths 1 to 7."""
    generator = np.random.default_rng(seed)
    rows, columns = np.mgrid[:height, :width]
    depth = 5 + 0.02 * columns - 0.01 * rows
    for _ in range(4):
        top, left = generator.integers(0, [height - 14, width - 18])
        tall, wide = generator.integers(8, [22, 26])
        level = generator.uniform(1.2, 3.8)
        patch = np.s_[top : top + tall, left : left + wide]
        slanted = level + 0.004 * columns + 0.003 * rows
        depth[patch] = np.minimum(depth[patch], slanted[patch])
    return depth


def blurred(depth: np.ndarray, sigma: float = 1.4) -> np.ndarray:
    """Edges smeared into flying points."""
    return gaussian_filter(depth, sigma)


def shifted(depth: np.ndarray) -> np.ndarray:
    """Edges one pixel off, still sharp."""
    return np.roll(depth, 1, axis=1)


def with_holes(depth: np.ndarray, seed: int = 0, share: float = 0.1) -> np.ndarray:
    """Some pixels unknown (0)."""
    holes = np.random.default_rng(seed).random(depth.shape) < share
    return np.where(holes, 0.0, depth)
