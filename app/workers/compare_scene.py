"""The numbers of the comparison, and the truth that they may be measured against."""

from pathlib import Path

from moe3d import AlignedTruth, Comparison, Progress, ScenePrediction
from moe3d_viewer.state.job import Publish
from moe3d_viewer.state.scene.comparison_report import CompareRequest


def read_truth(path: Path, prediction: ScenePrediction, progress: Progress) -> AlignedTruth:
    """Depth, cameras and cloud, on the prediction's grid."""
    from moe3d import read_truth

    progress.report("truth")
    return read_truth(path, prediction)


def compare(request: CompareRequest, progress: Progress, publish: Publish) -> Comparison:
    """Numbers and places; those that need no truth are published first."""
    from moe3d import ComparisonOptions, compare_sides

    options = ComparisonOptions(request.percentile, sides=request.sides)
    without = compare_sides(request.prediction, None, options, progress)
    if request.truth is None:
        return without
    publish(without)
    return compare_sides(request.prediction, request.truth, options, progress)
