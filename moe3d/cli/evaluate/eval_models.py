"""Networks that `moe3d eval` compares: presets, checkpoints, and the layers of their prediction."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from moe3d.evaluation.models import EvaluatedModel

Refine = Literal["off", "cameras", "full"]
LAYER_OF_ENDING = {"-vggt-refined": "vggt-refined", "-refined": "refined", "-vggt": "vggt"}
"""What a name may end with, longest first; without one of these it means the fused depth."""
REFINEMENT_IN_WORDS = {
    "off": "off: depth and cameras are the network's own",
    "cameras": "cameras: matched photos place the cameras; depth is the network's own",
    "full": (
        "full: matched photos place the cameras of all models; -refined depth is what they make "
        "of the depth of the model without this ending"
    ),
}


def layer_of(name: str) -> tuple[str, str]:
    """The network and the layer that a model's name means."""
    for ending, layer in LAYER_OF_ENDING.items():
        if name.endswith(ending):
            return name.removesuffix(ending), layer
    return name, "fused"


def refinement_for(names: tuple[str, ...], refine: Refine) -> Refine:
    """What is refined: all if one of the names asks for refined depth, else as the user says."""
    asked = any("refined" in layer_of(name)[1] for name in names)
    return "full" if asked else refine


def load_models(
    names: tuple[str, ...], device: str, precision: str, refine: Refine
) -> "tuple[EvaluatedModel, ...]":
    """Load each network once; all layers of it come from the same predictions."""
    from moe3d.evaluation.models import EvaluatedModel

    refine = refinement_for(names, refine)
    networks: dict[str, tuple[Callable, str]] = {}
    models = []
    for name in names:
        base, layer = layer_of(name)
        if base not in networks:
            networks[base] = _load_network(base, device, precision, refine)
        predict, sha256 = networks[base]
        models.append(EvaluatedModel(name, predict, layer, f"{sha256}, refine {refine}"))
    return tuple(models)


def _load_network(name: str, device: str, precision: str, refine: Refine) -> tuple[Callable, str]:
    """What turns photos into a prediction, and the hash of the checkpoint."""
    import moe3d
    from moe3d.evaluation.models import remembering

    reconstructor = moe3d.load_reconstructor(name, device=device, precision=precision)
    # cropped as VGGT's protocols do
    options = moe3d.ReconstructionOptions(resize_mode="crop", refine=refine)
    predict = remembering(lambda views: reconstructor.reconstruct(views, options))
    return predict, reconstructor.info.sha256
