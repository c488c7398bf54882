"""Photos of a scene: finding and checking them, and thumbnails, which tell of blur and likeness."""

from collections.abc import Sequence
from pathlib import Path

from moe3d import Progress, ViewSet
from moe3d_viewer.state.job import Publish
from moe3d_viewer.state.scene.session import Thumbnail

THUMBNAIL_SIZE = 320


def read_scene(
    paths: Sequence[Path], progress: Progress, frames_per_second: float = 1.0
) -> ViewSet:
    """Find and check the photos, those in zips too, and take frames of the videos."""
    import moe3d
    from moe3d_viewer.workers.unpacked import unpacked

    paths = [unpacked(path, progress) if moe3d.is_zip(path) else path for path in paths]
    sampling = moe3d.VideoSampling(frames_per_second)
    return moe3d.read_views(paths[0] if len(paths) == 1 else list(paths), progress, sampling)


def make_thumbnails(views: ViewSet, progress: Progress, publish: Publish) -> None:
    """Publish one thumbnail a view, in order."""
    import cv2

    from moe3d import check_photo, thumbnail
    from moe3d.io.photos.photo_checks import CHECKED_SIZE

    for index, view in enumerate(views.views):
        progress.report("thumbnails", index, len(views))
        pixels = thumbnail(view, CHECKED_SIZE)
        scale = min(THUMBNAIL_SIZE / max(pixels.shape[:2]), 1.0)
        size = (max(round(pixels.shape[1] * scale), 1), max(round(pixels.shape[0] * scale), 1))
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        publish(Thumbnail(index, small, check_photo(pixels)))
