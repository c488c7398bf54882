"""Nearest hits of ray bundles with boxes, ellipsoids and cylinders.

Rays come in bundles from one origin (a tile of an image, or the lit points of a tile seen from the
light). A bundle is tested only against the parts whose sphere meets the cone around its rays.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from moe3d.training.data.parts import BOX, CYLINDER, ELLIPSOID
from moe3d.training.data.scene_batch import PartTensors
from moe3d.training.data.vectors import dot, length, turn, turn_columns, unit

NEAR = 1e-4
PAIRS_AT_ONCE = {"cpu": 384}  # what fits a processor's cache
PAIRS_AT_ONCE_ELSEWHERE = 2**17


@dataclass(frozen=True)
class Hits:
    """Where rays first meet the scene."""

    distance: Float[Tensor, "B T R"]
    """In lengths of the ray's direction: z-depth where directions have z = 1."""
    part: Int[Tensor, "B T R"]
    """Part id, or -6..-1 for a face of the shell."""


def _slab(origin: Float[Tensor, "P 1"], inverse: Float[Tensor, "P R"]) -> tuple[Tensor, Tensor]:
    """Entry and exit of the planes at -1 and +1 along one axis."""
    middle = -origin * inverse
    width = inverse.abs()
    return middle - width, middle + width


def _inverse(values: Tensor) -> Tensor:
    return 1.0 / torch.where(values.abs() < 1e-9, 1e-9, values)


def _meet_box(origin: Float[Tensor, "P 3 1"], direction: Float[Tensor, "P 3 R"]) -> Tensor:
    inverse = _inverse(direction)
    first, last = _slab(origin[:, 0], inverse[:, 0])
    for axis in (1, 2):
        enter, leave = _slab(origin[:, axis], inverse[:, axis])
        first, last = torch.maximum(first, enter), torch.minimum(last, leave)
    return torch.where((first < last) & (first > NEAR), first, torch.inf)


def _meet_round(origin: Tensor, direction: Tensor, axes: int) -> tuple[Tensor, Tensor]:
    """Entry and exit of the unit ball (3 axes) or unit disc (2 axes)."""
    o, d = origin[:, :axes], direction[:, :axes]
    a = (d * d).sum(1).clamp(min=1e-12)
    b, c = (o * d).sum(1), (o * o).sum(1) - 1
    root = b * b - a * c
    half = root.clamp(min=0).sqrt()
    miss = root <= 0
    enter = torch.where(miss, torch.inf, (-b - half) / a)
    return enter, torch.where(miss, -torch.inf, (-b + half) / a)


def _meet(kind: int, origin: Float[Tensor, "P 3 1"], direction: Float[Tensor, "P 3 R"]) -> Tensor:
    if kind == BOX:
        return _meet_box(origin, direction)
    if kind == ELLIPSOID:
        enter, _ = _meet_round(origin, direction, 3)
        return torch.where(enter > NEAR, enter, torch.inf)
    enter, leave = _meet_round(origin, direction, 2)
    low, high = _slab(origin[:, 2], _inverse(direction[:, 2]))
    first, last = torch.maximum(enter, low), torch.minimum(leave, high)
    return torch.where((first < last) & (first > NEAR), first, torch.inf)


def find_candidates(
    parts: PartTensors, origin: Float[Tensor, "B T 3"], direction: Float[Tensor, "B T R 3"]
) -> Bool[Tensor, "B T N"]:
    """Tell which parts a bundle may hit: their sphere meets the cone around the bundle."""
    rays = unit(direction)
    axis = unit(rays.mean(-2))[:, :, None]
    half_angle = dot(rays, axis).amin(-1).clamp(-1, 1).acos()
    offset = parts.centre[:, None] - origin[:, :, None]
    distance = length(offset)
    to_centre = (dot(offset, axis) / distance.clamp(min=1e-9)).clamp(-1, 1).acos()
    size = (parts.radius[:, None] / distance.clamp(min=1e-9)).clamp(max=1).asin()
    near = (to_centre < half_angle[..., None] + size + 1e-3) | (distance < parts.radius[:, None])
    return near & (parts.kind >= 0)[:, None]


def _leave_shell(parts: PartTensors, origin: Tensor, direction: Tensor) -> tuple[Tensor, Tensor]:
    """Distance to the shell from inside, and the face: -6..-1 for -x +x -y +y -z +z."""
    safe = torch.where(direction.abs() < 1e-9, 1e-9, direction)
    bound = torch.where(safe > 0, parts.shell_high[:, None, None], parts.shell_low[:, None, None])
    distance, axis = ((bound - origin[:, :, None]) / safe).min(-1)
    positive = safe.gather(-1, axis[..., None])[..., 0] > 0
    return distance, -6 + 2 * axis + positive.long()


def cast_rays(
    parts: PartTensors, origin: Float[Tensor, "B T 3"], direction: Float[Tensor, "B T R 3"]
) -> Hits:
    """Find the first surface along every ray.

    Args:
        parts: the scenes.
        origin: one origin a bundle.
        direction: rays of the bundles, of any length.
    """
    distance, part = _leave_shell(parts, origin, direction)
    batch, bundles, rays = distance.shape
    flat_distance, flat_part = distance.reshape(-1, rays), part.reshape(-1, rays)
    scene, bundle, index = find_candidates(parts, origin, direction).nonzero(as_tuple=True)
    kinds = parts.kind[scene, index]
    columns = direction.mT.reshape(-1, 3, rays)  # (B * T, 3, R): long runs for the processor
    at_once = PAIRS_AT_ONCE.get(direction.device.type, PAIRS_AT_ONCE_ELSEWHERE)
    for kind in (BOX, ELLIPSOID, CYLINDER):
        chosen = (kinds == kind).nonzero()[:, 0]
        for chunk in chosen.split(at_once):
            s, t, n = scene[chunk], bundle[chunk], index[chunk]
            row = s * bundles + t
            part_from_world = parts.world_from_part[s, n].mT / parts.half_size[s, n][..., None]
            start = turn(part_from_world, origin[s, t] - parts.centre[s, n])[..., None]
            met = _meet(kind, start, turn_columns(part_from_world, columns[row]))
            _keep_nearest(flat_distance, flat_part, row, n, met)
    return Hits(flat_distance.view(batch, bundles, rays), flat_part.view(batch, bundles, rays))


def _keep_nearest(
    distance: Float[Tensor, "rows R"],
    part: Int[Tensor, "rows R"],
    row: Int[Tensor, " P"],
    index: Int[Tensor, " P"],
    met: Float[Tensor, "P R"],
) -> None:
    """Write hits that are nearer than what is there, in place; rows may repeat.

    Of parts met at one distance the smallest index stays, whatever the threads' order.
    """
    pair, ray = (met < distance[row]).nonzero(as_tuple=True)
    place = row[pair] * distance.shape[1] + ray
    values = met[pair, ray]
    flat = distance.view(-1)
    flat.scatter_reduce_(0, place, values, "amin")
    first = (flat[place] == values).nonzero()[:, 0]
    winners = index[pair[first]].to(part.dtype)
    part.view(-1).scatter_reduce_(0, place[first], winners, "amin", include_self=False)
