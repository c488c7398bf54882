"""Layouts of several scenes as padded tensors, ready for the ray caster."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int, UInt8
from torch import Tensor

from moe3d.training.data.parts import SHELL_FACES, SceneLayout
from moe3d.training.tensors import tensors_to


@dataclass(frozen=True)
class PartTensors:
    """Solid parts of B scenes, padded to N; part ids are 0..N-1, shell faces come as -6..-1."""

    kind: Int[Tensor, "B N"]
    """0 box, 1 ellipsoid, 2 cylinder, -1 padding."""
    centre: Float[Tensor, "B N 3"]
    half_size: Float[Tensor, "B N 3"]
    world_from_part: Float[Tensor, "B N 3 3"]
    radius: Float[Tensor, "B N"]
    """Of the sphere around the part."""
    shell_low: Float[Tensor, "B 3"]
    shell_high: Float[Tensor, "B 3"]


@dataclass(frozen=True)
class MaterialTensors:
    """Materials of B scenes: first the six shell faces, then the parts."""

    texture: Int[Tensor, "B M"]
    scale_m: Float[Tensor, "B M"]
    tint: Float[Tensor, "B M 3"]
    gloss: Float[Tensor, "B M"]
    glow: Float[Tensor, "B M"]
    angle: Float[Tensor, "B M"]
    pyramids: UInt8[Tensor, "B T texels 3"]


@dataclass(frozen=True)
class SceneTensors:
    """All that is needed to picture B scenes."""

    parts: PartTensors
    materials: MaterialTensors
    is_open: Bool[Tensor, " B"]
    light: Float[Tensor, "B 3"]


def _pad(arrays: Sequence[np.ndarray], fill: float | int = 0) -> Tensor:
    longest = max(len(array) for array in arrays)
    padded = np.full((len(arrays), longest, *arrays[0].shape[1:]), fill, np.float32)
    for row, array in zip(padded, arrays, strict=True):
        row[: len(array)] = array
    return torch.from_numpy(padded)


def stack_layouts(
    layouts: Sequence[SceneLayout], pyramids: UInt8[Tensor, "B T texels 3"]
) -> SceneTensors:
    """Pad and stack scenes of different sizes, on the device of their textures."""
    kind = _pad([layout.kind.astype(np.float32) for layout in layouts], -1).long()
    half_size = _pad([layout.half_size for layout in layouts], 1.0)
    radius = torch.where(kind == 1, half_size.amax(-1), half_size.norm(dim=-1))
    parts = PartTensors(
        kind=kind,
        centre=_pad([layout.centre for layout in layouts]),
        half_size=half_size,
        world_from_part=_pad([layout.world_from_part for layout in layouts]),
        radius=radius,
        shell_low=_pad([layout.shell_low for layout in layouts]),
        shell_high=_pad([layout.shell_high for layout in layouts]),
    )
    numbers = [
        np.array(
            [[m.texture, m.scale_m, m.gloss, m.glow, m.angle, *m.tint] for m in layout.materials]
        )
        for layout in layouts
    ]
    assert all(len(n) == SHELL_FACES + len(s.kind) for n, s in zip(numbers, layouts, strict=True))
    table = _pad(numbers)
    materials = MaterialTensors(
        texture=table[..., 0].long(),
        scale_m=table[..., 1].clamp(min=1e-3),
        gloss=table[..., 2],
        glow=table[..., 3],
        angle=table[..., 4],
        tint=table[..., 5:8].contiguous(),
        pyramids=pyramids,
    )
    is_open = torch.from_numpy(np.array([layout.is_open for layout in layouts]))
    light = torch.from_numpy(np.stack([layout.light for layout in layouts])).float()
    scenes = SceneTensors(parts, materials, is_open, light)
    return tensors_to(scenes, pyramids.device)
