"""The models this program knows by name: what they are, not where they lie."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class KnownModel:
    """A model that can be asked for by name."""

    id: str
    summary: str
    licence: str
    licence_url: str
    size_bytes: int
    """Of the files; for a model that was never fetched, what it is expected to be."""
    is_gated: bool
    """Whether its owners ask for an application before the download."""
    is_built_in: bool
    hub_file: str = ""
    """Its file on the model hub; empty for a built-in one."""
    path: Path | None = None
    """Where it lies on this machine; None when it does not."""


_VGGT_BYTES = 5_026_400_000

CATALOGUE = (
    KnownModel(
        id="mini",
        summary="small demonstration model, comes with the program, runs on a CPU",
        licence="Apache-2.0 (what it was made from: NOTICE)",
        licence_url="",
        size_bytes=0,
        is_gated=False,
        is_built_in=True,
    ),
    KnownModel(
        id="facebook/VGGT-1B",
        summary="VGGT, research weights; no trained experts",
        licence="CC BY-NC 4.0 (non-commercial)",
        licence_url="https://huggingface.co/facebook/VGGT-1B",
        size_bytes=_VGGT_BYTES,
        is_gated=False,
        is_built_in=False,
        hub_file="model.safetensors",
    ),
    KnownModel(
        id="facebook/VGGT-1B-Commercial",
        summary="VGGT, weights that may be used commercially; no trained experts",
        licence="VGGT License v1 (commercial use allowed, with an acceptable-use policy)",
        licence_url="https://huggingface.co/facebook/VGGT-1B-Commercial",
        size_bytes=_VGGT_BYTES,
        is_gated=True,
        is_built_in=False,
        hub_file="vggt_1B_commercial.pt",
    ),
)

ALIASES = {"vggt-1b": "facebook/VGGT-1B", "vggt-1b-commercial": "facebook/VGGT-1B-Commercial"}


def licence_from_path(path: Path) -> str:
    """Licence of a catalogue model by its folder in the hub's cache; empty for other files."""
    for model in CATALOGUE:
        if "models--" + model.id.replace("/", "--") in path.parts:
            return model.licence
    return ""
