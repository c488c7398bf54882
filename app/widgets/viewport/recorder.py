"""Draws a 3D view into a file, part by part: a picture of any size, or a video round its pivot."""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import replace

import numpy as np
from OpenGL.error import GLError
from PySide6.QtCore import QObject, QTimer, Slot

from moe3d import MoE3DError, OutputError, ProgressReport
from moe3d.io.files.atomic import new_file
from moe3d.io.photos.own_pictures import MARK, MARK_KEY
from moe3d.io.videos.video_writer import write_video
from moe3d_viewer.rendering.space.camera_motion import turntable
from moe3d_viewer.state.notices import Notices
from moe3d_viewer.state.viewport.camera_requests import PictureRequest
from moe3d_viewer.state.viewport.drawing import DrawingState
from moe3d_viewer.state.viewport.turntable import TurntableRequest
from moe3d_viewer.widgets.controls.pictures import rgb_from_image
from moe3d_viewer.widgets.viewport.cloud_view import CloudView

Request = PictureRequest | TurntableRequest
Steps = Generator[ProgressReport, None, None]
"""Draws and writes; with its end the file is there. Closing it before leaves what was there."""
QUICK = 80
"""Of Qt's PNG: a tenth larger than usual in half the time."""


class Recorder(QObject):
    """Steps through the drawing, and says how it went."""

    def __init__(
        self,
        drawing: DrawingState,
        notices: Notices,
        make_steps: Callable[[Request], Steps],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._drawing, self._notices, self._make_steps = drawing, notices, make_steps
        self._request: Request | None = None
        self._steps: Steps | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._draw_next)
        drawing.wanted.connect(self._on_wanted)
        drawing.cancelled.connect(self._drop)
        drawing.offer_recorder()

    @Slot(object)
    def _on_wanted(self, request: Request) -> None:
        self._request, self._steps = request, self._make_steps(request)
        self._timer.start(0)

    @Slot()
    def _draw_next(self) -> None:
        request, steps = self._request, self._steps
        if request is None or steps is None:
            return
        try:
            self._drawing.report(next(steps))
            self._timer.start(0)
        except StopIteration:
            self._drop()
            self._drawing.end(is_saved=True)
            path = request.path
            self._notices.raise_toast(self.tr("Saved {}").format(path.name), path.parent)
        except (MoE3DError, GLError) as error:
            self._drop()
            self._drawing.end(is_saved=False)
            is_video = isinstance(request, TurntableRequest)
            video, picture = (
                self.tr("Could not save the video"),
                self.tr("Could not save the picture"),
            )
            self._notices.raise_error(video if is_video else picture, _reason(error, request))

    @Slot()
    def _drop(self) -> None:
        self._timer.stop()
        if self._steps is not None:
            self._steps.close()  # what is half drawn or written goes
        self._request = self._steps = None


def _reason(error: MoE3DError | GLError, request: Request) -> str:
    if isinstance(error, MoE3DError):
        return str(error)
    return (
        f"{request.path}: the graphics cannot draw {request.width} x {request.height} pixels; "
        "choose a smaller size"
    )


def picture_steps(view: CloudView, request: PictureRequest) -> Steps:
    """Draw the view part by part, then write the PNG over an older one.

    Raises:
        OutputError: the file cannot be written.
    """
    drawing = view.picture_steps(request.width, request.height, request.overlays, request.legend)
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
        image = view.picture(
            request.width, request.height, request.overlays, request.legend, camera
        )
        yield rgb_from_image(image)
