import numpy as np

from moe3d.training.photo_like.shading import Grid, Patch, carry, smooth

ROWS, COLUMNS, STRIDE = 20, 30, 3


def _grid(irradiance: np.ndarray, depth: np.ndarray) -> Grid:
    """Cells a centimetre apart, facing the viewer, at these depths."""
    v, u = np.mgrid[0:ROWS, 0:COLUMNS] * 0.01
    points = np.stack([u, depth, v], -1).reshape(-1, 3).astype(np.float32)
    normals = np.tile(np.array([[0, -1, 0]], np.float32), (len(points), 1))
    light = np.repeat(irradiance.reshape(-1, 1), 3, 1).astype(np.float32)
    return Grid(Patch(points, normals), light, ROWS, COLUMNS, STRIDE)


def test_noise_of_a_plane_is_smoothed_and_nothing_alternates_from_cell_to_cell():
    noise = 1 + np.random.default_rng(0).normal(0, 0.5, (ROWS, COLUMNS))
    found = smooth(_grid(noise, np.zeros((ROWS, COLUMNS)))).irradiance[:, 0].reshape(ROWS, -1)
    assert found.std() < 0.15
    alternating = found[:, 1:-1] - (found[:, 2:] + found[:, :-2]) / 2
    assert alternating.std() < 0.005


def test_light_does_not_cross_a_depth_edge():
    is_far = np.mgrid[0:ROWS, 0:COLUMNS][1] >= 15
    light = np.where(is_far, 5.0, 1.0)
    found = smooth(_grid(light, np.where(is_far, 2.0, 1.0))).irradiance[:, 0]
    assert np.allclose(found, light.reshape(-1), rtol=0.02)


def test_light_is_carried_between_cells_in_proportion():
    slope = np.mgrid[0:ROWS, 0:COLUMNS][1] * 1.0
    grid = _grid(slope, np.zeros((ROWS, COLUMNS)))
    place = np.array([[6.0, 9.0], [6, 10], [7, 11]], np.float32)
    points = np.array([[c / 3 * 0.01, 0, r / 3 * 0.01] for r, c in place], np.float32)
    normals = np.tile(np.array([[0, -1, 0]], np.float32), (3, 1))
    found = carry(grid, place, Patch(points, normals))[:, 0]
    assert np.allclose(found, [3, 3 + 1 / 3, 3 + 2 / 3], atol=0.01)
