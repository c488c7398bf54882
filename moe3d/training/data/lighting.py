"""Shading: one light with shadows, a fill light, sky or bounce light, highlights."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from moe3d.training.data.raycast import cast_rays
from moe3d.training.data.scene_batch import SceneTensors
from moe3d.training.data.surfaces import Surface
from moe3d.training.data.vectors import dot, length, unit


@dataclass(frozen=True)
class LightMood:
    """Strengths of the lights of B scenes."""

    ambient: Float[Tensor, " B"]
    """Share of light from everywhere, 0 to 1."""
    warmth: Float[Tensor, "B 3"]
    """Colour of the main light."""
    fill: Float[Tensor, "B 3"]
    """Direction of the fill light, unit."""
    sky: Float[Tensor, "B 2 3"]
    """Colours of the sky at the horizon and at the zenith."""


def find_shadows(scenes: SceneTensors, point: Float[Tensor, "B T R 3"]) -> Bool[Tensor, "B T R"]:
    """Tell which points the main light does not reach."""
    origin = scenes.light[:, None].expand(-1, point.shape[1], -1)
    hits = cast_rays(scenes.parts, origin, point - origin[:, :, None])
    return (hits.distance < 0.997) & (hits.part >= 0)


def shade(
    surface: Surface,
    scenes: SceneTensors,
    mood: LightMood,
    scene: Int[Tensor, " P"],
    toward_viewer: Float[Tensor, "P 3"],
    in_shadow: Bool[Tensor, " P"],
) -> Float[Tensor, "P 3"]:
    """Compute the light that leaves each point towards the camera, linear RGB."""
    to_light = scenes.light[scene] - surface.point
    distance = length(to_light)
    direction = to_light / distance[:, None].clamp(min=1e-6)
    cosine = dot(surface.normal, direction).clamp(min=0)
    fall = torch.where(scenes.is_open[scene], 1.0, 4.0 / (1.0 + distance**2))
    direct = cosine * fall * torch.where(in_shadow, 0.08, 1.0)
    filled = 0.5 + 0.5 * dot(surface.normal, mood.fill[scene])
    ambient = mood.ambient[scene]
    light = (1 - ambient)[:, None] * direct[:, None] * mood.warmth[scene]
    light = light + (ambient * filled)[:, None]
    halfway = unit(direction + toward_viewer)
    shine = dot(surface.normal, halfway).clamp(min=0) ** 40
    shine = surface.gloss * shine * torch.where(in_shadow, 0.0, 1.0)
    return surface.albedo * (light + surface.glow[:, None]) + 0.5 * shine[:, None]


def sky_color(
    mood: LightMood, scene: Int[Tensor, " P"], direction: Float[Tensor, "P 3"]
) -> Float[Tensor, "P 3"]:
    """Blend from horizon to zenith with soft clouds."""
    ray = unit(direction)
    height = ray[:, 2].clamp(0, 1)[:, None] ** 0.6
    horizon, zenith = mood.sky[scene].unbind(1)
    flat = ray[:, :2] / (ray[:, 2:].abs() + 0.2)
    wave = torch.sin(3.1 * flat[:, 0] + 2 * torch.sin(2.3 * flat[:, 1] + 1.7 * flat[:, 0]))
    wave = wave * torch.sin(2.7 * flat[:, 1] + 1.3 * torch.sin(4.1 * flat[:, 0]))
    clouds = wave.clamp(min=0)[:, None] * 0.35
    return torch.lerp(horizon, zenith, height) * (1 - clouds) + clouds
