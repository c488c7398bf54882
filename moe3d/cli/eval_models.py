"""Networks that `moe3d eval` compares: presets, checkpoints and their VGGT layer."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moe3d.evaluation.models import EvaluatedModel

BASELINE_ENDING = "-vggt"


def load_models(
    names: tuple[str, ...], device: str, precision: str, scores_cameras: bool
) -> "tuple[EvaluatedModel, ...]":
    """Load each network once; NAME and NAME-vggt share theirs and its predictions."""
    from moe3d.evaluation.models import EvaluatedModel

    networks: dict[str, tuple[Callable, str]] = {}
    models = []
    for name in names:
        base = name.removesuffix(BASELINE_ENDING)
        if base not in networks:
            networks[base] = _load_network(base, device, precision, scores_cameras)
        predict, identity = networks[base]
        layer = "fused" if name == base else "vggt"
        models.append(EvaluatedModel(name, predict, layer, identity))
    return tuple(models)


def _load_network(
    name: str, device: str, precision: str, scores_cameras: bool
) -> tuple[Callable, str]:
    """What turns photos into a prediction, and the hash of the checkpoint."""
    import moe3d
    from moe3d.evaluation.models import remembering

    reconstructor = moe3d.load_reconstructor(name, device=device, precision=precision)
    options = moe3d.ReconstructionOptions(refine="auto" if scores_cameras else "off")
    predict = remembering(lambda views: reconstructor.reconstruct(views, options))
    return predict, reconstructor.info.sha256
