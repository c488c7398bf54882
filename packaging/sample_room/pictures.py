"""Pictures painted by numpy for the sample room: floor boards, rug, four paintings.

All are made from fixed seeds, (H, W, 3) float arrays of sRGB in 0..1.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter


def smooth_noise(rng: np.random.Generator, height: int, width: int, cell: float) -> np.ndarray:
    """Noise of one scale, (H, W), about 0 to 1; `cell` is the size of a blot in pixels."""
    rows, columns = max(2, int(height / cell)), max(2, int(width / cell))
    small = Image.fromarray((rng.random((rows, columns)) * 255).astype(np.uint8))
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC), np.float32) / 255


def paint_boards(rng: np.random.Generator, size: int = 2048, boards: int = 26) -> np.ndarray:
    """Oak floor boards that run along the rows, each with its own tone and grain."""
    canvas = np.zeros((size, size, 3), np.float32)
    edges = np.linspace(0, size, boards + 1).astype(int)
    for top, bottom in pairwise(edges):
        shift = int(rng.integers(0, size // 2))
        joints = [0, shift, shift + size // 2, size]
        for left, right in pairwise(joints):
            if right - left < 4:
                continue
            grain = np.mean(
                [
                    smooth_noise(rng, (bottom - top) * 12, right - left, cell)[::12]
                    for cell in (60.0, 22.0, 9.0)
                ],
                axis=0,
            )
            tone = np.array([0.60, 0.42, 0.26]) * rng.uniform(0.78, 1.12)
            canvas[top:bottom, left:right] = tone * (0.72 + 0.5 * grain[..., None])
            canvas[top : top + 2, left:right] *= 0.45
            canvas[top:bottom, left : left + 2] *= 0.45
    return canvas.clip(0, 1)


def paint_rug(rng: np.random.Generator, height: int = 1024, width: int = 1536) -> np.ndarray:
    """A woven rug: borders, a field of diamonds and medallions, uneven dye."""
    palette = np.array(
        [[0.52, 0.13, 0.11], [0.86, 0.78, 0.62], [0.13, 0.20, 0.33], [0.72, 0.47, 0.18]], np.float32
    )
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    inset = np.minimum.reduce([rows, columns, height - 1 - rows, width - 1 - columns])
    cell = 128.0
    u, v = (columns % cell) / cell - 0.5, (rows % cell) / cell - 0.5
    grid = (int(height / cell) + 1, int(width / cell) + 1)
    cell_row, cell_column = (rows // cell).astype(int), (columns // cell).astype(int)
    outer, inner = (rng.integers(1, 4, grid)[cell_row, cell_column] for _ in range(2))
    filled = (rng.random(grid) < 0.4)[cell_row, cell_column]
    lozenge, circle = np.abs(u) + np.abs(v), np.hypot(u, v)
    index = np.where((lozenge < 0.47) & (lozenge > 0.36), outer, 0)
    index = np.where((circle < 0.2) & (filled | (circle > 0.11)), inner, index)
    index = np.where((np.abs(u) > 0.4) & (np.abs(v) > 0.4), 3, index)
    zigzag = (np.abs((columns + rows) % 48 - 24) + 6 * ((rows // 24) % 2)) < 12
    index = np.where(inset < 120, np.where(zigzag, 1, 2), index)
    index = np.where((inset < 24) | ((inset > 112) & (inset < 124)), 3, index)
    dye = 0.75 + 0.35 * smooth_noise(rng, height, width, 40.0)
    weave = 0.86 + 0.14 * ((rows.astype(int) // 2 + columns.astype(int) // 3) % 2)
    speckle = 0.9 + 0.2 * rng.random((height, width)).astype(np.float32)
    return (palette[index] * (dye * weave * speckle)[..., None]).clip(0, 1)


def paint_landscape(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Hills behind hills under an evening sky."""
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    sky = np.array([0.30, 0.45, 0.68]) * (1 - rows) + np.array([0.98, 0.72, 0.42]) * rows
    canvas = np.broadcast_to(sky, (height, width, 3)).copy()
    sun_row, sun_column = 0.36 * height, rng.uniform(0.25, 0.75) * width
    yy, xx = np.mgrid[0:height, 0:width]
    canvas[np.hypot(yy - sun_row, xx - sun_column) < 0.08 * width] = [1.0, 0.93, 0.7]
    near = np.array(
        [[0.42, 0.47, 0.58], [0.28, 0.40, 0.38], [0.22, 0.33, 0.18], [0.12, 0.17, 0.10]]
    )
    for layer, colour in enumerate(near):
        ridge = smooth_noise(rng, 4, width, width / (4 + 4 * layer))[1]
        line = (0.42 + 0.15 * layer + 0.16 * (ridge - 0.5)) * height
        canvas[yy > line] = colour
    brush = 0.82 + 0.36 * smooth_noise(rng, height, width, 7.0)
    return (canvas * brush[..., None]).clip(0, 1)


def paint_abstract(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Overlapping discs and bars."""
    palette = rng.permutation(
        [[0.85, 0.32, 0.18], [0.95, 0.72, 0.24], [0.15, 0.36, 0.46], [0.1, 0.12, 0.18]]
    )
    canvas = np.full((height, width, 3), [0.92, 0.88, 0.80])
    yy, xx = np.mgrid[0:height, 0:width]
    for step in range(16):
        y, x, size = rng.uniform(0, height), rng.uniform(0, width), rng.uniform(0.06, 0.22) * width
        if step % 2:
            inside = np.hypot(yy - y, xx - x) < size
        else:
            turn = rng.uniform(0, np.pi)
            along = np.cos(turn) * (xx - x) + np.sin(turn) * (yy - y)
            inside = (np.abs(along) < 2 * size) & (
                np.abs(np.cos(turn) * (yy - y) - np.sin(turn) * (xx - x)) < size / 4
            )
        canvas[inside] = 0.25 * canvas[inside] + 0.75 * palette[step % 4]
    return (canvas * (0.9 + 0.2 * smooth_noise(rng, height, width, 5.0))[..., None]).clip(0, 1)


def paint_all(folder: Path) -> dict[str, Path]:
    """Paint every picture into a folder; name to file."""
    rng = np.random.default_rng(11)
    pictures = {
        "boards": paint_boards(rng),
        "rug": paint_rug(rng),
        "hills": paint_landscape(rng, 512, 768),
        "discs": paint_abstract(rng, 512, 384),
        "valley": paint_landscape(rng, 512, 384),
        "bars": paint_abstract(rng, 640, 480),
    }
    paths = {}
    for name, picture in pictures.items():
        image = Image.fromarray((picture * 255).astype(np.uint8))
        paths[name] = folder / f"{name}.png"
        image.filter(ImageFilter.GaussianBlur(0.7)).save(paths[name])
    return paths
