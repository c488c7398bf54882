"""One sentence that says what a file is when it is not the model that was wanted."""

from collections.abc import Mapping
from pathlib import Path

from moe3d.io.files.outside_files import shown

Shapes = Mapping[str, tuple[int, ...]]

OUR_PARTS = ("aggregator.", "camera_head.", "depth_head.", "moe_head.")
SKIPPED_PARTS = ("track_head.", "point_head.")
OMEGA_PATCH = 16


def why_not_vggt(path: Path, found: Shapes, model: str) -> str | None:
    """Why these weights are no VGGT of any size; None when they are.

    Args:
        path: named in the sentence.
        found: shape of every weight of the file.
        model: what was wanted, for the sentence.
    """
    if _is_omega(found):
        return f"{path} is a VGGT-Omega checkpoint, another network; {model} is wanted"
    if not any(key.startswith(OUR_PARTS) for key in found):
        kind = "a DINOv2 image backbone alone" if _is_dino(found) else _first_names(found)
        return f"{path} is {kind}, not a reconstruction network; {model} is wanted"
    return None


def why_not_matching(path: Path, found: Shapes, wanted: Shapes, model: str) -> str | None:
    """Why these weights do not fit the network; None when they fit.

    Args:
        path: named in the sentence.
        found: shape of every weight of the file.
        wanted: shape of every weight that the network needs from it.
        model: what was wanted, for the sentence.
    """
    for key, shape in wanted.items():
        if key in found and found[key] != shape:
            return (
                f"{path} is a network of another size: {key} is {found[key]}, "
                f"{shape} is wanted for {model}"
            )
    extra = [key for key in found if key.startswith(OUR_PARTS) and key not in wanted]
    missing = [key for key in wanted if key not in found]
    if extra:
        return f"{path} is a network of another size: {model} has no {shown(extra[0])}"
    if missing:
        return (
            f"{path} lacks {len(missing)} of {len(wanted)} weights of {model}, "
            f"{missing[0]} among them"
        )
    return None


def _is_omega(found: Shapes) -> bool:
    # 16 pixel patches and 16 registers where VGGT has 14 and 4.
    projections = [shape for key, shape in found.items() if key.endswith("patch_embed.proj.weight")]
    registers = found.get("aggregator.register_token", ())
    has_wide_patch = any(shape[-1:] == (OMEGA_PATCH,) for shape in projections)
    has_storage = any("storage_token" in key for key in found)
    is_reconstruction = any(key.startswith("aggregator.") for key in found)
    return is_reconstruction and (
        has_wide_patch or has_storage or (len(registers) == 4 and registers[2] == OMEGA_PATCH)
    )


def _is_dino(found: Shapes) -> bool:
    names = " ".join(found)
    has_class_token = "cls_token" in names
    has_blocks = "blocks.0." in names or "encoder.layer.0." in names
    return has_class_token and has_blocks


def _first_names(found: Shapes) -> str:
    names = shown(", ".join(list(found)[:2]))
    return f"a file of {len(found)} other weights ({names}, ...)"
