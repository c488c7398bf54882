"""What is evaluated: anything that turns photos into a prediction, and which depth of it counts."""

from collections.abc import Callable
from dataclasses import dataclass

from moe3d.scene.layers import REFINED_OF, DepthLayer, layer_names, named_layer
from moe3d.scene.records import ScenePrediction, ViewSet

NOT_REFINED = "the photos allowed no refinement of depth; the raw depth is scored"

Predict = Callable[[ViewSet], ScenePrediction]


@dataclass(frozen=True)
class EvaluatedModel:
    """One column of a table."""

    name: str
    predict: Predict
    layer: str = "fused"
    """"fused", "vggt" (the baseline of the same prediction), "expert:2", or a refined layer, for
    which the raw one stands in where the photos allowed no refinement."""
    identity: str = ""
    """What tells two states of a model of one name apart, such as a checkpoint's hash."""


@dataclass(frozen=True)
class Answer:
    """What a model said of one set of photos."""

    prediction: ScenePrediction
    layer: DepthLayer
    note: str = ""
    """What the table must say of this answer."""


def ask(model: EvaluatedModel, views: ViewSet) -> Answer:
    """Run a model on photos.

    Raises:
        UsageError: the prediction has no such layer.
    """
    prediction = model.predict(views)
    raw_of = {refined: raw for raw, refined in REFINED_OF.items()}
    if model.layer in raw_of and not _is_refined(prediction, model.layer):
        return Answer(prediction, named_layer(prediction, raw_of[model.layer]), NOT_REFINED)
    return Answer(prediction, named_layer(prediction, model.layer))


def _is_refined(prediction: ScenePrediction, layer: str) -> bool:
    """Whether this refined layer is there and more than a copy of the raw one."""
    agreement = prediction.agreement
    return layer in layer_names(prediction) and (agreement is None or agreement.depth_refined)


def remembering(predict: Predict) -> Predict:
    """The same, but asked twice in a row for the same photos it answers once.

    So that a mixture and its baseline, two layers of one prediction, cost one network pass.
    """
    last: list[tuple[ViewSet, ScenePrediction]] = []

    def predict_once(views: ViewSet) -> ScenePrediction:
        if not last or last[0][0] is not views:
            last[:] = [(views, predict(views))]
        return last[0][1]

    return predict_once
