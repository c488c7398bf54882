"""Camera frusta: lines, photo rectangles, an atlas of small photos, and which one was clicked."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, Float32, UInt8

from moe3d_viewer.rendering.space.camera import Camera, Viewport, pixels_from_world, view_depth
from moe3d_viewer.rendering.space.scene_frame import camera_centers

ATLAS_CELL = 256
ATLAS_LIMIT = 4096
SEGMENTS = ((0, 1), (0, 2), (0, 3), (0, 4), (1, 2), (2, 3), (3, 4), (4, 1))


@dataclass(frozen=True, eq=False)
class PhotoCameras:
    """The cameras of a scene with their photos."""

    camera_from_world: Float[np.ndarray, "S 4 4"]
    """OpenCV axes."""
    intrinsics: Float[np.ndarray, "S 3 3"]
    """Pixels of the photos here."""
    images: UInt8[np.ndarray, "S H W 3"]

    def __len__(self) -> int:
        return len(self.camera_from_world)

    @property
    def centers(self) -> Float[np.ndarray, "S 3"]:
        """Where the cameras stand."""
        return camera_centers(self.camera_from_world).astype(float)

    @property
    def photo_size(self) -> tuple[int, int]:
        """Width and height of the photos, pixels."""
        return self.images.shape[2], self.images.shape[1]


def frustum_corners(cameras: PhotoCameras, depth: float) -> Float32[np.ndarray, "S 5 3"]:
    """Centre, then the photo's four corners (top left, clockwise) at this depth, in the world."""
    width, height = cameras.photo_size
    x0, y0, x1, y1 = -0.5, -0.5, width - 0.5, height - 0.5
    pixels = np.array([[x0, y0, 1], [x1, y0, 1], [x1, y1, 1], [x0, y1, 1]], float)
    rays = np.einsum("sij,pj->spi", np.linalg.inv(cameras.intrinsics.astype(float)), pixels)
    in_camera = np.concatenate([np.zeros((len(cameras), 1, 3)), depth * rays], axis=1)
    shifted = in_camera - cameras.camera_from_world[:, None, :3, 3]
    world = np.einsum("sji,spj->spi", cameras.camera_from_world[:, :3, :3], shifted)
    return world.astype(np.float32)


def frustum_segments(corners: Float32[np.ndarray, "S 5 3"]) -> Float32[np.ndarray, "S 8 2 3"]:
    """The eight edges of every frustum."""
    return corners[:, np.array(SEGMENTS)]


@dataclass(frozen=True)
class PhotoAtlas:
    """All photos, small, in one picture."""

    image: UInt8[np.ndarray, "AH AW 3"]
    corners: Float32[np.ndarray, "S 4 2"]
    """Texture coordinates of each photo's corners, top left first, clockwise."""


def photo_atlas(images: UInt8[np.ndarray, "S H W 3"]) -> PhotoAtlas:
    """Shrink every photo into a cell of one picture."""
    count, height, width = images.shape[:3]
    columns = max(int(np.ceil(np.sqrt(count))), 1)
    cell = max(min(ATLAS_CELL, ATLAS_LIMIT // columns), 8)
    scale = min(cell / width, cell / height, 1.0)
    small = max(round(width * scale), 1), max(round(height * scale), 1)
    rows = -(-count // columns)
    atlas = np.zeros((rows * cell, columns * cell, 3), np.uint8)
    corners = np.zeros((count, 4, 2), np.float32)
    for index in range(count):
        x, y = index % columns * cell, index // columns * cell
        atlas[y : y + small[1], x : x + small[0]] = cv2.resize(
            images[index], small, interpolation=cv2.INTER_AREA
        )
        x0, y0, x1, y1 = x + 0.5, y + 0.5, x + small[0] - 0.5, y + small[1] - 0.5
        corners[index] = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    return PhotoAtlas(atlas, corners / np.array([columns * cell, rows * cell], np.float32))


def frustum_under(
    corners: Float32[np.ndarray, "S 5 3"],
    camera: Camera,
    viewport: Viewport,
    pixel: tuple[float, float],
    hidden: frozenset[int] = frozenset(),
) -> int | None:
    """The nearest camera whose photo rectangle or apex lies under this pixel; None if none does."""
    best, best_depth = None, np.inf
    on_screen = pixels_from_world(camera, viewport, corners.astype(float))  # (S, 5, 2)
    depths = view_depth(camera, corners.astype(float))
    for index in range(len(corners)):
        depth = float(depths[index].min())
        if index in hidden or depth <= 0 or depth >= best_depth:
            continue
        if _covers(on_screen[index], pixel):
            best, best_depth = index, depth
    return best


def _covers(shape: Float[np.ndarray, "5 2"], pixel: tuple[float, float]) -> bool:
    if not np.isfinite(shape).all():
        return False
    hull = cv2.convexHull(shape.astype(np.float32))
    return cv2.pointPolygonTest(hull, pixel, True) >= -3.0
