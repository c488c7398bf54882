"""COLMAP: images/ and sparse/0, with the spots that were measured; dense for splat trainers."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float, Int64

from moe3d.geometry.transforms import transform_points
from moe3d.io.exports.export_content import Content
from moe3d.io.exports.export_job import CloudStream, Exporter, ExportJob
from moe3d.io.exports.formats import FORMAT_FACTS
from moe3d.io.exports.photos_out import ExportedPhoto, photo_names, write_photos
from moe3d.io.formats.colmap_model import SeenPoints, build_model
from moe3d.io.formats.colmap_module import load_pycolmap
from moe3d.scene.layer_points import kept_points, valid_pixels
from moe3d.scene.layers import DepthLayer
from moe3d.scene.records import ScenePrediction
from moe3d.scene.tracks import observe

if TYPE_CHECKING:
    import pycolmap

MIN_TRACK = 3
"""COLMAP's window hides points that fewer photos see ..."""
PROJECT = "image_path=images\n[Render]\nmin_track_len=0\nmax_error=2\n"
"""... unless it opens this project file."""


def _write(dense: bool, job: ExportJob, path: Path) -> Content:
    content = Content()
    cloud = job.cloud(normals=False)
    layer = cloud.selection.layer
    photos = write_photos(job, layer, path / "images")
    measured = _measured_points(job, layer, photos)
    if measured is None:
        seen = _projected_points(cloud, photos, content)
    elif dense:
        seen = _joined(measured, _projected_points(cloud, photos, content))
    else:
        seen = measured
    job.progress.report("write COLMAP model")
    model = build_model(job, layer, photos, seen)
    if measured is not None:
        _color_measured(model, path / "images", seen, len(measured.points))
        _count_points(model, content, len(measured.points))
    model.update_point_3d_errors()
    folder = path / "sparse" / "0"
    folder.mkdir(parents=True)
    model.write_binary(folder)
    model.write_text(folder)
    (path / "project.ini").write_text(PROJECT, encoding="ascii")
    content.num_files = sum(file.is_file() for file in path.rglob("*"))
    content.details |= _details(job, photos, seen, model)
    content.details["tracks"] = _origin(dense, measured is not None)
    return content


def _measured_points(
    job: ExportJob, layer: DepthLayer, photos: Sequence[ExportedPhoto]
) -> SeenPoints | None:
    """Tracks with the pixels at which they were measured; None where there is none to write."""
    tracks = job.prediction.tracks
    if tracks is None or not _rests_on_tracks(job.prediction, layer):
        return None
    points = transform_points(job.export_from_world, tracks.points.astype(np.float64))
    at = tracks.pixels.astype(np.float64)
    for photo in photos:
        if not photo.is_original:
            rows = tracks.view_index == photo.view
            at[rows] = job.prediction.pixel_transforms[photo.view].network_from_original(at[rows])
    at += 0.5
    index = tracks.point_index.astype(np.int64)
    inside = _inside(job, photos, tracks.view_index.astype(np.int64), at)
    inside &= np.isfinite(points[index]).all(axis=1)
    inside &= _is_shared(index, inside, len(points))
    kept, index = np.unique(index[inside], return_inverse=True)
    if len(kept) == 0:
        return None
    photo_of = _photo_of_view(job, photos)[tracks.view_index[inside]]
    return SeenPoints(points[kept], None, index.reshape(-1), photo_of, at[inside])


def _rests_on_tracks(prediction: ScenePrediction, layer: DepthLayer) -> bool:
    """Whether the layer's cameras are those that the tracks belong to."""
    return np.array_equal(
        layer.camera_from_world, prediction.camera_from_world, equal_nan=True
    ) and np.array_equal(layer.intrinsics, prediction.intrinsics, equal_nan=True)


def _projected_points(
    cloud: CloudStream, photos: Sequence[ExportedPhoto], content: Content
) -> SeenPoints:
    """The cloud, and its points' own projections wherever no nearer surface hides them."""
    job, layer = cloud.job, cloud.selection.layer
    parts = list(cloud.counted(content))
    observations = observe(
        kept_points(layer, cloud.selection.keep),
        np.concatenate([part.view_index for part in parts]),
        layer,
        valid_pixels(job.prediction, layer),
        job.progress,
    )
    at = observations.pixels.astype(np.float64)
    for photo in photos:
        if photo.is_original:
            rows = observations.view_index == photo.view
            at[rows] = job.prediction.pixel_transforms[photo.view].original_from_network(at[rows])
    at += 0.5
    inside = _inside(job, photos, observations.view_index, at)
    inside &= _is_shared(observations.point_index, inside, len(cloud))
    return SeenPoints(
        points=np.concatenate([part.points for part in parts]).astype(np.float64),
        colors=np.concatenate([part.colors for part in parts]),
        point_index=observations.point_index[inside],
        photo_index=_photo_of_view(job, photos)[observations.view_index[inside]],
        at=at[inside],
    )


def _photo_of_view(job: ExportJob, photos: Sequence[ExportedPhoto]) -> Int64[np.ndarray, " S"]:
    """The place of each view among the exported photos; -1 without a camera."""
    number = np.full(job.prediction.num_views, -1, np.int64)
    number[[photo.view for photo in photos]] = np.arange(len(photos))
    return number


def _inside(
    job: ExportJob,
    photos: Sequence[ExportedPhoto],
    view_index: Int64[np.ndarray, " M"],
    at: Float[np.ndarray, "M 2"],
) -> Bool[np.ndarray, " M"]:
    sizes = np.full((job.prediction.num_views, 2), -1)  # a photo without a camera sees nothing
    for photo in photos:
        sizes[photo.view] = photo.width, photo.height
    return np.all((at >= 0) & (at <= sizes[view_index]), axis=1)


def _is_shared(
    point_index: Int64[np.ndarray, " M"], inside: Bool[np.ndarray, " M"], num_points: int
) -> Bool[np.ndarray, " M"]:
    """Observations of points that two photos see: a lone one is no track, and COLMAP's bundle
    adjuster stops at it. A dense point without any stays, with an empty track."""
    counts = np.bincount(point_index[inside], minlength=num_points)
    return counts[point_index] >= 2


def _origin(dense: bool, is_measured: bool) -> str:
    """Where the tracks come from, for the sidecar."""
    if not is_measured:
        return "projected depth"
    return "measured in the photos, then projected depth" if dense else "measured in the photos"


def _joined(first: SeenPoints, second: SeenPoints) -> SeenPoints:
    """The points of both, those of the second behind; without colours for the first."""
    colors = np.zeros((len(first.points) + len(second.points), 3), np.uint8)
    if second.colors is not None:
        colors[len(first.points) :] = second.colors
    return SeenPoints(
        np.concatenate([first.points, second.points]),
        colors,
        np.concatenate([first.point_index, second.point_index + len(first.points)]),
        np.concatenate([first.photo_index, second.photo_index]),
        np.concatenate([first.at, second.at]),
    )


def _color_measured(
    model: "pycolmap.Reconstruction", images: Path, seen: SeenPoints, num_measured: int
) -> None:
    """Give the measured points, which are the first, the colours of the photos."""
    model.extract_colors_for_all_images(images)
    if seen.colors is not None:
        for place in range(num_measured, len(seen.points)):
            model.points3D[place + 1].color = seen.colors[place]


def _count_points(
    model: "pycolmap.Reconstruction", content: Content, first: int | None = None
) -> None:
    """Count the points, or only so many of the first."""
    points = model.points3D
    ordered = [points[number] for number in sorted(points)[:first]]
    places = np.array([point.xyz for point in ordered]).reshape(-1, 3)
    colors = np.array([point.color for point in ordered], np.uint8).reshape(-1, 3)
    content.add(places.astype(np.float32), colors)


def _details(
    job: ExportJob,
    photos: Sequence[ExportedPhoto],
    seen: SeenPoints,
    model: "pycolmap.Reconstruction",
) -> dict[str, object]:
    lengths = np.bincount(seen.point_index, minlength=len(seen.points))
    tracked = lengths > 0
    ids = np.flatnonzero(tracked) + 1
    errors = [model.points3D[number].error for number in ids.tolist()]
    return {
        "photos": photo_names(job, list(photos)),
        "network_images_instead_of_photos": [
            photo.file_name for photo in photos if not photo.is_original
        ],
        "cameras": len(model.cameras),
        "observations": len(seen.point_index),
        "points_without_track": len(model.points3D) - int(tracked.sum()),
        "mean_track_length": round(float(lengths[tracked].mean()), 3) if tracked.any() else 0,
        "mean_reprojection_error_px": round(float(np.mean(errors)), 4) if errors else 0,
        "points_shown_by_colmap_window": int((lengths >= MIN_TRACK).sum()),
    }


def _reread(path: Path) -> Content:
    pycolmap = load_pycolmap()

    content = Content(num_files=sum(file.is_file() for file in path.rglob("*")))
    try:
        model = pycolmap.Reconstruction(path / "sparse" / "0")
    except (RuntimeError, MemoryError) as error:  # what COLMAP makes of a file that ends too soon
        raise ValueError(f"COLMAP cannot read it: {error}") from error
    _count_points(model, content)
    return content


def _num_points(dense: bool, prediction: ScenePrediction, num_cloud: int) -> int:
    """Points of a model, for the estimate."""
    num_tracks = 0 if prediction.tracks is None else len(prediction.tracks)
    return num_tracks + num_cloud if dense or num_tracks == 0 else num_tracks


COLMAP = Exporter(
    FORMAT_FACTS["colmap"],
    partial(_write, False),
    _reread,
    point_limit=100_000,
    bytes_per_point=400,
    has_photos=True,
    point_s=1e-4,
    num_points=partial(_num_points, False),
)
DENSE = replace(
    COLMAP,
    facts=FORMAT_FACTS["colmap-dense"],
    num_points=partial(_num_points, True),
    write=partial(_write, True),
)
