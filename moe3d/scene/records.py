"""The records that travel through the program: views in, a prediction, points and meshes out.

All are frozen, and check themselves when they are made: `ShapeError` names record and field, the
shape that was wanted and the one that came, `RecordError` a value that cannot be. Nothing changes a
prediction in place.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Float32, Int, UInt8

from moe3d.errors import RecordError, ShapeError
from moe3d.scene.gate import gate_weights
from moe3d.scene.multiview import Agreement, Tracks
from moe3d.scene.pixel_transform import PixelTransform
from moe3d.scene.record_checks import check_arrays, check_cameras, checks_itself


@checks_itself
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
    """Upright RGB or RGBA pixels, for views made in memory; else None and read from `path`. Of the
    view's width and height; those kept of a video's frame may be a smaller copy."""
    mask: Path | None = None
    """A picture of the photo's shape: what is dark in it is no part of the scene."""
    warnings: tuple[str, ...] = ()
    """What the user should know about this photo, one sentence each."""
    frame_s: float | None = None
    """For a frame of the video at `path`: when it is shown, seconds of the video's own clock."""

    def __post_init__(self) -> None:
        if min(self.width, self.height) < 1:
            raise RecordError(
                f"View {self.name!r}: wanted a width and height of 1 pixel or more; "
                f"got {self.width} x {self.height}"
            )
        if self.exif_orientation not in range(1, 9):
            raise RecordError(
                f"View {self.name!r}: wanted an EXIF orientation of 1 to 8; "
                f"got {self.exif_orientation}"
            )
        if self.frame_s is not None and not math.isfinite(self.frame_s):
            raise RecordError(f"View {self.name!r}: wanted a time in seconds; got {self.frame_s}")
        self._check_pixels()

    def _check_pixels(self) -> None:
        is_frame = self.frame_s is not None
        full = {} if is_frame else {"H": self.height, "W": self.width}
        sizes = {"H": 1, "W": 1, "C": 3} | check_arrays(self, **full)
        if sizes["C"] not in (3, 4):
            raise ShapeError(
                f"View.pixels: wanted C = 3 (RGB) or 4 (RGBA) channels; got {sizes['C']}"
            )
        if sizes["H"] > self.height or sizes["W"] > self.width:
            raise ShapeError(
                f"View.pixels: wanted at most (H, W) = {(self.height, self.width)}, the frame's "
                f"own size; got {(sizes['H'], sizes['W'])}"
            )

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

    @property
    def sources(self) -> tuple[str, ...]:
        """`View.source` of every photo that has one, in order."""
        return tuple(view.source for view in self.views if view.source)

    @property
    def told(self) -> tuple[str, ...]:
        """What the user should know about all of it: notes, refused files, warnings of photos."""
        refused = tuple(f"not used: {file.path.name}: {file.reason}" for file in self.refused)
        warned = tuple(f"{view.name}: {text}" for view in self.views for text in view.warnings)
        return self.notes + refused + warned

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


@checks_itself
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

    def __post_init__(self) -> None:
        check_arrays(self)
        check_cameras(self, self.camera_from_world, self.intrinsics)


@checks_itself
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
    """NaN where a photo's camera is unknown; so are its intrinsics."""
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
        sizes = check_arrays(self, S=len(self.names))
        if 0 in sizes.values():
            raise ShapeError(
                "ScenePrediction: wanted at least one photo, expert and pixel; got expert_depths "
                f"(S, E, H, W) = {self.expert_depths.shape}"
            )
        check_cameras(self, self.camera_from_world, self.intrinsics)
        if not 0 < self.gate_temperature < math.inf:
            raise RecordError(
                "ScenePrediction.gate_temperature: wanted a number above 0; "
                f"got {self.gate_temperature}"
            )
        self._check_transforms()
        self._check_parts()

    def _check_transforms(self) -> None:
        count, (height, width) = len(self.names), self.depth.shape[1:]
        came = [(transform.height, transform.width) for transform in self.pixel_transforms]
        if came != [(height, width)] * count:
            raise ShapeError(
                f"ScenePrediction.pixel_transforms: wanted {count} to images of (H, W) = "
                f"{(height, width)}; got {len(came)} to {sorted(set(came))}"
            )

    def _check_parts(self) -> None:
        """Baseline, tracks and agreement are whole by themselves; are they of this scene?"""
        views = len(self.names)
        if self.baseline is not None and self.baseline.depth.shape != self.depth.shape:
            raise ShapeError(
                f"ScenePrediction.baseline: wanted depth of (S, H, W) = {self.depth.shape}; "
                f"got {self.baseline.depth.shape}"
            )
        if self.agreement is not None and len(self.agreement.camera_sources) != views:
            raise ShapeError(
                f"ScenePrediction.agreement: wanted S = {views} photos; "
                f"got {len(self.agreement.camera_sources)}"
            )
        index = None if self.tracks is None else self.tracks.view_index
        if index is not None and len(index) and not 0 <= index.min() <= index.max() < views:
            raise RecordError(
                f"ScenePrediction.tracks: wanted view_index of 0 to {views - 1}; "
                f"got {index.min()} to {index.max()}"
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
        return gate_weights(self.gate_logits, self.gate_temperature)

    def dominant_expert(self) -> UInt8[np.ndarray, "S H W"]:
        """Index of the expert with the largest weight, 0-based. A display choice: the result is
        the weighted sum."""
        return self.gate_logits.argmax(axis=1).astype(np.uint8)


@checks_itself
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

    def __post_init__(self) -> None:
        check_arrays(self)

    def __len__(self) -> int:
        return self.points.shape[0]


@checks_itself
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

    def __post_init__(self) -> None:
        check_arrays(self)
