"""Depth by plane sweep around an initial depth, with semi-global aggregation, in torch.

The hypotheses are factors on it, so that a surface that the network bends the right way is
one hypothesis all along, however slanted it is.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch.nn import functional as F

COMPARING = 0.8
"""Of the time of one sweep; the rest goes to the aggregation."""


@dataclass(frozen=True)
class SweepSettings:
    """Which depths are tried, and how they are compared."""

    reach: float = 0.54
    """Largest log factor on the initial depth."""
    step: float = 0.03
    """Log factor between hypotheses."""
    fine_reach: float = 0.045
    fine_step: float = 0.0075
    """The same for the second sweep, around the result of the first."""
    window: int = 7
    """Side of the compared windows, pixels."""
    best: int = 2
    """Neighbours whose similarity counts: the best so many, as others may be occluded."""
    texture: float = 0.012
    """Standard deviation of grey (0..1) below which a window says little."""
    small_jump: float = 0.06
    """Penalty for one step between neighbouring pixels."""
    large_jump: float = 0.5
    """Penalty for more."""
    edge: float = 0.06
    """Log depth difference of the initial depth at which a jump costs half."""


@dataclass(frozen=True)
class Posed:
    """One photo for the sweep."""

    grey: Float[torch.Tensor, "H W"]
    """0..1."""
    valid: Bool[torch.Tensor, "H W"]
    intrinsics: Float[torch.Tensor, "3 3"]
    """Pixels of `grey`."""
    camera_from_world: Float[torch.Tensor, "4 4"]


def sweep(
    reference: Posed,
    neighbours: list[Posed],
    log_initial: Float[torch.Tensor, "H W"],
    settings: SweepSettings,
    on_part: Callable[[float], None] = lambda share: None,
) -> Float[torch.Tensor, "H W"]:
    """Find the log factor on the initial depth at which neighbours look most like the reference.

    Args:
        reference: the photo whose depth is wanted.
        neighbours: photos from other places; at least one.
        log_initial: log of z-depth, finite everywhere.
        settings: hypotheses and penalties.
        on_part: told the share that is done, 0..1, after every neighbour; may raise to stop.

    Returns:
        Log factor at every pixel. Where nothing is to be seen it is that of the surroundings.

    Source: Collins 1996; Hirschmueller 2008 (aggregation along four paths).
    """
    count = round(settings.reach / settings.step)
    fine = round(settings.fine_reach / settings.fine_step)
    of_coarse = (2 * count + 1) / (2 * count + 2 * fine + 2)
    offsets = torch.arange(-count, count + 1, device=log_initial.device) * settings.step
    cost = _cost(reference, neighbours, log_initial, offsets, settings,
                 lambda share: on_part(of_coarse * share))  # fmt: skip
    coarse = _aggregate_and_choose(cost, log_initial, offsets, settings)
    offsets = torch.arange(-fine, fine + 1, device=log_initial.device) * settings.fine_step
    smooth = _median_3x3(coarse)
    cost = _cost(reference, neighbours, log_initial + smooth, offsets, settings,
                 lambda share: on_part(of_coarse + (1 - of_coarse) * share))  # fmt: skip
    return smooth + _aggregate_and_choose(cost, log_initial, offsets, settings)


def _cost(
    reference: Posed,
    neighbours: list[Posed],
    log_initial: Float[torch.Tensor, "H W"],
    offsets: Float[torch.Tensor, " D"],
    settings: SweepSettings,
    on_part: Callable[[float], None],
) -> Float[torch.Tensor, "D H W"]:
    """One minus the similarity (zero-mean normalised cross-correlation) of the best neighbours."""
    mean, deviation = _moments(reference.grey, settings)
    likeness = []
    for done, neighbour in enumerate(neighbours):
        on_part(COMPARING * done / len(neighbours))
        pixels = warp(reference, neighbour, log_initial[None] + offsets[:, None, None])
        grey, seen = _look_up(neighbour, pixels)
        likeness.append(_correlate(reference.grey, mean, deviation, grey, seen, settings))
    on_part(COMPARING)
    best = torch.stack(likeness)  # (N, D, H, W)
    if len(neighbours) > settings.best:
        best = best.topk(settings.best, dim=0).values
    return 1 - best.mean(dim=0)


def warp(
    source: Posed, target: Posed, log_depth: Float[torch.Tensor, "D H W"]
) -> Float[torch.Tensor, "D H W 3"]:
    """Where pixels of one photo fall in another: (u, v, z-depth there); z <= 0 behind it."""
    height, width = log_depth.shape[-2:]
    target_from_source = target.camera_from_world @ torch.linalg.inv(source.camera_from_world)
    inverse = torch.linalg.inv(source.intrinsics)
    v, u = torch.meshgrid(
        torch.arange(height, device=log_depth.device, dtype=log_depth.dtype),
        torch.arange(width, device=log_depth.device, dtype=log_depth.dtype),
        indexing="ij",
    )
    rays = torch.stack([u, v, torch.ones_like(u)], dim=-1) @ inverse.T  # (H, W, 3)
    turned = rays @ (target.intrinsics @ target_from_source[:3, :3]).T
    shift = target.intrinsics @ target_from_source[:3, 3]
    points = turned * log_depth.exp()[..., None]
    points += shift
    z = points[..., 2:]
    points[..., :2] /= torch.where(z.abs() > 1e-9, z, torch.full_like(z, 1e-9))
    return points


def look_up(
    image: Float[torch.Tensor, "h w"], pixels: Float[torch.Tensor, "D H W 2"], mode: str
) -> Float[torch.Tensor, "D H W"]:
    """Read an image between its pixels; 0 outside."""
    height, width = image.shape
    scale = torch.tensor([width, height], device=pixels.device, dtype=pixels.dtype)
    grid = ((pixels + 0.5) / scale * 2 - 1).clamp(-4, 4)
    stack = image[None, None].expand(grid.shape[0], 1, height, width)
    return F.grid_sample(stack, grid, mode=mode, padding_mode="zeros", align_corners=False)[:, 0]


def _look_up(
    neighbour: Posed, pixels: Float[torch.Tensor, "D H W 3"]
) -> tuple[Float[torch.Tensor, "D H W"], Bool[torch.Tensor, "D H W"]]:
    grey = look_up(neighbour.grey, pixels[..., :2], "bilinear")
    u, v, z = pixels.unbind(dim=-1)
    height, width = neighbour.grey.shape
    inside = (u > -0.5) & (u < width - 0.5) & (v > -0.5) & (v < height - 0.5) & (z > 0)
    if not neighbour.valid.all():
        inside &= look_up(neighbour.valid.to(grey.dtype), pixels[..., :2], "nearest") > 0.5
    return grey, inside


def _moments(
    grey: Float[torch.Tensor, "H W"], settings: SweepSettings
) -> tuple[Float[torch.Tensor, "H W"], Float[torch.Tensor, "H W"]]:
    mean = _box(grey[None], settings.window)[0]
    variance = (_box(grey[None] ** 2, settings.window)[0] - mean**2).clamp_min(0)
    return mean, (variance + settings.texture**2).sqrt()


def _correlate(
    grey: Float[torch.Tensor, "H W"],
    mean: Float[torch.Tensor, "H W"],
    deviation: Float[torch.Tensor, "H W"],
    other: Float[torch.Tensor, "D H W"],
    seen: Bool[torch.Tensor, "D H W"],
    settings: SweepSettings,
) -> Float[torch.Tensor, "D H W"]:
    """Similarity of windows, -1..1; 0 where the neighbour does not see the pixel."""
    other_mean = _box(other, settings.window)
    other_variance = (_box(other**2, settings.window) - other_mean**2).clamp_min(0)
    product = _box(other * grey, settings.window) - other_mean * mean
    likeness = product / (deviation * (other_variance + settings.texture**2).sqrt())
    return torch.where(seen, likeness, torch.zeros_like(likeness))


def _box(images: Float[torch.Tensor, "D H W"], side: int) -> Float[torch.Tensor, "D H W"]:
    """Mean over the part of a square window that lies in the picture."""
    ones = torch.ones_like(images[:1])
    total, counts = (_sum_along(_sum_along(item, side, 1), side, 2) for item in (images, ones))
    return total.mul_(1 / counts)


def _sum_along(
    images: Float[torch.Tensor, "D H W"], side: int, dim: int
) -> Float[torch.Tensor, "D H W"]:
    """Sum over a centred window along one axis: windows of 1, 2, 4... added up, a third of the time
    of a pooling."""
    length, half = images.shape[dim], side // 2
    padding = (half, half) if dim == 2 else (0, 0, half, half)
    part, width, start = F.pad(images, padding), 1, 0
    total: torch.Tensor | None = None
    while True:
        if side & width:
            piece = part.narrow(dim, start, length)
            total = piece.clone() if total is None else total.add_(piece)
            start += width
        if 2 * width > side:
            break
        left = part.shape[dim] - width
        part, width = part.narrow(dim, 0, left) + part.narrow(dim, width, left), 2 * width
    assert total is not None
    return total


def _aggregate_and_choose(
    cost: Float[torch.Tensor, "D H W"],
    log_initial: Float[torch.Tensor, "H W"],
    offsets: Float[torch.Tensor, " D"],
    settings: SweepSettings,
) -> Float[torch.Tensor, "H W"]:
    """Smooth along rows and columns, both ways, and take the best between hypotheses."""
    total = _along_columns(cost, log_initial, settings)
    turned = _along_columns(cost.transpose(1, 2), log_initial.T, settings)
    total = total + turned.transpose(1, 2)
    best = total.argmin(dim=0, keepdim=True)
    inner = best.clamp(1, len(offsets) - 2)
    before, here, after = (total.gather(0, inner + shift)[0] for shift in (-1, 0, 1))
    curvature = (before - 2 * here + after).clamp_min(1e-6)
    part = (0.5 * (before - after) / curvature).clamp(-0.5, 0.5)
    step = offsets[1] - offsets[0]
    between = offsets[inner[0]] + part * step
    return torch.where(best[0] == inner[0], between, offsets[best[0]])


def _along_columns(
    cost: Float[torch.Tensor, "D H W"],
    log_initial: Float[torch.Tensor, "H W"],
    settings: SweepSettings,
) -> Float[torch.Tensor, "D H W"]:
    """Sum of both ways along the second axis."""
    jump = (log_initial[1:] - log_initial[:-1]).abs()
    ease = 1 / (1 + (jump / settings.edge) ** 2)  # (H - 1, W)
    depths, height, width = cost.shape
    total = torch.zeros(height, depths, width, device=cost.device, dtype=cost.dtype)
    rows = cost.transpose(0, 1).contiguous()  # (H, D, W)
    padded = torch.full((depths + 2, width), 1e9, device=cost.device, dtype=cost.dtype)
    for order in (range(height), range(height - 1, -1, -1)):
        last, before = None, 0
        for row in order:
            path = rows[row]
            if last is not None:
                small = settings.small_jump * ease[min(row, before)]
                large = settings.large_jump * ease[min(row, before)]
                lowest = last.amin(dim=0)
                padded[1:-1] = last
                best = torch.minimum(padded[:-2], padded[2:]).add_(small)
                torch.minimum(best, last, out=best)
                torch.minimum(best, lowest + large, out=best)
                path = best.sub_(lowest).add_(path)
            total[row] += path
            last, before = path, row
    return total.transpose(0, 1)


def _median_3x3(field: Float[torch.Tensor, "H W"]) -> Float[torch.Tensor, "H W"]:
    padded = F.pad(field[None, None], (1, 1, 1, 1), mode="replicate")
    return F.unfold(padded, 3).median(dim=1).values.reshape(field.shape)
