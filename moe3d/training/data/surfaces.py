"""What a ray sees where it hits: position, normal, texture coordinates, colour."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from moe3d.training.data.parts import BOX, CYLINDER, ELLIPSOID, SHELL_FACES
from moe3d.training.data.scene_batch import PartTensors, SceneTensors
from moe3d.training.data.texture_bank import sample_pyramids
from moe3d.training.data.vectors import dot, turn, unit


@dataclass(frozen=True)
class Surface:
    """Surface points of P rays."""

    point: Float[Tensor, "P 3"]
    normal: Float[Tensor, "P 3"]
    """Unit length, towards the viewer's side."""
    albedo: Float[Tensor, "P 3"]
    gloss: Float[Tensor, " P"]
    glow: Float[Tensor, " P"]


def _local_frame(
    parts: PartTensors,
    scene: Int[Tensor, " P"],
    part: Int[Tensor, " P"],
    point: Float[Tensor, "P 3"],
) -> tuple[Float[Tensor, "P 3"], Float[Tensor, "P 3"], Float[Tensor, "P 3"]]:
    """Position in the part's frame (metres), local normal and world normal."""
    index = part.clamp(min=0)
    rotation = parts.world_from_part[scene, index]
    local = turn(rotation.mT, point - parts.centre[scene, index])
    half = parts.half_size[scene, index]
    scaled, kind = local / half, parts.kind[scene, index]
    face = torch.nn.functional.one_hot(scaled.abs().argmax(-1), 3) * scaled.sign()
    rim = torch.cat([scaled[:, :2] / half[:, :2], torch.zeros_like(scaled[:, :1])], -1)
    cap = torch.zeros_like(scaled)
    cap[:, 2] = scaled[:, 2].sign()
    across = scaled[:, 0] * scaled[:, 0] + scaled[:, 1] * scaled[:, 1]
    on_cap = (scaled[:, 2].abs() > across.sqrt())[:, None]
    kind = kind[:, None]
    normal = torch.where(kind == BOX, face, torch.where(on_cap, cap, rim))
    normal = unit(torch.where(kind == ELLIPSOID, scaled / half, normal))
    return local, normal, turn(rotation, normal)


def _texture_position(
    kind: Int[Tensor, " P"], local: Float[Tensor, "P 3"], normal: Float[Tensor, "P 3"]
) -> Float[Tensor, "P 2"]:
    """Unroll a surface to metres: faces flat, round parts by angle."""
    x, y, z = local.unbind(-1)
    axis = normal.abs().argmax(-1)
    flat_u = torch.where(axis == 0, y, x)
    flat_v = torch.where(axis == 2, y, z)
    radius = (x * x + y * y).sqrt()
    around = torch.atan2(y, x) * radius.clamp(min=0.02)
    is_round = ((kind == CYLINDER) & (axis != 2)) | (kind == ELLIPSOID)
    return torch.stack(
        [torch.where(is_round, around, flat_u), torch.where(is_round, z, flat_v)], -1
    )


def look_up_surface(
    scenes: SceneTensors,
    scene: Int[Tensor, " P"],
    part: Int[Tensor, " P"],
    point: Float[Tensor, "P 3"],
    toward_viewer: Float[Tensor, "P 3"],
    pixel_m: Float[Tensor, " P"],
) -> Surface:
    """Gather what is needed to shade each hit.

    Args:
        scenes: the scenes.
        scene: which scene a ray belongs to.
        part: part id, or shell face -6..-1.
        point: hit in the world.
        toward_viewer: unit vector to the camera.
        pixel_m: width of a pixel at the hit, metres, across the ray.
    """
    local, local_normal, normal = _local_frame(scenes.parts, scene, part, point)
    is_shell = part < 0
    axis, sign = (part + 6) // 2, 1 - 2 * ((part + 6) % 2)
    shell_normal = torch.nn.functional.one_hot(axis.clamp(0, 2), 3) * sign[:, None]
    normal = torch.where(is_shell[:, None], shell_normal.float(), normal)
    local_normal = torch.where(is_shell[:, None], shell_normal.float(), local_normal)
    local = torch.where(is_shell[:, None], point, local)
    kind = torch.where(is_shell, BOX, scenes.parts.kind[scene, part.clamp(min=0)])
    facing = dot(normal, toward_viewer)
    normal = torch.where(facing[:, None] < 0, -normal, normal)
    materials = scenes.materials
    row = part + SHELL_FACES
    position = _texture_position(kind, local, local_normal) / materials.scale_m[scene, row][:, None]
    angle = materials.angle[scene, row]
    c, s = angle.cos(), angle.sin()
    u, v = position.unbind(-1)
    uv = torch.stack([c * u - s * v + 0.37 * row, s * u + c * v + 0.61 * row], -1)
    slant = facing.abs().clamp(min=0.05).sqrt()
    textures = materials.pyramids.shape[1]
    color = sample_pyramids(
        materials.pyramids.flatten(0, 1),
        scene * textures + materials.texture[scene, row],
        uv,
        pixel_m / slant / materials.scale_m[scene, row],
    )
    albedo = (color * materials.tint[scene, row]).clamp(0.01, 0.95)
    return Surface(point, normal, albedo, materials.gloss[scene, row], materials.glow[scene, row])
