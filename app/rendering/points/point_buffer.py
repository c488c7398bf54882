"""A point cloud as the GPU wants it: 20 to 24 bytes a point, in blocks.

Built in a worker. `without_vertices` is what a view keeps after the upload: nothing that grows
with the number of points.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Float32, Int, Shaped, UInt8, UInt16, UInt32

from moe3d import PointCloud
from moe3d.scene.confidence_levels import ConfidenceLevels
from moe3d.scene.filters.kinds.edges import edge_levels
from moe3d_viewer.rendering.points.point_order import (
    PointOrder,
    PointPlaces,
    block_of_pixels,
    point_order,
)
from moe3d_viewer.rendering.points.point_vertex import (
    EXTRA_DTYPE,
    VERTEX_DTYPE,
    confidence_level,
    expert_index,
    is_flying,
    packed_kept,
    packed_vertices,
    photo_index,
    support_codes,
)
from moe3d_viewer.rendering.space.scene_frame import Bounds

FEW_CELLS = 4_000_000
"""Up to which every cell is counted at once, and not sorted for."""


@dataclass(frozen=True)
class PointExtras:
    """Values of a cloud's points beyond those of the cloud; each may be missing."""

    gate_entropy: Float[np.ndarray, " N"] | None = None
    """Entropy of the gate over its maximum, 0..1."""
    difference: Float[np.ndarray, " N"] | None = None
    """Signed difference to the other network, any unit."""
    flying: Bool[np.ndarray, " N"] | None = None
    """Points that hang between two surfaces."""
    sky: Bool[np.ndarray, " N"] | None = None
    """Points of the sky."""
    edge_jump: Float[np.ndarray, " N"] | None = None
    """How far depth spans around the point's pixel, as a share of its depth."""
    other: UInt16[np.ndarray, " N"] | None = None
    """Until when the other network keeps the point's pixel; see
    `moe3d.scene.filters.kinds.other_side`."""
    support: UInt8[np.ndarray, " N"] | None = None
    """How many other photos confirm the point."""
    other_support: UInt8[np.ndarray, " N"] | None = None
    """How many other photos confirm the other network's depth at the point's pixel."""


@dataclass(frozen=True)
class PointBuffer:
    """What a 3D view draws. Places in the buffer are grouped in blocks; see `morton`."""

    vertices: Shaped[np.ndarray, " N"]
    """VERTEX_DTYPE; empty once uploaded."""
    extras: Shaped[np.ndarray, " N"] | None
    """EXTRA_DTYPE; None without extras."""
    places: PointPlaces | None
    """Which point lies where, by its pixel in (S, H, W), or by its index in the cloud where the
    shape of the photos was not said; handed on, and None once uploaded."""
    block_starts: Int[np.ndarray, " B+1"]
    block_lower: Float32[np.ndarray, "B 3"]
    block_upper: Float32[np.ndarray, "B 3"]
    sample: Shaped[np.ndarray, " K"]
    """VERTEX_DTYPE; some ten thousand points from everywhere, kept."""
    levels: ConfidenceLevels
    counts_at_level: UInt32[np.ndarray, "S F E L+1"]
    """Points of a photo, flying or not, and expert at or above a confidence level."""
    bounds: Bounds
    """Every point."""
    robust: Bounds
    """Without the outermost few per cent."""
    has_extras: frozenset[str] = frozenset()
    """Which of the PointExtras are there, by name."""
    difference_range: float = 0.0
    """Difference shown in the strongest colours, plus and minus."""

    def __len__(self) -> int:
        return int(self.block_starts[-1])

    @property
    def num_photos(self) -> int:
        """Largest photo index plus one."""
        return self.counts_at_level.shape[0]

    @property
    def num_experts(self) -> int:
        """Largest expert index plus one."""
        return self.counts_at_level.shape[2]

    def without_vertices(self) -> "PointBuffer":
        """The same, with the uploaded arrays let go."""
        return replace(self, vertices=np.empty(0, VERTEX_DTYPE), extras=None, places=None)

    def visible_count(
        self,
        threshold: float,
        hidden_experts: Collection[int] = (),
        hidden_photos: Collection[int] = (),
        hide_flying: bool = False,
    ) -> int:
        """How many points these filters leave."""
        counts = self.counts_at_level[..., self.levels.threshold_level(threshold)]
        photos = [index for index in range(self.num_photos) if index not in hidden_photos]
        experts = [index for index in range(self.num_experts) if index not in hidden_experts]
        kept = counts[photos][:, :1] if hide_flying else counts[photos]
        return int(kept[..., experts].sum(dtype=np.int64))


@dataclass(frozen=True)
class SortedPoints:
    """A cloud's points in the order of the buffer, and its confidences in theirs."""

    order: PointOrder
    levels: ConfidenceLevels

    @classmethod
    def of(cls, cloud: PointCloud) -> "SortedPoints":
        """What takes half of the time and needs no extras: for a thread of its own."""
        return cls(point_order(cloud.points), ConfidenceLevels.of(cloud.confidence))


def build_point_buffer(
    cloud: PointCloud,
    extras: PointExtras | None = None,
    shape: tuple[int, ...] | None = None,
    known: SortedPoints | None = None,
) -> PointBuffer:
    """Order, pack and count a cloud; about half a second a million points. For a worker.

    Points that are not finite are left out. The same cloud gives the same buffer. `shape` of the
    photos, (S, H, W), makes the buffer know which pixel lies where. `known` spares the sorting.
    """
    extras, known = extras or PointExtras(), known or SortedPoints.of(cloud)
    found, order, levels = known.order, known.order.order, known.levels
    vertices = _reordered(_packed(cloud, levels, extras), order)
    lower, upper = block_boxes(vertices["position"], found.starts)
    bounds = Bounds(lower.min(axis=0), upper.max(axis=0)) if len(order) else found.robust
    difference_range = _difference_range(extras)
    packed_extras = _packed_extras(len(cloud), extras, difference_range)
    return PointBuffer(
        vertices=vertices,
        extras=None if packed_extras is None else _reordered(packed_extras, order),
        places=PointPlaces(_block_of(cloud, shape, found), found.starts, lower, upper),
        block_starts=found.starts,
        block_lower=lower,
        block_upper=upper,
        sample=vertices[:: max(len(vertices) // 20_000, 1)].copy(),
        levels=levels,
        counts_at_level=_counts_at_level(vertices, len(levels.values)),
        bounds=Bounds(bounds.lower.astype(float), bounds.upper.astype(float)),
        robust=found.robust,
        has_extras=frozenset(name for name, value in vars(extras).items() if value is not None),
        difference_range=difference_range,
    )


def _block_of(
    cloud: PointCloud, shape: tuple[int, ...] | None, order: PointOrder
) -> UInt8[np.ndarray, " M"] | UInt16[np.ndarray, " M"]:
    if shape is None:
        return block_of_pixels(order, np.arange(len(cloud)), len(cloud))
    photos, height, width = shape
    pixels = cloud.view_index.astype(np.uint32) * np.uint32(height * width)
    pixels += cloud.pixel_index.astype(np.uint32)
    return block_of_pixels(order, pixels, photos * height * width)


def _packed(
    cloud: PointCloud, levels: ConfidenceLevels, extras: PointExtras
) -> Shaped[np.ndarray, " N"]:
    vertices = packed_vertices(
        len(cloud),
        cloud.expert_index,
        levels.encode(cloud.confidence),
        cloud.view_index,
        None if extras.edge_jump is None else edge_levels(extras.edge_jump.astype(np.float32)),
        extras.flying,
        extras.sky,
    )
    vertices["position"] = cloud.points
    vertices["color"] = cloud.colors
    return vertices


def _reordered(
    packed: Shaped[np.ndarray, " N"], order: UInt32[np.ndarray, " K"]
) -> Shaped[np.ndarray, " K"]:
    """One gather of whole records: several times faster than one a field."""
    word = np.uint32 if packed.dtype.itemsize % 4 == 0 else np.uint16
    words = packed.view(word).reshape(len(packed), packed.dtype.itemsize // np.dtype(word).itemsize)
    return np.take(words, order, axis=0).view(packed.dtype)[:, 0]


def _packed_extras(
    count: int, extras: PointExtras, difference_range: float
) -> Shaped[np.ndarray, " N"] | None:
    parts = (extras.gate_entropy, extras.difference, extras.other)
    if all(part is None for part in (*parts, extras.support, extras.other_support)):
        return None
    packed = np.zeros(count, EXTRA_DTYPE)
    if extras.gate_entropy is not None:
        packed["entropy"] = np.clip(extras.gate_entropy * 255, 0, 255).round()
    if extras.difference is not None:
        signed = np.nan_to_num(extras.difference / difference_range)
        packed["difference"] = np.clip(127.5 + 127.5 * signed, 0, 255).round()
    packed["kept"] = packed_kept(
        np.zeros((), np.uint16) if extras.other is None else extras.other,
        support_codes(extras.other_support),
        support_codes(extras.support),
    )
    return packed


def _difference_range(extras: PointExtras) -> float:
    if extras.difference is None:
        return 0.0
    finite = np.abs(extras.difference[np.isfinite(extras.difference)])
    return max(float(np.percentile(finite, 98)), 1e-9) if len(finite) else 1e-9


def block_boxes(
    positions: Float32[np.ndarray, "N 3"], starts: Int[np.ndarray, " B+1"]
) -> tuple[Float32[np.ndarray, "B 3"], Float32[np.ndarray, "B 3"]]:
    """The box around the points of every block."""
    if len(positions) == 0:
        return np.zeros((0, 3), np.float32), np.zeros((0, 3), np.float32)
    lower = np.minimum.reduceat(positions, starts[:-1], axis=0)
    upper = np.maximum.reduceat(positions, starts[:-1], axis=0)
    return lower, upper


def _counts_at_level(
    vertices: Shaped[np.ndarray, " N"], num_levels: int
) -> UInt32[np.ndarray, "S F E L+1"]:
    num_photos = int(photo_index(vertices).max(initial=0)) + 1
    num_experts = int(expert_index(vertices).max(initial=0)) + 1
    shape = (num_photos, 2, num_experts, num_levels)
    counts = np.zeros(int(np.prod(shape)), np.uint32)
    for start in range(0, len(vertices), 1_000_000):
        part = vertices[start : start + 1_000_000]
        cell = (photo_index(part).astype(np.int64) * 2 + is_flying(part)) * num_experts
        cell = (cell + expert_index(part)) * num_levels + confidence_level(part)
        if counts.size <= FEW_CELLS:
            counts += np.bincount(cell, minlength=counts.size).astype(np.uint32)
        else:
            places, found = np.unique(cell, return_counts=True)
            counts[places] += found.astype(np.uint32)
    ascending = counts.reshape(shape)
    at_or_above = ascending[..., ::-1].cumsum(axis=-1, dtype=np.uint32)[..., ::-1]
    return np.concatenate([at_or_above, np.zeros((*shape[:3], 1), np.uint32)], axis=-1)
