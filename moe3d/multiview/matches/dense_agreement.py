"""How well whole photos agree under some cameras: predicted depth carries one photo into another.

Matches of keypoints can be wrong together, as repeated patterns make them, and then vote for the
camera that fits them. A whole photo cannot: carried into another by its depth, it looks like that
one only under the right camera.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Float32, Float64, Int, UInt8

from moe3d.multiview.camera_state import CameraState

JUDGED_WIDTH = 56
"""About how wide the photos are that are compared with each other, pixels: enough to tell right
cameras from wrong ones, and quick."""


@dataclass(frozen=True)
class AgreementSettings:
    """What counts as agreeing."""

    depth_tolerance: float = 0.2
    """Difference of two photos' depths at a point, in the logarithm."""
    window: int = 7
    """Width of the window in which brightness is compared, pixels of the reduced map."""
    texture: float = 0.02
    """Standard deviation of brightness (0 to 1) in a window below which nothing can be compared."""
    batch: int = 64
    """Cameras that are tried at once."""


class DenseAgreement:
    """Photos with predicted depth, reduced in size, ready to be compared."""

    def __init__(
        self,
        images: UInt8[np.ndarray, "S H W 3"],
        depth: Float[np.ndarray, "S H W"],
        intrinsics: Float64[np.ndarray, "S 3 3"],
        reduction: int | None = None,
        settings: AgreementSettings | None = None,
    ) -> None:
        """Reduce the photos.

        Args:
            images: what the network saw.
            depth: z-depth; NaN where unknown.
            intrinsics: pixels of these maps.
            reduction: whole factor by which maps are made smaller; by default so that they are
                about `JUDGED_WIDTH` wide.
            settings: what counts.
        """
        self._settings = settings or AgreementSettings()
        reduction = reduction or max(1, round(depth.shape[2] / JUDGED_WIDTH))
        height, width = (max(size // reduction, 1) for size in depth.shape[1:])
        self._size = (height, width)
        self._row_means, self._column_means = (
            window_means(size, self._settings.window) for size in self._size
        )
        known = np.isfinite(depth)

        def reduce(maps: np.ndarray, how: int) -> np.ndarray:
            return np.stack([cv2.resize(m, (width, height), interpolation=how) for m in maps])

        grey = images.astype(np.float32).mean(axis=-1) / 255
        self._grey = torch.from_numpy(reduce(grey, cv2.INTER_AREA))
        log_depth = np.log(np.where(known, depth, 1.0)).astype(np.float32)
        self._log_depth = torch.from_numpy(reduce(log_depth, cv2.INTER_NEAREST))
        is_known = reduce(known.astype(np.uint8), cv2.INTER_NEAREST) > 0
        self._known = torch.from_numpy(is_known)
        self._matrices = _reduced_matrices(intrinsics, (height, width), depth.shape[1:])
        self._rays = _rays(self._matrices, height, width)
        self._textured = self._known & (self._contrast() > self._settings.texture)
        self._typical_depth = [
            float(np.median(np.exp(m[k]))) if k.any() else 1.0
            for m, k in zip(self._log_depth.numpy(), is_known, strict=True)
        ]

    def typical_depth(self, view: int) -> float:
        """Median of a photo's predicted depth; 1 where nothing is known."""
        return self._typical_depth[view]

    def of_view(
        self,
        view: int,
        cameras: Float64[np.ndarray, "N 4 4"],
        log_scales: Float64[np.ndarray, " N"],
        others: Sequence[int],
        state: CameraState,
    ) -> Float64[np.ndarray, " N"]:
        """Try cameras for one photo against others whose cameras stay.

        Args:
            view: the photo.
            cameras: camera_from_world, one a trial.
            log_scales: logarithm of the photo's depth scale, one a trial.
            others: photos that it is compared with.
            state: the other photos' cameras and scales.

        Returns:
            The sum over the others of `of_pairs`.
        """
        total = np.zeros(len(cameras))
        for other in others:
            fixed = np.broadcast_to(state.camera_from_world[other], cameras.shape)
            scale = np.full(len(cameras), np.log(state.depth_scales[other]))
            total += self.of_pairs((other, view), (fixed, cameras), (scale, log_scales))
        return total

    def of_state(self, state: CameraState) -> Float64[np.ndarray, "S S"]:
        """How well every two photos agree, as `of_pairs` tells it; 0 on the diagonal."""
        count = len(state.depth_scales)
        table = np.zeros((count, count))
        log_scale = np.log(state.depth_scales)
        for view in range(count):
            for other in range(view):
                pair = [view, other]
                cameras = [state.camera_from_world[index][None] for index in pair]
                scales = [log_scale[index][None] for index in pair]
                table[view, other] = table[other, view] = self.of_pairs(pair, cameras, scales)[0]
        return table

    def with_partners(
        self, state: CameraState, others: Sequence[Sequence[int]], count: int = 3
    ) -> Float64[np.ndarray, " S"]:
        """How well each photo agrees with those that it agrees with best.

        Args:
            state: cameras and scales.
            others: for each photo those that it is compared with.
            count: how many are taken the mean of.
        """
        log_scale = np.log(state.depth_scales)
        known: dict[frozenset[int], float] = {}
        for view, near in enumerate(others):
            for other in near:
                key = frozenset((view, other))
                if key not in known:
                    cameras = [state.camera_from_world[index][None] for index in (view, other)]
                    scales = [log_scale[index][None] for index in (view, other)]
                    known[key] = float(self.of_pairs((view, other), cameras, scales)[0])
        values = [
            sorted((known[frozenset((view, other))] for other in near), reverse=True)[:count]
            for view, near in enumerate(others)
        ]
        return np.array([np.mean(best) if best else 0.0 for best in values])

    @torch.inference_mode()
    def of_pairs(
        self,
        pair: Sequence[int],
        cameras: Sequence[Float64[np.ndarray, "N 4 4"]],
        log_scales: Sequence[Float64[np.ndarray, " N"]],
    ) -> Float64[np.ndarray, " N"]:
        """How well two photos agree, both ways.

        Of the textured pixels of each, the share that lands in the other with about its depth,
        each weighed by the correlation of brightness around it (0 to 1).

        Args:
            pair: two photos.
            cameras: camera_from_world of the first and of the second, one a trial.
            log_scales: logarithms of their depth scales, one a trial.

        Returns:
            The mean of both ways, 0 to 1, one a trial.
        """
        parts = []
        for begin in range(0, len(cameras[0]), self._settings.batch):
            batch = slice(begin, begin + self._settings.batch)
            first, second = (torch.from_numpy(np.array(item[batch])) for item in cameras)
            scales = [torch.from_numpy(np.array(item[batch])).float() for item in log_scales]
            first_from_second = (first @ torch.linalg.inv(second)).float()
            second_from_first = (second @ torch.linalg.inv(first)).float()
            there = self._one_way(pair[1], pair[0], first_from_second, scales[::-1])
            back = self._one_way(pair[0], pair[1], second_from_first, scales)
            parts.append((there + back) / 2)
        return torch.cat(parts).double().numpy() if parts else np.zeros(0)

    def _one_way(
        self, target: int, source: int, source_from_target: torch.Tensor, scales: Sequence
    ) -> torch.Tensor:
        """Pixels of the target that look alike in the source; scales of target and source."""
        count, (height, width) = len(source_from_target), self._size
        target_scale, source_scale = scales
        rays = self._rays[target] * self._log_depth[target].exp().reshape(-1, 1)
        points = rays @ source_from_target[:, :3, :3].mT * target_scale.exp()[:, None, None]
        points = points + source_from_target[:, None, :3, 3]
        z = points[..., 2].clamp_min(1e-6)
        matrix = self._matrices[source]
        u = points[..., 0] / z * matrix[0, 0] + matrix[0, 2]
        v = points[..., 1] / z * matrix[1, 1] + matrix[1, 2]
        inside = (points[..., 2] > 1e-6) & (u >= 0) & (u <= width - 1) & (v >= 0)
        inside &= (v <= height - 1) & self._known[target].reshape(-1)
        grid = torch.stack([u * 2 / max(width - 1, 1) - 1, v * 2 / max(height - 1, 1) - 1], -1)
        maps = torch.stack(
            [self._grey[source], self._log_depth[source], self._known[source].float()]
        )
        read = F.grid_sample(
            maps[None].expand(count, -1, -1, -1),
            grid.clamp(-3, 3).reshape(count, height, width, 2),
            align_corners=True,
        )
        off = read[:, 1].flatten(1) + source_scale[:, None] - z.log()
        agrees = inside & (read[:, 2].flatten(1) > 0.99)
        agrees &= off.abs() < self._settings.depth_tolerance
        agrees = agrees.reshape(count, 1, height, width).float()
        likeness = self._correlation(read[:, :1], self._grey[target].expand_as(read[:, :1]), agrees)
        textured = self._textured[target]
        shown = (likeness.clamp(0, 1) * agrees * textured)[:, 0]
        return shown.flatten(1).sum(1) / textured.sum().clamp_min(1)

    def _correlation(
        self, first: torch.Tensor, second: torch.Tensor, weight: torch.Tensor
    ) -> torch.Tensor:
        """Normalised correlation in windows, of the weighted pixels alone; (N, 1, H, W)."""
        stack = torch.cat([torch.ones_like(first), first, second, first * first,
                           second * second, first * second], 1) * weight  # fmt: skip
        weights, *sums = self._window_mean(stack).split(1, dim=1)
        one, two, one_one, two_two, one_two = (item / (weights + 1e-9) for item in sums)
        spread = (one_one - one * one).clamp_min(1e-5) * (two_two - two * two).clamp_min(1e-5)
        return (one_two - one * two) / spread.sqrt()

    def _contrast(self) -> torch.Tensor:
        grey = self._grey[:, None]
        variance = self._window_mean(grey * grey) - self._window_mean(grey) ** 2
        return variance.clamp_min(0).sqrt()[:, 0]

    def _window_mean(self, maps: torch.Tensor) -> torch.Tensor:
        """Means of windows, of what lies inside the map; (N, C, H, W).

        As two products of matrices: for such small maps an eighth of torch's pooling in time.
        """
        return self._row_means @ (maps @ self._column_means.mT)


def window_means(size: int, window: int) -> Float32[torch.Tensor, "size size"]:
    """Takes a row of values to the means around each, of those inside the row."""
    place = torch.arange(size)
    is_near = ((place[:, None] - place).abs() <= window // 2).float()
    return is_near / is_near.sum(dim=1, keepdim=True)


def most_matched(fitting: Int[np.ndarray, "S S"], count: int) -> list[list[int]]:
    """For each photo the others with the most matches, in order of their index.

    Args:
        fitting: matches of every two photos.
        count: how many at most.
    """
    ranked = np.argsort(-fitting, axis=1, kind="stable")
    return [sorted(row[row != view][:count].tolist()) for view, row in enumerate(ranked)]


def _reduced_matrices(
    intrinsics: Float64[np.ndarray, "S 3 3"],
    size: tuple[int, int],
    full_size: Sequence[int],
) -> Float64[np.ndarray, "S 3 3"]:
    """Intrinsics in pixels of the reduced maps."""
    matrices = np.array(intrinsics)
    for axis, (small, full) in enumerate(zip(size[::-1], full_size[::-1], strict=True)):
        matrices[:, axis, axis] *= small / full
        matrices[:, axis, 2] = (matrices[:, axis, 2] + 0.5) * small / full - 0.5
    return matrices


def _rays(matrices: Float64[np.ndarray, "S 3 3"], height: int, width: int) -> torch.Tensor:
    """Directions through the pixels with z = 1, (S, H * W, 3)."""
    v, u = np.mgrid[:height, :width].reshape(2, -1).astype(np.float64)
    rays = [
        np.stack([(u - k[0, 2]) / k[0, 0], (v - k[1, 2]) / k[1, 1], np.ones_like(u)], axis=1)
        for k in matrices
    ]
    return torch.from_numpy(np.stack(rays)).float()
