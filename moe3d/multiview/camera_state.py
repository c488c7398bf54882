"""Cameras and depth scales: what a bundle adjustment starts from and ends with."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64


@dataclass(frozen=True)
class CameraState:
    """Cameras under which matches are reprojected."""

    camera_from_world: Float64[np.ndarray, "S 4 4"]
    depth_scales: Float64[np.ndarray, " S"]
    """Factor that brings each photo's predicted depth to the scale of the world."""
    intrinsics: Float64[np.ndarray, "S 3 3"]
    """Pixels of the upright photos."""

    def with_camera(self, view: int, camera: Float64[np.ndarray, "4 4"]) -> "CameraState":
        """The same cameras with one replaced."""
        cameras = self.camera_from_world.copy()
        cameras[view] = camera
        return CameraState(cameras, self.depth_scales, self.intrinsics)
