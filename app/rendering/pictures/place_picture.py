"""Small pictures of places, and the camera from which one is seen in 3D."""

import numpy as np
from jaxtyping import Float, UInt8

from moe3d import Place, ScenePrediction
from moe3d_viewer.rendering.space.camera import Camera

FRAME_RGB = (230, 60, 40)
SURROUNDINGS = 2.2
"""A picture shows this many times the place's size."""
SMALLEST_PX = 40
NEARER = 0.45
"""How far the viewer goes from the photo's camera to the place."""


def shown_box(place: Place, width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, width and height of the part of the photo around a place, 4 to 3, inside it."""
    wide = max(place.width * SURROUNDINGS, place.height * SURROUNDINGS * 4 / 3, SMALLEST_PX)
    wide = min(wide, width, height * 4 / 3)
    high = wide * 3 / 4
    left = place.left + place.width / 2 - wide / 2
    top = place.top + place.height / 2 - high / 2
    left = min(max(left, 0), width - wide)
    top = min(max(top, 0), height - high)
    return round(left), round(top), max(round(wide), 1), max(round(high), 1)


def place_picture(image: UInt8[np.ndarray, "H W 3"], place: Place) -> UInt8[np.ndarray, "h w 3"]:
    """The photo around a place, with a frame around the place itself."""
    height, width = image.shape[:2]
    left, top, wide, high = shown_box(place, width, height)
    framed = image.copy()
    rows = np.clip([place.top - 1, place.top + place.height], 0, height - 1)
    columns = np.clip([place.left - 1, place.left + place.width], 0, width - 1)
    framed[rows, columns[0] : columns[1] + 1] = FRAME_RGB
    framed[rows[0] : rows[1] + 1, columns] = FRAME_RGB
    return np.ascontiguousarray(framed[top : top + high, left : left + wide])


def camera_at_place(prediction: ScenePrediction, place: Place, camera: Camera) -> Camera | None:
    """A viewer's camera nearer to the place than the photo's, looking at it; None where the depth
    is not known."""
    depth = float(prediction.depth[place.view_index, place.y, place.x])
    if not (np.isfinite(depth) and depth > 0):
        return None
    camera_from_world = prediction.camera_from_world[place.view_index].astype(float)
    rotation, translation = camera_from_world[:3, :3], camera_from_world[:3, 3]
    lens = prediction.intrinsics[place.view_index].astype(float)
    ray = np.linalg.solve(lens, [place.x, place.y, 1.0])
    eye = -rotation.T @ translation
    point = rotation.T @ (depth * ray / ray[2] - translation)
    stand = eye + NEARER * (point - eye)
    return Camera(stand, _looking(point - stand, -rotation[1]), point, camera.fov_y_deg)


def _looking(
    forward: Float[np.ndarray, "3"], up: Float[np.ndarray, "3"]
) -> Float[np.ndarray, "3 3"]:
    """Columns right, up and backward of a view along `forward`."""
    backward = -forward / np.linalg.norm(forward)
    right = np.cross(up, backward)
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(backward, right), backward], axis=1)
