"""`moe3d eval`: score arrays, poses and clouds, and run whole protocols."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from tyro.conf import subcommand

from moe3d.cli.evaluate.eval_cost import EvalCost
from moe3d.cli.evaluate.eval_tasks import (
    EvalBoundary,
    EvalMixture,
    EvalMonoDepth,
    EvalPose,
    EvalReconstruction,
)
from moe3d.errors import UsageError

if TYPE_CHECKING:
    import numpy as np

    from moe3d.evaluation.metrics.arrays import ArrayOptions


@dataclass(frozen=True)
class EvalArrays:
    """Score two depth maps with every depth, boundary and flying-point metric."""

    prediction: Path
    """(H, W) z-depth, .npy."""
    truth: Path
    """(H, W) z-depth, .npy; 0, negative or NaN where unknown."""
    mask: Path | None = None
    """(H, W), .npy of bool or whole numbers; 0 leaves a pixel out."""
    alignment: str = "median"
    """none, median, scale-l1, affine-l1, affine-l2, disparity-affine, scale-relative-l1 or
    affine-relative-l1."""
    clip_above: float | None = None
    """Largest aligned depth in truth units, for example 70 for Sintel."""
    allow_missing: bool = False
    """Leave out pixels where the prediction is not finite instead of refusing it."""
    true_edges: Path | None = None
    """(H, W) annotated depth edges, .npy, for dbe_acc and dbe_comp; left out: Canny of truth."""
    matte: Path | None = None
    """(H, W) opacity of a cut-out object, .npy, for matte_recall."""
    focal_px: float | None = None
    """Focal length in pixels of these maps; with it the 3D boundary distances are measured."""
    centre_px: tuple[float, float] | None = None
    """Principal point (x, y); left out: the middle of the image."""
    edge_jump: float = 0.10
    """Relative depth step that makes an edge."""
    edge_margin: float = 0.03
    """Relative distance from both surfaces beyond which a pixel flies."""
    band_px: int = 3
    """Width of the band around an edge, pixels."""
    json: bool = False
    """Print JSON instead of a table."""

    def run(self) -> int:
        """Score and print."""
        from moe3d.evaluation.metrics.arrays import score_arrays
        from moe3d.io.files.array_file import read_array

        truth = read_array(self.truth)
        mask = None if self.mask is None else read_array(self.mask)
        scores = score_arrays(read_array(self.prediction), truth, mask, self._options(truth))
        print_scores(scores, self.json)
        return 0

    def _options(self, truth: "np.ndarray") -> "ArrayOptions":
        from moe3d.evaluation.flying_points import FlyingSettings
        from moe3d.evaluation.metrics.arrays import ArrayOptions
        from moe3d.evaluation.metrics.pairs import as_mask
        from moe3d.geometry.alignment import alignment_method
        from moe3d.io.files.array_file import read_array

        return ArrayOptions(
            alignment=alignment_method(self.alignment),
            clip_above=self.clip_above,
            allow_missing=self.allow_missing,
            intrinsics=self._intrinsics(truth),
            true_edges=None if self.true_edges is None else as_mask(read_array(self.true_edges)),
            alpha=None if self.matte is None else read_array(self.matte),
            flying=FlyingSettings(self.edge_jump, self.edge_margin, self.band_px),
        )

    def _intrinsics(self, truth: "np.ndarray") -> "np.ndarray | None":
        import numpy as np

        if self.focal_px is None:
            return None
        if not self.focal_px > 0:
            raise UsageError(f"--focal-px must be above 0; got {self.focal_px}")
        height, width = truth.shape[-2:]
        x, y = self.centre_px or ((width - 1) / 2, (height - 1) / 2)
        return np.array([[self.focal_px, 0, x], [0, self.focal_px, y], [0, 0, 1.0]])


@dataclass(frozen=True)
class EvalPoses:
    """Score two lists of world-to-camera matrices."""

    prediction: Path
    """(N, 4, 4) or (N, 3, 4) `camera_from_world`, OpenCV axes, .npy."""
    truth: Path
    """The same cameras in the same order, .npy."""
    json: bool = False
    """Print JSON instead of a table."""

    def run(self) -> int:
        """Score and print."""
        from moe3d.evaluation.metrics.pose_scores import score_poses
        from moe3d.io.files.array_file import read_array

        print_scores(score_poses(read_array(self.prediction), read_array(self.truth)), self.json)
        return 0


@dataclass(frozen=True)
class EvalClouds:
    """Score two point clouds: Acc, Comp, normal consistency, F-score, Chamfer."""

    prediction: Path
    """.ply, or .npy of (N, 3) points."""
    truth: Path
    """.ply, or .npy of (M, 3) points."""
    alignment: Literal["none", "umeyama", "median"] = "none"
    """umeyama and median need clouds whose points correspond in order."""
    icp: float | None = None
    """Reach of point-to-point ICP in truth units, for example 0.1; left out: no ICP."""
    fscore_threshold: float = 0.05
    """Distance below which a point counts as found, truth units."""
    json: bool = False
    """Print JSON instead of a table."""

    def run(self) -> int:
        """Score and print."""
        from moe3d.evaluation.metrics.cloud_file import read_cloud
        from moe3d.evaluation.metrics.cloud_scores import CloudAlignment, score_aligned

        alignment = CloudAlignment(self.alignment, self.icp)
        prediction, truth = read_cloud(self.prediction), read_cloud(self.truth)
        print_scores(score_aligned(prediction, truth, alignment, self.fscore_threshold), self.json)
        return 0


@dataclass(frozen=True)
class EvalCommand:
    """Measure: single files, or models on data sets."""

    task: (
        Annotated[EvalArrays, subcommand("arrays")]
        | Annotated[EvalPoses, subcommand("poses")]
        | Annotated[EvalClouds, subcommand("clouds")]
        | Annotated[EvalReconstruction, subcommand("mv-recon")]
        | Annotated[EvalMonoDepth, subcommand("mono-depth")]
        | Annotated[EvalBoundary, subcommand("boundary")]
        | Annotated[EvalPose, subcommand("pose")]
        | Annotated[EvalMixture, subcommand("mixture")]
        | Annotated[EvalCost, subcommand("cost")]
    )

    def run(self) -> int:
        """Do the chosen evaluation."""
        return self.task.run()


def print_scores(scores: Any, as_json: bool) -> None:
    """Write a flat record to stdout, as JSON or one metric a line."""
    from moe3d.evaluation.reports.json_values import json_value

    values = json_value(scores)
    if as_json:
        print(json.dumps(values, indent=2, allow_nan=False))
        return
    for name, value in values.items():
        if not isinstance(value, list | dict):
            print(f"{name:32s} {value:.6g}" if isinstance(value, float) else f"{name:32s} {value}")
