"""Depth from all photos: corrected to common points, swept, checked, and filled."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import cv2
import numpy as np
import torch
from jaxtyping import Bool, Float, Float32, Float64, Int, UInt8

from moe3d.multiview.depths.correction import CorrectionSettings, correct_depth
from moe3d.multiview.depths.fill import FillSettings, fill
from moe3d.multiview.depths.support import SupportSettings, count_support
from moe3d.multiview.depths.sweep import Posed, SweepSettings, sweep
from moe3d.progress import Progress


@dataclass(frozen=True)
class DepthSettings:
    """How depth is refined."""

    long_side: int = 256
    """Longest side, pixels, at which photos are swept; larger maps get the result enlarged along
    their own edges. Twice the size was measured to gain nothing for four times the work."""
    neighbours: int = 3
    """Photos that each is compared with in the sweep."""
    checked_with: int = 8
    """Photos that each pixel's depth is compared with."""
    min_overlap: float = 0.15
    """Share of a photo that another one must see to be compared with it."""
    good_angle_deg: tuple[float, float] = (4.0, 30.0)
    """Angles between the rays of two photos that tell depth well and still look alike."""
    speckle: tuple[int, float, float] = (7, 0.7, 0.03)
    """A confirmed pixel counts where in a window of this side more than this share is confirmed,
    and its log factor is this near to their mean: chance agrees in single pixels only."""
    min_share: float = 0.05
    """A photo in which fewer pixels agree with others keeps the smooth correction alone."""
    correction: CorrectionSettings = field(default_factory=CorrectionSettings)
    sweep: SweepSettings = field(default_factory=SweepSettings)
    support: SupportSettings = field(default_factory=SupportSettings)
    fill: FillSettings = field(default_factory=FillSettings)


@dataclass(frozen=True)
class SparsePoints:
    """Points that several photos measured, as one photo sees them."""

    pixels: Float64[np.ndarray, "N 2"]
    """Pixels of the network's image."""
    depth: Float64[np.ndarray, " N"]
    """z-depth."""
    sigma: Float64[np.ndarray, " N"]
    """Standard deviation of its logarithm, by the angle between the rays."""


@dataclass(frozen=True)
class PosedScene:
    """Photos with cameras and points, at the network's size."""

    images: UInt8[np.ndarray, "S H W 3"]
    valid: Bool[np.ndarray, "S H W"]
    intrinsics: Float64[np.ndarray, "S 3 3"]
    """Pixels of the network's image."""
    camera_from_world: Float64[np.ndarray, "S 4 4"]
    points: tuple[SparsePoints, ...]
    is_placed: Bool[np.ndarray, " S"]
    """Photos whose cameras rest on matches; the others keep their depth."""


@dataclass(frozen=True)
class RefinedDepth:
    """The refined depth of one layer."""

    depth: Float32[np.ndarray, "S H W"]
    is_swept: Bool[np.ndarray, " S"]
    """Photos in which enough pixels agreed with others; the rest is corrected smoothly at most."""


@dataclass(frozen=True)
class Measured:
    """Depth that photos agree on, at the size of the sweep."""

    log_depth: Float32[np.ndarray, "S h w"]
    weight: Float32[np.ndarray, "S h w"]
    """Weight of each value; 0 where photos do not agree."""


def correct_all(
    scene: PosedScene, depth: Float[np.ndarray, "S H W"], settings: CorrectionSettings
) -> Float32[np.ndarray, "S H W"]:
    """Log factors that bring every photo's depth to the common points."""
    fields = np.zeros(depth.shape, np.float32)
    for view in np.flatnonzero(scene.is_placed):
        points, view_depth = scene.points[view], depth[view]
        height, width = view_depth.shape
        column, row = np.clip(np.rint(points.pixels), 0, [width - 1, height - 1]).astype(int).T
        with np.errstate(divide="ignore", invalid="ignore"):
            log_ratio = np.log(points.depth / view_depth[row, column])
        log_ratio[~scene.valid[view][row, column]] = np.nan
        fields[view] = correct_depth(view_depth, points.pixels, log_ratio, points.sigma, settings)
    return fields


def choose_neighbours(
    scene: PosedScene, depth: Float[np.ndarray, "S H W"], settings: DepthSettings
) -> list[list[int]]:
    """For every photo the others that tell most of its depth, best first.

    By the share of it that they see and the angle between the rays, on a coarse grid of pixels.
    """
    count, height, width = depth.shape
    rows, columns = np.mgrid[height // 24 : height : 12j, width // 32 : width : 16j].astype(int)
    rows, columns = np.clip(rows.ravel(), 0, height - 1), np.clip(columns.ravel(), 0, width - 1)
    world_from_camera = np.linalg.inv(scene.camera_from_world)
    chosen: list[list[int]] = []
    for view in range(count):
        z = depth[view][rows, columns].astype(np.float64)
        usable = scene.valid[view][rows, columns] & (z > 0)
        if not scene.is_placed[view] or not usable.any():
            chosen.append([])
            continue
        pixels = np.stack([columns, rows, np.ones(len(rows))], axis=1)[usable]
        rays = pixels @ np.linalg.inv(scene.intrinsics[view]).T * z[usable, None]
        points = rays @ world_from_camera[view, :3, :3].T + world_from_camera[view, :3, 3]
        scores = np.zeros(count)
        for other in np.flatnonzero(scene.is_placed):
            if other != view:
                scores[other] = _score(scene, points, view, int(other), len(rows), settings)
        ranked = np.argsort(-scores, kind="stable")
        chosen.append([int(other) for other in ranked if scores[other] > 0])
    return chosen


def _score(
    scene: PosedScene,
    points: Float64[np.ndarray, "N 3"],
    view: int,
    other: int,
    total: int,
    settings: DepthSettings,
) -> float:
    """How much another photo tells of one's depth, 0..1."""
    height, width = scene.images.shape[1:3]
    camera = scene.camera_from_world[other]
    seen = points @ camera[:3, :3].T + camera[:3, 3]
    pixels = seen @ scene.intrinsics[other].T
    with np.errstate(divide="ignore", invalid="ignore"):
        pixels = pixels[:, :2] / pixels[:, 2:]
    inside = (seen[:, 2] > 0) & (pixels > 0).all(axis=1) & (pixels < [width, height]).all(axis=1)
    if inside.sum() < settings.min_overlap * total:
        return 0.0
    centres = np.linalg.inv(scene.camera_from_world[[view, other]])[:, :3, 3]
    first, second = points[inside] - centres[0], points[inside] - centres[1]
    cosine = (first * second).sum(axis=1)
    cosine /= np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1) + 1e-12
    angle = float(np.degrees(np.median(np.arccos(np.clip(cosine, -1, 1)))))
    low, high = settings.good_angle_deg
    return float(inside.mean()) * min(angle / low, 1.0) * min(high / max(angle, 1e-6), 1.0)


def measure_depth(
    scene: PosedScene,
    depth: Float[np.ndarray, "S H W"],
    log_factor: Float[np.ndarray, "S H W"],
    neighbours: Sequence[Sequence[int]],
    settings: DepthSettings,
    device: torch.device,
    progress: Progress,
) -> Measured:
    """Sweep every photo around its corrected depth and keep what others agree with.

    Args:
        scene: photos, cameras.
        depth: the network's z-depth.
        log_factor: smooth correction of its logarithm.
        neighbours: for every photo the others to compare with, best first.
        settings: how.
        device: where torch works.
        progress: told photo by photo; a cancel is noticed within one photo.
    """
    work = _shrink(scene, settings.long_side)
    photos = _posed(work, device)
    initial = np.stack([_nearest(item, work.images.shape[1:3]) for item in depth])
    factor = np.stack([_nearest(item, work.images.shape[1:3]) for item in log_factor])
    log_initial = torch.from_numpy(_log_depth(initial, work.valid) + factor).to(device)
    log_depth = log_initial.clone()
    for view, others in enumerate(neighbours):
        progress.report("compare photos", view, len(photos))
        if others:
            chosen = [photos[other] for other in others[: settings.neighbours]]
            with torch.inference_mode():
                log_depth[view] += sweep(
                    photos[view],
                    chosen,
                    log_initial[view],
                    settings.sweep,
                    partial(_told_inside, progress, view, len(photos)),
                )
    valid = torch.from_numpy(work.valid).to(device)
    z = torch.where(valid, log_depth.exp(), torch.zeros_like(log_depth))
    weight = torch.zeros_like(z)
    for view, others in enumerate(neighbours):
        progress.raise_if_cancelled()
        support, _ = count_support(
            photos, z, view, list(others[: settings.checked_with]), settings.support
        )
        weight[view] = without_speckle(
            support.to(z.dtype).clamp_max(3), log_depth[view] - log_initial[view], settings
        )
    return Measured(log_depth.cpu().numpy(), weight.cpu().numpy())


def _told_inside(progress: Progress, view: int, count: int, share: float) -> None:
    """Tell how far the comparison of one photo is."""
    progress.report("compare photos", view, count, (view + share) / count)


def without_speckle(
    weight: Float[torch.Tensor, "h w"],
    log_factor: Float[torch.Tensor, "h w"],
    settings: DepthSettings,
) -> Float[torch.Tensor, "h w"]:
    """The weights without pixels that agree with other photos but not with their surroundings."""
    side, least, near = settings.speckle
    confirmed = (weight > 0).to(weight.dtype)
    stack = torch.stack([confirmed, confirmed * log_factor])[None]
    share, mean = torch.nn.functional.avg_pool2d(
        stack, side, 1, side // 2, count_include_pad=False
    )[0]
    mean = mean / share.clamp_min(1e-6)
    coherent = (share > least) & ((log_factor - mean).abs() < near)
    return torch.where(coherent, weight, torch.zeros_like(weight))


def refine_layer(
    scene: PosedScene,
    depth: Float32[np.ndarray, "S H W"],
    log_factor: Float32[np.ndarray, "S H W"],
    measured: Measured,
    settings: DepthSettings,
    progress: Progress,
) -> RefinedDepth:
    """Bring one depth layer to what photos agree on.

    The difference to the layer's corrected depth is spread between the pixels where photos agree,
    up to the layer's own edges; a photo with too few of them keeps its smooth correction.
    """
    size = measured.log_depth.shape[1:]
    refined = np.array(depth)
    is_swept = np.zeros(len(depth), bool)
    for view in np.flatnonzero(scene.is_placed):
        progress.report("refine depth", int(view), len(depth))
        factor = log_factor[view].astype(np.float64)
        known = scene.valid[view] & np.isfinite(depth[view]) & (depth[view] > 0)
        small = _nearest(known.astype(np.uint8), size).astype(bool)
        weight = measured.weight[view] * small
        share = float((weight > 0).sum() / max(small.sum(), 1))
        if share >= settings.min_share:
            guide = _log_depth(_nearest(depth[view], size)[None], small[None])[0]
            base = guide + _nearest(log_factor[view], size)
            change = fill(measured.log_depth[view] - base, weight, guide, settings.fill)
            factor += _enlarge(change, guide, _log_depth(depth[view][None], known[None])[0])
            is_swept[view] = True
        refined[view] = np.where(known, depth[view] * np.exp(factor), depth[view])
    return RefinedDepth(refined.astype(np.float32), is_swept)


def _shrink(scene: PosedScene, long_side: int) -> PosedScene:
    """The scene at the size of the sweep."""
    height, width = scene.images.shape[1:3]
    scale = min(1.0, long_side / max(height, width))
    if scale == 1.0:
        return scene
    size = round(height * scale), round(width * scale)
    images = np.stack(
        [cv2.resize(image, size[::-1], interpolation=cv2.INTER_AREA) for image in scene.images]
    )
    valid = np.stack([_nearest(mask.astype(np.uint8), size) > 0 for mask in scene.valid])
    ratio = np.array([size[1] / width, size[0] / height])
    intrinsics = scene.intrinsics.copy()
    intrinsics[:, [0, 1], [0, 1]] *= ratio
    intrinsics[:, :2, 2] = (intrinsics[:, :2, 2] + 0.5) * ratio - 0.5
    return PosedScene(
        images, valid, intrinsics, scene.camera_from_world, scene.points, scene.is_placed
    )


def _posed(scene: PosedScene, device: torch.device) -> list[Posed]:
    """The photos as the sweep wants them."""
    weights = np.array([0.299, 0.587, 0.114], np.float32) / 255
    return [
        Posed(
            torch.from_numpy(image.astype(np.float32) @ weights).to(device),
            torch.from_numpy(valid).to(device),
            torch.from_numpy(matrix.astype(np.float32)).to(device),
            torch.from_numpy(camera.astype(np.float32)).to(device),
        )
        for image, valid, matrix, camera in zip(
            scene.images, scene.valid, scene.intrinsics, scene.camera_from_world, strict=True
        )
    ]


def support_of(
    scene: PosedScene,
    depth: Float[np.ndarray, "S H W"],
    neighbours: Sequence[Sequence[int]],
    settings: DepthSettings,
    device: torch.device,
    progress: Progress,
) -> tuple[UInt8[np.ndarray, "S H W"], Float32[np.ndarray, "S H W"]]:
    """How many other photos confirm each pixel's depth, and the median log ratio of theirs to it.

    Returns:
        Counts, 0 where the depth is unknown or the photo was not placed; and log ratios, NaN where
        no other photo sees the pixel.
    """
    photos = _posed(scene, device)
    usable = scene.valid & np.isfinite(depth) & (depth > 0)
    z = torch.from_numpy(np.where(usable, depth, 0).astype(np.float32)).to(device)
    support = np.zeros(depth.shape, np.uint8)
    ratio = np.full(depth.shape, np.nan, np.float32)
    for view, others in enumerate(neighbours):
        progress.report("confirm depth", view, len(photos))
        asked = list(others[: settings.checked_with])
        if asked:
            counted, said = count_support(photos, z, view, asked, settings.support)
            support[view], ratio[view] = counted.cpu().numpy(), said.cpu().numpy()
    return support, ratio


def _nearest(array: np.ndarray, size: tuple[int, int] | Int[np.ndarray, "2"]) -> np.ndarray:
    """Values at another size, by nearest pixel."""
    rows = ((np.arange(size[0]) + 0.5) * array.shape[0] / size[0]).astype(int)
    columns = ((np.arange(size[1]) + 0.5) * array.shape[1] / size[1]).astype(int)
    return array[rows[:, None], columns]


def _log_depth(
    depth: Float[np.ndarray, "S H W"], valid: Bool[np.ndarray, "S H W"]
) -> Float32[np.ndarray, "S H W"]:
    """Logarithm, with the photo's median where the depth is unknown."""
    logs = np.empty(depth.shape, np.float32)
    for view, (values, mask) in enumerate(zip(depth, valid, strict=True)):
        known = mask & np.isfinite(values) & (values > 0)
        own = np.log(np.where(known, values, 1.0))
        logs[view] = np.where(known, own, np.median(own[known]) if known.any() else 0.0)
    return logs


def _enlarge(
    field: Float[np.ndarray, "h w"],
    log_guide: Float[np.ndarray, "h w"],
    log_depth: Float[np.ndarray, "H W"],
) -> Float64[np.ndarray, "H W"]:
    """A field at the size of a depth map: bilinear among the pixels of like depth.

    Source: Kopf, Cohen, Lischinski & Uyttendaele 2007.
    """
    if field.shape == log_depth.shape:
        return field
    height, width = log_depth.shape
    v = (np.arange(height) + 0.5) * field.shape[0] / height - 0.5
    u = (np.arange(width) + 0.5) * field.shape[1] / width - 0.5
    total, weights = np.zeros(log_depth.shape), np.zeros(log_depth.shape)
    for down in (0, 1):
        for right in (0, 1):
            row, column = np.floor(v).astype(int) + down, np.floor(u).astype(int) + right
            share = np.outer(1 - np.abs(v - row), 1 - np.abs(u - column))
            at = np.ix_(np.clip(row, 0, field.shape[0] - 1), np.clip(column, 0, field.shape[1] - 1))
            alike = np.exp(-np.minimum(np.abs(log_guide[at] - log_depth) / 0.02, 30)) + 1e-6
            total += share * alike * field[at]
            weights += share * alike
    return total / weights
