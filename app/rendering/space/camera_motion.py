"""How the view's camera moves: orbit, pan, zoom, fly, and the smooth way between two cameras."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from moe3d_viewer.rendering.space.camera import Camera, Viewport, view_depth, world_from_pixel
from moe3d_viewer.rendering.space.rotation import orthonormalized, rotation_about, slerp

POLE_MARGIN_RAD = np.radians(1.0)


def orbit(
    camera: Camera, yaw_rad: float, pitch_rad: float, up: Float[np.ndarray, "3"] | None
) -> Camera:
    """Turn about the pivot: yaw about `up`, pitch about the screen's right.

    Args:
        camera: where to start from.
        yaw_rad: positive turns the scene to the right.
        pitch_rad: positive turns the scene downwards (the eye rises).
        up: the fixed vertical; None turns freely about the screen's own axes (trackball).
    """
    if up is not None:
        pitch_rad = _pitch_within_poles(camera, pitch_rad, up)
    yaw = rotation_about(camera.up if up is None else up, -yaw_rad)
    turn = yaw @ rotation_about(camera.right, -pitch_rad)
    return replace(
        camera,
        eye=camera.pivot + turn @ (camera.eye - camera.pivot),
        world_from_view=orthonormalized(turn @ camera.world_from_view),
    )


def _pitch_within_poles(camera: Camera, pitch_rad: float, up: Float[np.ndarray, "3"]) -> float:
    angle_to_up = float(np.arccos(np.clip(camera.forward @ up, -1, 1)))
    if camera.up @ up < 0:  # upside down (a tilted photo): turn freely until upright
        return pitch_rad
    largest = np.pi - POLE_MARGIN_RAD - angle_to_up
    smallest = POLE_MARGIN_RAD - angle_to_up
    return float(np.clip(pitch_rad, min(smallest, 0.0), max(largest, 0.0)))


def pan(
    camera: Camera,
    viewport: Viewport,
    grabbed: Float[np.ndarray, "3"],
    pixel: tuple[float, float],
) -> Camera:
    """Shift the camera so that the grabbed world point lies under this pixel."""
    under_pixel = world_from_pixel(camera, viewport, pixel, float(view_depth(camera, grabbed)))
    shift = grabbed - under_pixel
    return replace(camera, eye=camera.eye + shift, pivot=camera.pivot + shift)


def zoom_about(
    camera: Camera, point: Float[np.ndarray, "3"], factor: float, smallest_depth: float = 0.0
) -> Camera:
    """Scale the camera's distance from a world point, which keeps its pixel.

    Args:
        camera: where to start from.
        point: what to zoom to.
        factor: below 1 comes closer.
        smallest_depth: the pivot comes no closer than this view depth.
    """
    if factor < 1 and camera.pivot_depth * factor < smallest_depth:
        return camera
    return replace(
        camera,
        eye=point + factor * (camera.eye - point),
        pivot=point + factor * (camera.pivot - point),
    )


def fly(camera: Camera, step_in_view: Float[np.ndarray, "3"]) -> Camera:
    """Move eye and pivot by a step given in the view frame (x right, y up, z backward)."""
    shift = camera.world_from_view @ step_in_view
    return replace(camera, eye=camera.eye + shift, pivot=camera.pivot + shift)


def look_around(
    camera: Camera, yaw_rad: float, pitch_rad: float, up: Float[np.ndarray, "3"]
) -> Camera:
    """Turn the head: as orbit, but about the eye; the pivot turns along."""
    at_eye = replace(camera, pivot=camera.eye)
    turned = orbit(at_eye, -yaw_rad, -pitch_rad, up)
    turn = turned.world_from_view @ camera.world_from_view.T
    return replace(turned, pivot=camera.eye + turn @ (camera.pivot - camera.eye))


def with_pivot_centred(camera: Camera, pivot: Float[np.ndarray, "3"]) -> Camera:
    """Take this pivot and shift sideways so that it lies in the middle of the view."""
    depth = max(float(view_depth(camera, pivot)), 1e-9)
    return replace(camera, pivot=pivot, eye=pivot - depth * camera.forward)


def turntable(
    camera: Camera, up: Float[np.ndarray, "3"], num_frames: int, to_right: bool = True
) -> Iterator[Camera]:
    """Once round the pivot in equal steps, at the height and distance at which the camera stands.

    Args:
        camera: the first of the cameras.
        up: what to turn about.
        num_frames: after so many steps the first camera comes again.
        to_right: the front of the scene moves to the right.
    """
    step_rad = (1 if to_right else -1) * 2 * np.pi / num_frames
    for number in range(num_frames):
        yield orbit(camera, number * step_rad, 0.0, up)


def interpolate(start: Camera, end: Camera, fraction: float) -> Camera:
    """The camera this far on a smooth way: eased, turning and moving together.

    The projection (orthographic or not) is the end's from the beginning.
    """
    if fraction >= 1:
        return end
    eased = fraction * fraction * (3 - 2 * fraction)
    near_far = _log_mix(start.pivot_depth, end.pivot_depth, eased)
    rotation = slerp(start.world_from_view, end.world_from_view, eased)
    pivot = (1 - eased) * start.pivot + eased * end.pivot
    offset = (1 - eased) * _pivot_in_view(start) + eased * _pivot_in_view(end)
    offset = offset * (near_far / max(-offset[2], 1e-9))
    return replace(
        end,
        eye=pivot - rotation @ offset,
        world_from_view=rotation,
        pivot=pivot,
        fov_y_deg=(1 - eased) * start.fov_y_deg + eased * end.fov_y_deg,
    )


def _pivot_in_view(camera: Camera) -> Float[np.ndarray, "3"]:
    return camera.world_from_view.T @ (camera.pivot - camera.eye)


def _log_mix(start: float, end: float, fraction: float) -> float:
    return float(np.exp((1 - fraction) * np.log(start) + fraction * np.log(end)))
