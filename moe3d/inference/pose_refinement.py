"""Better cameras from matched photos and predicted depth: "matching + PnP".

For models whose depth is better than their cameras, as the built-in mini's: spots found in several
photos, lifted by the depth of one, must fall on their pixels in the others.
"""

import logging
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float, Float64, Int, UInt8

from moe3d.errors import ShapeError
from moe3d.inference.camera_adjustment import AdjustmentSettings
from moe3d.inference.camera_placement import (
    PlacedCameras,
    PlacementSettings,
    adjust_together,
    place_cameras,
)
from moe3d.inference.depth_matches import DepthMatches, gather_matches
from moe3d.inference.matching import MatchingSettings, match_photos
from moe3d.progress import Progress

logger = logging.getLogger(__name__)

POSE_SOURCE = "matching + PnP"
REFERENCE_SOURCE = "reference"
NETWORK_SOURCE = "camera head"


@dataclass(frozen=True)
class PosedDepth:
    """What a network says of S photos, before refinement; the world frame is the cameras'."""

    images: UInt8[np.ndarray, "..."]
    """(S, h, w, 3) RGB; any size, but the same field of view as the depth."""
    depth: Float[np.ndarray, "..."]
    """(S, H, W) z-depth, scene units."""
    valid_mask: Bool[np.ndarray, "..."]
    """(S, H, W); matches outside are not used."""
    intrinsics: Float[np.ndarray, "..."]
    """(S, 3, 3), pixels of the depth maps."""
    camera_from_world: Float[np.ndarray, "..."]
    """(S, 4, 4)."""

    def __post_init__(self) -> None:
        views, height, width = self.depth.shape if self.depth.ndim == 3 else (0, 0, 0)
        wanted = {
            "depth": (views, height, width),
            "valid_mask": (views, height, width),
            "intrinsics": (views, 3, 3),
            "camera_from_world": (views, 4, 4),
            "images": (views, *self.images.shape[1:3], 3),
        }
        for name, shape in wanted.items():
            if getattr(self, name).shape != shape or views == 0:
                raise ShapeError(
                    f"pose refinement of {views} views needs {name} of shape {shape}; "
                    f"got {getattr(self, name).shape}"
                )


@dataclass(frozen=True)
class PoseRefinementSettings:
    """How cameras are refined."""

    matching: MatchingSettings = field(default_factory=MatchingSettings)
    """How photos are matched."""
    placement: PlacementSettings = field(default_factory=PlacementSettings)
    """When a camera counts as found."""
    joint: AdjustmentSettings | None = field(default_factory=AdjustmentSettings)
    """How all cameras are refined together; None leaves that out."""
    share_focal: bool = True
    """Take the photos for one camera's when the predicted focal lengths differ by less than 1.5
    times: all get the median."""


@dataclass(frozen=True)
class PoseRefinement:
    """Refined cameras, and what was done for each view."""

    camera_from_world: Float64[np.ndarray, "S 4 4"]
    intrinsics: Float64[np.ndarray, "S 3 3"]
    """Pixels of the depth maps."""
    depth_scales: Float64[np.ndarray, " S"]
    """Multiply each view's depth by this to make the views agree; 1 for the reference."""
    inliers: Int[np.ndarray, " S"]
    """Matched points that each camera rests on; 0 where nothing was refined."""
    sources: tuple[str, ...]
    """For each view "reference", "matching + PnP" or "camera head" (kept: too few matches)."""
    is_joint: bool
    """Whether all cameras were refined together at the end."""

    @property
    def num_refined(self) -> int:
        """Views whose camera comes from the refinement."""
        return self.sources.count(POSE_SOURCE)

    @property
    def summary(self) -> str:
        """One sentence for the user."""
        others = len(self.sources) - 1
        if others == 0:
            return "one photo: its camera is the reference"
        if self.num_refined == 0:
            return "the photos have too few matching spots: the network's cameras were kept"
        return f"{self.num_refined} of {others} cameras refined by {POSE_SOURCE}"


def _share_focal(
    intrinsics: Float64[np.ndarray, "S 3 3"],
) -> Float64[np.ndarray, "S 3 3"]:
    """Give all views the median focal lengths, unless they are clearly different cameras."""
    focal = intrinsics[:, [0, 1], [0, 1]]  # (S, 2)
    shared = intrinsics.copy()
    if (focal > 0).all() and (focal.max(axis=0) < 1.5 * focal.min(axis=0)).all():
        shared[:, [0, 1], [0, 1]] = np.median(focal, axis=0)
    return shared


def _as_given(scene: PosedDepth) -> PoseRefinement:
    """The network's cameras, unchanged."""
    views = len(scene.depth)
    return PoseRefinement(
        np.array(scene.camera_from_world, np.float64),
        np.array(scene.intrinsics, np.float64),
        np.ones(views),
        np.zeros(views, int),
        (REFERENCE_SOURCE, *[NETWORK_SOURCE] * (views - 1)),
        is_joint=False,
    )


def refine_poses(
    scene: PosedDepth,
    settings: PoseRefinementSettings | None = None,
    progress: Progress | None = None,
) -> PoseRefinement:
    """Refine the cameras of all views but the first; the first is the reference and stays.

    A view with too few matches keeps the network's camera, and the result says so. The same input
    gives the same result; nothing of the input is changed.
    """
    settings, progress = settings or PoseRefinementSettings(), progress or Progress()
    given = _as_given(scene)
    if len(scene.depth) == 1:
        return given
    is_known = scene.valid_mask & np.isfinite(scene.depth) & (scene.depth > 0)
    size = scene.images.shape[1], scene.images.shape[2]
    pairs = match_photos(scene.images, _resize_masks(is_known, size), settings.matching, progress)
    sigma_px = settings.matching.keypoint_sigma_px
    matches = gather_matches(pairs, np.where(is_known, scene.depth, np.nan), size, sigma_px)
    intrinsics = _share_focal(given.intrinsics) if settings.share_focal else given.intrinsics
    placed = place_cameras(
        matches, intrinsics, given.camera_from_world, settings.placement, progress
    )
    if not (placed.inliers > 0).any():
        return given
    return _finish(matches, intrinsics, placed, settings, progress)


def _resize_masks(
    masks: Bool[np.ndarray, "S H W"], size: tuple[int, int]
) -> Bool[np.ndarray, "S h w"]:
    """Masks at the size of the photos, by nearest pixel."""
    rows = ((np.arange(size[0]) + 0.5) * masks.shape[1] / size[0]).astype(int)
    columns = ((np.arange(size[1]) + 0.5) * masks.shape[2] / size[1]).astype(int)
    return masks[:, rows[:, None], columns[None, :]]


def _finish(
    matches: DepthMatches,
    intrinsics: Float64[np.ndarray, "S 3 3"],
    placed: PlacedCameras,
    settings: PoseRefinementSettings,
    progress: Progress,
) -> PoseRefinement:
    """Refine together, if wanted, and say what was done."""
    progress.report("refine cameras")
    joint = adjust_together(matches, intrinsics, placed, settings.joint) if settings.joint else None
    best = joint or placed.state
    refined = intrinsics.copy()
    if joint is not None:
        refined[:, [0, 1], [0, 1]] *= joint.focal_scale
    sources = [POSE_SOURCE if count else NETWORK_SOURCE for count in placed.inliers]
    result = PoseRefinement(
        best.camera_from_world,
        refined,
        best.depth_scales,
        placed.inliers,
        (REFERENCE_SOURCE, *sources[1:]),
        is_joint=joint is not None,
    )
    logger.info("%s", result.summary)
    return result
