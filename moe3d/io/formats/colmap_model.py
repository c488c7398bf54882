"""COLMAP models made by pycolmap: cameras, photos, and points with the pixels that saw them.

COLMAP's pixel origin is the corner of the first pixel, so image points and principal points are
ours + 0.5; its ids count from 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int64, UInt8

from moe3d.io.exports.export_job import ExportJob
from moe3d.io.exports.photos_out import ExportedPhoto
from moe3d.io.formats.colmap_module import load_pycolmap
from moe3d.scene.layers import DepthLayer

if TYPE_CHECKING:
    import pycolmap

SAME_LENS_PX = 1e-3
"""Photos of one size whose focal lengths and principal points differ by less share a camera."""


@dataclass(frozen=True)
class SeenPoints:
    """Points in the exported frame, and which photo of the export sees which one where."""

    points: Float[np.ndarray, "N 3"]
    colors: UInt8[np.ndarray, "N 3"] | None
    """None: taken from the photos."""
    point_index: Int64[np.ndarray, " M"]
    photo_index: Int64[np.ndarray, " M"]
    at: Float[np.ndarray, "M 2"]
    """Pixels of the exported photo, corner origin."""


def build_model(
    job: ExportJob, layer: DepthLayer, photos: Sequence[ExportedPhoto], seen: SeenPoints
) -> "pycolmap.Reconstruction":
    """A model whose photos are numbered as given, and its points as they stand."""
    pycolmap = load_pycolmap()

    model = pycolmap.Reconstruction()
    camera_ids = _add_cameras(model, job, photos)
    order = np.lexsort((seen.point_index, seen.photo_index))
    point_index, photo_index = seen.point_index[order], seen.photo_index[order]
    starts = np.searchsorted(photo_index, np.arange(len(photos) + 1))
    for number, photo in enumerate(photos):
        matrix = job.camera_from_export(layer, photo.view)
        image = pycolmap.Image(
            name=photo.file_name,
            keypoints=seen.at[order[starts[number] : starts[number + 1]]],
            camera_id=camera_ids[number],
            image_id=number + 1,
        )
        pose = pycolmap.Rigid3d(pycolmap.Rotation3d(matrix[:3, :3]), matrix[:3, 3])
        model.add_image_with_trivial_frame(image, pose)
    place = np.arange(len(photo_index)) - starts[photo_index]
    by_point = np.argsort(point_index, kind="stable")
    elements = np.stack([photo_index + 1, place], axis=1)[by_point].tolist()
    ends = np.searchsorted(point_index[by_point], np.arange(len(seen.points)), "right").tolist()
    colors = np.zeros((len(seen.points), 3), np.uint8) if seen.colors is None else seen.colors
    start = 0
    for point, color, end in zip(seen.points, colors, ends, strict=True):
        track = [pycolmap.TrackElement(*element) for element in elements[start:end]]
        model.add_point3D(point, pycolmap.Track(track), color)
        start = end
    return model


def _add_cameras(
    model: "pycolmap.Reconstruction", job: ExportJob, photos: Sequence[ExportedPhoto]
) -> list[int]:
    """Add a camera for every lens, and say which one each photo has.

    Photos share one where they have the same size and intrinsics in their own pixels; a camera that
    was turned gives two, of one focal length. Network pixels are never compared.
    """
    pycolmap = load_pycolmap()

    known: list[tuple[tuple[int, ...], np.ndarray]] = []
    ids = []
    for photo in photos:
        transform = job.prediction.pixel_transforms[photo.view]
        size = (photo.width, photo.height, transform.original_width, transform.original_height)
        matrix = photo.corner_intrinsics
        params = np.array([matrix[0, 0], matrix[1, 1], matrix[0, 2], matrix[1, 2]])
        same = (
            number
            for number, (other_size, other) in enumerate(known, start=1)
            if size == other_size and np.abs(params - other).max() < SAME_LENS_PX
        )
        number = next(same, None)
        if number is None:
            known.append((size, params))
            number = len(known)
            camera = pycolmap.Camera(
                camera_id=number,
                model="PINHOLE",
                width=photo.width,
                height=photo.height,
                params=params,
            )
            model.add_camera_with_trivial_rig(camera)
        ids.append(number)
    return ids
