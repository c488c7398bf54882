"""Named evaluation protocols. "7-Scenes, Acc" names at least three; every choice is explicit.

Sources: the public evaluation scripts of Spann3R, CUT3R, StreamVGGT and Pi3, from their
descriptions; `docs/metrics.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from moe3d.errors import UsageError
from moe3d.evaluation.grids import InputSize, Resampling
from moe3d.evaluation.metrics.cloud_scores import CloudAlignmentMethod
from moe3d.geometry.alignment import AlignmentMethod

Subject = Literal["clouds", "maps", "cameras", "clouds and maps"]
"""What a table is about."""


@dataclass(frozen=True)
class EvaluationProtocol:
    """All choices of an evaluation; printed with every table."""

    name: str
    strides: Mapping[str, int] = field(default_factory=dict)
    """Every how many frames, by data set; 1 where not named."""
    nrgbd_half_rule: bool = False
    """NRGBD: at most half of the frames are skipped, min(stride, n // 2)."""
    input_size: InputSize | None = None
    """What every model is shown; None shows the photos as they are."""
    points: Literal["depth + camera", "point head"] = "depth + camera"
    """What is lifted to a cloud. A model without a point head is scored by depth + camera."""
    alignment: CloudAlignmentMethod = "umeyama"
    fit_before_crop: bool = False
    """Whether the cloud alignment sees the pixels that the crop removes."""
    crops_px: tuple[int, ...] = (0,)
    """Central squares that are scored, in pixels of the input image; 0 scores all."""
    icp_reach_m: float | None = 0.1
    max_points: int | None = None
    """More points than this are thinned at random before nearest neighbours are sought."""
    resampling: Resampling = "truth-nearest"
    depth_alignment: AlignmentMethod = "median"
    also_alignment: AlignmentMethod | None = None
    """A second depth alignment, in columns of its own."""
    note: str = ""

    def stride(self, dataset: str, num_frames: int) -> int:
        """Every how many frames of a scene of this length."""
        stride = self.strides.get(dataset.removesuffix("-usual-script").removesuffix("-file"), 1)
        if dataset == "nrgbd" and self.nrgbd_half_rule:
            stride = min(stride, num_frames // 2)
        return max(stride, 1)

    def frames_in_words(self, dataset: str) -> str:
        """Which frames of this data set are taken."""
        stride = self.stride(dataset, 2**31)
        if dataset == "nrgbd" and self.nrgbd_half_rule:
            return f"every {stride}, at most half of the frames apart"
        return "all" if stride == 1 else f"every {stride}"


SPARSE = {"7-scenes": 200, "nrgbd": 500}
VGGT_SIZE = InputSize(518, 392)

PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        EvaluationProtocol(
            "project",
            SPARSE,
            nrgbd_half_rule=True,
            input_size=VGGT_SIZE,
            crops_px=(0, 224),
            also_alignment="affine-l1",
            note="our default: correct intrinsics, invalid depth dropped first",
        ),
        EvaluationProtocol(
            "spann3r",
            {"7-scenes": 20, "nrgbd": 40},
            input_size=InputSize(224, 224),
            points="point head",
            alignment="median",
            fit_before_crop=True,
        ),
        EvaluationProtocol(
            "cut3r",
            SPARSE,
            nrgbd_half_rule=True,
            input_size=InputSize(512, 384),
            points="point head",
            alignment="median",
            fit_before_crop=True,
            crops_px=(224,),
            resampling="prediction-bicubic",
        ),
        EvaluationProtocol(
            "vggt-point",
            SPARSE,
            nrgbd_half_rule=True,
            input_size=VGGT_SIZE,
            points="point head",
            alignment="median",
            fit_before_crop=True,
            crops_px=(224,),
            resampling="prediction-bicubic",
        ),
        EvaluationProtocol(
            "vggt-depth",
            SPARSE,
            nrgbd_half_rule=True,
            input_size=VGGT_SIZE,
            crops_px=(224,),
            resampling="prediction-bicubic",
        ),
        EvaluationProtocol(
            "pi3-sparse",
            SPARSE,
            input_size=InputSize(518, 392, "stretch"),
            points="point head",
            resampling="prediction-bilinear",
            depth_alignment="scale-l1",
        ),
        EvaluationProtocol(
            "pi3-sparse-flawed",
            SPARSE,
            input_size=InputSize(518, 392, "stretch", larger_ratio_intrinsics=True),
            points="point head",
            resampling="prediction-bilinear",
            depth_alignment="scale-l1",
            note="reproduces the published loader's intrinsics: true x is 5 to 11 mm a metre off",
        ),
        EvaluationProtocol(
            "pi3-dense",
            {"7-scenes": 40, "nrgbd": 100},
            input_size=InputSize(518, 392, "stretch"),
            points="point head",
            resampling="prediction-bilinear",
            depth_alignment="scale-l1",
        ),
        EvaluationProtocol(
            "pi3-dense-flawed",
            {"7-scenes": 40, "nrgbd": 100},
            input_size=InputSize(518, 392, "stretch", larger_ratio_intrinsics=True),
            points="point head",
            resampling="prediction-bilinear",
            depth_alignment="scale-l1",
            note="reproduces the published loader's intrinsics: true x is 5 to 11 mm a metre off",
        ),
    )
}


def find_protocol(name: str) -> EvaluationProtocol:
    """The protocol of this name.

    Raises:
        UsageError: there is none.
    """
    if name not in PROTOCOLS:
        raise UsageError(f"no protocol {name!r}; there are {', '.join(PROTOCOLS)}")
    return PROTOCOLS[name]


def describe(protocol: EvaluationProtocol, about: Subject = "clouds and maps") -> dict[str, str]:
    """The choices that matter to a table, in words, in the order in which they are printed."""
    choices = {"protocol": protocol.name, **_about_photos(protocol)}
    if "clouds" in about:
        choices |= _about_clouds(protocol)
    if "maps" in about:
        choices |= {
            "resampling": protocol.resampling,
            "depth alignment": protocol.depth_alignment,
        }
    return choices | ({"note": protocol.note} if protocol.note else {})


def _about_photos(protocol: EvaluationProtocol) -> dict[str, str]:
    size = protocol.input_size
    shown = "photos as they are" if size is None else f"{size.width} x {size.height}, {size.fit}"
    if size is not None and size.larger_ratio_intrinsics:
        shown += ", intrinsics scaled by the larger ratio (flaw reproduced)"
    strides = [f"{name} every {n}" for name, n in protocol.strides.items()]
    rule = ", NRGBD at most every half of the frames" if protocol.nrgbd_half_rule else ""
    return {"frames": "; ".join([*strides, f"other data all{rule}"]), "input": shown}


def _about_clouds(protocol: EvaluationProtocol) -> dict[str, str]:
    crops = ", ".join("none" if crop == 0 else f"centre {crop}" for crop in protocol.crops_px)
    order = " over all pixels, before the crop" if protocol.fit_before_crop else ""
    icp = "none" if protocol.icp_reach_m is None else f"point-to-point, {protocol.icp_reach_m} m"
    scored = protocol.points
    if scored == "point head":
        scored += " asked for; these models' records hold none, so depth + camera is scored"
    return {
        "points": scored,
        "cloud alignment": protocol.alignment + order,
        "crop": crops,
        "ICP": icp,
        "points at most": str(protocol.max_points or "all"),
        "cloud resampling": protocol.resampling,
    }
