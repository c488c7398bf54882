"""The records that travel through the program: views in, a prediction, points and meshes out.

All are frozen; nothing changes a prediction in place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Float32, Int, UInt8

from moe3d.errors import ShapeError
from moe3d.scene.multiview import Agreement, Tracks
from moe3d.scene.pixel_transform import PixelTransform


@dataclass(frozen=True)
class View:
    """One photo of a scene, not yet prepared for a network."""

    name: str
    """File name, as shown to the user; unique within a scene."""
    width: int
    """Upright width, pixels."""
    height: int
    """Upright height, pixels."""
    path: Path | None = None
    """Where the photo lies; None for pixels that were never a file."""
    exif_orientation: int = 1
    """EXIF orientation tag, 1 to 8."""
    pixels: UInt8[np.ndarray, "H W C"] | None = None
    """Upright RGB or RGBA pixels, for views made in memory; else None and read from `path`."""
    mask: Path | None = None
    """A picture of the photo's shape: what is dark in it is no part of the scene."""
    warnings: tuple[str, ...] = ()
    """What the user should know about this photo, one sentence each."""
    frame_s: float | None = None
    """For a frame of the video at `path`: when it is shown, seconds of the video's own clock."""

    @property
    def source(self) -> str:
        """Where the photo can be read again: its path, with "#t=" and the second for a frame of a
        video (as in W3C Media Fragments); empty for pixels that were never a file."""
        if self.path is None:
            return ""
        return str(self.path) if self.frame_s is None else f"{self.path}#t={self.frame_s:.6f}"


@dataclass(frozen=True)
class RefusedFile:
    """A file that is not used, and why."""

    path: Path
    reason: str


@dataclass(frozen=True)
class ViewSet:
    """The photos of one scene in the order in which the network sees them; the first is the
    reference whose camera is the world frame."""

    views: tuple[View, ...]
    refused: tuple[RefusedFile, ...] = ()
    notes: tuple[str, ...] = ()
    """What the user should know about where the photos come from, one sentence each."""

    def __len__(self) -> int:
        return len(self.views)

    @property
    def names(self) -> tuple[str, ...]:
        """File names, in order."""
        return tuple(view.name for view in self.views)

    def select(self, indices: Sequence[int]) -> "ViewSet":
        """The views at these indices, in this order."""
        return ViewSet(tuple(self.views[index] for index in indices), self.refused, self.notes)


@dataclass(frozen=True)
class PredictionMetadata:
    """Where a prediction comes from and what it cost."""

    model: str
    """Preset or checkpoint name: "mini", "vggt-1b", a file name."""
    checkpoint_sha256: str = ""
    licence: str = ""
    """Licence of the weights, as a name or SPDX identifier."""
    experts_trained: bool = False
    """False: experts are noisy copies of VGGT's head and the gate map means nothing."""
    demonstration: bool = False
    """True for the built-in mini: a demonstration model, not VGGT-1B."""
    shared_backbone: bool = True
    """Whether the VGGT baseline came from the same backbone pass."""
    pose_source: str = "camera head"
    """What the cameras come from: "camera head", or a named refinement after it."""
    approximations: tuple[str, ...] = ()
    """Names of modes that are not exact, if any were on."""
    device: str = "cpu"
    precision: str = "float32"
    seconds_by_stage: Mapping[str, float] = field(default_factory=dict)
    peak_memory_bytes: int = 0
    units: str = "relative"
    """"relative", or "metres" once a scale is known."""
    sources: tuple[str, ...] = ()
    """`View.source` of every photo; empty for views made in memory."""
    notes: tuple[str, ...] = ()
    """Sentences the user should read: refused photos, fallbacks that were taken."""
    program_version: str = ""


@dataclass(frozen=True)
class BaselinePrediction:
    """Plain VGGT's answer for the same views."""

    depth: Float32[np.ndarray, "S H W"]
    confidence: Float32[np.ndarray, "S H W"]
    camera_from_world: Float[np.ndarray, "S 4 4"]
    intrinsics: Float[np.ndarray, "S 3 3"]
    refined_depth: Float32[np.ndarray, "S H W"] | None = None
    """VGGT's depth after the other photos were asked, in the same way as MoE3D's."""
    support: UInt8[np.ndarray, "S H W"] | None = None
    """How many other photos confirm the refined depth, or VGGT's where there is none."""


@dataclass(frozen=True)
class ScenePrediction:
    """All that one run says of a scene: the network's raw answer, cameras, and what photos confirm.

    S views, E experts, H x W pixels of the network's image. Depth is z-depth in scene units.
    Everything shown, filtered or exported is computed from this record.
    """

    names: tuple[str, ...]
    images: UInt8[np.ndarray, "S H W 3"]
    """What the network saw, RGB."""
    depth: Float32[np.ndarray, "S H W"]
    """Fused depth, as the model defines it; > 0 where valid."""
    confidence: Float32[np.ndarray, "S H W"]
    """VGGT's depth confidence, >= 1, unbounded."""
    camera_from_world: Float[np.ndarray, "S 4 4"]
    intrinsics: Float[np.ndarray, "S 3 3"]
    """Pixels of the network's image."""
    valid_mask: Bool[np.ndarray, "S H W"]
    """False at padding, transparent pixels, and where depth is not finite and positive."""
    expert_depths: Float32[np.ndarray, "S E H W"]
    gate_logits: Float32[np.ndarray, "S E H W"]
    gate_temperature: float
    """Temperature of the fused depth; gate weights are softmax(logits / temperature)."""
    pixel_transforms: tuple[PixelTransform, ...]
    metadata: PredictionMetadata
    baseline: BaselinePrediction | None = None
    """VGGT's answer; None when it was not asked for."""
    refined_depth: Float32[np.ndarray, "S H W"] | None = None
    """Fused depth after the other photos were asked; the network's own where they say nothing.
    None when it was not asked for or not possible."""
    support: UInt8[np.ndarray, "S H W"] | None = None
    """How many other photos confirm the refined depth, or the fused one where there is none."""
    tracks: Tracks | None = None
    """Spots found in several photos, on which the cameras rest."""
    agreement: Agreement | None = None
    """How well the photos agree; None when they were not compared."""
    sky: Bool[np.ndarray, "S H W"] | None = None
    """Pixels of the sky, where a job has looked for them already (`scene.sky`); never saved."""

    def __post_init__(self) -> None:
        views = len(self.names)
        if not (self.images.shape[0] == views == len(self.pixel_transforms)):
            raise ShapeError(
                f"a prediction of {views} names needs as many images and pixel transforms; "
                f"got {self.images.shape[0]} images and {len(self.pixel_transforms)} transforms"
            )
        if self.baseline is not None and self.baseline.depth.shape != self.depth.shape:
            raise ShapeError(
                f"the baseline's depth must be {self.depth.shape} like the prediction's; "
                f"got {self.baseline.depth.shape}"
            )
        maps = {"refined depth": self.refined_depth, "support": self.support, "sky": self.sky}
        if self.baseline is not None:
            maps |= {
                "baseline's refined depth": self.baseline.refined_depth,
                "baseline's support": self.baseline.support,
            }
        for name, array in maps.items():
            if array is not None and array.shape != self.depth.shape:
                raise ShapeError(
                    f"the {name} must be {self.depth.shape} like the depth; got {array.shape}"
                )

    @property
    def num_views(self) -> int:
        """S."""
        return self.depth.shape[0]

    @property
    def num_experts(self) -> int:
        """E."""
        return self.expert_depths.shape[1]

    def gate_weights(self) -> Float32[np.ndarray, "S E H W"]:
        """Softmax of the gate at its temperature; sums to 1 over the experts."""
        from moe3d.scene.mixture import gate_weights  # noqa: PLC0415 (a record knows no arithmetic)

        return gate_weights(self.gate_logits, self.gate_temperature)

    def dominant_expert(self) -> UInt8[np.ndarray, "S H W"]:
        """Index of the expert with the largest weight, 0-based. A display choice: the result is
        the weighted sum."""
        return self.gate_logits.argmax(axis=1).astype(np.uint8)


@dataclass(frozen=True)
class PointCloud:
    """Coloured points in the world frame, with where each came from."""

    points: Float32[np.ndarray, "N 3"]
    colors: UInt8[np.ndarray, "N 3"]
    """sRGB."""
    confidence: Float32[np.ndarray, " N"]
    view_index: Int[np.ndarray, " N"]
    """Which view each point was seen in."""
    pixel_index: Int[np.ndarray, " N"]
    """Row-major index of the pixel in that view's network image: v * W + u."""
    expert_index: UInt8[np.ndarray, " N"]
    """Expert with the largest gate weight at that pixel, 0-based."""
    normals: Float32[np.ndarray, "N 3"] | None = None
    """Unit normals turned towards the camera; None when not asked for."""
    support: UInt8[np.ndarray, " N"] | None = None
    """How many other photos confirm each point; None where photos were not compared."""
    num_valid: int = 0
    """Pixels that were valid before any filter."""
    removed_by: Mapping[str, int] = field(default_factory=dict)
    """Points removed, by filter name, in the order in which the filters ran."""

    def __len__(self) -> int:
        return self.points.shape[0]


@dataclass(frozen=True)
class Mesh:
    """A triangle mesh in the world frame."""

    vertices: Float32[np.ndarray, "V 3"]
    faces: Int[np.ndarray, "F 3"]
    vertex_colors: UInt8[np.ndarray, "V 3"] | None = None
    vertex_uvs: Float32[np.ndarray, "V 2"] | None = None
    """Texture coordinates, origin at the texture's top left, 0..1."""
    texture: UInt8[np.ndarray, "TH TW 3"] | None = None
    vertex_normals: Float32[np.ndarray, "V 3"] | None = None
