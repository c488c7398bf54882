"""Draws a turntable video from a 3D view, one frame in a turn of the event loop."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import replace

import numpy as np
from OpenGL.error import GLError
from PySide6.QtCore import QObject, QTimer, Slot

from app.rendering.camera_motion import turntable
from app.state.app_state import AppState
from app.state.turntable import TurntableRequest
from app.widgets.cloud_view import CloudView
from app.widgets.pictures import rgb_from_image
from moe3d.errors import MoE3DError
from moe3d.io.video_writer import write_video


class TurntableRecorder(QObject):
    """The view itself stays where it is; colours, filters and marks are those it has."""

    def __init__(
        self, state: AppState, view_in_use: Callable[[], CloudView], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._camera, self._notices = state.scene.camera, state.notices
        self._turntable, self._view_in_use = state.scene.turntable, view_in_use
        self._request: TurntableRequest | None = None
        self._steps: Generator[int, None, None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._draw_next)
        self._turntable.wanted.connect(self._on_wanted)
        self._turntable.cancelled.connect(self._drop)
        self._turntable.offer_recorder()

    @Slot(object)
    def _on_wanted(self, request: TurntableRequest) -> None:
        self._camera.leave()  # a photo lies right over the view from its own camera only
        self._request = request
        frames = turn_frames(self._view_in_use(), request)
        self._steps = write_video(request.path, frames, request.frames_per_second)
        self._turntable.report(0, request.num_frames)
        self._timer.start(0)

    @Slot()
    def _draw_next(self) -> None:
        request, steps = self._request, self._steps
        if request is None or steps is None:
            return
        try:
            self._turntable.report(next(steps), request.num_frames)
            self._timer.start(0)
        except StopIteration:
            self._drop()
            self._turntable.end(is_saved=True)
            path = request.path
            self._notices.raise_toast(self.tr("Saved {}").format(path.name), path.parent)
        except (MoE3DError, GLError) as error:
            self._drop()
            self._turntable.end(is_saved=False)
            self._notices.raise_error(self.tr("Could not save the video"), _reason(error, request))

    @Slot()
    def _drop(self) -> None:
        self._timer.stop()
        if self._steps is not None:
            self._steps.close()  # what is half written goes
        self._request = self._steps = None


def turn_frames(view: CloudView, request: TurntableRequest) -> Iterator[np.ndarray]:
    """RGB pictures of the view on its way round, (H, W, 3) uint8; the first is what it shows."""
    start, up = view.camera, view.controller.frame.up
    if request.about_middle:
        start = replace(start, pivot=view.controller.bounds.center)
    for camera in turntable(start, up, request.num_frames, request.to_right):
        image = view.picture(request.width, request.height, request.overlays, camera)
        yield rgb_from_image(image)


def _reason(error: MoE3DError | GLError, request: TurntableRequest) -> str:
    if isinstance(error, MoE3DError):
        return str(error)
    return (
        f"{request.path}: the graphics cannot draw {request.width} x {request.height} pixels; "
        "choose a smaller size"
    )
