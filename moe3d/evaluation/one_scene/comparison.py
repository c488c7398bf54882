"""Compares two sides: MoE3D's and plain VGGT's depth, raw or refined, or two results."""

from dataclasses import dataclass, replace

from moe3d.errors import UsageError
from moe3d.evaluation.one_scene.comparison_rows import (
    Side,
    difference_rows,
    flying_rows,
    point_rows,
)
from moe3d.evaluation.one_scene.places import find_places
from moe3d.evaluation.one_scene.scene_flying import flying_pixels
from moe3d.evaluation.one_scene.truth_rows import TruthRows, truth_rows
from moe3d.progress import Progress
from moe3d.scene.comparison import Comparison
from moe3d.scene.layers import TITLES, named_layer
from moe3d.scene.records import BaselinePrediction, ScenePrediction
from moe3d.scene.truth import AlignedTruth

RAW_SIDES = ("fused", "vggt")


@dataclass(frozen=True)
class ComparisonOptions:
    """What is compared, and how it is called."""

    percentile: float | int = 20.0
    """Share of lowest confidence that each side drops, %, for the counts of kept points."""
    num_places: int = 12
    """Places of greatest disagreement that are listed."""
    titles: tuple[str, str] | None = None
    """What people call the two sides; None: what the layers are called."""
    sides: tuple[str, str] = RAW_SIDES
    """Layers that are compared: MoE3D's, then VGGT's."""


def compare_sides(
    prediction: ScenePrediction,
    truth: AlignedTruth | None = None,
    options: ComparisonOptions = ComparisonOptions(),
    progress: Progress | None = None,
) -> Comparison:
    """Measure both sides at the same pixels.

    Args:
        prediction: with a baseline; is not changed.
        truth: read for this prediction; adds its rows.
        options: cut, number of places, titles, layers.
        progress: told of every step; may cancel.

    Raises:
        UsageError: there is no second side, or not the layer that is asked for.
    """
    if prediction.baseline is None:
        raise UsageError("this result has no VGGT side; run with --compare, or give --against")
    progress = progress or Progress()
    progress.report("comparison")
    first, second = (
        Side.of(prediction, named_layer(prediction, name), options.percentile)
        for name in options.sides
    )
    rows = [
        *point_rows((first, second), options.percentile),
        *flying_rows((first, second), flying_pixels(prediction, options.sides)),
        *difference_rows(first, second),
    ]
    progress.report("places")
    places = find_places(
        first.layer.depth,
        second.layer.depth,
        first.valid & second.valid,
        prediction.names,
        options.num_places,
    )
    against = TruthRows()
    if truth is not None:
        against = truth_rows(prediction, (first, second), truth, progress)
    rows += against.rows
    titles = options.titles or (TITLES[options.sides[0]], TITLES[options.sides[1]])
    return Comparison(options.sides, titles, tuple(rows), places, tuple(against.notes))


def beside(prediction: ScenePrediction, other: ScenePrediction) -> ScenePrediction:
    """The prediction with another one's fused and refined depth in VGGT's place.

    Raises:
        UsageError: they are not of the same photos at the same size.
    """
    if prediction.names != other.names or prediction.depth.shape != other.depth.shape:
        raise UsageError(
            "two results can be compared when they are of the same photos at one size; got "
            f"{len(prediction.names)} photos {prediction.depth.shape[1:]} and "
            f"{len(other.names)} photos {other.depth.shape[1:]}"
        )
    baseline = BaselinePrediction(
        other.depth,
        other.confidence,
        other.camera_from_world,
        other.intrinsics,
        other.refined_depth,
        other.support,
    )
    valid = prediction.valid_mask & other.valid_mask
    return replace(prediction, baseline=baseline, valid_mask=valid)
