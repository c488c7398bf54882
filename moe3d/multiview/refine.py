"""A prediction refined by all its photos together: cameras, depth, support, agreement.

The network's raw depth, experts and gate stay as they are; refined depth is a further layer.
"""

import logging
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float32, Float64, UInt8

from moe3d.multiview.agreement import (
    NO_MATCHES,
    ONE_PHOTO,
    measured_agreement,
    no_agreement,
)
from moe3d.multiview.cameras import CameraSettings, SceneCameras, find_cameras
from moe3d.multiview.depths.depth import (
    DepthSettings,
    Measured,
    PosedScene,
    SparsePoints,
    choose_neighbours,
    correct_all,
    measure_depth,
    refine_layer,
    support_of,
)
from moe3d.multiview.matches.dense_agreement import DenseAgreement
from moe3d.multiview.part_progress import PartProgress
from moe3d.multiview.trust import Trust, TrustSettings, trust_in_photos
from moe3d.progress import Progress
from moe3d.scene.multiview import Tracks
from moe3d.scene.records import ScenePrediction, ViewSet

PARTNERS = 8
"""Photos that each is compared with as a whole."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RefineSettings:
    """How photos refine a prediction."""

    cameras: CameraSettings = field(default_factory=CameraSettings)
    depth: DepthSettings = field(default_factory=DepthSettings)
    trust: TrustSettings = field(default_factory=TrustSettings)


def refine_prediction(
    prediction: ScenePrediction,
    views: ViewSet,
    mode: Literal["cameras", "full"] = "full",
    settings: RefineSettings | None = None,
    progress: Progress | None = None,
    device: torch.device | None = None,
) -> ScenePrediction:
    """Ask all photos of a scene about its cameras and its depth.

    Args:
        prediction: the network's; is not changed.
        views: its photos, in its order.
        mode: "cameras", or "full": also refined depth for MoE3D and VGGT.
        settings: how.
        progress: reports and cancels.
        device: where depth is swept; the processor by default.

    Returns:
        The prediction with better cameras, tracks, support, agreement and, where photos agree well
        enough, refined depth. Raw depth, experts and gate are the same arrays. Where nothing
        better was found the network's answer stays, and `agreement.sentence` says why.

    Raises:
        JobCancelledError: progress was cancelled; noticed within one photo.
        ImageReadError: a photo is gone or changed since it was checked.
    """
    settings, progress = settings or RefineSettings(), progress or Progress()
    device = device or torch.device("cpu")
    if prediction.num_views < 2:
        return replace(prediction, agreement=no_agreement(prediction, ONE_PHOTO))
    cameras = find_cameras(views, prediction, settings.cameras, progress)
    if cameras is None:
        return replace(prediction, agreement=no_agreement(prediction, NO_MATCHES))
    cameras = _at_raw_scale(cameras)
    photos = _Photos(posed_scene(prediction, cameras), cameras, settings, device)
    layers, count = 1 + (prediction.baseline is not None), prediction.num_views
    refining = PartProgress(progress, "refine depth", layers, count)
    confirming = PartProgress(progress, "confirm depth", layers, count)
    placed = _with_cameras(prediction, photos.scene, cameras)
    if mode == "full":
        asked = _ask_for_depth(prediction, photos, progress, refining)
    else:
        asked = _Asked(photos.neighbours(photos.at_scale(prediction.depth)))
    return _finish(placed, photos, asked, confirming)


@dataclass(frozen=True)
class _Layer:
    """A layer of the network's depth, brought to the points that photos have in common."""

    raw: Float32[np.ndarray, "S H W"]
    scaled: Float32[np.ndarray, "S H W"]
    """In the scale of the world."""
    log_factor: Float32[np.ndarray, "S H W"]
    """Smooth correction of its logarithm."""


@dataclass(frozen=True)
class _Photos:
    """What is asked of every layer: photos with their cameras, and how."""

    scene: PosedScene
    cameras: SceneCameras
    settings: RefineSettings
    device: torch.device

    def at_scale(self, raw: Float32[np.ndarray, "S H W"]) -> Float32[np.ndarray, "S H W"]:
        """A network's depth in the scale of the world."""
        return raw * self.cameras.state.depth_scales.astype(np.float32)[:, None, None]

    def layer(self, raw: Float32[np.ndarray, "S H W"]) -> _Layer:
        """A network's depth with its smooth correction."""
        scaled = self.at_scale(raw)
        correction = self.settings.depth.correction
        return _Layer(raw, scaled, correct_all(self.scene, scaled, correction))

    def neighbours(self, depth: Float32[np.ndarray, "S H W"]) -> list[list[int]]:
        """For every photo the others that tell most of its depth, best first."""
        return choose_neighbours(self.scene, depth, self.settings.depth)

    def measured(self, layer: _Layer, neighbours: list[list[int]], progress: Progress) -> Measured:
        """What photos agree on around the layer's corrected depth."""
        return measure_depth(
            self.scene,
            layer.scaled,
            layer.log_factor,
            neighbours,
            self.settings.depth,
            self.device,
            progress,
        )

    def alike(self, layer: _Layer, neighbours: list[list[int]]) -> Float64[np.ndarray, " S"]:
        """How much of each photo its best partners show when seen roughly, 0..1."""
        scene, scaled = self.scene, layer.scaled
        photos = DenseAgreement(
            scene.images, np.where(scene.valid & (scaled > 0), scaled, np.nan), scene.intrinsics
        )
        # The world is in the scale of these depths.
        fitting = replace(self.cameras.state, depth_scales=np.ones(len(scaled)))
        return photos.with_partners(fitting, [near[:PARTNERS] for near in neighbours])

    def refined(
        self, layer: _Layer, measured: Measured, progress: Progress
    ) -> Float32[np.ndarray, "S H W"]:
        """The layer as photos would have it."""
        return refine_layer(
            self.scene,
            layer.scaled,
            layer.log_factor,
            measured,
            self.settings.depth,
            progress,
        ).depth

    def support(
        self, depth: Float32[np.ndarray, "S H W"], neighbours: list[list[int]], progress: Progress
    ) -> tuple[UInt8[np.ndarray, "S H W"], Float32[np.ndarray, "S H W"]]:
        """See `support_of`."""
        return support_of(self.scene, depth, neighbours, self.settings.depth, self.device, progress)


@dataclass(frozen=True)
class _Asked:
    """What photos say of depth."""

    neighbours: list[list[int]]
    trust: Trust | None = None
    """How far each photo's refinement was believed; None when depth was not refined."""
    depth: Float32[np.ndarray, "S H W"] | None = None
    """MoE3D's, where there is trust, else the network's; None when nothing was believed."""
    base_depth: Float32[np.ndarray, "S H W"] | None = None
    """VGGT's in the same way."""


def _ask_for_depth(
    prediction: ScenePrediction, photos: _Photos, progress: Progress, refining: Progress
) -> _Asked:
    """Refine MoE3D's depth, and VGGT's with the same measurements, as far as they are believed."""
    layer = photos.layer(prediction.depth)
    neighbours = photos.neighbours(layer.scaled * np.exp(layer.log_factor))
    measured = photos.measured(layer, neighbours, progress)
    alike = photos.alike(layer, neighbours)
    refined = photos.refined(layer, measured, refining)
    trust = trust_in_photos(
        layer.raw,
        refined,
        photos.scene,
        measured,
        alike,
        photos.cameras.depth_sigma,
        photos.settings.trust,
    )
    base = None if prediction.baseline is None else photos.layer(prediction.baseline.depth)
    of_base = None if base is None else photos.refined(base, measured, refining)
    if not trust.is_any:
        return _Asked(neighbours, trust)
    return _Asked(
        neighbours,
        trust,
        _blend(layer.raw, refined, trust),
        None if base is None or of_base is None else _blend(base.raw, of_base, trust),
    )


def posed_scene(prediction: ScenePrediction, cameras: SceneCameras) -> PosedScene:
    """Photos, cameras and points at the network's size."""
    transforms = prediction.pixel_transforms
    intrinsics = np.stack(
        [
            transform.network_intrinsics(matrix)
            for transform, matrix in zip(transforms, cameras.state.intrinsics, strict=True)
        ]
    )
    return PosedScene(
        prediction.images,
        prediction.valid_mask,
        intrinsics,
        cameras.state.camera_from_world,
        tuple(_points_of(prediction, cameras, view) for view in range(prediction.num_views)),
        cameras.is_placed,
    )


def _points_of(prediction: ScenePrediction, cameras: SceneCameras, view: int) -> SparsePoints:
    """The tracks that one photo sees inside the network's image."""
    tracks = cameras.tracks
    mine = np.flatnonzero(tracks.view == view)
    camera = cameras.state.camera_from_world[view]
    z = cameras.points[tracks.track[mine]] @ camera[2, :3] + camera[2, 3]
    pixels = prediction.pixel_transforms[view].network_from_original(tracks.pixels[mine])
    height, width = prediction.depth.shape[1:]
    inside = (pixels > -0.5).all(axis=1) & (pixels < [width - 0.5, height - 0.5]).all(axis=1)
    inside &= z > 0
    return SparsePoints(pixels[inside], z[inside], cameras.depth_sigma[mine][inside])


def _at_raw_scale(cameras: SceneCameras) -> SceneCameras:
    """Scale the world so that the photos' depth scales have the median 1: raw depth then fits."""
    state = cameras.state
    factor = float(np.exp(-np.median(np.log(state.depth_scales[cameras.is_placed]))))
    camera_from_world = state.camera_from_world.copy()
    first = camera_from_world[0].copy()
    # About the first camera's centre, so that it stays where it is.
    centred = camera_from_world @ np.linalg.inv(first)
    centred[cameras.is_placed, :3, 3] *= factor
    moved = replace(
        state,
        camera_from_world=centred @ first,
        depth_scales=np.where(cameras.is_placed, state.depth_scales * factor, 1.0),
    )
    points = cameras.points @ first[:3, :3].T + first[:3, 3]
    points = (points * factor - first[:3, 3]) @ first[:3, :3]
    return replace(cameras, state=moved, points=points)


def _with_cameras(
    prediction: ScenePrediction, scene: PosedScene, cameras: SceneCameras
) -> ScenePrediction:
    """The prediction with the found cameras and tracks; VGGT's baseline gets the same cameras."""
    baseline = prediction.baseline
    if baseline is not None:
        baseline = replace(
            baseline,
            camera_from_world=scene.camera_from_world,
            intrinsics=scene.intrinsics,
        )
    tracks = cameras.tracks
    metadata = prediction.metadata
    return replace(
        prediction,
        camera_from_world=scene.camera_from_world,
        intrinsics=scene.intrinsics,
        baseline=baseline,
        tracks=Tracks(
            cameras.points.astype(np.float32),
            tracks.track.astype(np.int32),
            tracks.view.astype(np.int32),
            tracks.pixels.astype(np.float32),
        ),
        metadata=replace(
            metadata, pose_source=f"{metadata.pose_source}, then matching and bundle adjustment"
        ),
    )


def _blend(
    raw: Float32[np.ndarray, "S H W"],
    refined: Float32[np.ndarray, "S H W"],
    trust: Trust,
) -> Float32[np.ndarray, "S H W"]:
    """Between raw and refined depth, in the logarithm; raw where either is no depth."""
    blended = np.array(raw)
    for view, (of_factor, of_bend) in enumerate(zip(trust.factor, trust.bend, strict=True)):
        known = np.isfinite(raw[view]) & (raw[view] > 0) & (refined[view] > 0)
        if of_factor == 0 or not known.any():
            continue
        change = np.log(refined[view][known] / raw[view][known])
        factor = np.median(change)
        change = of_factor * factor + of_bend * (change - factor)
        blended[view][known] = raw[view][known] * np.exp(change)
    return blended


def _finish(
    placed: ScenePrediction, photos: _Photos, asked: _Asked, progress: Progress
) -> ScenePrediction:
    """Count support, measure agreement, and put all into the record."""
    depth = placed.depth if asked.depth is None else asked.depth
    support, log_ratio = photos.support(depth, asked.neighbours, progress)
    agreement = measured_agreement(placed, photos.cameras, support, log_ratio, asked.trust)
    baseline = placed.baseline
    if baseline is not None:
        own = baseline.depth if asked.base_depth is None else asked.base_depth
        counted, _ = photos.support(own, asked.neighbours, progress)
        baseline = replace(baseline, support=counted, refined_depth=asked.base_depth)
    logger.info("confirmed %.0f %%", 100 * agreement.scene_confirmed_share)
    return replace(
        placed,
        refined_depth=asked.depth,
        support=support,
        baseline=baseline,
        agreement=agreement,
    )
