"""COLMAP: images/ and sparse/0 with occlusion-tested tracks, ready for splat trainers."""

from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Int64

from moe3d.geometry.transforms import quaternion_from_rotation
from moe3d.io.colmap import ColmapImage, ColmapModel, read_points_bin, write_model
from moe3d.io.export_content import Content
from moe3d.io.export_job import CloudStream, Exporter, ExportJob
from moe3d.io.photos_out import ExportedPhoto, photo_names, write_photos
from moe3d.scene.filters import kept_points, valid_pixels
from moe3d.scene.tracks import Observations, observe

MIN_TRACK = 3
"""COLMAP's window hides points that fewer photos see ..."""
PROJECT = "image_path=images\n[Render]\nmin_track_len=0\nmax_error=2\n"
"""... unless it opens this project file."""


def _write(job: ExportJob, path: Path) -> Content:
    content = Content()
    cloud = job.cloud(normals=False)
    parts = list(cloud.counted(content))
    photos = write_photos(job, cloud.selection.layer, path / "images")
    observations = observe(
        kept_points(cloud.selection.layer, cloud.selection.keep),
        np.concatenate([part.view_index for part in parts]),
        cloud.selection.layer,
        valid_pixels(job.prediction, cloud.selection.layer),
        job.progress,
    )
    number = np.full(job.prediction.num_views, -1)
    number[[photo.view for photo in photos]] = np.arange(len(photos))
    at = _photo_pixels(job, photos, observations)
    inside = _inside(job, photos, observations, at)
    inside &= _is_shared(observations.point_index, inside, len(cloud))
    model = ColmapModel(
        images=tuple(_image(cloud, photo) for photo in photos),
        points=np.concatenate([part.points for part in parts]),
        colors=np.concatenate([part.colors for part in parts]),
        errors=np.zeros(len(cloud)),  # observations are projections of the point itself
        seen_point=observations.point_index[inside],
        seen_image=number[observations.view_index[inside]],
        seen_at=at[inside],
    )
    job.progress.report("write COLMAP model")
    write_model(path / "sparse" / "0", model)
    (path / "project.ini").write_text(PROJECT, encoding="ascii")
    content.num_files = sum(file.is_file() for file in path.rglob("*"))
    content.details |= _details(job, photos, model)
    return content


def _image(cloud: CloudStream, photo: ExportedPhoto) -> ColmapImage:
    matrix = photo.corner_intrinsics
    camera_from_export = cloud.job.camera_from_export(cloud.selection.layer, photo.view)
    return ColmapImage(
        name=photo.file_name,
        width=photo.width,
        height=photo.height,
        params=np.array([matrix[0, 0], matrix[1, 1], matrix[0, 2], matrix[1, 2]]),
        quaternion=quaternion_from_rotation(camera_from_export[:3, :3]),
        translation=camera_from_export[:3, 3],
    )


def _photo_pixels(
    job: ExportJob, photos: list[ExportedPhoto], observations: Observations
) -> Float[np.ndarray, "M 2"]:
    """Where points are seen in the exported photos, corner origin."""
    at = observations.pixels.copy()
    for photo in photos:
        if photo.is_original:
            rows = observations.view_index == photo.view
            at[rows] = job.prediction.pixel_transforms[photo.view].original_from_network(at[rows])
    return at + 0.5


def _inside(
    job: ExportJob,
    photos: list[ExportedPhoto],
    observations: Observations,
    at: Float[np.ndarray, "M 2"],
) -> Bool[np.ndarray, " M"]:
    sizes = np.full((job.prediction.num_views, 2), -1)  # a photo without a camera sees nothing
    for photo in photos:
        sizes[photo.view] = photo.width, photo.height
    return np.all((at >= 0) & (at <= sizes[observations.view_index]), axis=1)


def _is_shared(
    point_index: Int64[np.ndarray, " M"], inside: Bool[np.ndarray, " M"], num_points: int
) -> Bool[np.ndarray, " M"]:
    """Observations of points that two photos see: a lone one is no track, and COLMAP's bundle
    adjuster stops at it. Such a point stays, with an empty track."""
    counts = np.bincount(point_index[inside], minlength=num_points)
    return counts[point_index] >= 2


def _details(job: ExportJob, photos: list[ExportedPhoto], model: ColmapModel) -> dict[str, object]:
    lengths = np.bincount(model.seen_point, minlength=len(model.points))
    return {
        "photos": photo_names(job, photos),
        "network_images_instead_of_photos": [
            photo.file_name for photo in photos if not photo.is_original
        ],
        "observations": len(model.seen_point),
        "points_without_track": int((lengths == 0).sum()),
        "mean_track_length": round(float(lengths[lengths > 0].mean()), 3) if lengths.any() else 0,
        "points_shown_by_colmap_window": int((lengths >= MIN_TRACK).sum()),
    }


def _reread(path: Path) -> Content:
    content = Content(num_files=sum(file.is_file() for file in path.rglob("*")))
    points, colors = read_points_bin(path / "sparse" / "0" / "points3D.bin")
    content.add(points.astype(np.float32), colors)
    return content


COLMAP = Exporter(
    "COLMAP and splat training",
    "_colmap",
    _write,
    _reread,
    is_folder=True,
    point_limit=100_000,
    bytes_per_point=300,
    has_photos=True,
    point_s=1e-4,
)
