"""How large an export will be and about how long it takes, before it is started."""

from dataclasses import dataclass, replace

import numpy as np

from moe3d.io.exports.export import exporter
from moe3d.io.exports.export_job import ExportOptions
from moe3d.io.photos.image_files import split_source
from moe3d.scene.filters import refuse_empty, select_pixels
from moe3d.scene.records import ScenePrediction

BYTES_PER_SECOND = 100e6
"""Of a middling disk, written and read back."""


@dataclass(frozen=True)
class ExportEstimate:
    """What to expect. Sizes of clouds are exact to a few bytes, of meshes and models to a factor
    of two, seconds to a factor of five."""

    num_points: int
    size_bytes: int
    seconds: float


def estimate_export(
    prediction: ScenePrediction, name: str, options: ExportOptions | None = None
) -> ExportEstimate:
    """Estimate one format. Takes as long as the filters, some 10 ms a million pixels.

    Raises:
        UsageError: an unknown format or option.
        EmptyExportError: the filters leave nothing; names the one that took the last point.
    """
    options = options or ExportOptions()
    format_ = exporter(name)
    cloud = options.cloud
    if cloud.max_points is None:
        cloud = replace(cloud, max_points=format_.point_limit)
    selection = select_pixels(prediction, cloud)
    if format_.is_filtered:
        refuse_empty(selection)
    num_points = int(np.count_nonzero(selection.keep))
    if format_.num_points is not None:
        num_points = format_.num_points(prediction, num_points)
    size = num_points * format_.bytes_per_point
    size += num_points * format_.bytes_per_normal * cloud.normals
    size += num_points * format_.bytes_per_support * (selection.layer.support is not None)
    if format_.has_photos:
        size += _photo_bytes(prediction)
    if format_.bytes_per_pixel:
        size += int(prediction.depth.size * format_.bytes_per_pixel(prediction))
    return ExportEstimate(num_points, size, size / BYTES_PER_SECOND + num_points * format_.point_s)


def _photo_bytes(prediction: ScenePrediction) -> int:
    total = 0
    for view, source in enumerate(prediction.metadata.sources or [""] * prediction.num_views):
        path, frame_s = split_source(source)
        try:
            if frame_s is not None and path.is_file():
                transform = prediction.pixel_transforms[view]
                total += transform.original_width * transform.original_height // 2
            else:
                total += path.stat().st_size if source else prediction.images[0].nbytes // 2
        except OSError:
            total += prediction.images[0].nbytes // 2
    return total
