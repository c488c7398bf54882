"""Thumbnails, and what they tell about blur and likeness."""

from app.state.backend import Thumbnail
from app.state.job import Publish
from moe3d.progress import Progress
from moe3d.scene.records import ViewSet

THUMBNAIL_SIZE = 320


def make_thumbnails(views: ViewSet, progress: Progress, publish: Publish) -> None:
    """Publish one thumbnail a view, in order."""
    import cv2

    from moe3d.io.images import thumbnail
    from moe3d.io.photo_checks import CHECKED_SIZE, check_photo

    for index, view in enumerate(views.views):
        progress.report("thumbnails", index, len(views))
        pixels = thumbnail(view, CHECKED_SIZE)
        scale = min(THUMBNAIL_SIZE / max(pixels.shape[:2]), 1.0)
        size = (max(round(pixels.shape[1] * scale), 1), max(round(pixels.shape[0] * scale), 1))
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        publish(Thumbnail(index, small, check_photo(pixels)))
