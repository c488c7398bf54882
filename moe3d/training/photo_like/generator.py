"""Photo-like pictures, exact z-depth and cameras of scenes drawn from seeds, on the processor.

The conventions are those of `moe3d.training.data.generator`: a pixel's colour averages its centre
ray and the four corner rays it shares with its neighbours; its depth is the centre ray's, NaN for
sky and beyond 45 m.
"""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Float32

from moe3d.training.data.generator import MAX_OPEN_DEPTH_M, GeneratedScenes, intrinsics_of
from moe3d.training.data.seeds import scene_random, split_of_seed
from moe3d.training.data.texture_bank import sample_pyramids
from moe3d.training.photo_like.content import SceneContent
from moe3d.training.photo_like.exposure import take_photos
from moe3d.training.photo_like.furniture import FurnitureLibrary
from moe3d.training.photo_like.rays import RayCaster, RayHits
from moe3d.training.photo_like.rooms import RoomMaker
from moe3d.training.photo_like.shading import (
    Grid,
    Illumination,
    Patch,
    carry,
    dot,
    smooth,
    unit,
)
from moe3d.training.photo_like.streets import StreetMaker
from moe3d.training.photo_like.walks import Walk
from moe3d.training.photo_like.wardrobe import SurfaceBank

OPEN_SHARE = 0.2
STRIDE_PX = 3
SHININESS = 60


class PhotoLikeGenerator:
    """Draws photo-like scenes; keeps the models it has read and the textures it has made."""

    def __init__(self, library: FurnitureLibrary) -> None:
        self._library = library
        self._bank = SurfaceBank()

    def generate(
        self, seeds: Sequence[int], num_views: int, height: int, width: int
    ) -> GeneratedScenes:
        """Make one scene a seed; a scene does not depend on the others.

        Args:
            seeds: one a scene, see `moe3d.training.data.seeds`; models and textures are held out
                with them.
            num_views: photos a scene.
            height: pixels.
            width: pixels.
        """
        scenes = [self._scene(seed, num_views, height, width) for seed in seeds]
        columns = [torch.from_numpy(np.stack(column)) for column in zip(*scenes, strict=True)]
        images, depth, camera, intrinsics = columns
        return GeneratedScenes(
            tuple(seeds), images, depth.float(), camera.float(), intrinsics.float()
        )

    def content(self, seed: int) -> SceneContent:
        """What the scene of a seed holds: four rooms to one open scene."""
        split_of_seed(seed)
        is_open = scene_random(seed, stream=19).random() < OPEN_SHARE
        maker = StreetMaker if is_open else RoomMaker
        return maker(seed, self._library, self._bank).make()

    def _scene(self, seed: int, num_views: int, height: int, width: int) -> tuple:
        content = self.content(seed)
        caster = RayCaster(content.mesh)
        cameras = Walk(content, caster, seed).cameras(num_views)
        lenses = intrinsics_of(cameras, height, width)
        painter = Painter(content, caster, scene_random(seed, stream=23))
        pictures = [
            painter.picture(camera, lens, height, width)
            for camera, lens in zip(cameras.camera_from_world, lenses, strict=True)
        ]
        light, depth = (np.stack(column) for column in zip(*pictures, strict=True))
        return take_photos(light, seed), depth, cameras.camera_from_world, lenses


def pixel_rays(
    camera_from_world: Float[np.ndarray, "4 4"],
    intrinsics: Float[np.ndarray, "3 3"],
    size: tuple[int, int],
    offset: float = 0.0,
) -> tuple[Float32[np.ndarray, "3"], Float32[np.ndarray, "N 3"]]:
    """The camera's centre, and rays with z = 1 in the camera through rows of pixels.

    Args:
        camera_from_world: OpenCV axes.
        intrinsics: pixels.
        size: rows and columns of the grid.
        offset: added to both coordinates of every pixel.
    """
    v, u = np.mgrid[0 : size[0], 0 : size[1]] + offset
    x = (u - intrinsics[0, 2]) / intrinsics[0, 0]
    y = (v - intrinsics[1, 2]) / intrinsics[1, 1]
    seen = np.stack([x, y, np.ones_like(x)], -1).reshape(-1, 3)
    rotation = camera_from_world[:3, :3]
    centre = -rotation.T @ camera_from_world[:3, 3]
    return centre.astype(np.float32), (seen @ rotation).astype(np.float32)


class Painter:
    """Takes linear pictures of one scene."""

    def __init__(
        self, content: SceneContent, caster: RayCaster, random: np.random.Generator
    ) -> None:
        self._content, self._caster = content, caster
        self._light = Illumination(content, caster, random)
        looks = content.mesh.looks
        self._texture = torch.tensor([look.texture for look in looks])
        self._tint = np.array([look.tint for look in looks], np.float32)
        self._gloss = np.array([look.gloss for look in looks], np.float32)
        self._glow = np.array([look.glow for look in looks], np.float32)
        self._density = _tiles_a_metre(content)

    def picture(
        self,
        camera_from_world: Float[np.ndarray, "4 4"],
        intrinsics: Float[np.ndarray, "3 3"],
        height: int,
        width: int,
    ) -> tuple[Float32[np.ndarray, "H W 3"], Float32[np.ndarray, "H W"]]:
        """Linear light and z-depth in metres, NaN for sky and beyond 45 m."""
        size = height, width
        focal = float(intrinsics[0, 0])
        centre, rays = pixel_rays(camera_from_world, intrinsics, size)
        hits = self._cast(centre, rays)
        patch = self._patch(centre, rays, hits)
        grid = self._gather(patch, size)
        middle = self._shade(centre, rays, hits, patch, (grid, focal), (size, 0.0))
        around = height + 1, width + 1
        _, rays = pixel_rays(camera_from_world, intrinsics, around, -0.5)
        corner_hits = self._cast(centre, rays)
        corner_patch = self._patch(centre, rays, corner_hits)
        corner = self._shade(centre, rays, corner_hits, corner_patch, (grid, focal), (around, -0.5))
        middle, corner = middle.reshape(*size, 3), corner.reshape(*around, 3)
        corners = corner[1:, 1:] + corner[:-1, 1:] + corner[1:, :-1] + corner[:-1, :-1]
        depth = hits.distance.reshape(size)
        depth = np.where(np.isfinite(depth) & (depth <= MAX_OPEN_DEPTH_M), depth, np.nan)
        return 0.5 * middle + 0.125 * corners, depth.astype(np.float32)

    def _cast(self, centre: Float32[np.ndarray, "3"], rays: Float32[np.ndarray, "N 3"]) -> RayHits:
        return self._caster.cast(np.broadcast_to(centre, rays.shape), rays)

    def _patch(
        self, centre: Float32[np.ndarray, "3"], rays: Float32[np.ndarray, "N 3"], hits: RayHits
    ) -> Patch:
        """Points and normals; sky lies far away and faces the viewer."""
        triangle = np.maximum(hits.triangle, 0)
        b, c = hits.weights[:, :1], hits.weights[:, 1:]
        own = self._content.mesh.normals[triangle]
        normal = own[:, 0] * (1 - b - c) + own[:, 1] * b + own[:, 2] * c
        normal = unit(normal)
        towards = dot(normal, rays)[:, None] > 0
        normal = np.where(towards, -normal, normal)
        distance = np.where(hits.is_hit, hits.distance, 1e3)[:, None]
        return Patch((centre + rays * distance).astype(np.float32), normal.astype(np.float32))

    def _gather(self, patch: Patch, size: tuple[int, int]) -> Grid:
        rows = np.arange(0, size[0], STRIDE_PX)
        columns = np.arange(0, size[1], STRIDE_PX)
        cell = (rows[:, None] * size[1] + columns[None]).reshape(-1)
        sparse = Patch(patch.point[cell], patch.normal[cell])
        irradiance = self._light.gather(sparse)
        return smooth(Grid(sparse, irradiance, len(rows), len(columns), STRIDE_PX))

    def _shade(
        self,
        centre: Float32[np.ndarray, "3"],
        rays: Float32[np.ndarray, "N 3"],
        hits: RayHits,
        patch: Patch,
        known: tuple[Grid, float],
        grid: tuple[tuple[int, int], float],
    ) -> Float32[np.ndarray, "N 3"]:
        """Light that comes along rays: surfaces in theirs, sky in its own."""
        (lights, focal), (size, offset) = known, grid
        light = np.zeros_like(rays)
        missed, met = np.flatnonzero(~hits.is_hit), np.flatnonzero(hits.is_hit)
        light[missed] = self._content.sky.radiance(unit(rays[missed]))
        if len(met) == 0:
            return light
        row, column = np.divmod(met, size[1])
        place = np.stack([row, column], -1).astype(np.float32) + np.float32(offset)
        here = Patch(patch.point[met], patch.normal[met])
        arriving = carry(lights, place, here) + self._light.sun(here)
        triangle = hits.triangle[met]
        look = self._content.mesh.look[triangle]
        toward = -unit(rays[met])
        facing = np.maximum(dot(here.normal, toward), 0.08)
        pixel_m = hits.distance[met] / focal / np.sqrt(facing)
        albedo = self._albedo(hits, met, look, pixel_m * self._density[triangle])
        light[met] = albedo * (arriving / np.float32(np.pi) + self._glow[look, None])
        gloss = self._gloss[look]
        shiny = np.flatnonzero(gloss > 0.02)
        if len(shiny):
            light[met[shiny]] += self._mirrored(
                Patch(here.point[shiny], here.normal[shiny]),
                toward[shiny],
                gloss[shiny],
                arriving[shiny],
            )
        return light

    def _mirrored(
        self,
        patch: Patch,
        toward: Float32[np.ndarray, "N 3"],
        gloss: Float32[np.ndarray, " N"],
        arriving: Float32[np.ndarray, "N 3"],
    ) -> Float32[np.ndarray, "N 3"]:
        """What a glossy surface mirrors, more at grazing angles: one ray a point."""
        facing = dot(patch.normal, toward)[:, None]
        ray = (2 * facing * patch.normal - toward).astype(np.float32)
        hits = self._caster.cast(patch.point + patch.normal * np.float32(2e-3), ray)
        seen = np.zeros_like(ray)
        missed, met = np.flatnonzero(~hits.is_hit), np.flatnonzero(hits.is_hit)
        seen[missed] = self._content.sky.radiance(ray[missed])
        look = self._content.mesh.look[hits.triangle[met]]
        mean = arriving.mean(0) / np.float32(np.pi)
        seen[met] = self._light.albedo_of(look) * (mean + self._glow[look, None])
        fresnel = 0.04 + 0.96 * (1 - np.clip(facing, 0, 1)) ** 5
        return seen * (gloss[:, None] * np.minimum(fresnel * 2, 1)).astype(np.float32)

    def _albedo(
        self,
        hits: RayHits,
        met: np.ndarray,
        look: np.ndarray,
        footprint: Float32[np.ndarray, " N"],
    ) -> Float32[np.ndarray, "N 3"]:
        b, c = hits.weights[met, :1], hits.weights[met, 1:]
        places = self._content.mesh.uv[hits.triangle[met]]
        uv = places[:, 0] * (1 - b - c) + places[:, 1] * b + places[:, 2] * c
        color = sample_pyramids(
            self._content.pyramids,
            self._texture[torch.from_numpy(look)],
            torch.from_numpy(uv[:, ::-1].copy()),  # a pyramid's first axis runs up
            torch.from_numpy(footprint.astype(np.float32)),
        ).numpy()
        return np.clip(color * self._tint[look], 0.01, 0.95)


def _tiles_a_metre(content: SceneContent) -> Float32[np.ndarray, " T"]:
    """How many texture tiles lie on a metre of each triangle."""
    mesh = content.mesh
    across = np.cross(
        mesh.corners[:, 1] - mesh.corners[:, 0], mesh.corners[:, 2] - mesh.corners[:, 0]
    )
    first, second = mesh.uv[:, 1] - mesh.uv[:, 0], mesh.uv[:, 2] - mesh.uv[:, 0]
    flat = np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0])
    area = np.linalg.norm(across, axis=-1)
    return np.sqrt(flat / np.maximum(area, 1e-12)).clip(0, 100).astype(np.float32)
