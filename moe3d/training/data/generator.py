"""Pictures, exact z-depth and cameras of scenes drawn from seeds.

A pixel's colour averages its centre ray and the four corner rays it shares with its neighbours; its
depth is the centre ray's. Pixel (u, v) has its centre at (u, v), the principal point is (W/2, H/2).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Float32, Int, UInt8
from torch import Tensor

from moe3d.training.data.cameras import CameraSet, sample_cameras
from moe3d.training.data.layouts import make_layout
from moe3d.training.data.lighting import LightMood, find_shadows, shade, sky_color
from moe3d.training.data.palette import sample_color
from moe3d.training.data.parts import NUM_TEXTURES, SceneLayout
from moe3d.training.data.photo import develop
from moe3d.training.data.raycast import Hits, cast_rays
from moe3d.training.data.scene_batch import SceneTensors, stack_layouts
from moe3d.training.data.seeds import sample_texture_ids, scene_random
from moe3d.training.data.surfaces import look_up_surface
from moe3d.training.data.texture_bank import TextureBank
from moe3d.training.data.vectors import turn, unit
from moe3d.training.tensors import tensors_to

TILE = 14
SCENES_AT_ONCE = 32
MAX_OPEN_DEPTH_M = 45.0


@dataclass(frozen=True)
class GeneratedScenes:
    """B scenes of S views."""

    seeds: tuple[int, ...]
    images: UInt8[Tensor, "B S H W 3"]
    depth: Float32[Tensor, "B S H W"]
    """z-depth in metres; NaN for sky."""
    camera_from_world: Float[Tensor, "B S 4 4"]
    intrinsics: Float[Tensor, "B S 3 3"]


def intrinsics_of(cameras: CameraSet, height: int, width: int) -> Float[np.ndarray, "S 3 3"]:
    """Pixel intrinsics with square pixels and the principal point in the middle."""
    matrix = np.tile(np.eye(3), (len(cameras.focal), 1, 1))
    matrix[:, 0, 0] = matrix[:, 1, 1] = cameras.focal * max(height, width)
    matrix[:, 0, 2], matrix[:, 1, 2] = width / 2, height / 2
    return matrix


def _tile_rays(
    camera_from_world: Float[Tensor, "B S 4 4"],
    intrinsics: Float[Tensor, "B S 3 3"],
    rows: int,
    columns: int,
    offset: float,
) -> tuple[Float[Tensor, "B T 3"], Float[Tensor, "B T R 3"]]:
    """Rays with z = 1 in the camera through a grid of pixels, cut into square tiles."""
    high, wide = -(-rows // TILE), -(-columns // TILE)
    axes = [torch.arange(count * TILE, device=intrinsics.device) for count in (high, wide)]
    v, u = torch.meshgrid(*axes, indexing="ij")
    pixels = torch.stack([u, v], -1).reshape(high, TILE, wide, TILE, 2)
    pixels = pixels.transpose(1, 2).reshape(-1, 2) + offset
    focal, centre_px = intrinsics[:, :, None, 0, :1], intrinsics[:, :, None, :2, 2]
    plane = (pixels - centre_px) / focal  # (B, S, pixels, 2)
    seen = torch.cat([plane, torch.ones_like(plane[..., :1])], -1)
    world_from_camera = camera_from_world[..., :3, :3].mT
    rays = turn(world_from_camera[:, :, None], seen)
    batch, views = rays.shape[:2]
    rays = rays.reshape(batch, views * high * wide, TILE * TILE, 3)
    centre = -turn(world_from_camera, camera_from_world[..., :3, 3])
    origin = centre.repeat_interleave(high * wide, dim=1)
    return origin, rays


def _untile(values: Tensor, views: int, rows: int, columns: int) -> Tensor:
    """Put tiles (B, T, R, ...) back into images (B, S, rows, columns, ...)."""
    high, wide = -(-rows // TILE), -(-columns // TILE)
    rest = values.shape[3:]
    values = values.reshape(values.shape[0], views, high, wide, TILE, TILE, *rest)
    values = values.transpose(3, 4).reshape(values.shape[0], views, high * TILE, wide * TILE, *rest)
    return values[:, :, :rows, :columns]


def sample_moods(seeds: Sequence[int]) -> LightMood:
    """Draw ambient share, colour of the light, fill direction and sky colours of scenes."""
    ambient, warmth, fill, sky = [], [], [], []
    for seed in seeds:
        random = scene_random(seed, stream=3)
        warmth.append(np.array([1.0, random.uniform(0.8, 1.0), random.uniform(0.6, 1.1)]))
        direction = random.normal(size=3) + np.array([0, 0, 0.8])
        fill.append(direction / np.linalg.norm(direction))
        blues = random.uniform(0.5, 1.0), random.uniform(0.6, 1.0), random.uniform(0.8, 1.1)
        horizon = np.array(blues)
        is_dimmed = random.random() < 0.8
        zenith = horizon * random.uniform(0.3, 0.9) if is_dimmed else sample_color(random)
        sky.append(np.stack([horizon, zenith]))
        ambient.append(random.uniform(0.2, 0.75))
    columns = (ambient, warmth, fill, sky)
    return LightMood(*(torch.from_numpy(np.stack(values)).float() for values in columns))


@dataclass(frozen=True)
class ScenePlan:
    """One scene before its pictures: small, made on any processor, sent to the device."""

    seed: int
    layout: SceneLayout
    cameras: CameraSet
    texture_ids: tuple[int, ...]


def plan_scene(seed: int, num_views: int) -> ScenePlan:
    """Draw what a scene holds and where its cameras stand."""
    layout = make_layout(seed)
    textures = tuple(sample_texture_ids(seed, NUM_TEXTURES))
    return ScenePlan(seed, layout, sample_cameras(layout, seed, num_views), textures)


class SceneGenerator:
    """Draws scenes on one device; keeps the textures it has made."""

    def __init__(
        self, device: torch.device | str = "cpu", scenes_at_once: int | None = None
    ) -> None:
        """Choose where rays are cast.

        Args:
            device: a graphics card is some hundred times as fast as a processor's core.
            scenes_at_once: None takes one on a processor, where more are slower, else 32.
        """
        self._device = torch.device(device)
        default = 1 if self._device.type == "cpu" else SCENES_AT_ONCE
        self._at_once = scenes_at_once or default
        self.bank = TextureBank(device=self._device)

    def generate(
        self, seeds: Sequence[int], num_views: int, height: int, width: int
    ) -> GeneratedScenes:
        """Make one scene a seed; a scene does not depend on the others in the batch.

        Args:
            seeds: one a scene, see `moe3d.training.data.seeds`.
            num_views: photos a scene.
            height: pixels.
            width: pixels.
        """
        return self.picture([plan_scene(seed, num_views) for seed in seeds], height, width)

    def picture(self, plans: Sequence[ScenePlan], height: int, width: int) -> GeneratedScenes:
        """Take the pictures of planned scenes, all with the same number of views."""
        starts = range(0, len(plans), self._at_once)
        groups = [self._picture_group(plans[i : i + self._at_once], height, width) for i in starts]
        return GeneratedScenes(
            tuple(plan.seed for plan in plans),
            *(
                torch.cat([getattr(group, name) for group in groups])
                for name in ("images", "depth", "camera_from_world", "intrinsics")
            ),
        )

    def _picture_group(
        self, plans: Sequence[ScenePlan], height: int, width: int
    ) -> GeneratedScenes:
        seeds = tuple(plan.seed for plan in plans)
        pyramids = [
            torch.stack([self.bank.get_pyramid(i) for i in plan.texture_ids]) for plan in plans
        ]
        scenes = stack_layouts([plan.layout for plan in plans], torch.stack(pyramids))
        poses = np.stack([plan.cameras.camera_from_world for plan in plans])
        lenses = np.stack([intrinsics_of(plan.cameras, height, width) for plan in plans])
        camera = torch.from_numpy(poses).float().to(self._device)
        intrinsics = torch.from_numpy(lenses).float().to(self._device)
        mood = tensors_to(sample_moods(seeds), self._device)
        color, depth = self._picture(scenes, mood, (camera, intrinsics), height, width)
        photos = develop(color.permute(0, 1, 4, 2, 3), seeds)
        return GeneratedScenes(seeds, photos, depth, camera, intrinsics)

    def _picture(
        self,
        scenes: SceneTensors,
        mood: LightMood,
        cameras: tuple[Tensor, Tensor],
        height: int,
        width: int,
    ) -> tuple[Float[Tensor, "B S H W 3"], Float[Tensor, "B S H W"]]:
        views = cameras[0].shape[1]
        centre, hits = _trace(scenes, mood, cameras, (height, width), 0.0)
        corner, _ = _trace(scenes, mood, cameras, (height + 1, width + 1), -0.5)
        middle = _untile(centre, views, height, width)
        around = _untile(corner, views, height + 1, width + 1)
        corners = around[:, :, 1:, 1:] + around[:, :, :-1, 1:]
        corners = corners + around[:, :, 1:, :-1] + around[:, :, :-1, :-1]
        depth = _untile(_depth_of(scenes, hits), views, height, width)
        return 0.5 * middle + 0.125 * corners, depth


def _is_sky(scenes: SceneTensors, part: Int[Tensor, "B T R"]) -> Tensor:
    return scenes.is_open[:, None, None] & (part < 0) & (part != -2)


def _depth_of(scenes: SceneTensors, hits: Hits) -> Float[Tensor, "B T R"]:
    far = scenes.is_open[:, None, None] & (hits.distance > MAX_OPEN_DEPTH_M)
    return hits.distance.masked_fill(_is_sky(scenes, hits.part) | far, torch.nan)


def _trace(
    scenes: SceneTensors,
    mood: LightMood,
    cameras: tuple[Tensor, Tensor],
    size: tuple[int, int],
    offset: float,
) -> tuple[Float[Tensor, "B T R 3"], Hits]:
    """Cast one grid of rays and shade what they hit."""
    origin, rays = _tile_rays(*cameras, *size, offset)
    hits = cast_rays(scenes.parts, origin, rays)
    points = origin[:, :, None] + rays * hits.distance[..., None]
    in_shadow = find_shadows(scenes, points).flatten()
    batch, tiles, per_tile = hits.distance.shape
    scene = torch.arange(batch, device=rays.device).repeat_interleave(tiles * per_tile)
    direction, part = rays.reshape(-1, 3), hits.part.flatten()
    toward = -unit(direction)
    views = cameras[0].shape[1]
    focal = cameras[1][:, :, 0, 0].repeat_interleave(tiles // views, dim=1)
    pixel_m = (hits.distance / focal[..., None]).flatten()
    surface = look_up_surface(scenes, scene, part, points.reshape(-1, 3), toward, pixel_m)
    color = shade(surface, scenes, mood, scene, toward, in_shadow)
    sky = _is_sky(scenes, hits.part).flatten().nonzero()[:, 0]
    color[sky] = sky_color(mood, scene[sky], direction[sky])
    return color.reshape(batch, tiles, per_tile, 3), hits
