import numpy as np
import pytest

from moe3d.errors import DatasetError
from moe3d.training.photo_like.obj_models import make_coarser, read_obj

SPHERE_SIDE = 80


def _sphere() -> str:
    """A unit sphere of rings of four-cornered faces."""
    lines = []
    for row in range(SPHERE_SIDE + 1):
        for column in range(SPHERE_SIDE):
            a, b = np.pi * row / SPHERE_SIDE, 2 * np.pi * column / SPHERE_SIDE
            lines.append(f"v {np.sin(a) * np.cos(b)} {np.sin(a) * np.sin(b)} {np.cos(a)}")
    for row in range(SPHERE_SIDE):
        for column in range(SPHERE_SIDE):
            after = (column + 1) % SPHERE_SIDE
            low, high = row * SPHERE_SIDE + 1, (row + 1) * SPHERE_SIDE + 1
            lines.append(f"f {low + column} {high + column} {high + after} {low + after}")
    return "\n".join(lines)


def test_indices_count_from_one_or_back_from_the_end():
    first = read_obj("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "a", lambda name: "")
    second = read_obj("v 0 0 0\nv 1 0 0\nv 0 1 0\nf -3 -2 -1\n", "a", lambda name: "")
    assert np.array_equal(first.corners, second.corners)
    assert np.allclose(first.normals, [0, 0, 1])


def test_a_file_without_faces_is_refused():
    with pytest.raises(DatasetError, match="lamp is an OBJ model without a single face"):
        read_obj("v 0 0 0\n", "lamp", lambda name: "")


def test_a_coarser_sphere_is_still_one():
    fine = read_obj(_sphere(), "sphere", lambda name: "")
    coarse = make_coarser(fine, 4000)
    assert len(fine.corners) > 12_000
    assert 500 < len(coarse.corners) <= 4000
    radius = np.linalg.norm(coarse.corners, axis=-1)
    assert radius.min() > 0.97
    assert radius.max() < 1.001


def test_corners_of_a_sphere_have_its_radius_as_normal_and_a_cubes_its_faces():
    fine = read_obj(_sphere(), "sphere", lambda name: "")
    along = (fine.normals * fine.corners).sum(-1)
    has_area = np.linalg.norm(
        np.cross(fine.corners[:, 1] - fine.corners[:, 0], fine.corners[:, 2] - fine.corners[:, 0]),
        axis=-1,
    )
    assert (np.abs(along[has_area > 1e-6]) > 0.99).mean() > 0.95
