"""Keypoints of a photo and which of them two photos share."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from jaxtyping import Float32, Int, UInt8

from moe3d.io.files.workplace import temporary_folder
from moe3d.io.formats.colmap_module import load_pycolmap
from moe3d.multiview.photos import GreyPhoto


@dataclass(frozen=True)
class FeatureSettings:
    """How keypoints are found and matched."""

    max_features: int = 4096
    """Keypoints a photo; those of the largest extent are kept."""
    peak_threshold: float = 0.002
    """SIFT's threshold on contrast. Low: a weak keypoint that matches well is better than none."""
    edge_threshold: float = 20.0
    """SIFT's threshold on how much more a keypoint may stand out along one direction."""
    enlarge_below: int = 1000
    """Photos whose longer side is shorter than this are doubled first: SIFT's octave -1."""
    ratio: float = 0.9
    """A match must be closer than this times the second best, in descriptor distance."""


@dataclass(frozen=True)
class Features:
    """The keypoints of one photo."""

    pixels: Float32[np.ndarray, "N 2"]
    """(u, v) in the upright photo; a pixel's centre is at whole numbers."""
    descriptors: Float32[np.ndarray, "N 128"]
    """Unit length."""
    sigma_px: float
    """Standard deviation of a keypoint, pixels of the photo."""


KEYPOINT_SIGMA_PX = 0.4
"""Standard deviation of a keypoint, pixels of the picture in which it was found."""


def find_features(photo: GreyPhoto, settings: FeatureSettings) -> Features:
    """Find SIFT keypoints where the photo is opaque.

    Source: Lowe 2004, as in COLMAP; the descriptors' square roots are compared (Arandjelovic &
    Zisserman 2012).
    """
    shapes, found = _extract(photo.grey, _options(photo, settings))
    # COLMAP counts pixels from the picture's corner: its first pixel's centre is (0.5, 0.5).
    size = np.linalg.norm(shapes[:, 2:].reshape(-1, 2, 2), axis=1).sum(axis=1)
    largest = np.argsort(-size, kind="stable")[: settings.max_features]
    pixels = shapes[largest, :2].astype(np.float64) - 0.5
    descriptors = found.astype(np.float32)[largest]
    column, row = np.rint(pixels).astype(int).T if len(pixels) else (np.zeros(0, int),) * 2
    height, width = photo.mask.shape
    inside = photo.mask[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)]
    descriptors = descriptors[inside]
    descriptors /= np.maximum(np.linalg.norm(descriptors, axis=1, keepdims=True), 1e-9)
    sigma_px = KEYPOINT_SIGMA_PX / float(photo.scale.mean())
    return Features(photo.photo_pixels(pixels[inside]).astype(np.float32), descriptors, sigma_px)


def _options(photo: GreyPhoto, settings: FeatureSettings) -> Any:
    pycolmap = load_pycolmap()
    options = pycolmap.FeatureExtractionOptions()
    options.use_gpu, options.num_threads = False, 1
    options.max_image_size = max(photo.grey.shape)
    options.sift.max_num_features = settings.max_features
    options.sift.peak_threshold = settings.peak_threshold
    options.sift.edge_threshold = settings.edge_threshold
    is_small = max(photo.grey.shape) < settings.enlarge_below
    options.sift.first_octave = -1 if is_small else 0
    return options


def _extract(
    grey: UInt8[np.ndarray, "H W"], options: Any
) -> tuple[Float32[np.ndarray, "N 6"], UInt8[np.ndarray, "N 128"]]:
    """COLMAP's keypoints (u, v, and the 2x2 matrix of their shape) and their descriptors.

    By way of a file: what takes an array keeps the interpreter to itself meanwhile, for half a
    second a photo in which a window cannot move.
    """
    pycolmap = load_pycolmap()
    with temporary_folder("moe3d") as folder:
        picture, database_path = folder / "photo.png", folder / "features.db"
        if not cv2.imwrite(str(picture), grey, [cv2.IMWRITE_PNG_COMPRESSION, 0]):
            raise OSError(f"{picture} cannot be written")
        pycolmap.extract_features(
            database_path,
            folder,
            [picture.name],
            extraction_options=options,
            device=pycolmap.Device.cpu,
        )
        with pycolmap.Database.open(database_path) as database:
            known = [image.image_id for image in database.read_all_images()]
            if not known:
                return np.zeros((0, 6), np.float32), np.zeros((0, 128), np.uint8)
            shapes = np.asarray(database.read_keypoints(known[0]), np.float32)
            found = np.asarray(database.read_descriptors(known[0]).data, np.uint8)
    return shapes.reshape(-1, 6), found.reshape(-1, 128)


def match_features(
    first: Features, second: Features, settings: FeatureSettings
) -> Int[np.ndarray, "M 2"]:
    """Match the keypoints that are each other's nearest and clearly nearer than the next.

    One matrix product of all descriptors: COLMAP's own matcher on a processor gives the same in
    ten times the time.

    Returns:
        Index in the first photo and in the second, row by row.
    """
    if min(len(first.pixels), len(second.pixels)) < 2:
        return np.zeros((0, 2), np.int64)
    likeness = first.descriptors @ second.descriptors.T  # (N, M) cosine
    rows = np.arange(len(likeness))
    best = likeness.argmax(axis=1)
    best_value = likeness[rows, best]
    is_mutual = best_value >= likeness.max(axis=0)[best]
    likeness[rows, best] = -1.0
    near, next_near = 1.0 - best_value, 1.0 - likeness.max(axis=1)  # half squared distances
    chosen = is_mutual & (near < settings.ratio**2 * next_near)
    return np.stack([rows[chosen], best[chosen]], axis=1)
