"""What a scene holds before any photo is taken: triangles, lights, sky, and where people stand."""

from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Float, Float32, UInt8

from moe3d.training.data.parts import Vector
from moe3d.training.photo_like.scene_mesh import AreaLight, MeshBuilder, SceneMesh, Sun


@dataclass(frozen=True)
class Sky:
    """Light of the sky, by direction."""

    horizon: Vector
    zenith: Vector
    """Radiance, linear RGB."""
    clouds: float
    """0 clear, 1 overcast."""

    def radiance(self, direction: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "N 3"]:
        """What is seen in directions, unit vectors; below the horizon as at it."""
        height = np.clip(direction[:, 2:], 0, 1) ** 0.6
        color = self.horizon * (1 - height) + self.zenith * height
        flat = direction[:, :2] / (np.abs(direction[:, 2:]) + 0.25)
        u, v = flat.T
        wave = np.sin(2.3 * u + 1.7 * np.sin(1.9 * v)) + np.sin(3.1 * v + 1.3 * np.sin(2.7 * u))
        wave = wave + 0.5 * np.sin(6.1 * u + 4.3 * v + 2 * np.sin(3.7 * v))
        cover = np.clip(0.6 * wave[:, None] + 2 * self.clouds - 1, 0, 1)
        return color * (1 - 0.8 * cover) + 0.8 * cover * self.horizon.mean() * 1.1


@dataclass(frozen=True)
class SceneContent:
    """One scene."""

    mesh: SceneMesh
    lights: tuple[AreaLight, ...]
    sun: Sun | None
    sky: Sky
    is_open: bool
    """Outdoors: rays that leave see and bring the sky's light. Indoors its light comes through
    the windows' area lights."""
    pyramids: UInt8[torch.Tensor, "textures texels 3"]
    mean_colors: Float32[np.ndarray, "textures 3"]
    stands: Float[np.ndarray, "P 3"]
    """Places where a camera may be, metres."""
    targets: Float[np.ndarray, "T 3"]
    """Points worth looking at."""


@dataclass
class FloorPlan:
    """What stands where on a floor, as rectangles along the axes."""

    low: Float[np.ndarray, "2"]
    high: Float[np.ndarray, "2"]
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)
    """(x low, y low, x high, y high), metres."""

    def is_free(self, centre: Float[np.ndarray, "2"], half: Float[np.ndarray, "2"]) -> bool:
        """Whether a rectangle lies inside and touches nothing."""
        low, high = centre - half, centre + half
        if (low < self.low - 1e-6).any() or (high > self.high + 1e-6).any():
            return False
        return not any(
            low[0] < x1 and high[0] > x0 and low[1] < y1 and high[1] > y0
            for x0, y0, x1, y1 in self.taken
        )

    def take(self, centre: Float[np.ndarray, "2"], half: Float[np.ndarray, "2"]) -> None:
        """Keep a rectangle free of other things."""
        low, high = centre - half, centre + half
        self.taken.append((low[0], low[1], high[0], high[1]))

    def free_places(
        self, random: np.random.Generator, count: int, margin_m: float
    ) -> Float[np.ndarray, "P 2"]:
        """Random points with some air around them; fewer than asked for where it is crowded."""
        points = random.uniform(self.low + margin_m, self.high - margin_m, (count, 2))
        half = np.full(2, margin_m)
        kept = [point for point in points if self.is_free(point, half)]
        return np.array(kept).reshape(-1, 2)

    def stands(self, random: np.random.Generator) -> Float[np.ndarray, "P 3"]:
        """Places for cameras where no thing stands, at the height of people; at least one."""
        places = self.free_places(random, 200, 0.25)
        if len(places) < 8:
            places = np.concatenate([places, self.free_places(random, 400, 0.12)])
        if len(places) == 0:
            places = np.zeros((1, 2))
        heights = random.uniform(1.2, 1.7, len(places))
        return np.concatenate([places, heights[:, None]], axis=1)


@dataclass(frozen=True)
class Top:
    """A level surface on which small things stand."""

    centre: Vector
    half: Float[np.ndarray, "2"]
    yaw: float


@dataclass
class Site:
    """A scene while it is being built."""

    builder: MeshBuilder = field(default_factory=MeshBuilder)
    targets: list[Vector] = field(default_factory=list)
    tops: list[Top] = field(default_factory=list)
