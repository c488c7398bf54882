"""Whether the network's answer is made of numbers, before anyone is shown it."""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from moe3d.errors import CheckpointError
from moe3d.model.output import ModelOutput
from moe3d.model.pose_encoding import is_camera


def notes_on_output(
    output: ModelOutput, names: Sequence[str], model: str, precision: str
) -> tuple[str, ...]:
    """What of a scene's answer is not finite, one sentence each.

    Args:
        output: of one scene, a batch of one.
        names: of its photos.
        model: named in the error.
        precision: that it ran in; a narrow one is the likeliest cause.

    Raises:
        CheckpointError: no photo has both a camera and any depth.
    """
    has_camera = is_camera(output.pose_encoding[0])  # (S,)
    known = _share_finite(output.depth[0])
    if not bool((has_camera & (known > 0)).any()):
        advice = "" if precision == "float32" else " float32 (--precision float32), or"
        raise CheckpointError(
            f"{model} gave no finite depth and camera for any of the {len(names)} photos, so there "
            f"is nothing to show; try{advice} another checkpoint"
        )
    parts = {
        "depth": known,
        "experts' depth": _share_finite(output.expert_depths[0]),
        "gate": _share_finite(output.gate_logits[0]),
        "confidence": _share_finite(output.confidence[0]),
    }
    if output.baseline_depth is not None:
        parts["depth by VGGT"] = _share_finite(output.baseline_depth[0])
    notes = [_note(f"its {part}", share, names) for part, share in parts.items()]
    cameras = _listed("its camera", ~has_camera, names)
    return tuple(note for note in (cameras, *notes) if note)


def _share_finite(values: Float[Tensor, "S ..."]) -> Float[Tensor, " S"]:
    """Of each photo's values."""
    return torch.isfinite(values).flatten(1).double().mean(dim=1)


def _note(what: str, share: Float[Tensor, " S"], names: Sequence[str]) -> str:
    is_bad = share < 1
    text = _listed(what, is_bad, names)
    if not text:
        return ""
    lost = 100 * (1 - float(share[is_bad].mean()))
    return f"{text} (at {lost:.3g} % of the pixels)"


def _listed(what: str, is_bad: Bool[Tensor, " S"], names: Sequence[str]) -> str:
    bad = [name for name, is_one in zip(names, is_bad.tolist(), strict=True) if is_one]
    if not bad:
        return ""
    more = f" and {len(bad) - 3} more" if len(bad) > 3 else ""
    return f"the network's answer is not finite: {what} of {', '.join(bad[:3])}{more}"
