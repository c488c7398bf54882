"""A prediction refined by all its photos together: cameras, depth, support, agreement.

The network's raw depth, experts and gate stay as they are; refined depth is a further layer.
"""

import logging
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, Float32, Float64, Int, UInt8

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
from moe3d.scene.multiview import NETWORK, REFERENCE, Agreement, Tracks
from moe3d.scene.records import BaselinePrediction, ScenePrediction, ViewSet

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
        return replace(prediction, agreement=_nothing(prediction, ONE_PHOTO))
    cameras = find_cameras(views, prediction, settings.cameras, progress)
    if cameras is None:
        return replace(prediction, agreement=_nothing(prediction, NO_MATCHES))
    cameras = _at_raw_scale(cameras)
    layers, count = 1 + (prediction.baseline is not None), prediction.num_views
    refining = PartProgress(progress, "refine depth", layers, count)
    confirming = PartProgress(progress, "confirm depth", layers, count)
    scene = posed_scene(prediction, cameras)
    placed = _with_cameras(prediction, scene, cameras)
    scaled = _scaled(prediction.depth, cameras)
    neighbours = choose_neighbours(scene, scaled, settings.depth)
    answer = _Answer(prediction.depth, None)
    base = None
    if mode == "full":
        factors = correct_all(scene, scaled, settings.depth.correction)
        neighbours = choose_neighbours(scene, scaled * np.exp(factors), settings.depth)
        measured = measure_depth(
            scene, scaled, factors, neighbours, settings.depth, device, progress
        )
        photos = DenseAgreement(
            scene.images, np.where(scene.valid & (scaled > 0), scaled, np.nan), scene.intrinsics
        )
        # The world is in the scale of these depths.
        fitting = replace(cameras.state, depth_scales=np.ones(prediction.num_views))
        alike = photos.with_partners(fitting, [near[:PARTNERS] for near in neighbours])
        answer = _refine(prediction.depth, scaled, factors, scene, measured, alike, cameras,
                         settings, refining)  # fmt: skip
        if prediction.baseline is not None and answer.trust is not None:
            base = _refine_baseline(prediction.baseline, scene, measured, cameras, answer,
                                    settings, refining)  # fmt: skip
    return _finish(placed, answer, base, scene, neighbours, cameras, settings, device, confirming)


ONE_PHOTO = "one photo: there is no other to compare it with"
NO_MATCHES = (
    "no two photos share enough matching spots: the network's cameras and depth were kept "
    "(photos of one thing from places apart, with texture, match best)"
)
NO_DEPTH = (
    "the photos agree too little on depth (too few matches, nearly one place, or wrong cameras): "
    "the network's depth was kept"
)


@dataclass(frozen=True)
class _Answer:
    """One layer after the photos were asked."""

    depth: Float32[np.ndarray, "S H W"]
    """Refined where there is trust, else the network's."""
    trust: Trust | None
    """How far each photo's refinement was believed; None when depth was not refined."""

    @property
    def is_refined(self) -> bool:
        """Whether any photo's depth is more than the network's."""
        return self.trust is not None and bool((self.trust.factor > 0).any())


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


def _scaled(
    depth: Float32[np.ndarray, "S H W"], cameras: SceneCameras
) -> Float32[np.ndarray, "S H W"]:
    return depth * cameras.state.depth_scales.astype(np.float32)[:, None, None]


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


def _refine(
    raw: Float32[np.ndarray, "S H W"],
    scaled: Float32[np.ndarray, "S H W"],
    factors: Float32[np.ndarray, "S H W"],
    scene: PosedScene,
    measured: Measured,
    alike: Float64[np.ndarray, " S"],
    cameras: SceneCameras,
    settings: RefineSettings,
    progress: Progress,
) -> _Answer:
    """Refine MoE3D's fused depth, as far as the photos are to be believed."""
    refined = refine_layer(scene, scaled, factors, measured, settings.depth, progress)
    trust = trust_in_photos(raw, refined.depth, scene, measured, alike, cameras, settings.trust)
    return _Answer(_blend(raw, refined.depth, trust), trust)


def _refine_baseline(
    baseline: BaselinePrediction,
    scene: PosedScene,
    measured: Measured,
    cameras: SceneCameras,
    answer: _Answer,
    settings: RefineSettings,
    progress: Progress,
) -> _Answer:
    """The same for VGGT's depth, with the photos' measurements and the trust in them."""
    scaled = _scaled(baseline.depth, cameras)
    factors = correct_all(scene, scaled, settings.depth.correction)
    refined = refine_layer(scene, scaled, factors, measured, settings.depth, progress)
    assert answer.trust is not None
    return _Answer(_blend(baseline.depth, refined.depth, answer.trust), answer.trust)


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
    placed: ScenePrediction,
    answer: _Answer,
    base: _Answer | None,
    scene: PosedScene,
    neighbours: list[list[int]],
    cameras: SceneCameras,
    settings: RefineSettings,
    device: torch.device,
    progress: Progress,
) -> ScenePrediction:
    """Count support, measure agreement, and put all into the record."""
    is_refined = answer.is_refined
    depth = answer.depth if is_refined else placed.depth
    support, log_ratio = support_of(scene, depth, neighbours, settings.depth, device, progress)
    agreement = _agree(placed, cameras, support, log_ratio, answer)
    baseline = placed.baseline
    if baseline is not None:
        own = base.depth if base is not None and is_refined else baseline.depth
        counted, _ = support_of(scene, own, neighbours, settings.depth, device, progress)
        baseline = replace(
            baseline,
            support=counted,
            refined_depth=own if base is not None and is_refined else None,
        )
    logger.info("confirmed %.0f %%", 100 * agreement.scene_confirmed_share)
    return replace(
        placed,
        refined_depth=depth if is_refined else None,
        support=support,
        baseline=baseline,
        agreement=agreement,
    )


def _agree(
    prediction: ScenePrediction,
    cameras: SceneCameras,
    support: UInt8[np.ndarray, "S H W"],
    log_ratio: Float32[np.ndarray, "S H W"],
    answer: _Answer,
) -> Agreement:
    """Measure how well the photos agree."""
    views = range(prediction.num_views)
    tracks, valid = cameras.tracks, prediction.valid_mask
    difference = np.where(valid, np.abs(np.expm1(log_ratio)), np.nan)
    confirmed = (support > 0) & valid
    matches: Int[np.ndarray, " S"] = np.bincount(tracks.view, minlength=len(views))
    return Agreement(
        camera_sources=cameras.sources,
        matches=matches,
        residual_px=np.array([_median(cameras.residual_px[tracks.view == v]) for v in views]),
        confirmed_share=np.array([_share(confirmed[v], valid[v]) for v in views]),
        disagreement=np.array([_median(difference[v]) for v in views]),
        scene_residual_px=_median(cameras.residual_px),
        scene_confirmed_share=_share(confirmed, valid),
        scene_disagreement=_median(difference),
        depth_refined=answer.is_refined,
        sentence=_sentence(prediction, cameras, answer),
    )


def _sentence(prediction: ScenePrediction, cameras: SceneCameras, answer: _Answer) -> str:
    """What was not possible."""
    said = []
    lost = [
        name
        for name, source in zip(prediction.names, cameras.sources, strict=True)
        if source == NETWORK
    ]
    if lost:
        shown = ", ".join(lost[:3]) + (f" and {len(lost) - 3} more" if len(lost) > 3 else "")
        said.append(f"too few matches to place {shown}: the network's cameras were kept there")
    if answer.trust is not None:
        kept = int((answer.trust.factor == 0).sum())
        if kept == len(answer.trust.factor):
            said.append(NO_DEPTH)
        elif kept > len(lost):
            said.append(
                f"the photos agree too little in {kept} of {len(answer.trust.factor)} photos: "
                "the network's depth was kept there"
            )
    return "; ".join(said)


def _nothing(prediction: ScenePrediction, sentence: str) -> Agreement:
    """The agreement of photos that could not be compared."""
    count = prediction.num_views
    unknown = np.full(count, np.nan)
    return Agreement(
        (REFERENCE, *[NETWORK] * (count - 1)),
        np.zeros(count, int),
        unknown,
        np.zeros(count),
        unknown,
        sentence=sentence,
    )


def _median(values: Float[np.ndarray, "*N"]) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else float("nan")


def _share(part: np.ndarray, whole: np.ndarray) -> float:
    return float(part.sum() / max(whole.sum(), 1))
