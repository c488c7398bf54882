"""First hits of rays with a scene's triangles, by Open3D's ray caster, on one thread."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, Int64

from moe3d.geometry.open3d_module import load_open3d
from moe3d.training.photo_like.scene_mesh import SceneMesh

THREADS = 1
"""Whoever draws many scenes starts many processes."""
SKIN_M = 4e-3
MISS = 0xFFFFFFFF


@dataclass(frozen=True)
class RayHits:
    """Where N rays first meet the scene."""

    distance: Float32[np.ndarray, " N"]
    """In lengths of the ray's direction; inf where nothing is met."""
    triangle: Int64[np.ndarray, " N"]
    """-1 where nothing is met."""
    weights: Float32[np.ndarray, "N 2"]
    """Of the triangle's second and third corner."""

    @property
    def is_hit(self) -> Bool[np.ndarray, " N"]:
        """Whether something is met."""
        return self.triangle >= 0


class RayCaster:
    """A scene's triangles, ready for rays."""

    def __init__(self, mesh: SceneMesh) -> None:
        self._open3d = load_open3d()
        tensor = self._open3d.core.Tensor
        self._scene = self._open3d.t.geometry.RaycastingScene(nthreads=THREADS)
        count = len(mesh.corners)
        index = np.arange(3 * count, dtype=np.uint32).reshape(-1, 3)
        points = np.ascontiguousarray(mesh.corners.reshape(-1, 3))
        self._scene.add_triangles(tensor(points), tensor(index))

    def _rays(self, origin: Float[np.ndarray, "N 3"], direction: Float[np.ndarray, "N 3"]):
        rays = np.empty((len(origin), 6), np.float32)
        rays[:, :3], rays[:, 3:] = origin, direction
        return self._open3d.core.Tensor(rays)

    def cast(
        self, origin: Float[np.ndarray, "N 3"], direction: Float[np.ndarray, "N 3"]
    ) -> RayHits:
        """First hits of rays; directions of any length."""
        found = self._scene.cast_rays(self._rays(origin, direction), nthreads=THREADS)
        triangle = found["primitive_ids"].numpy().astype(np.int64)
        triangle[triangle == MISS] = -1
        return RayHits(found["t_hit"].numpy(), triangle, found["primitive_uvs"].numpy())

    def is_blocked(
        self, origin: Float[np.ndarray, "N 3"], direction: Float[np.ndarray, "N 3"]
    ) -> Bool[np.ndarray, " N"]:
        """Whether anything lies on the way, up to the end of each direction."""
        rays = self._rays(origin, direction)
        return self._scene.test_occlusions(rays, tnear=0.0, tfar=0.999, nthreads=THREADS).numpy()
