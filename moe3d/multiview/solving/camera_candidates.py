"""Hypotheses for the camera of one view, from its matches with views already placed."""

import cv2
import numpy as np
from jaxtyping import Float64

from moe3d.multiview.camera_state import CameraState
from moe3d.multiview.matches.depth_matches import DepthMatches, lift


def world_points(matches: DepthMatches, state: CameraState) -> Float64[np.ndarray, "M 3"]:
    """Where the matches' spots lie in the world, by their source views."""
    source = matches.source
    depth = matches.source_depth * state.depth_scales[source]
    points = lift(matches.source_pixels, depth, state.intrinsics[source])
    world_from_camera = np.linalg.inv(state.camera_from_world)[source]
    rotated = np.einsum("mij,mj->mi", world_from_camera[:, :3, :3], points)
    return rotated + world_from_camera[:, :3, 3]


def camera_from_points(
    points: Float64[np.ndarray, "M 3"],
    pixels: Float64[np.ndarray, "M 2"],
    intrinsics: Float64[np.ndarray, "3 3"],
    tolerance_px: float,
) -> Float64[np.ndarray, "4 4"] | None:
    """Find the camera that sees most of these world points at these pixels (PnP, RANSAC).

    Returns:
        camera_from_world; None when there is no such camera.
    """
    if len(points) < 6:
        return None
    cv2.setRNGSeed(0)
    try:
        found, rotation, translation, inliers = cv2.solvePnPRansac(
            points,
            pixels,
            intrinsics,
            np.zeros(4),
            iterationsCount=2000,
            reprojectionError=tolerance_px,
            confidence=0.9999,
            flags=cv2.SOLVEPNP_SQPNP,
        )
    except cv2.error:  # points that allow no camera, such as all on one line
        return None
    if not found or inliers is None:
        return None
    camera = np.eye(4)
    camera[:3, :3] = cv2.Rodrigues(rotation)[0]
    camera[:3, 3] = np.ravel(translation)
    return camera if np.isfinite(camera).all() else None


def camera_from_epipolar_geometry(
    matches: DepthMatches,
    state: CameraState,
    tolerance_px: float,
) -> Float64[np.ndarray, "4 4"] | None:
    """Find the camera from its matches with one placed view; depth sets the baseline only.

    Better than points when the depth is bent: the essential matrix does not need it.

    Args:
        matches: all from one source view to one target view.
        state: placed cameras.
        tolerance_px: distance from the epipolar line.

    Returns:
        camera_from_world of the target; None when there is no such camera.
    """
    if len(matches) < 8:
        return None
    source, target = int(matches.source[0]), int(matches.target[0])
    ones = np.ones(len(matches))
    rays = lift(matches.source_pixels, ones, state.intrinsics[source])
    target_rays = lift(matches.target_pixels, ones, state.intrinsics[target])
    tolerance = tolerance_px / float(state.intrinsics[target, 0, 0])
    cv2.setRNGSeed(0)
    essential, inliers = cv2.findEssentialMat(
        rays[:, :2], target_rays[:, :2], np.eye(3), cv2.RANSAC, 0.9999, tolerance
    )
    if essential is None or essential.shape != (3, 3):
        return None
    _, rotation, direction, _ = cv2.recoverPose(
        essential, rays[:, :2], target_rays[:, :2], np.eye(3), mask=inliers.copy()
    )
    good = inliers.ravel() > 0
    depth = matches.source_depth * state.depth_scales[source]
    turned = np.cross(target_rays, (rays * depth[:, None]) @ rotation.T)[good]
    shifted = np.cross(target_rays, direction.ravel())[good]  # the baseline solves b * s = -t
    baseline = np.median(-(turned * shifted).sum(axis=1) / ((shifted**2).sum(axis=1) + 1e-12))
    target_from_source = np.eye(4)
    target_from_source[:3, :3] = rotation
    target_from_source[:3, 3] = float(baseline) * direction.ravel()
    return target_from_source @ state.camera_from_world[source]
