"""What a 3D view is drawn into: a picture of any size, a video once round the pivot."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import numpy as np

from app.rendering.camera_motion import turntable
from app.state.camera_requests import PictureRequest
from app.state.turntable import TurntableRequest
from app.widgets.cloud_view import CloudView
from app.widgets.pictures import rgb_from_image
from app.widgets.recorder import Steps
from moe3d.errors import OutputError
from moe3d.io.atomic import new_file
from moe3d.io.photos.own_pictures import MARK, MARK_KEY
from moe3d.io.video_writer import write_video
from moe3d.progress import ProgressReport

QUICK = 80
"""Of Qt's PNG: a tenth larger than usual in half the time."""


def picture_steps(view: CloudView, request: PictureRequest) -> Steps:
    """Draw the view part by part, then write the PNG over an older one.

    Raises:
        OutputError: the file cannot be written.
    """
    drawing = view.picture_steps(request.width, request.height, request.overlays)
    with closing(drawing):
        while True:
            try:
                share = next(drawing)
            except StopIteration as end:
                image = end.value
                break
            yield ProgressReport("per cent", round(100 * share), 100)
    image.setText(MARK_KEY, MARK)
    with new_file(request.path, overwrite=True) as part:
        if not image.save(str(part), "PNG", QUICK):
            raise OutputError(f"{request.path}: cannot be written; choose another folder")


def video_steps(view: CloudView, request: TurntableRequest) -> Steps:
    """Draw and write frame by frame.

    Raises:
        OutputError: the file cannot be written.
    """
    yield ProgressReport("frame", 0, request.num_frames)
    writing = write_video(request.path, turn_frames(view, request), request.frames_per_second)
    with closing(writing):
        for done in writing:
            yield ProgressReport("frame", done, request.num_frames)


def turn_frames(view: CloudView, request: TurntableRequest) -> Iterator[np.ndarray]:
    """RGB pictures of the view on its way round, (H, W, 3) uint8; the first is what it shows."""
    start, up = view.camera, view.controller.frame.up
    if request.about_middle:
        start = replace(start, pivot=view.controller.bounds.center)
    for camera in turntable(start, up, request.num_frames, request.to_right):
        image = view.picture(request.width, request.height, request.overlays, camera)
        yield rgb_from_image(image)
